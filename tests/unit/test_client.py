"""Whether Jira knows us: asked at the one place that says so, before any emptiness is believed."""

from typing import Any

import pytest

from client import MYSELF, JiraClient
from jira.errors import JiraAnswerError, JiraAuthenticationError, JiraRequestError
from tests.unit.helpers.fakes import FakeApi


def client(*answers: Any) -> tuple[JiraClient, FakeApi]:
    fake = FakeApi.scripted(*answers)
    return JiraClient(fake.api, 10), fake


async def test_the_account_is_told_by_its_id():
    jira, fake = client({"accountId": "account-1", "active": True})
    assert await jira.verify_credentials() == "account-1"
    assert fake.asked == [("GET", MYSELF, {})]


@pytest.mark.parametrize("answer", [{}, {"accountId": ""}, {"accountId": None}, [], None, "x"])
async def test_an_answer_without_an_account_is_not_jiras(answer):
    jira, _ = client(answer)
    with pytest.raises(JiraAnswerError):
        await jira.verify_credentials()


NO_PROJECTS = {"values": [], "isLast": True, "total": 0}
EMPTY = [
    pytest.param(
        lambda jira: jira.get_paginated_issues({"jql": None, "fields": None, "expand": None}),
        (NO_PROJECTS, {"issues": [], "isLast": True}),
        id="issues",
    ),
    pytest.param(lambda jira: jira.get_paginated_projects(), (NO_PROJECTS,), id="projects"),
    pytest.param(lambda jira: jira.get_paginated_users(), ([],), id="users"),
]


@pytest.mark.parametrize(("read", "nothing"), EMPTY)
async def test_an_empty_site_is_empty_when_jira_knows_us(read, nothing):
    jira, fake = client(*nothing, {"accountId": "account-1"})
    assert [page async for page in read(jira)] == []
    assert fake.asked[-1][1] == MYSELF


@pytest.mark.parametrize(("read", "nothing"), EMPTY)
async def test_a_site_that_is_empty_for_strangers_is_not_believed(read, nothing):
    """A token that ran out gets 200 and nothing; it must never empty a catalog."""
    jira, _ = client(*nothing, JiraAuthenticationError("401"))
    with pytest.raises(JiraAuthenticationError):
        async for _ in read(jira):
            pass


async def test_a_project_that_is_gone_fails_one_resync_and_not_the_next():
    """Projects are remembered to share the issues out; a gone one makes its query a 400."""
    projects = {"values": [{"id": "1", "key": "AB"}, {"id": "2", "key": "CD"}], "isLast": True}
    gone = JiraRequestError("400: The value '2' does not exist for the field 'project'.")
    left = {"values": [{"id": "1", "key": "AB"}], "isLast": True}
    account = {"accountId": "account-1"}
    jira, fake = client(projects, gone, gone, left, {"issues": [], "isLast": True}, account)
    with pytest.raises(JiraRequestError):
        async for _ in jira.get_paginated_issues({"jql": None}):
            pass
    assert [page async for page in jira.get_paginated_issues({"jql": None})] == []
    assert [path for _, path, _ in fake.asked].count("/rest/api/3/project/search") == 2
