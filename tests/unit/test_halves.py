"""Asking by halves: what one bad name costs, and when it isn't the names."""

from collections.abc import Sequence

import pytest

from jira.errors import (
    JiraAnswerError,
    JiraAuthenticationError,
    JiraError,
    JiraForeignAnswerError,
    JiraPermissionError,
    JiraUnavailableError,
)
from jira.halves import SILENT_ROUNDS, in_halves
from tests.unit.helpers.planning_site import warnings

CUT_OFF, DOWN = JiraAnswerError("cut off"), JiraUnavailableError("503")


class Endpoint:
    """Answers for names; one of the `bad` ones spoils an answer, and so does a `most` of names."""

    def __init__(self, *bad: str, failure: JiraError = CUT_OFF, most: int = 1000) -> None:
        self.bad = set(bad)
        self.failure = failure
        self.most = most
        self.up = True
        self.asked: list[int] = []

    async def ask(self, names: Sequence[str]) -> list[str]:
        self.asked.append(len(names))
        if self.bad & set(names) or len(names) > self.most:
            raise self.failure
        return list(names)

    async def is_up(self) -> bool:
        return self.up

    async def read(self, count: int) -> tuple[list[str], dict[str, JiraError]]:
        names = [str(n) for n in range(count)]
        answers, failed = await in_halves(names, self.ask, self.is_up, what="issue")
        return sorted((name for part in answers for name in part), key=int), failed


@pytest.mark.parametrize("count", [0, 1, 100])
async def test_what_goes_well_is_one_request(count, log):
    endpoint = Endpoint()
    assert await endpoint.read(count) == ([str(n) for n in range(count)], {})
    assert endpoint.asked == ([count] if count else [])
    assert warnings(log) == []


@pytest.mark.parametrize("failure", [CUT_OFF, DOWN], ids=["cut-off", "503"])
@pytest.mark.parametrize("bad", ["0", "49", "50", "99"])
async def test_one_bad_name_costs_itself_and_fourteen_requests(failure, bad, log):
    endpoint = Endpoint(bad, failure=failure)
    found, failed = await endpoint.read(100)
    assert (len(found), failed) == (99, {bad: failure})
    assert len(endpoint.asked) <= 1 + 14
    [line] = warnings(log)
    assert f"issue {bad} " in line


async def test_several_bad_names_are_all_told_apart():
    endpoint = Endpoint("3", "40", "77")
    found, failed = await endpoint.read(100)
    assert (len(found), set(failed)) == (97, {"3", "40", "77"})


async def test_answers_that_are_too_large_come_in_parts():
    endpoint = Endpoint(most=30)
    found, failed = await endpoint.read(100)
    assert (len(found), failed) == (100, {})
    assert endpoint.asked == [100, 50, 50, 25, 25, 25, 25]


async def test_a_single_name_that_fails_is_that_name():
    assert await Endpoint("0").read(1) == ([], {"0": CUT_OFF})


@pytest.mark.parametrize("count", [2, 3, 10, 100])
async def test_where_nothing_is_answered_at_all_it_is_not_the_names(count):
    endpoint = Endpoint(most=0)
    with pytest.raises(JiraAnswerError):
        await endpoint.read(count)
    assert len(endpoint.asked) < 2**SILENT_ROUNDS


async def test_where_jira_is_down_it_is_asked_once():
    endpoint = Endpoint(most=0, failure=DOWN)
    endpoint.up = False
    with pytest.raises(JiraUnavailableError):
        await endpoint.read(100)
    assert endpoint.asked == [100]


@pytest.mark.parametrize(
    "failure",
    [JiraPermissionError("403"), JiraAuthenticationError("401"), JiraForeignAnswerError("HTML")],
)
async def test_what_is_no_names_own_is_raised_at_once(failure):
    endpoint = Endpoint("5", failure=failure)
    with pytest.raises(type(failure)):
        await endpoint.read(100)
    assert endpoint.asked == [100]
