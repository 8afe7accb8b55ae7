"""What user events come to, and what Port's entities of users stand for."""

import pytest

from jira.payloads import UserSubject
from kinds import Kinds
from tests.unit.helpers.fake_client import USERS, FakeClient


@pytest.fixture
def jira():
    return FakeClient()


def person(account_id: str) -> UserSubject:
    return UserSubject(account_id, {"accountId": account_id})


async def test_a_user_is_read_again_since_an_event_never_has_the_email(jira):
    jira.accounts["user-1"] = {"accountId": "user-1", "emailAddress": "user-1@example.com"}
    found = await jira.kinds[Kinds.USER].resolve([person("user-1")], USERS)
    assert (found.updated, found.deleted) == ([jira.accounts["user-1"]], [])


async def test_a_user_that_jira_does_not_know_is_deleted(jira):
    found = await jira.kinds[Kinds.USER].resolve([person("user-1")], USERS)
    assert (found.updated, found.deleted) == ([], [{"accountId": "user-1"}])


async def test_an_inactive_user_is_still_a_user(jira):
    jira.accounts["user-1"] = {"accountId": "user-1", "active": False}
    found = await jira.kinds[Kinds.USER].resolve([person("user-1")], USERS)
    assert found.deleted == []


async def test_users_that_port_has(jira):
    jira.accounts["user-2"] = {"accountId": "user-2"}
    known = await jira.kinds[Kinds.USER].by_identifiers(["user-1", "user-2"], USERS)
    assert (known.rows, known.gone) == ([{"accountId": "user-2"}], ["user-1"])
