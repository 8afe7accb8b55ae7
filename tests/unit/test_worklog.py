"""Worklogs: those that come along with issues, those that are paged, and live by issue."""

from typing import Any

import pytest

from jira.errors import JiraAnswerError
from jira.jql import ALL_ISSUES, ordered
from jira.kinds.hidden_worklogs import inlined
from jira.kinds.issue_reader import SEARCH
from jira.kinds.worklog import BY_IDS
from jira.kinds.worklog_query import WorklogParams
from tests.unit.helpers.fake_client import resource
from tests.unit.helpers.payloads import DELETED, MOVE, UPDATED, issue_event
from tests.unit.helpers.worklog_site import MS, WEEK, Row, Site


def event(issue_id: Any, worklog_id: Any = None, name: str = "worklog_updated") -> Row:
    return {"webhookEvent": name, "worklog": {"id": worklog_id, "issueId": issue_id}}


@pytest.mark.parametrize(
    ("field", "complete"),
    [
        ({"total": 1, "worklogs": [{"id": "1"}]}, True),
        ({"total": 0, "worklogs": []}, True),
        ({"total": 2, "worklogs": [{"id": "1"}]}, False),
        ({"worklogs": [{"id": "1"}]}, False),
        ({"total": "1", "worklogs": [{"id": "1"}]}, False),
        ({"total": 1, "worklogs": None}, False),
        ({"total": 0}, False),
        ([], False),
        (None, False),
    ],
)
def test_whether_the_worklogs_that_came_along_are_all_of_them(field, complete):
    assert (inlined({"fields": {"worklog": field}}) is not None) is complete


def test_an_issue_without_its_fields_brings_no_worklogs_along():
    assert inlined({"id": "1"}) is None


@pytest.mark.parametrize("count", [0, 1, 20])
async def test_up_to_twenty_come_along_and_are_not_asked_for(count):
    site = Site(i1=count, i2=1)
    assert len(await site.resync()) == count + 1
    assert site.paged() == []


@pytest.mark.parametrize("count", [21, 30, 31])
async def test_more_than_twenty_are_paged_to_their_end(count):
    site = Site(i1=count, i2=1)
    rows = await site.resync()
    assert len({row["id"] for row in rows}) == len(rows) == count + 1
    assert [what["startAt"] for what in site.paged()] == list(range(0, count, 15))


async def test_a_thousand_issues_with_a_thousand_worklogs_cost_few_requests():
    site = Site(**{f"i{n}": 1 for n in range(1, 1001)})
    assert len(await site.resync()) == 1000
    assert len(site.fake.asked) <= 40


async def test_every_worklog_tells_the_key_its_issue_has_now():
    rows = await Site(i1=1, i2=25).resync()
    assert {row["__issueKey"] for row in rows if row["issueId"] == "1"} == {"AB-1"}
    assert {row["__issueKey"] for row in rows if row["issueId"] == "2"} == {"AB-2"}


@pytest.mark.parametrize(
    ("jql", "sent"),
    [
        ("project = AB ORDER BY key", "project = AB ORDER BY key"),
        ("", ALL_ISSUES),
        (None, ALL_ISSUES),
        (WEEK.selector.jql, "updated >= -1w"),
    ],
)
async def test_the_query_of_the_selector(jql, sent):
    site = Site(i1=1)
    await site.resync(resource("worklog", jql=jql))
    assert site.fake.bodies(SEARCH)[0]["jql"] == ordered(sent)


def within(**params: Any) -> Any:
    return resource("worklog", api_query_params=WorklogParams(**params))


