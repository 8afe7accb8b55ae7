"""What events entail: issues read again, and a look for orphans when it has become quiet."""

import time
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from background import reads_after
from background.after_writes import ORPHANS_SECONDS, ORPHANS_SHARE, SETTLE_SECONDS
from background.read_again import Batch
from background.reads_after import LATELY_SECONDS, LATELY_SHARE
from background.relatives import RELATIVES
from jira.payloads import IssueSubject
from kinds import Kinds
from port.just_written import SEARCH_SECONDS
from tests.unit.helpers.follow_ups_world import (
    INDEX_SECONDS,
    after_a_resync,
    issue,
    project,
    unstarted_world,
)


@pytest.fixture
def world(monkeypatch):
    return after_a_resync(unstarted_world(monkeypatch))


async def test_a_project_event_has_its_issues_read_again_and_a_sweep_made(world):
    """They carry its name, come and go with it, and send no events of their own."""
    assert world.follow_ups.after([project()]) == ["what belongs to project 10", "sweep"]
    assert sorted(await world.run()) == ["page 1 of 10", "page 2 of 10", "sweep"]


async def test_what_belongs_to_a_project_is_read_without_a_sweep_once_all_was_read(world, log):
    """And again when Jira's search shows what happened; what it leaves behind are orphans."""
    world.jira.knows_catalog = True
    world.jira.boards._listed = set()
    asked = world.follow_ups.after([project()])
    assert asked == ["what belongs to project 10", "orphans"]
    assert await world.run() == ["page 1 of 10", "page 2 of 10"]
    assert [line for line in log if "entails: what belongs to project 10 when the index" in line]
    assert await world.run(after=INDEX_SECONDS) == ["orphans", "late page of 10"]
    assert await world.run(after=INDEX_SECONDS) == []


async def test_what_another_process_read_this_one_has_not_seen(world):
    """So the catalog may have anything: an event of a project has everything compared."""
    world.jira.knows_catalog = True
    world.jira.boards._listed = set()
    begun = world.follow_ups.resync_began()
    world.follow_ups.resync_ended(begun, succeeded=True, elsewhere=True)
    assert "sweep" in world.follow_ups.after([project()])
    world.follow_ups.resync_ended(world.follow_ups.resync_began(), succeeded=True)
    assert "sweep" not in world.follow_ups.after([project()])


async def test_where_the_projects_of_boards_are_not_known_what_they_show_is_compared(world):
    world.jira.knows_catalog = True
    boards = "sweep of sprint and backlog and epic"
    assert world.follow_ups.after([project()]) == ["what belongs to project 10", boards]


def board(name: str = "board_updated") -> dict[str, Any]:
    return {"webhookEvent": name, "board": {"id": 3}}


def sprint(name: str = "sprint_updated") -> dict[str, Any]:
    return {"webhookEvent": name, "sprint": {"id": 7, "originBoardId": 3}}


async def test_what_a_board_shows_is_read_now_and_when_the_index_has_caught_up(world, monkeypatch):
    async def pages(client: Any, ids: Any, *_: Any) -> AsyncIterator[list[str]]:
        yield [f"board {number}" for number in ids]

    monkeypatch.setattr(reads_after, "of_boards", SimpleNamespace(pages=pages))
    world.jira.knows_catalog = True
    assert world.follow_ups.after([board()]) == ["what board 3 shows", "orphans"]
    assert await world.run() == ["board 3"]
    assert await world.run(after=INDEX_SECONDS) == ["orphans", "board 3"]
    assert await world.run(after=INDEX_SECONDS) == []


async def test_what_boards_show_is_compared_as_long_as_nobody_knows_what_the_catalog_has(world):
    boards = "sweep of sprint and backlog and epic"
    assert world.follow_ups.after([board()]) == ["what board 3 shows", boards]
    assert "backlogs beside sprint 7" in world.follow_ups.after([sprint()])
    assert "backlogs beside sprint 7" not in world.follow_ups.after([sprint("sprint_created")])


async def test_what_is_behind_the_index_is_read_again_when_that_has_caught_up(
    world, monkeypatch, log
):
    """A job that isn't asked for twice, and whose name says what it waits for."""
    subjects = [IssueSubject("1", {}), IssueSubject("2", {})]

    async def pages(
        client: Any, batch: Batch, mapping: Any, failures: Any
    ) -> AsyncIterator[list[str]]:
        assert (client, mapping) == (world.jira.client, world.mapping)
        yield [f"{subject.id} again" for subject in batch.subjects[Kinds.BACKLOG]]

    monkeypatch.setattr(reads_after, "pages_again", pages)
    for subject in subjects:
        world.follow_ups.reads.again_with_index({Kinds.BACKLOG: [subject]})
    world.follow_ups.reads.again_with_index({Kinds.ISSUE: subjects})
    [line] = [line for line in log if "Background work entails" in line]
    assert "batch 1 of what changed when the index has caught up|" in line
    assert await world.run(after=INDEX_SECONDS - 1) == []
    assert await world.run(after=INDEX_SECONDS) == ["1 again", "2 again"]
    assert await world.run(after=INDEX_SECONDS) == []


