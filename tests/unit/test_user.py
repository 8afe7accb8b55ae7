"""How users are read: a list without an end mark, and one by one."""

from typing import Any

import pytest

from jira.errors import JiraAnswerError, JiraPermissionError, JiraUnavailableError
from jira.kinds.user import ONE, SEARCH, UserKind
from tests.unit.helpers.fake_client import USERS
from tests.unit.helpers.fakes import FakeApi
from tests.unit.helpers.planning_site import warnings


def user(number: int, **more: Any) -> dict[str, Any]:
    return {"accountId": f"user-{number}", **more}


async def read(*pages: Any) -> tuple[list[list[str]], FakeApi]:
    fake = FakeApi.scripted(*pages)
    found = [[row["accountId"] for row in page] async for page in UserKind(fake.api).pages(USERS)]
    return found, fake


async def test_pages_are_followed_until_one_brings_nobody():
    found, fake = await read([user(1), user(2)], [user(3)], [])
    assert found == [["user-1", "user-2"], ["user-3"]]
    asked = fake.bodies(SEARCH)
    assert [query["startAt"] for query in asked] == [0, 2, 3]
    assert {query["maxResults"] for query in asked} == {1000}


async def test_a_site_that_repeats_its_last_page_is_no_loop():
    found, _ = await read([user(1), user(2)], [user(3)], [user(3)])
    assert found == [["user-1", "user-2"], ["user-3"]]


async def test_a_site_that_ignores_the_start_is_no_loop():
    found, _ = await read([user(1), user(2)], [user(1), user(2)])
    assert found == [["user-1", "user-2"]]


async def test_a_user_that_is_repeated_comes_once():
    found, _ = await read([user(1), user(2), user(1)], [user(2), user(3)], [])
    assert found == [["user-1", "user-2"], ["user-3"]]


async def test_a_row_without_an_account_id_is_left_out():
    found, fake = await read([{"name": "x"}, user(1), {"accountId": None}], [])
    assert found == [["user-1"]]
    assert [query["startAt"] for query in fake.bodies(SEARCH)] == [0, 3]


async def test_inactive_users_and_apps_are_users_too():
    found, _ = await read([user(1, active=False), user(2, accountType="app")], [])
    assert found == [["user-1", "user-2"]]


@pytest.mark.parametrize("bad", [None, {}, {"values": []}, "text", [None], [[]], ["user-1"]])
@pytest.mark.parametrize("before", [[], [[user(1)]]], ids=["first-page", "later-page"])
async def test_what_is_no_list_of_users_is_an_error_and_not_the_end(bad, before):
    with pytest.raises(JiraAnswerError, match=SEARCH):
        await read(*before, bad)


async def test_no_users_are_no_page():
    found, _ = await read([])
    assert found == []


async def find(fake: FakeApi) -> dict[str, Any]:
    """The first user, whose row is None where Jira knows none."""
    return await UserKind(fake.api).find(["user-1"], USERS)


async def test_one_user():
    fake = FakeApi.scripted(user(1, locale="en_GB"))
    assert await find(fake) == {"user-1": user(1, locale="en_GB")}
    assert fake.asked == [("GET", ONE, {"accountId": "user-1"})]


@pytest.mark.parametrize("answer", [None, [], {}, user(2), [user(1)], "user-1"])
async def test_another_answer_than_the_user_is_an_error_and_not_none(answer):
    with pytest.raises(JiraAnswerError, match="user-1"):
        await find(FakeApi.scripted(answer))


async def test_a_user_that_is_named_twice_is_asked_for_once():
    fake = FakeApi.scripted(user(1))
    assert await UserKind(fake.api).find(["user-1", "user-1"], USERS) == {"user-1": user(1)}


@pytest.mark.parametrize(
    "failure", [JiraUnavailableError("500"), JiraPermissionError("403")], ids=["500", "403"]
)
async def test_a_user_that_jira_fails_to_tell_costs_only_itself(failure, log):
    """One of thousands can be 500 for months; the others are read all the same."""

    def answer(method: str, path: str, what: Any) -> Any:
        return failure if what["accountId"] == "user-1" else user(2)

    kind = UserKind(FakeApi(answer).api)
    found = await kind.find(["user-1", "user-2"], USERS)
    assert found == {"user-2": user(2)}
    assert found.failed is (failure if isinstance(failure, JiraUnavailableError) else None)
    known = await kind.by_identifiers(["user-1", "user-2"], USERS)
    assert (known.rows, known.gone) == ([user(2)], [])
    [line, _] = warnings(log)
    assert "user user-1 " in line
