"""Worklogs of issues whose project hides the field: the rows of others, in few requests."""

from typing import Any

import pytest

from jira.errors import (
    JiraAnswerError,
    JiraNotFoundError,
    JiraPermissionError,
    JiraUnavailableError,
)
from jira.kinds.hidden_worklogs import LATEST_SECONDS, changed_just_now, hides_worklogs
from jira.kinds.worklog import BY_IDS
from jira.kinds.worklog_changes import UPDATED
from jira.kinds.worklog_query import WorklogParams
from tests.unit.helpers.fake_client import resource
from tests.unit.helpers.worklog_site import MS, STARTED, Row, Site, just_now


def a_site(count: int, worklogs: int = 1, *, hidden: int | None = None) -> Site:
    """Of so many issues the first ones hide their worklogs; None for all."""
    site = Site(**{f"i{n}": worklogs for n in range(1, count + 1)})
    site.hides = set(list(site.issues)[:hidden])
    return site


def by_id(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: int(row["id"]))


async def rows_without_hiding(site: Site, *selector: Any) -> list[Row]:
    hides, site.hides = site.hides, set()
    rows = await site.resync(*selector)
    site.hides = hides
    site.fake.asked.clear()
    return by_id(rows)


async def test_ten_thousand_issues_that_hide_their_worklogs_cost_few_requests():
    site = a_site(10_000, worklogs=1)
    rows = await site.resync()
    assert len({row["id"] for row in rows}) == len(rows) == 10_000
    assert site.singly() == []
    assert len(site.fake.bodies(UPDATED)) == len(site.fake.bodies(BY_IDS)) <= 11
    assert len(site.fake.asked) <= 160, "a hundred of these read the issues themselves"


@pytest.mark.parametrize("hidden", [0, 5, 30, None])
@pytest.mark.parametrize("changes_a_page", [3, 20, 1000])
async def test_the_rows_are_those_of_issues_that_show_them(hidden, changes_a_page):
    site = a_site(60, worklogs=1, hidden=hidden)
    site.changes_a_page = changes_a_page
    expected = await rows_without_hiding(site)
    rows = await site.resync()
    assert list({row["id"]: row for row in by_id(rows)}.values()) == expected
    assert {row["__issueKey"] for row in rows} == {f"AB-{n}" for n in range(1, 61)}


async def test_worklogs_of_issues_that_are_not_selected_are_none_of_them():
    site = a_site(40)
    site.outside = {"7", "8"}
    assert {row["issueId"] for row in await site.resync()} == site.issues.keys() - site.outside


@pytest.mark.parametrize(("params", "taken"), [({"startedAfter": MS}, 0), ({}, 20)])
async def test_when_the_work_began_counts_here_too(params, taken):
    selector = resource("worklog", api_query_params=WorklogParams(**params))
    assert len(await a_site(20).resync(selector)) == taken


async def test_issues_that_changed_just_now_are_asked_themselves():
    """The latest minute is left out of all worklogs of the site."""
    site = a_site(30)
    site.updated |= {"3": just_now(), "4": just_now()}
    rows = await site.resync()
    assert sorted(site.singly()) == ["3", "4"]
    assert len(rows) == 30


@pytest.mark.parametrize(
    ("updated", "just"),
    [
        (STARTED, False),
        ("1970-01-01T00:00:00.000+0000", False),
        ("1970-01-12T13:46:40.000+0000", False),
        ("1970-01-12T13:46:41.000+0000", True),
        ("2100-01-01T00:00:00.000+0000", True),
        (None, True),
        (5, True),
        ("", True),
    ],
)
def test_whether_an_issue_changed_just_now(updated, just):
    moment = LATEST_SECONDS + (MS / 1000 if updated == STARTED else 1_000_000.0)
    assert changed_just_now({"fields": {"updated": updated}}, lambda: moment) is just


@pytest.mark.parametrize(
    ("issue", "hides"),
    [
        ({"fields": {}}, True),
        ({"fields": {"worklog": None}}, True),
        ({"id": "1"}, True),
        ({"fields": {"worklog": {"total": 0, "worklogs": []}}}, False),
        ({"fields": {"worklog": {"total": 30}}}, False),
    ],
)
def test_whether_an_issue_hides_its_worklogs(issue, hides):
    assert hides_worklogs(issue) is hides


async def test_a_few_issues_are_asked_one_by_one():
    site = a_site(9)
    assert len(await site.resync()) == 9
    assert site.fake.bodies(UPDATED) == []


async def test_where_the_site_has_far_more_worklogs_the_issues_are_asked_one_by_one():
    site = a_site(20)
    site.changes_a_page = 3
    rows = await site.resync()
    assert {row["id"] for row in rows} == {f"{n}000" for n in range(1, 21)}
    assert len(site.fake.bodies(UPDATED)) == 2
    assert len(site.singly()) == 20


ODD = [
    {"values": [{"worklogId": 1000}], "lastPage": False, "until": 0},
    {"values": [{"worklogId": 1000}], "lastPage": False},
    {"values": [{"worklogId": 1000}], "nextPage": "https://x", "until": None},
    {"values": None, "lastPage": True},
    {},
    [],
    JiraAnswerError("cut off"),
    JiraPermissionError("403"),
    JiraNotFoundError("404"),
]


@pytest.mark.parametrize("odd", ODD, ids=repr)
async def test_where_the_pages_cannot_be_had_the_issues_are_asked_one_by_one(odd):
    site = a_site(40)
    site.answers[UPDATED] = odd
    assert {row["id"] for row in await site.resync()} == {f"{n}000" for n in range(1, 41)}
    assert len(site.singly()) == 40


async def test_where_jira_is_down_that_is_said_and_nothing_is_asked_one_by_one():
    site = a_site(40)
    site.answers[UPDATED] = JiraUnavailableError("503")
    with pytest.raises(JiraUnavailableError):
        await site.resync()
    assert site.singly() == []


async def test_a_page_that_says_neither_that_it_is_the_last_nor_of_another_is_the_last():
    site = a_site(20)
    site.answers[UPDATED] = {"values": [{"worklogId": int(f"{n}000")} for n in range(1, 21)]}
    assert len(await site.resync()) == 20
    assert site.singly() == []


async def test_what_is_expanded_is_asked_for_issue_by_issue():
    site = a_site(20)
    params = WorklogParams(expand="properties")
    assert len(await site.resync(resource("worklog", api_query_params=params))) == 20
    assert len(site.singly()) == 20
