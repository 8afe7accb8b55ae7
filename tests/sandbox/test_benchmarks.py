"""The measurements measure what they say, in small."""

from pathlib import Path

import pytest

from benchmarks.bench import BURSTS, RESYNCS, chosen, parse
from benchmarks.report import Figure, machine, write
from benchmarks.runs import burst, limited, resync
from benchmarks.worlds import RETIRED, limited_world, mapped_fields, new_world

FIGURE = Figure("resync", 3000, "resync of 3,000 issues", 3, 3.5, 3.25, 4.75, 50, 130, 121)


def test_all_sizes_are_measured_without_a_word():
    found = [(what, size) for what, size, _, _ in chosen(parse([]))]
    assert found == [
        *(("resync", size) for size in RESYNCS),
        *(("burst", size) for size in BURSTS),
        ("single", 1),
    ]


def test_one_size_can_be_chosen():
    [(what, size, name, _)] = chosen(parse(["resync", "--issues", "50000", "--bytes", "51200"]))
    assert (what, size, name) == ("resync", 50_000, "resync of 50,000 issues")


def test_what_is_not_there_is_said():
    with pytest.raises(SystemExit, match="There is no lunch"):
        list(chosen(parse(["lunch"])))


def test_the_table_names_machine_and_date_and_every_figure(tmp_path: Path):
    pytest.importorskip("matplotlib")
    write(tmp_path, [FIGURE])
    table = (tmp_path / "RESULTS.md").read_text()
    assert machine() in table
    assert "| resync of 3,000 issues | 3.50 | 3.25 to 4.75 | 50 | 130 | 121 |" in table
    assert (tmp_path / "results.png").read_bytes().startswith(b"\x89PNG")


def test_a_share_of_the_issues_is_out_of_the_query():
    world = new_world(300, retired=RETIRED)
    jql = "(statusCategory != Done) OR (created >= -1w) OR (updated >= -1w)"
    assert len(world.site.search(jql)) == 300 - round(300 * RETIRED)


def test_rows_are_serialised_beforehand():
    """Else the stand-in's own work would be measured."""
    world = new_world(5)
    assert all(issue.raw.keys() == {mapped_fields()} for issue in world.site.issues.values())


def test_the_limited_site_has_to_be_asked_about_every_issue():
    world = limited_world(3, 10.0)
    assert all(len(issue.worklogs) > 20 for issue in world.site.issues.values())


async def test_a_resync_counts_what_it_costs():
    run = await resync(40)
    assert 0 < run.jira_requests < 25
    assert 0 < run.port_requests < 20
    assert run.peak_bytes > 10_000_000
    assert run.seconds > 0
    assert run.throttled == 0


async def test_a_burst_counts_what_it_costs_and_not_the_start():
    run = await burst(20, issues=30)
    assert 0 < run.jira_requests <= 12
    assert 0 < run.port_requests <= 25


async def test_a_limited_resync_asks_about_each_issue_and_counts_refusals():
    run = await limited(30, per_second=20)
    assert run.jira_requests >= 30
    assert 0 < run.throttled < 15
