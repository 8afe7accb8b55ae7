"""Whether Jira knows us: asked at the one place that says so, before any emptiness is believed."""

from typing import Any

import pytest

from client import MYSELF, JiraClient
from jira.errors import JiraAnswerError
from jira.kinds.registry import KINDS
from kinds import Kinds
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


NO_ISSUES = {"issues": [], "isLast": True}


def test_every_kind_has_its_one_reader_under_its_name():
    jira, _ = client()
    assert {name: type(kind) for name, kind in jira.kinds.items()} == KINDS
    assert jira.kinds[Kinds.PROJECT] is jira.projects
    assert jira.kinds[Kinds.ISSUE] is jira.issues
    assert jira.kinds[Kinds.BOARD] is jira.boards
    assert jira.kinds[Kinds.COMPONENT] is jira.components
