"""Ids of issues that are gone: Jira may refuse the whole query or leave them out, all the same."""

from collections.abc import Iterable
from typing import Any

import pytest

from kinds import Kinds
from tests.unit.helpers.fake_client import resource
from tests.unit.helpers.payloads import DELETED
from tests.unit.helpers.whole_site import WholeSite

THERE, GONE = range(1, 31, 2), range(2, 31, 2)
OF_ISSUES = [Kinds.ISSUE, Kinds.BACKLOG, Kinds.EPIC]
STARTED = "2026-01-02T03:04:05.000+0000"


@pytest.fixture(params=[True, False], ids=["refused", "left out"])
def site(request):
    site = WholeSite()
    site.project("10", "AB")
    site.board(5, "AB")
    for number in (*THERE, *GONE):
        site.epic(number, f"AB-{number}", 5)
        site.put("backlog", number, 5)
        row = {"id": str(100 + number), "issueId": str(number), "started": STARTED}
        site.worklogs[row["id"]] = row
    for number in GONE:
        del site.issues[str(number)]
        site.on_board["epic", 5].remove(number)
        site.on_board["backlog", 5].remove(number)
    site.refuses_gone_ids = request.param
    return site


def texts(numbers: Iterable[int], more: int = 0) -> list[str]:
    return sorted(str(number + more) for number in numbers)


def event(number: int) -> dict[str, Any]:
    issue = {"id": str(number), "key": f"AB-{number}", "fields": {}}
    return {"webhookEvent": DELETED, "issue": issue}


@pytest.mark.parametrize("kind", OF_ISSUES)
async def test_live_reads_find_what_is_there(site, kind):
    reader = site.client.kinds[kind]
    subjects = [s for n in (*THERE, *GONE) for s in reader.subjects(event(n))]
    found = await reader.resolve(subjects, resource(kind).selector)
    assert sorted(str(row["id"]) for row in found.updated) == texts(THERE)
    assert sorted(row["key"] for row in found.deleted) == sorted(f"AB-{n}" for n in GONE)
    assert found.failed is None


@pytest.mark.parametrize("kind", OF_ISSUES)
@pytest.mark.parametrize("name", ["{}", "AB-{}"])
async def test_entities_are_looked_up_by_ids_and_keys_that_are_partly_gone(site, kind, name):
    names = [name.format(number) for number in (*THERE, *GONE)]
    known = await site.client.kinds[kind].by_identifiers(names, resource(kind).selector)
    assert sorted(str(row["id"]) for row in known.rows) == texts(THERE)
    assert sorted(known.gone) == sorted(name.format(number) for number in GONE)
    assert known.failed is None


async def test_a_sweep_reads_whole_rows_of_names_that_are_partly_gone(site):
    named = [{"id": str(number), "key": f"AB-{number}"} for number in (*THERE, *GONE)]
    pages = site.client.issues.named(named, resource("issue").selector)
    assert sorted([row["id"] async for page in pages for row in page]) == texts(THERE)


async def test_worklogs_of_issues_that_are_gone_are_gone(site):
    for row in site.issues.values():
        row["fields"]["worklog"] = {
            "total": 1,
            "worklogs": [w for w in site.worklogs.values() if w["issueId"] == row["id"]],
        }
    names = texts((*THERE, *GONE), 100)
    reader = site.client.kinds[Kinds.WORKLOG]
    known = await reader.by_identifiers(names, resource("worklog").selector)
    assert sorted(row["id"] for row in known.rows) == texts(THERE, 100)
    assert sorted(known.gone) == texts(GONE, 100)


@pytest.mark.parametrize("kind", OF_ISSUES)
async def test_where_all_are_gone_nothing_is_found(site, kind):
    names = texts(GONE)
    known = await site.client.kinds[kind].by_identifiers(names, resource(kind).selector)
    assert (known.rows, sorted(known.gone), known.failed) == ([], names, None)
