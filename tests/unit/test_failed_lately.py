"""Parents that failed a while ago: the kinds that are read under them next don't wait for them."""

import asyncio

import pytest

from jira.answers import Unread
from jira.errors import (
    JiraError,
    JiraNotFoundError,
    JiraPermissionError,
    JiraRequestError,
    JiraUnavailableError,
)
from jira.http.patience import is_one_attempt
from jira.payloads import Row
from jira.under_parent import (
    FAILED_LATELY_SECONDS,
    FAILURES_IN_A_ROW,
    FailedLately,
    one_page,
    under_each,
)

DOWN = JiraUnavailableError("503")


class Boards:
    """What several kinds read under the same boards, on one clock."""

    def __init__(self) -> None:
        self.time = 100.0
        self.lately = FailedLately(lambda: self.time)
        self.fails: dict[str, JiraError] = {}
        self.once: list[str] = []
        """Those that were asked with one attempt."""

    async def read(self, *names: str) -> list[str]:
        self.once.clear()

        async def rows_of(parent: Row) -> list[Row]:
            if is_one_attempt():
                self.once.append(parent["id"])
            if parent["id"] in self.fails:
                raise self.fails[parent["id"]]
            await asyncio.sleep(0)
            return []

        found = under_each(
            one_page([{"id": name} for name in names]),
            rows_of,
            what="epics",
            of=lambda row: row["id"],
            unread=Unread(),
            lately=self.lately,
        )
        return [parent["id"] async for parent, _ in found]


async def test_what_failed_a_while_ago_is_asked_once_by_the_next_kind():
    boards = Boards()
    boards.fails = {"2": DOWN}
    for once in ([], ["2"], ["2"]):
        assert await boards.read("1", "2", "3") == ["1", "3"]
        assert boards.once == once
    boards.time += FAILED_LATELY_SECONDS
    await boards.read("1", "2", "3")
    assert boards.once == [], "it may well answer again, after some retries"


@pytest.mark.parametrize(
    "answer",
    [None, JiraRequestError("422"), JiraPermissionError("403"), JiraNotFoundError("404")],
    ids=["rows", "422", "403", "404"],
)
async def test_what_answers_again_has_all_the_retries(answer):
    boards = Boards()
    boards.fails = {"2": DOWN}
    await boards.read("1", "2")
    boards.fails = {"2": answer} if answer else {}
    for once in (["2"], []):
        await boards.read("1", "2")
        assert boards.once == once


async def test_parents_that_failed_before_are_no_outage_however_fast_they_fail():
    boards = Boards()
    bad = [str(n) for n in range(2 * FAILURES_IN_A_ROW)]
    for name in bad:
        boards.lately.note(name, failed=True)
    boards.fails = dict.fromkeys(bad, DOWN)
    assert await boards.read(*bad, "good") == ["good"]
