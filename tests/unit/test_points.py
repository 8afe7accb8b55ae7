"""What a request costs: one, and one more for each object, two for each person."""

import pytest

from client import KINDS, JiraClient
from jira.http.points import IDENTITIES, points_at_most, points_of
from jira.scopes import scope_of
from tests.unit.helpers.fakes import FakeApi

V3 = "/rest/api/3"
SEARCH, BULK = f"POST {V3}/search/jql", f"POST {V3}/issue/bulkfetch"
ROW = {"id": "1", "key": "AB-1", "fields": {"labels": ["a", "b"]}}
PROJECT = {"id": "10", "key": "AB", "components": [{}, {}], "versions": [{}], "issueTypes": [{}]}


@pytest.mark.parametrize(
    ("endpoint", "answer", "points"),
    [
        (SEARCH, {"issues": [ROW] * 100, "isLast": True}, 101),
        (SEARCH, {"issues": [{"id": "1"}] * 5000, "nextPageToken": "x"}, 5001),
        (SEARCH, {"issues": [], "isLast": True}, 1),
        (BULK, {"issues": [ROW] * 7, "issueErrors": [{"id": "9"}]}, 8),
        (f"GET {V3}/issue/{{id}}", ROW, 2),
        (f"GET {V3}/project/{{key}}", PROJECT, 2),
        (f"GET {V3}/project/search", {"values": [PROJECT] * 50, "total": 50}, 51),
        (f"GET {V3}/project/{{key}}/version", {"values": [], "isLast": True}, 1),
        (f"GET {V3}/issuetype", [{}] * 12, 13),
        (f"GET {V3}/users/search", [{}] * 1000, 2001),
        (f"GET {V3}/user", {"accountId": "a"}, 3),
        (f"GET {V3}/myself", {"accountId": "a"}, 3),
        (f"GET {V3}/mypermissions", {"permissions": {"BROWSE_PROJECTS": {}}}, 3),
        (f"POST {V3}/worklog/list", [{}] * 20, 21),
        (f"GET {V3}/issue/{{id}}/worklog", {"worklogs": [{}] * 3, "total": 3}, 4),
        ("GET /rest/agile/1.0/board/{id}/sprint", {"values": [{}] * 4}, 5),
        ("GET /rest/software/1.0/board/{id}/backlog", {"issues": [ROW] * 2, "isLast": True}, 3),
        ("POST /rest/webhooks/1.0/webhook", {"self": "x", "events": ["a", "b"]}, 1),
        ("PUT /rest/webhooks/1.0/webhook/{id}", {"self": "x"}, 1),
        ("DELETE /rest/webhooks/1.0/webhook/{id}", None, 1),
        (f"GET {V3}/serverInfo", None, 1),
        (f"GET {V3}/serverInfo", "text", 2),
    ],
)
def test_an_answer_costs_what_is_in_it(endpoint, answer, points):
    assert points_of(endpoint, answer) == points


@pytest.mark.parametrize(
    ("endpoint", "query", "body", "points"),
    [
        (SEARCH, None, {"jql": "x", "maxResults": 5000, "fields": ["key"]}, 5001),
        (BULK, None, {"issueIdsOrKeys": ["1", "2", "3"], "fields": ["a"] * 9}, 4),
        (f"POST {V3}/worklog/list", None, {"ids": [1, 2]}, 3),
        (f"GET {V3}/users/search", {"startAt": 0, "maxResults": 1000}, None, 2001),
        (f"GET {V3}/issue/{{id}}", {"fields": "a,b"}, None, 2),
        (f"GET {V3}/project/search", {"maxResults": 50, "expand": "insight"}, None, 51),
        (f"GET {V3}/myself", None, None, 3),
        ("POST /rest/webhooks/1.0/webhook", None, {"events": ["a"] * 30}, 1),
    ],
)
def test_what_a_request_may_cost_is_known_before(endpoint, query, body, points):
    assert points_at_most(endpoint, query, body) == points


def test_no_answer_costs_more_than_was_expected():
    """Else a full hour could be overdrawn by what is under way."""
    for size in (1, 50, 100, 5000):
        asked = points_at_most(SEARCH, None, {"maxResults": size})
        assert points_of(SEARCH, {"issues": [ROW] * size}) <= asked


def test_people_are_read_where_it_is_said_that_they_are():
    """A path that was renamed would cost half of what it does."""
    client = JiraClient(FakeApi.scripted().api, "org")
    asked = {ask.path for kind in KINDS for ask in client.kinds[kind].asks()}
    known = {path for path in IDENTITIES if scope_of(f"GET {path}")}
    assert known == IDENTITIES
    assert {f"{V3}/user", f"{V3}/users/search"} <= asked & IDENTITIES
