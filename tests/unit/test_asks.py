"""The cheapest requests: each asked once, and under what it belongs to."""

from typing import Any

import pytest

from jira.asks import FEW, THEMSELVES, Ask, Asker, Told, few
from jira.errors import (
    JiraAnswerError,
    JiraAuthenticationError,
    JiraNotFoundError,
    JiraPermissionError,
    JiraUnavailableError,
)
from tests.unit.helpers.fakes import FakeApi

BOARDS = Ask("/boards", "values", few)
SPRINTS = Ask("/boards/{id}/sprints", "values", few, under=BOARDS)
SPRINT = Ask("/sprints/{id}", under=SPRINTS)
ROWS = [{"id": number} for number in range(1, 9)]


def asker(answers: dict[str, Any], **given: str) -> tuple[Asker, FakeApi]:
    fake = FakeApi(lambda method, path, what: answers[path])
    return Asker(fake.api, **given), fake


def paths(fake: FakeApi) -> list[str]:
    return [path for _, path, _ in fake.asked]


async def test_a_list_is_asked_once_for_all_that_are_under_it():
    answers = {
        "/boards": {"values": ROWS},
        "/boards/1/sprints": {"values": [{"id": 7}]},
        "/sprints/7": {"id": 7},
    }
    asking, fake = asker(answers)
    assert await asking.told(SPRINT) == Told()
    assert (await asking.told(SPRINTS)).rows == ({"id": 7},)
    assert (await asking.told(BOARDS)).rows == tuple(ROWS[:FEW])
    assert paths(fake) == ["/boards", "/boards/1/sprints", "/sprints/7"]
    assert fake.asked[0] == ("GET", "/boards", {"startAt": 0, "maxResults": FEW})


async def test_the_next_row_is_asked_where_one_has_nothing_or_is_refused():
    answers = {
        "/boards": {"values": ROWS},
        "/boards/1/sprints": JiraPermissionError("403"),
        "/boards/2/sprints": {"values": []},
        "/boards/3/sprints": {"values": [{"id": 9}]},
    }
    asking, fake = asker(answers)
    assert (await asking.told(SPRINTS)).rows == ({"id": 9},)
    assert len(fake.asked) == 4


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([JiraPermissionError("1"), JiraPermissionError("2"), JiraPermissionError("3")], "3"),
        ([JiraPermissionError("1"), {"values": []}, JiraPermissionError("3")], None),
        ([{"values": []}, JiraPermissionError("2"), JiraNotFoundError("3")], None),
        ([{"values": []}, {"values": []}, {"values": []}], None),
        ([JiraUnavailableError("1"), JiraUnavailableError("2"), JiraNotFoundError("3")], "3"),
    ],
)
async def test_one_that_answers_says_more_than_those_that_are_refused(answers, error):
    found = {f"/boards/{n}/sprints": answer for n, answer in enumerate(answers, start=1)}
    asking, fake = asker({"/boards": {"values": ROWS}, **found})
    told = await asking.told(SPRINTS)
    assert told.tried
    assert (None if told.error is None else str(told.error)) == error
    assert len(fake.asked) == 4


async def test_a_missing_scope_is_the_same_for_every_row():
    """One refusal is enough: failed logins in a row lock an account."""
    asking, fake = asker(
        {"/boards": {"values": ROWS}, "/boards/1/sprints": JiraAuthenticationError("401")}
    )
    assert isinstance((await asking.told(SPRINTS)).error, JiraAuthenticationError)
    assert len(fake.asked) == 2


@pytest.mark.parametrize("boards", [{"values": []}, JiraPermissionError("403")])
async def test_what_is_under_nothing_is_not_tried(boards):
    asking, fake = asker({"/boards": boards})
    assert await asking.told(SPRINTS) == Told(tried=False)
    assert await asking.told(SPRINT) == Told(tried=False)
    assert paths(fake) == ["/boards"]


async def test_names_go_into_the_path_the_query_and_the_body():
    team = Ask("/org/{org}/teams", "entities")
    members = Ask(
        "/org/{org}/teams/{team}/members",
        "results",
        body=lambda name: {"of": name},
        under=team,
        by="teamId",
    )
    user = Ask("/user", query=lambda name: {"accountId": name}, under=members, by="accountId")
    answers = {
        "/org/o-1/teams": {"entities": [{"teamId": "t-1"}]},
        "/org/o-1/teams/t-1/members": {"results": [{"accountId": "a-1"}]},
        "/user": {},
    }
    asking, fake = asker(answers, org="o-1")
    await asking.told(user)
    assert fake.asked[1:] == [
        ("READ", "/org/o-1/teams/t-1/members", {"of": "t-1"}),
        ("GET", "/user", {"accountId": "a-1"}),
    ]
    assert members.endpoint == "POST /org/{org}/teams/{team}/members"


@pytest.mark.parametrize(
    ("rows", "answer"),
    [
        ("values", []),
        ("values", {}),
        ("values", {"values": [1]}),
        (THEMSELVES, {}),
        (THEMSELVES, [1]),
    ],
)
async def test_an_answer_without_its_list_is_not_jiras(rows, answer):
    asking, _ = asker({"/list": answer})
    assert isinstance((await asking.told(Ask("/list", rows))).error, JiraAnswerError)


async def test_a_list_may_be_the_answer_itself():
    asking, _ = asker({"/list": ROWS})
    assert (await asking.told(Ask("/list", THEMSELVES))).rows == tuple(ROWS[:FEW])