@pytest.mark.parametrize(
    ("params", "taken"),
    [
        ({"startedAfter": MS - 1}, True),
        ({"startedAfter": MS + 1}, False),
        ({"startedBefore": MS + 1}, True),
        ({"startedBefore": MS - 1}, False),
        ({"startedAfter": MS - 1, "startedBefore": MS + 1}, True),
        ({"startedAfter": MS + 1, "startedBefore": MS + 2}, False),
    ],
)
async def test_when_the_work_began_counts_for_worklogs_that_came_along_too(params, taken):
    site = Site(i1=2)
    assert len(await site.resync(within(**params))) == 2 * taken
    assert (await site.live(event(1), within(**params)))[0] == ["1000", "1001"][: 2 * taken]


async def test_paged_worklogs_are_asked_for_with_the_selectors_parameters():
    site = Site(i1=21)
    await site.resync(within(startedAfter=MS - 1, startedBefore=MS + 1))
    asked = site.paged()[0]
    assert (asked["startedAfter"], asked["startedBefore"]) == (MS - 1, MS + 1)
    assert "expand" not in asked


async def test_what_is_expanded_never_comes_along_and_is_asked_for():
    site = Site(i1=1)
    await site.resync(within(expand="properties"))
    assert [what["expand"] for what in site.paged()] == ["properties"]


async def test_where_there_is_no_work_there_is_nothing_to_expand():
    site = Site(i1=0, i2=0)
    assert await site.resync(within(expand="properties")) == []
    assert site.paged() == []


@pytest.mark.parametrize("count", [1, 25])
async def test_worklogs_are_updated_with_the_rows_of_a_resync(count):
    site = Site(i1=count, i2=1)
    found = await site.kind.resolve(site.kind.subjects(event(1, "1000")), WEEK.selector)
    assert found.updated == [row for row in await site.resync() if row["issueId"] == "1"]
    assert found.deleted == []


async def test_a_worklog_that_is_gone_is_removed_and_its_neighbours_stay():
    site = Site(i1=2)
    assert await site.live(event(1, 55, "worklog_deleted")) == (["1000", "1001"], ["55"])


async def test_a_late_event_removes_nothing_that_is_there():
    site = Site(i1=1)
    assert await site.live(event(1, 1000, "worklog_deleted")) == (["1000"], [])


@pytest.mark.parametrize("name", [UPDATED, DELETED])
async def test_an_issue_that_left_takes_the_worklogs_along_that_its_event_names(name):
    site = Site(i10001=2)
    payload = issue_event(name, worklog=site.issue("10001")["fields"]["worklog"])
    if name == DELETED:
        site.issues.clear()
    else:
        site.outside.add("10001")
    assert await site.live(payload) == ([], ["10001000", "10001001"])


async def test_the_worklogs_of_a_moved_issue_tell_its_new_key():
    site = Site(i10001=1)
    found = await site.kind.resolve(site.kind.subjects(issue_event(UPDATED, MOVE)), WEEK.selector)
    assert [row["__issueKey"] for row in found.updated] == ["AB-10001"]


async def known(site: Site, *names: str, of: Any = WEEK) -> tuple[list[str], list[str]]:
    found = await site.kind.by_identifiers(list(names), of.selector)
    return [row["id"] for row in found.rows], found.gone


async def test_what_port_has_is_there_or_gone_and_what_is_no_id_is_neither():
    site = Site(i1=2, i2=1, i3=1)
    site.outside = {"3"}
    found = await known(site, "1000", "2000", "3000", "77", "AB-1")
    assert found == (["1000", "2000"], ["3000", "77"])


async def test_worklogs_are_looked_up_a_thousand_at_a_time():
    """More is a 400."""
    site = Site(i1=1)
    await known(site, "1000", *map(str, range(5000, 7000)))
    assert sorted(len(body["ids"]) for body in site.fake.bodies(BY_IDS)) == [1, 1000, 1000]


@pytest.mark.parametrize("bad", [None, {}, {"values": []}, ["55"]])
async def test_an_odd_answer_is_an_error_and_not_nothing(bad):
    site = Site(i1=1)
    site.answers[BY_IDS] = bad
    with pytest.raises(JiraAnswerError, match="worklog/list"):
        await known(site, "1000")
