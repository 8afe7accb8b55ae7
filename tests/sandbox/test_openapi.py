"""What the check of requests finds, and that the stand-in answers as published."""

from typing import Any

import pytest

from sandbox.jira.api import JiraApi
from sandbox.jira.site import JiraSite
from sandbox.openapi import OpenApiCheck
from sandbox.openapi.check import committed
from sandbox.openapi.limits import (
    BODY_ITEMS,
    BODY_MAXIMUM,
    QUERY_ITEMS,
    QUERY_MAXIMUM,
    QUERY_VALUES,
)
from sandbox.openapi.paths import COMMAND

SEARCH = "/rest/api/3/search/jql"
BULK = "/rest/api/3/issue/bulkfetch"
PROJECTS = "/rest/api/3/project/search"


@pytest.mark.parametrize("call", ["GET /rest/api/3/field", "DELETE /rest/api/3/version/1"])
def test_what_is_not_in_the_extract_is_named_with_what_to_do(call):
    method, path = call.split()
    [problem] = OpenApiCheck().check(method, path, [], None)
    assert problem.startswith(f"{call}: not in the extract")
    assert COMMAND in problem
    assert "sandbox/openapi/paths.py" in problem


def test_a_path_that_the_extract_loses_is_a_violation():
    assert OpenApiCheck().check("GET", PROJECTS, [], None) == []
    assert len(OpenApiCheck([]).check("GET", PROJECTS, [], None)) == 1


@pytest.mark.parametrize(
    ("limits", "where"),
    [
        *((limits, "query") for limits in (QUERY_ITEMS, QUERY_MAXIMUM, QUERY_VALUES)),
        *((limits, "body") for limits in (BODY_ITEMS, BODY_MAXIMUM)),
    ],
)
def test_each_limit_is_of_a_field_that_is_published(limits, where):
    known: set[tuple[str, str]] = set()
    for document in committed():
        for template, operations in document["paths"].items():
            for operation in operations.values():
                known |= {
                    (template, item["name"])
                    for item in operation["parameters"]
                    if item["in"] == where
                }
                body = operation.get("body", {}).get("schema", {}).get("$ref", "")
                if where == "body" and body:
                    fields = document["schemas"][body.rpartition("/")[2]]["properties"]
                    known |= {(template, name) for name in fields}
    assert set(limits) <= known


@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("GET", "/rest/api/3/nothing", [], None),
        ("PUT", PROJECTS, [], None),
        ("GET", PROJECTS, [("colour", "red")], None),
        ("GET", PROJECTS, [("maxResults", "101")], None),
        ("GET", PROJECTS, [("maxResults", "many")], None),
        ("GET", PROJECTS, [("startAt", "0"), ("startAt", "1")], None),
        ("GET", PROJECTS, [("status", "gone")], None),
        ("GET", PROJECTS, [("keys", f"P{number}") for number in range(51)], None),
        ("GET", "/rest/api/3/users/search", [("maxResults", "1001")], None),
        ("GET", "/rest/api/3/myself", [], {}),
        ("POST", SEARCH, [], None),
        ("POST", SEARCH, [], {"jql": 1}),
        ("POST", SEARCH, [], {"jql": "a", "startAt": 0}),
        ("POST", SEARCH, [], {"jql": "a", "expand": ["names"]}),
        ("POST", SEARCH, [], {"jql": "a", "maxResults": 5001}),
        ("POST", SEARCH, [], {"jql": "a", "reconcileIssues": list(range(51))}),
        ("POST", SEARCH, [], {"jql": "a", "reconcileIssues": ["1"]}),
        ("POST", BULK, [], {"issueIdsOrKeys": [str(number) for number in range(101)]}),
        ("POST", BULK, [], {"issueIdsOrKeys": [1]}),
    ],
)
def test_finds_what_is_wrong(method, path, query, body):
    assert len(OpenApiCheck().check(method, path, query, body)) == 1


@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("GET", PROJECTS, [("keys", "A"), ("keys", "B"), ("maxResults", "100")], None),
        ("POST", SEARCH, [], {"jql": "a", "fields": ["*all"], "reconcileIssues": [1]}),
        ("POST", BULK, [], {"issueIdsOrKeys": ["A-1"], "fields": ["*all"]}),
        ("GET", "/rest/agile/1.0/board/1/sprint", [("startAt", "0")], None),
        ("PUT", "/rest/webhooks/1.0/webhook/7", [], {"name": "x"}),
        ("GET", "/rest/software/1.0/board/1/backlog", [], None),
        ("GET", "/_edge/tenant_info", [], None),
    ],
)
def test_finds_nothing_wrong(method, path, query, body):
    assert OpenApiCheck().check(method, path, query, body) == []


async def test_answers_are_as_published():
    site = JiraSite()
    site.fill(30)
    site.link_issues("AB-1", "AS-1")
    site.archive_project("CD")
    api = JiraApi(site, email="account@example.com", token="right", openapi=OpenApiCheck())
    account = site.me.account_id
    calls: list[tuple[str, str, str, dict[str, Any] | None]] = [
        ("GET", "/rest/api/3/myself", "", None),
        ("GET", "/rest/api/3/mypermissions", "?permissions=ADMINISTER", None),
        ("GET", "/rest/api/3/serverInfo", "", None),
        ("GET", "/rest/api/3/issuetype", "", None),
        ("GET", "/rest/api/3/users/search", "?maxResults=5", None),
        ("GET", "/rest/api/3/user", f"?accountId={account}", None),
        ("GET", PROJECTS, "?expand=insight,lead&maxResults=2&status=live&status=archived", None),
        ("POST", SEARCH, "", {"jql": "created > -1d", "fields": ["*all"], "maxResults": 5}),
        ("POST", BULK, "", {"issueIdsOrKeys": ["AB-1", "NO-1"]}),
        ("GET", "/rest/api/3/issue/AB-1", "", None),
        ("GET", "/rest/api/3/project/AB", "", None),
    ]
    async with api.client() as client:
        for method, path, query, body in calls:
            answer = await client.request(method, path + query, json=body)
            shown = answer.raise_for_status().json()
            assert OpenApiCheck().check_answer(method, path, shown) == []
        await client.get("/rest/api/3/users/search?maxResults=1001")
    assert len(api.violations()) == 1


def test_an_answer_that_is_not_as_published_is_found():
    found = OpenApiCheck().check_answer("GET", "/rest/api/3/myself", {"active": "yes"})
    assert len(found) == 1
    assert "active" in found[0]
