"""What every kind promises, in one table: how each is read, and what is never taken for gone."""

import re
from typing import Any

import pytest

from client import KINDS, MYSELF
from jira.errors import (
    JiraAnswerError,
    JiraAuthenticationError,
    JiraError,
    JiraForeignAnswerError,
    JiraPartlyUnavailableError,
    JiraPermissionError,
    JiraRequestError,
    JiraUnavailableError,
)
from kinds import Kinds
from tests.unit.helpers.kind_cases import CASES, Case, filled, ids, of, of_each
from tests.unit.helpers.planning_site import (
    GONE,
    Row,
    all_rows,
    warnings,
)
from tests.unit.helpers.whole_site import WholeSite

FORBIDDEN = JiraPermissionError("answered with 403")
DOWN = JiraUnavailableError("503")
OF_ALL = [JiraAuthenticationError("401"), JiraForeignAnswerError("HTML")]
ODD = (JiraAnswerError, JiraPartlyUnavailableError)
"""What an odd answer comes to: the kind's failure, or that of the one parent that gave it."""


every_kind = of(*CASES)
with_parents = of(*(case for case in CASES if case.parents))
with_events = of(*(case for case in CASES if case.event))
every_list = of_each("path", ((case, path) for case in CASES for path in case.lists))
every_list_of_all = of_each(
    "path", ((c, path) for c in CASES for path in c.lists if path not in c.parents)
)
every_find = of_each("path", ((case, path) for case in CASES for path in case.finds))


@pytest.fixture
def site() -> WholeSite:
    return filled()


async def read_all(site: WholeSite, case: Case) -> list[Row]:
    return await all_rows(site.client.read_all(case.kind, case.read_by))


async def find(site: WholeSite, case: Case, *ids: str) -> dict[str, Row | None]:
    return await site.client.kinds[case.kind].find(ids, case.read_by)


def test_every_kind_is_in_the_table():
    assert {case.kind for case in CASES} == set(Kinds)
    without_event = {case.kind for case in CASES if case.event is None}
    assert without_event == {name for name, kind in KINDS.items() if not kind.events}


@every_kind
async def test_every_row_of_every_page_is_read_and_each_once(site, case):
    assert ids(case, await read_all(site, case)) == sorted(case.ids)
    assert len([path for _, path, _ in site.fake.asked if path == case.paged]) > 1


@every_list
async def test_the_table_names_paths_that_a_read_of_all_asks(site, case, path):
    await read_all(site, case)
    assert path in {asked for _, asked, _ in site.fake.asked}


@pytest.mark.parametrize("read_before", [True, False])
@every_kind
async def test_a_row_that_is_found_is_the_row_of_a_read_of_all(site, case, read_before):
    by_id = {str(row[case.id_of]): row for row in await read_all(filled(), case)}
    if read_before:
        await read_all(site, case)
    assert await find(site, case, *case.ids) == {name: by_id[name] for name in case.ids}


@every_kind
async def test_a_row_that_port_has_is_the_row_of_a_read_of_all(site, case):
    rows = await read_all(site, case)
    known = await site.client.kinds[case.kind].by_identifiers(case.called, case.read_by)
    assert sorted(known.rows, key=str) == sorted(rows, key=str)
    assert known.gone == []


@with_events
async def test_a_row_that_an_event_names_is_the_row_of_a_read_of_all(site, case):
    rows = await read_all(site, case)
    kind = site.client.kinds[case.kind]
    assert kind.is_touched_by(case.event["webhookEvent"])
    found = await kind.resolve(kind.subjects(case.event), case.read_by)
    assert found.updated
    assert all(row in rows for row in found.updated)
    assert found.deleted == []


@every_kind
async def test_what_jira_no_longer_has_is_none_and_disturbs_nothing(site, case):
    first = case.ids[0]
    found = await find(site, case, first, case.unknown)
    assert list(found) == [first, case.unknown]
    assert found[case.unknown] is None
    assert ids(case, found.values()) == [first]


@every_kind
async def test_what_port_has_and_jira_has_not_is_gone(site, case):
    names = [case.called[0], case.unknown_name]
    known = await site.client.kinds[case.kind].by_identifiers(names, case.read_by)
    assert ids(case, known.rows) == [case.ids[0]]
    assert known.gone == [case.unknown_name]


@of(*(case for case in CASES if case.not_a_name))
async def test_what_cannot_be_a_name_is_neither_there_nor_gone(site, case):
    """A mapping may make identifiers of anything: what isn't understood isn't deleted."""
    names = [case.not_a_name, "", "1.0", case.called[0]]
    known = await site.client.kinds[case.kind].by_identifiers(names, case.read_by)
    assert (len(known.rows), known.gone) == (1, [])


