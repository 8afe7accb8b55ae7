"""Rows under other rows: what one parent's refusal costs, and what it must not."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from jira.answers import Unread
from jira.errors import (
    JiraAnswerError,
    JiraAuthenticationError,
    JiraError,
    JiraForeignAnswerError,
    JiraNotFoundError,
    JiraPartlyUnavailableError,
    JiraPermissionError,
    JiraRequestError,
    JiraUnavailableError,
)
from jira.under_parent import (
    FAILURES_IN_A_ROW,
    PARENTS_AT_ONCE,
    Outage,
    each_by_id,
    one_page,
    under_each,
)
from tests.unit.helpers.planning_site import warnings

Row = dict[str, Any]
BAD, FORBIDDEN, MISSING = (
    JiraRequestError("answered with 422"),
    JiraPermissionError("answered with 403"),
    JiraNotFoundError("answered with 404"),
)
REFUSALS = [BAD, FORBIDDEN, MISSING]
ITS_OWN = [JiraUnavailableError("503"), JiraAnswerError("no list")]
OF_ALL = [JiraAuthenticationError("401"), JiraForeignAnswerError("HTML")]
FAILURES = [*ITS_OWN, *OF_ALL]


async def pages(*names: str, then: Exception | None = None) -> AsyncIterator[list[Row]]:
    """Two parents to a page."""
    for start in range(0, len(names), 2):
        yield [{"id": name} for name in names[start : start + 2]]
    if then is not None:
        raise then


async def read(
    parents: AsyncIterator[list[Row]],
    refused: dict[str, JiraError],
    got: list[str] | None = None,
    *,
    tried: list[str] | None = None,
    unread: Unread | None = None,
) -> list[tuple[str, list[Row]]]:
    """All parents with their rows; `got` has those that came before an error."""

    async def rows_of(parent: Row) -> list[Row]:
        if tried is not None:
            tried.append(parent["id"])
        await asyncio.sleep(0)
        if parent["id"] in refused:
            raise refused[parent["id"]]
        return [{"of": parent["id"]}]

    found = under_each(
        parents, rows_of, what="sprints", of=lambda row: f"board {row['id']}", unread=unread
    )
    each = []
    async for parent, rows in found:
        each.append((parent["id"], rows))
        if got is not None:
            got.append(parent["id"])
    return each


async def test_each_parent_comes_with_its_rows_and_in_order():
    names = [str(n) for n in range(2 * PARENTS_AT_ONCE + 3)]
    assert await read(pages(*names), {}) == [(name, [{"of": name}]) for name in names]


@pytest.mark.parametrize("refusal", REFUSALS, ids=["422", "403", "404"])
async def test_a_parent_that_is_refused_is_named_once_and_the_others_go_on(refusal, log):
    found = await read(pages("1", "2", "3"), {"2": refusal})
    assert [name for name, _ in found] == ["1", "3"]
    [line] = warnings(log)
    assert "sprints of board 2 " in line
    assert str(refusal) in line


async def test_where_all_go_well_nothing_is_said(log):
    await read(pages("1", "2"), {})
    assert warnings(log) == []


@pytest.mark.parametrize("failure", ITS_OWN, ids=["503", "odd-answer"])
@pytest.mark.parametrize("bad", ["1", "2", "3"])
async def test_a_parent_that_fails_costs_only_itself_and_the_end_says_so(failure, bad, log):
    got: list[str] = []
    with pytest.raises(JiraPartlyUnavailableError, match=f"sprints of board {bad}: ") as raised:
        await read(pages("1", "2", "3"), {bad: failure}, got)
    assert got == [name for name in "123" if name != bad]
    assert raised.value.cause is failure
    [line] = warnings(log)
    assert f"sprints of board {bad} " in line


async def test_what_failed_is_noted_where_somebody_asks_for_it():
    unread = Unread()
    down = ITS_OWN[0]
    got = await read(pages("1", "2", "3"), {"2": down, "3": FORBIDDEN}, unread=unread)
    assert [name for name, _ in got] == ["1"]
    assert unread.failed == {"sprints of board 2": down}
    assert unread.refused == {"sprints of board 3": FORBIDDEN}
    assert unread.why is down


@pytest.mark.parametrize("failure", ITS_OWN, ids=["503", "odd-answer"])
async def test_where_several_in_a_row_get_no_answer_jira_is_down(failure):
    """At the cost of one round of retries, not of one for each parent."""
    names = [str(n) for n in range(100)]
    tried: list[str] = []
    with pytest.raises(type(failure)):
        await read(pages(*names), dict.fromkeys(names, failure), tried=tried)
    assert len(tried) <= 2 * PARENTS_AT_ONCE


async def test_parents_that_always_fail_side_by_side_are_no_outage_while_others_answer():
    """They fail together, late and in a row: after their retries, while the others are done."""
    names = [str(n) for n in range(PARENTS_AT_ONCE)]
    bad, good = names[:5], names[5:]
    answered = asyncio.Event()

    async def rows_of(parent: Row) -> list[Row]:
        if parent["id"] in good:
            answered.set()
            return []
        await answered.wait()
        raise ITS_OWN[0]

    unread = Unread()
    found = under_each(pages(*names), rows_of, what="sprints", of=str, unread=unread)
    assert [parent["id"] async for parent, _ in found] == good
    assert len(unread.failed) == len(bad)


def test_only_failures_without_any_answer_meanwhile_are_an_outage():
    outage = Outage()
    early = outage.begin()
    assert [outage.failed(outage.begin()) for _ in range(FAILURES_IN_A_ROW - 1)] == [False] * (
        FAILURES_IN_A_ROW - 1
    )
    outage.answered()
    assert not outage.failed(early)
    later = outage.begin()
    assert [outage.failed(later) for _ in range(FAILURES_IN_A_ROW)][-1] is True


@pytest.mark.parametrize("failure", OF_ALL, ids=["401", "html"])
async def test_a_failure_that_is_no_parents_own_fails_all(failure):
    with pytest.raises(type(failure)):
        await read(pages("1", "2", "3"), {"2": failure})


@pytest.mark.parametrize("failure", [*REFUSALS, *FAILURES])
async def test_a_failure_of_the_list_itself_fails_all(failure):
    with pytest.raises(type(failure)):
        await read(pages("1", then=failure), {})


@pytest.mark.parametrize("refusal", [BAD, FORBIDDEN], ids=["422", "403"])
@pytest.mark.parametrize("count", [1, 2, 3 * PARENTS_AT_ONCE])
async def test_where_every_parent_is_refused_it_is_not_the_parents(refusal, count):
    """A wrong query, or a permission that is missing everywhere: nothing may be deleted."""
    names = [str(n) for n in range(count)]
    with pytest.raises(type(refusal)):
        await read(pages(*names), dict.fromkeys(names, refusal))


async def test_parents_that_are_all_gone_are_no_failure():
    assert await read(pages("1", "2"), {"1": MISSING, "2": MISSING}) == []


@pytest.mark.parametrize("gone", ["1", "2"])
async def test_a_parent_that_is_gone_does_not_speak_for_those_that_are_refused(gone):
    with pytest.raises(JiraPermissionError):
        await read(pages("1", "2", "3"), dict.fromkeys("123", FORBIDDEN) | {gone: MISSING})


async def test_a_single_parent_that_answers_with_nothing_has_answered():
    async def nothing(parent: Row) -> list[Row]:
        if parent["id"] == "1":
            return []
        raise FORBIDDEN

    found = under_each(pages("1", "2"), nothing, what="sprints", of=str)
    assert [rows async for _, rows in found] == [[]]


async def test_no_parents_are_no_failure():
    assert await read(pages(), {}) == []


async def test_only_so_many_parents_are_read_at_once():
    under_way = most = 0

    async def rows_of(parent: Row) -> list[Row]:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        for _ in range(5):
            await asyncio.sleep(0)
        under_way -= 1
        return []

    names = [str(n) for n in range(4 * PARENTS_AT_ONCE)]
    found = [row async for row in under_each(pages(*names), rows_of, what="x", of=str)]
    assert len(found) == len(names)
    assert most == PARENTS_AT_ONCE


async def by_id(answers: dict[str, Any], *ids: str) -> dict[str, Row | JiraError | None]:
    async def one(name: str) -> Row | None:
        answer = answers[name]
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[no-any-return]

    return await each_by_id(ids, one, what="board")


@pytest.mark.parametrize("gone", [None, MISSING], ids=["another-row", "404"])
async def test_what_is_gone_is_none(gone, log):
    assert await by_id({"1": {"id": "1"}, "2": gone}, "1", "2") == {"1": {"id": "1"}, "2": None}
    assert warnings(log) == []


@pytest.mark.parametrize(
    "refusal", [BAD, FORBIDDEN, *ITS_OWN], ids=["422", "403", "503", "odd-answer"]
)
async def test_what_is_refused_or_fails_is_neither_there_nor_gone(refusal, log):
    """Gone would be deleted."""
    found = await by_id({"1": {"id": "1"}, "2": refusal}, "1", "2")
    assert found == {"1": {"id": "1"}, "2": refusal}
    [line] = warnings(log)
    assert "board 2 " in line


@pytest.mark.parametrize("failure", ITS_OWN)
async def test_where_all_that_is_asked_by_id_fails_jira_is_down(failure):
    names = [str(n) for n in range(FAILURES_IN_A_ROW)]
    with pytest.raises(type(failure)):
        await by_id(dict.fromkeys(names, failure), *names)


@pytest.mark.parametrize("failure", OF_ALL)
async def test_a_failure_is_raised_and_nothing_taken_for_gone(failure):
    with pytest.raises(type(failure)):
        await by_id({"1": {"id": "1"}, "2": failure}, "1", "2")


async def test_each_id_is_read_once():
    read_again: list[str] = []

    async def one(name: str) -> Row:
        read_again.append(name)
        return {"id": name}

    await each_by_id(["1", "2", "1"], one, what="board")
    assert read_again == ["1", "2"]


@pytest.mark.parametrize("rows", [[], [{"id": "1"}]])
async def test_known_rows_as_the_pages_of_a_list(rows):
    assert [page async for page in one_page(rows)] == [rows]
