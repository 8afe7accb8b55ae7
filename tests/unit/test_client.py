"""Whether Jira knows us: asked at the one place that says so, before any emptiness is believed."""

from typing import Any

import pytest

from client import KINDS, MYSELF, JiraClient
from jira.errors import JiraAnswerError, JiraRequestError
from kinds import Kinds
from tests.unit.helpers.fake_client import resource
from tests.unit.helpers.fakes import FakeApi


def client(*answers: Any) -> tuple[JiraClient, FakeApi]:
    fake = FakeApi.scripted(*answers)
    return JiraClient(fake.api), fake


async def test_the_account_is_told_by_its_id():
    jira, fake = client({"accountId": "account-1", "active": True})
    assert await jira.verify_credentials() == "account-1"
    assert fake.asked == [("GET", MYSELF, {})]


@pytest.mark.parametrize("answer", [{}, {"accountId": ""}, {"accountId": None}, [], None, "x"])
async def test_an_answer_without_an_account_is_not_jiras(answer):
    jira, _ = client(answer)
    with pytest.raises(JiraAnswerError):
        await jira.verify_credentials()


NO_ISSUES = {"issues": [], "isLast": True}


async def test_a_project_that_is_gone_costs_another_list_of_projects_and_no_resync():
    """Projects are remembered to share the issues out; a gone one makes its query a 400."""
    projects = {"values": [{"id": "1", "key": "AB"}, {"id": "2", "key": "CD"}], "isLast": True}
    gone = JiraRequestError("400: The value '2' does not exist for the field 'project'.")
    left = {"values": [{"id": "1", "key": "AB"}], "isLast": True}
    account = {"accountId": "account-1"}
    jira, fake = client(projects, gone, gone, left, NO_ISSUES, account)
    every = resource("issue", jql=None).selector
    assert [page async for page in jira.read_all(Kinds.ISSUE, every)] == []
    assert [path for _, path, _ in fake.asked].count("/rest/api/3/project/search") == 2


def test_every_kind_has_its_one_reader_under_its_name():
    jira, _ = client()
    assert {name: type(kind) for name, kind in jira.kinds.items()} == KINDS
    assert jira.kinds[Kinds.PROJECT] is jira.projects
    assert jira.kinds[Kinds.ISSUE] is jira.issues
    assert jira.kinds[Kinds.BOARD] is jira.boards
    assert jira.kinds[Kinds.COMPONENT] is jira.components
