"""Releases: read by project, and live by id."""

from typing import Any

import pytest

from kinds import Kinds
from tests.unit.helpers.fake_client import resource
from tests.unit.helpers.planning_site import Row
from tests.unit.helpers.whole_site import WholeSite

RELEASES = resource("release")


@pytest.fixture
def site() -> WholeSite:
    """Projects AB (with five releases) and CD (with one)."""
    made = WholeSite()
    made.project("10", "AB")
    made.project("11", "CD")
    for number in range(1, 6):
        made.release(str(number), "10")
    made.release("6", "11")
    return made


def names(rows: list[Row]) -> list[tuple[str, str]]:
    return [(row["id"], row["__projectKey"]) for row in rows]


def event(name: str, version_id: Any, **more: Any) -> Row:
    return {"webhookEvent": f"jira:version_{name}", "version": {"id": version_id}, **more}


async def test_every_release_of_every_project_comes_with_its_projects_key(site):
    rows = await site.resync(Kinds.RELEASE, RELEASES)
    assert names(rows) == [*((str(n), "AB") for n in range(1, 6)), ("6", "CD")]


@pytest.mark.parametrize("name", ["created", "updated", "released", "unreleased", "moved"])
async def test_a_release_that_is_there_is_updated_with_the_row_of_a_resync(site, name):
    of_resync = {row["id"]: row for row in await site.resync(Kinds.RELEASE, RELEASES)}
    updated, deleted = await site.live(Kinds.RELEASE, event(name, 6), RELEASES)
    assert (updated, deleted) == ([of_resync["6"]], [])


@pytest.mark.parametrize("merged_to", [{"id": 2}, {"id": "2"}, 2, "2"])
@pytest.mark.parametrize("name", ["deleted", "merged"])
async def test_a_merge_removes_the_one_and_refreshes_the_other(site, name, merged_to):
    del site.releases["1"]
    payload = event(name, 1, mergedTo=merged_to)
    updated, deleted = await site.live(Kinds.RELEASE, payload, RELEASES)
    assert names(updated) == [("2", "AB")]
    assert [row["id"] for row in deleted] == ["1"]


async def test_a_late_event_deletes_nothing_that_is_there(site):
    updated, deleted = await site.live(Kinds.RELEASE, event("deleted", 1), RELEASES)
    assert (names(updated), deleted) == ([("1", "AB")], [])


async def test_a_release_of_a_project_that_is_not_live_is_gone(site):
    """In the trash or the archive; a resync wouldn't show it, while its own address still does."""
    site.projects.pop()
    updated, deleted = await site.live(Kinds.RELEASE, event("updated", 6), RELEASES)
    assert (updated, [row["id"] for row in deleted]) == ([], ["6"])