@every_kind
async def test_nothing_to_find_is_nothing(site, case):
    assert await find(site, case) == {}


@pytest.mark.parametrize(
    "refusal", [FORBIDDEN, GONE, JiraRequestError("422")], ids=["403", "404", "422"]
)
@with_parents
async def test_a_parent_that_is_refused_costs_only_itself(site, case, log, refusal):
    site.answers[case.parents[0]] = refusal
    assert ids(case, await read_all(site, case)) == sorted(case.left)
    assert warnings(log)
    assert all(f"The {case.said}" in line for line in warnings(log))


@pytest.mark.parametrize("refusal", [FORBIDDEN, JiraRequestError("400: bad")], ids=["403", "400"])
@with_parents
async def test_where_every_parent_is_refused_it_is_not_the_parents_and_the_kind_fails(
    site, case, refusal
):
    """A wrong query, or a permission that is missing everywhere: nothing may be deleted."""
    site.answers |= dict.fromkeys(case.parents, refusal)
    with pytest.raises(type(refusal)):
        await read_all(site, case)


@pytest.mark.parametrize("failure", OF_ALL, ids=["401", "html"])
@every_list
async def test_a_failure_that_is_no_parents_own_fails_the_kind(site, case, path, failure):
    site.answers[path] = failure
    with pytest.raises(type(failure)):
        await read_all(site, case)


@every_list_of_all
async def test_a_list_of_all_that_fails_fails_the_kind(site, case, path):
    site.answers[path] = DOWN
    with pytest.raises(JiraUnavailableError):
        await read_all(site, case)


@every_list_of_all
async def test_a_list_of_all_that_is_refused_fails_the_kind(site, case, path):
    site.answers[path] = FORBIDDEN
    with pytest.raises(JiraPermissionError):
        await read_all(site, case)


@pytest.mark.parametrize("odd", [None, {}, "text", 5, {"odd": []}], ids=str)
@every_list
async def test_an_answer_that_is_no_list_is_an_error_and_not_empty(site, case, path, odd):
    site.answers[path] = odd
    with pytest.raises(ODD):
        await read_all(site, case)


@pytest.mark.parametrize("odd", [None, 5, {}, "text", ["text"], [None]], ids=str)
@every_list
async def test_rows_that_are_no_rows_are_an_error_and_not_left_out(site, case, path, odd):
    rows = case.lists[path]
    site.answers[path] = odd if rows is None else {rows: odd, "isLast": True, "pageInfo": {}}
    with pytest.raises(ODD):
        await read_all(site, case)


@every_kind
async def test_a_site_without_rows_is_empty_where_jira_knows_us(site, case):
    site.empty()
    assert await read_all(site, case) == []
    assert site.fake.asked[-1][1] == MYSELF


@pytest.mark.parametrize("failure", [JiraAuthenticationError("401"), DOWN], ids=["401", "503"])
@every_kind
async def test_a_site_that_is_empty_for_strangers_fails_the_kind(site, case, failure):
    """A token that ran out gets 200 and nothing; it must never empty a catalog."""
    site.empty()
    site.answers[MYSELF] = failure
    with pytest.raises(type(failure)):
        await read_all(site, case)


@every_kind
async def test_credentials_that_end_in_the_middle_of_the_read_fail_the_kind(site, case):
    """What comes after that is 200 and nothing, and would be missing without a word."""
    answer = site.fake.answer

    def ends_after_the_first(method: str, path: str, what: Any) -> Any:
        answered = answer(method, path, what)
        if path == case.paged:
            site.empty()
            site.answers[MYSELF] = JiraAuthenticationError("401")
        return answered

    site.fake.answer = ends_after_the_first
    with pytest.raises((JiraAuthenticationError, JiraAnswerError)) as failed:
        await read_all(site, case)
    assert site.projects == [], "it was asked for what counts"
    # An end before the announced total is noticed even earlier.
    assert isinstance(failed.value, JiraAuthenticationError) or re.search(
        r"\d of \d", str(failed.value)
    )


@pytest.mark.parametrize("odd", [None, [], "text", {}], ids=str)
@every_find
async def test_an_odd_answer_never_makes_another_row(site, case, path, odd):
    """It is an error, or there is no such row, or the row is known from elsewhere."""
    [right] = (await find(filled(), case, case.ids[0])).values()
    site.answers[path] = odd
    try:
        found = await find(site, case, case.ids[0])
    except JiraError:
        return
    assert found in ({case.ids[0]: None}, {case.ids[0]: right})