async def test_each_project_is_read_once_however_many_events_name_it(world):
    asked = world.follow_ups.after([project(10), project(11), project(10), issue()])
    of_projects = ["what belongs to project 10", "what belongs to project 11"]
    assert asked == [*of_projects, "sweep", RELATIVES]
    done = await world.run()
    assert done.count("page 1 of 10") == done.count("page 1 of 11") == 1
    assert done.count("sweep") == 1


async def test_other_events_have_orphans_looked_for(world):
    """A relation that changed may have left a stub behind."""
    assert world.follow_ups.after([issue()]) == ["orphans", RELATIVES]
    assert await world.run() == []
    assert await world.run(after=ORPHANS_SECONDS) == ["orphans"]


async def test_an_issue_that_is_gone_has_orphans_looked_for(world):
    """Its relations may have been the only ones."""
    gone = {"webhookEvent": "jira:issue_deleted", "issue": {"id": 1}}
    assert "orphans" in world.follow_ups.after([gone])
    assert "orphans" in await world.run(after=ORPHANS_SECONDS)


async def test_what_port_refused_is_tried_again_after_other_events(world):
    """What it relates to may have come with them."""
    world.follow_ups.after([issue()])
    await world.run(after=ORPHANS_SECONDS)
    assert world.refused_retried == 1


async def test_while_events_keep_coming_orphans_wait(world):
    for _ in range(20):
        world.follow_ups.after([issue()])
        assert await world.run(after=ORPHANS_SECONDS / 2) == []
    assert await world.run(after=ORPHANS_SECONDS) == ["orphans"]


async def test_looking_for_orphans_takes_no_more_than_its_share_of_the_time(world):
    """In a large catalog it takes long, and after each event it would do nothing else."""
    world.orphans_take = 4.0
    world.follow_ups.after([issue()])
    await world.run(after=ORPHANS_SECONDS)
    world.follow_ups.after([issue()])
    assert await world.run(after=4.0 * ORPHANS_SHARE - 1) == []
    assert await world.run(after=1) == ["orphans"]


def attachment() -> dict[str, Any]:
    payload = {"webhookEvent": "attachment_created", "attachment": {"id": "1"}}
    return {**payload, "timestamp": int(time.time() * 1000)}


CHANGED = "issues that changed in the last 10 minutes"


def written(done: list[Any]) -> list[str]:
    """The keys of the issues that a job had written."""
    return [row["key"] for results in done for row in getattr(results, "updated_raw_results", ())]


async def test_an_attachment_without_its_issue_has_what_changed_lately_read_now_and_later(world):
    world.jira.issue("1", "AB-1")
    assert world.follow_ups.after([attachment()]) == ["orphans", CHANGED]
    assert written(await world.run(after=LATELY_SECONDS)) == ["AB-1"]
    assert written(await world.run(after=INDEX_SECONDS - LATELY_SECONDS - 1)) == []
    world.jira.issue("2", "AB-2")
    assert written(await world.run(after=1)) == ["AB-1", "AB-2"]
    assert written(await world.run(after=INDEX_SECONDS)) == []


async def test_many_attachments_without_their_issues_are_few_reads(world):
    world.jira.issue("1", "AB-1")
    reads = 0
    for _ in range(300):
        world.follow_ups.after([attachment(), attachment(), issue()])
        reads += len(written(await world.run(after=0.01)))
    reads += len(written(await world.run(after=INDEX_SECONDS)))
    assert reads <= 5, "two to a second, and the last when the index has caught up"


async def test_reading_what_changed_lately_takes_no_more_than_its_share_of_the_time(world):
    async def names(_: Any) -> AsyncIterator[list[Any]]:
        world.time += 4.0
        yield [{"id": "1", "key": "AB-1"}]

    world.jira.issue("1", "AB-1")
    world.jira.reader.names = names
    world.follow_ups.after([attachment()])
    await world.run(after=LATELY_SECONDS)
    await world.run(after=INDEX_SECONDS)
    world.follow_ups.after([attachment()])
    assert written(await world.run(after=4.0 * LATELY_SHARE - 1)) == []
    assert written(await world.run(after=1)) == ["AB-1", "AB-1"]


async def test_what_a_read_of_changes_waited_for_is_no_part_of_its_time(world):
    """While a resync runs background work stands still, for an hour perhaps."""
    world.jira.issue("1", "AB-1")
    world.follow_ups.after([attachment()])
    world.time += LATELY_SECONDS

    async def an_hour_later(step: Any) -> bool:
        found: bool = await step()
        world.time += 3600
        return found

    for _ in range(10):
        if world.follow_ups.jobs.seconds_until_due() == 0.0:
            await world.follow_ups.jobs.step(an_hour_later)
    world.follow_ups.after([attachment()])
    assert written(await world.run(after=LATELY_SECONDS)) == ["AB-1"]


@pytest.mark.parametrize("under_way", [True, False])
async def test_when_deletes_are_done_orphans_are_looked_for_again(world, under_way):
    """What Port still showed may have been the last that related to a stub."""
    world.deletes_under_way = under_way
    world.follow_ups.settle()
    done = await world.run(after=SETTLE_SECONDS)
    assert done == ["settle"]
    assert await world.run(after=SEARCH_SECONDS) == ([] if under_way else ["orphans"])
