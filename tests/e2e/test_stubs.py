"""What Port makes because something relates to it goes with the last that does, whosever it is."""

import pytest

from sandbox.jira.site import JiraSite
from sandbox.world import World
from tests.e2e.mappings import (
    NO_SWEEP,
    blueprint,
    is_as_a_fresh_resync,
    mapped,
    mapping,
    names,
    resource,
    site_of,
    sweep,
)
from tests.e2e.support import slow

ISSUE = "issue"
PARENTS = resource(
    "issue",
    ISSUE,
    ".key",
    title=".fields.summary",
    properties={"text": ".fields.status.name"},
    relations={"parent": ".fields.parent.key"},
    selector={"jql": "labels = shown"},
)
WITH_PARENTS = [blueprint(ISSUE, parent=ISSUE)]


def project_of(site: JiraSite) -> str:
    return next(iter(site.projects.values())).key


def family(site: JiraSite, *, parent_shown: bool) -> tuple[str, str]:
    """A parent and a child that the selector shows; their keys."""
    labels = ["shown"] if parent_shown else []
    project = project_of(site)
    parent = site.create_issue(project, summary="Parent", labels=labels)
    child = site.create_issue(
        project, summary="Child", type_name="Sub-task", parent=parent.key, labels=["shown"]
    )
    return parent.key, child.key


def some_more(site: JiraSite) -> None:
    """Four others, so that one is less than all that a limit lets go."""
    for number in range(4):
        site.create_issue(project_of(site), summary=f"Other {number}", labels=["shown"])


@pytest.mark.parametrize("seconds", [0.0, 2.0], ids=["at-once", "two-seconds"])
@pytest.mark.parametrize("deleted", [True, False])
async def test_a_stub_goes_with_the_last_that_relates_to_it(seconds, deleted) -> None:
    site = site_of()
    parent, child = family(site, parent_shown=False)
    async with mapped(
        site, mapping(PARENTS), WITH_PARENTS, before=slow(seconds), **NO_SWEEP
    ) as world:
        assert names(world) == {(ISSUE, parent), (ISSUE, child)}
        if deleted:
            site.delete_issue(child)
        else:
            site.edit_issue(child, labels=[])
        await world.catalog.wait_for(lambda _: not names(world), 30, "nothing")


async def test_a_stub_of_another_life_goes_with_the_sweep() -> None:
    """After a restart nobody remembers for whom Port made it, but its data source tells."""
    site = site_of()
    _, child = family(site, parent_shown=False)
    some_more(site)
    async with mapped(site, mapping(PARENTS), WITH_PARENTS, **NO_SWEEP) as world:
        await world.process.stop()
        site.edit_issue(child, labels=[])
        assert await world.start() == "completed"
        await sweep(world)
        await world.catalog.wait_for(lambda _: len(names(world)) == 4, 30, "the others alone")


@pytest.mark.parametrize("told", [True, False], ids=["by-event", "by-sweep"])
@pytest.mark.parametrize("creator_owns", [True, False])
async def test_what_began_as_a_stub_goes_as_all_others_whosever_it_is(creator_owns, told) -> None:
    """Nobody says whose an entity is that Port made, and this integration filled in later."""
    site = site_of()
    parent, child = family(site, parent_shown=False)
    some_more(site)

    def before(world: World) -> None:
        slow(2.0)(world)
        world.catalog.creator_owns = creator_owns

    of = mapping(PARENTS, entityDeletionThreshold=1)
    async with mapped(site, of, WITH_PARENTS, before=before, **NO_SWEEP) as world:
        site.edit_issue(parent, labels=["shown"], summary="Shown now")
        await is_as_a_fresh_resync(world)
        assert (world.catalog.get(ISSUE, parent) or {})["title"] == "Shown now"
        if told:
            site.delete_issue(parent)
        else:
            world.deliveries.enabled = False
            site.delete_issue(parent)
            world.deliveries.enabled = True
            await sweep(world)
        await is_as_a_fresh_resync(world)
        assert (ISSUE, child) not in names(world), "a sub-task goes with its parent"
        assert (ISSUE, parent) not in names(world)


@pytest.mark.parametrize("seconds", [0.0, 2.0], ids=["at-once", "two-seconds"])
@pytest.mark.parametrize("by_resync", [True, False])
async def test_a_parent_that_leaves_the_selector_is_a_stub_as_after_a_fresh_resync(
    seconds, by_resync
) -> None:
    site = site_of()
    parent, child = family(site, parent_shown=True)
    some_more(site)
    of = mapping(PARENTS, entityDeletionThreshold=1)
    async with mapped(site, of, WITH_PARENTS, before=slow(seconds), **NO_SWEEP) as world:
        if by_resync:
            # Without a word: no event says so. Port's searches have caught up by then.
            slow(seconds)(world)
            site.issue_of(parent).labels = []
            assert await world.resync() == "completed"
            await world.catalog.wait_for(
                lambda catalog: (catalog.get(ISSUE, parent) or {}).get("title") == parent,
                30,
                "the stub",
            )
        else:
            site.edit_issue(parent, labels=[])
        await is_as_a_fresh_resync(world)
        shown = world.catalog.get(ISSUE, child)
        assert shown is not None
        assert shown["relations"]["parent"] == parent


async def test_what_leaves_and_comes_back_within_seconds_is_there() -> None:
    site = site_of()
    parent, child = family(site, parent_shown=True)
    async with mapped(site, mapping(PARENTS), WITH_PARENTS, before=slow(2), **NO_SWEEP) as world:
        for _ in range(3):
            site.edit_issue(parent, labels=[])
            await world.deliveries.settled()
            site.edit_issue(parent, labels=["shown"])
            await world.deliveries.settled()
        site.edit_issue(child, summary="Edited meanwhile")
        await is_as_a_fresh_resync(world)
        assert names(world) == {(ISSUE, parent), (ISSUE, child)}
