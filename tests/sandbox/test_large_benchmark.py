"""The measurements of a large site measure what they say, on the smallest one."""

from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from benchmarks.large import (
    ARCHIVE,
    DELETED,
    EDIT,
    FIRST,
    IN_RESYNC,
    IN_SWEEP,
    PROJECT,
    QUIET_SWEEP,
    SPRINT,
    UNCHANGED,
    measured,
    parse,
    sizes,
)
from benchmarks.large_report import write
from benchmarks.large_site import (
    ARCHIVED,
    RENAMED,
    Size,
    active_sprint,
    large_site,
    large_world,
    ordinary,
)
from benchmarks.meter import Cost, Meter

SMALLEST = Size.of(160, boards=4, projects=5, users=12)
COST = Cost(FIRST, 5.5, 5.75, 1230, 4560, 53, 788, 113)


def test_sizes_grow_with_the_issues():
    assert sizes(parse([])) == [Size(100_000, 2000, 5000, 10_000)]
    assert Size.of(3000) == Size(3000, 60, 150, 300)


def test_every_number_can_be_chosen_and_several_of_each_make_several_sites():
    words = "--issues 1000 10000 --boards 10 257 --projects 7 --users 30 40"
    assert sizes(parse(words.split())) == [Size(1000, 10, 7, 30), Size(10_000, 257, 500, 40)]
    assert sizes(parse(["--issues", "3000", "--boards", "67", "257"])) == [
        Size(3000, 67, 150, 300),
        Size(3000, 257, 150, 300),
    ]


def test_a_site_has_what_was_asked_for():
    size = Size.of(400, boards=9, projects=6, users=15)
    site = large_site(size)
    assert len(site.issues) == size.issues
    assert len(site.boards) == size.boards
    assert len(site.projects) == size.projects
    assert len(site.users) == size.users
    for key in (RENAMED, ARCHIVED):
        assert len(site.issues_in(site.project_of(key))) == 50
    assert site.worklogs
    assert site.teams
    assert site.versions
    assert site.components
    assert len(active_sprint(site).boards) == 1
    # Nothing has changed lately, and everything is selected by the query of the mapping.
    assert site.search("updated >= -1d") == []
    assert len(site.search("created >= -1w")) == size.issues
    assert not {issue.project.key for issue in ordinary(site)} & {RENAMED, ARCHIVED}


def test_rows_of_a_large_site_are_made_when_they_are_asked_for():
    site = large_site(SMALLEST)
    issue = ordinary(site)[0]
    assert 4000 < len(site.raw(issue)) < 5000
    assert all(issue.row is None and not issue.raw for issue in site.issues.values())


def test_the_table_has_every_size_and_every_figure(tmp_path: Path):
    pytest.importorskip("matplotlib")
    other = Size.of(1000)
    write(tmp_path, {SMALLEST: [COST], other: [COST, COST.taking(0.25).noting("4 edits")]})
    table = (tmp_path / "LARGE.md").read_text()
    assert f"## {SMALLEST}" in table
    assert f"## {other}" in table
    assert f"| {FIRST} | 5.50 | 5.75 | 1,230 | 4,560 | 53 | 788 | 113 |  |" in table
    assert f"| {FIRST} | 0.25 | 5.75 | 1,230 | 4,560 | 53 | 788 | 113 | 4 edits |" in table
    assert (tmp_path / "large.png").read_bytes().startswith(b"\x89PNG")


def test_a_figure_is_told_in_a_line_and_by_endpoint():
    assert f"{COST}" == (
        "first resync                               5.50 s  all done     5.75 s  "
        "Jira   1230 (4560 points)  Port    53  written    788  peak  113 MB"
    )
    asked = replace(COST, endpoints=(("GET /board", 12), ("Port: POST /search", 3)))
    assert asked.told_by_endpoint() == "        12  GET /board\n         3  Port: POST /search"


async def costs_of(*parts: str) -> dict[str, Cost]:
    """What is measured of the smallest site, with stand-ins that answer at once."""
    return {cost.what: cost async for cost in measured(SMALLEST, parts, 30, slow=False)}


def check(found: dict[str, Cost]) -> None:
    for cost in found.values():
        assert 0 < cost.seconds <= cost.settled
        assert cost.jira < cost.points
        assert cost.port > 0
        assert cost.megabytes > 20


async def test_resyncs_edits_and_many_changes_are_measured():
    found = await costs_of("resync", "during", "burst")
    assert list(found) == [FIRST, UNCHANGED, IN_RESYNC, "30 changes at once"]
    check(found)
    asked = dict(found[FIRST].endpoints)
    assert asked["GET /rest/agile/1.0/board/{id}/sprint"] == SMALLEST.boards
    assert found[FIRST].written > found[UNCHANGED].written
    assert found[IN_RESYNC].note.endswith("times idle")
    assert found["30 changes at once"].note.endswith("events a second")


async def test_what_jira_refuses_is_noted():
    """The first request uses a small quota up."""
    world = large_world(SMALLEST, slow=False, oauth=True)
    async with world:
        meter = Meter(world)
        world.jira.points.quota = 2
        headers = {"Authorization": f"Bearer {world.jira.oauth_token}"}
        async with httpx.AsyncClient(base_url=world.jira_server.url, headers=headers) as client:
            for _ in range(3):
                await client.get("/rest/api/3/myself")
        cost = meter.cost("three requests")
    assert (cost.jira, cost.points, cost.note) == (3, 3, "2 refused")
    assert cost.noting("4 edits").note == "4 edits; 2 refused"


@pytest.mark.slow
async def test_single_changes_are_measured_with_what_follows():
    found = await costs_of("changes")
    assert list(found) == [FIRST, EDIT, DELETED, SPRINT, PROJECT, ARCHIVE]
    check(found)
    assert found[EDIT].written >= 1


@pytest.mark.slow
async def test_sweeps_are_measured():
    found = await costs_of("sweep")
    assert list(found) == [FIRST, QUIET_SWEEP, IN_SWEEP]
    check(found)
    assert found[QUIET_SWEEP].seconds < 50
