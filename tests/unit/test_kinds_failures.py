"""What every kind promises about failures: each costs itself, and nothing is taken for gone."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from jira.errors import (
    JiraAnswerError,
    JiraError,
    JiraPermissionError,
    JiraUnavailableError,
)
from jira.kinds.kind import Found, Known
from tests.unit.helpers.kind_cases import CASES, Case, filled, ids, of, of_each
from tests.unit.helpers.planning_site import Row, all_rows, read_to_its_end, warnings
from tests.unit.helpers.whole_site import WholeSite

FORBIDDEN = JiraPermissionError("answered with 403")
DOWN = JiraUnavailableError("503")
UNREADABLE = JiraAnswerError("broken JSON")

with_parents = of(*(case for case in CASES if case.parents))
every_find = of_each("path", ((case, path) for case in CASES for path in case.finds))
alone = of_each("path", ((case, path) for case in CASES for path in case.alone))


@pytest.fixture
def site() -> WholeSite:
    return filled()


@pytest.mark.parametrize("failure", [DOWN, UNREADABLE], ids=["503", "unreadable"])
@with_parents
async def test_a_parent_that_fails_again_and_again_costs_only_itself_and_the_end_says_so(
    site, case, log, failure
):
    site.answers[case.parents[0]] = failure
    rows, error = await read_to_its_end(site.client.read_all(case.kind, case.read_by))
    assert ids(case, rows) == sorted(case.left_by_a_failure)
    assert error.cause is failure
    assert [case.said.strip()] == error.names
    assert all(f"The {case.said}" in line for line in warnings(log))
    assert warnings(log)


@with_parents
async def test_where_jira_is_down_not_every_parent_is_tried(site, case):
    site.answers |= dict.fromkeys(case.parents, DOWN)
    with pytest.raises(JiraUnavailableError):
        await all_rows(site.client.read_all(case.kind, case.read_by))


@pytest.mark.parametrize("failure", [FORBIDDEN, DOWN, UNREADABLE], ids=["403", "503", "odd"])
@alone
async def test_what_is_refused_or_fails_alone_is_neither_there_nor_gone(
    site, case, path, log, failure
):
    site.answers[path] = failure
    passes = failure is not FORBIDDEN
    first, last = case.ids[0], case.ids[-1]
    kind = site.client.kinds[case.kind]
    found = await kind.find([first, last], case.read_by)
    assert list(found) == [last]
    assert found.failed is (failure if passes else None)
    known = await kind.by_identifiers([first, last], case.read_by)
    assert (ids(case, known.rows), known.gone) == ([last], [])
    assert known.failed is (failure if passes else None)
    assert any(case.kind in line or case.said in line for line in warnings(log))


@pytest.mark.parametrize("failure", [FORBIDDEN, DOWN, UNREADABLE], ids=["403", "503", "odd"])
@alone
async def test_where_nothing_can_be_said_a_failure_is_raised_and_a_refusal_is_not(
    site, case, path, failure
):
    """Another try may help, or it doesn't."""
    site.answers[path] = failure
    kind = site.client.kinds[case.kind]
    reads: list[Callable[[], Awaitable[Any]]] = [
        lambda: kind.find([case.ids[0]], case.read_by),
        lambda: kind.by_identifiers([case.ids[0]], case.read_by),
    ]
    if case.event:
        reads.append(lambda: kind.resolve(kind.subjects(case.event), case.read_by))
    for read in reads:
        if failure is FORBIDDEN:
            assert await read() in ({}, Known(), Found())
        else:
            with pytest.raises(type(failure)):
                await read()


@every_find
async def test_a_failure_is_not_taken_for_what_is_gone(site, case, path):
    """It is raised, or what it would have told is known from elsewhere."""
    kind = site.client.kinds[case.kind]
    reads: list[Callable[[], Awaitable[Any]]] = [
        lambda: kind.by_identifiers([case.called[0]], case.read_by),
        lambda: kind.find([case.ids[0]], case.read_by),
        lambda: kind.resolve(kind.subjects(case.event) if case.event else (), case.read_by),
    ]
    right = [await read() for read in reads]
    site.answers[path] = DOWN
    for read, before in zip(reads, right, strict=True):
        try:
            answer = await read()
        except JiraUnavailableError:
            continue
        assert answer == before


async def find(site: WholeSite, case: Case) -> dict[str, Row | None]:
    """The first row."""
    return await site.client.kinds[case.kind].find([case.ids[0]], case.read_by)


@pytest.mark.parametrize("odd", [None, [], "text", {}], ids=str)
@every_find
async def test_an_odd_answer_never_makes_another_row(site, case, path, odd):
    """Nor does it make one gone: it is an error, or the row is known from elsewhere."""
    [right] = (await find(filled(), case)).values()
    site.answers[path] = odd
    try:
        found = await find(site, case)
    except JiraError:
        return
    an_empty_list_is_one = odd == [] and found == {case.ids[0]: None}
    assert an_empty_list_is_one or found == {case.ids[0]: right}
