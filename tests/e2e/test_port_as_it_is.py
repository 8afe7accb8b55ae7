"""A Port that is as strict as Port: what it refuses costs only itself, its deletes take time."""

from collections.abc import Callable

import pytest

from sandbox.jira.site import JiraSite
from sandbox.world import World
from tests.e2e.mappings import (
    NO_SWEEP,
    blueprint,
    mapped,
    mapping,
    names,
    resource,
    site_of,
    sweep,
)
from tests.e2e.support import started

ISSUE = "issue"
SERVICES = resource(
    "issue",
    ISSUE,
    ".key",
    title=".fields.summary",
    properties={"text": ".fields.status.name"},
    relations={"services": ".fields.labels", "parent": ".fields.parent.key"},
)
WITH_SERVICES = [blueprint("service"), blueprint(ISSUE, services="service*", parent=ISSUE)]
BAD_NAMES = ["port-c#", "a b", "one,two", "it's", "(x)", "x" * 1001]


async def is_as_a_fresh_resync(world: World) -> None:
    await world.caught_up()
    assert await world.differences() == []


def said(world: World, *words: str) -> list[str]:
    return [line for line in world.process.log if all(word in line for word in words)]


@pytest.mark.parametrize("places", [[7], list(range(0, 400, 33))], ids=["one", "several"])
async def test_a_target_that_port_refuses_costs_the_issue_that_relation_and_no_other(places):
    site = JiraSite()
    site.fill(400, projects=2, users=2)
    issues = list(site.issues.values())
    for number, place in enumerate(places):
        issues[place].labels = ["fine", BAD_NAMES[number % len(BAD_NAMES)]]
    async with mapped(site, mapping(SERVICES), WITH_SERVICES, **NO_SWEEP) as world:
        for place in places:
            written = world.catalog.get(ISSUE, issues[place].key)
            assert written is not None
            assert written["relations"]["services"] == ["fine"]
        assert len(said(world, "Port takes", "'port-c#'", ".fields.labels")) == 1
        # What changes and what goes arrives all the same.
        site.edit_issue(issues[1].key, labels=["also fine", "good"])
        site.delete_issue(issues[2].key)
        await sweep(world)
        changed = world.catalog.get(ISSUE, issues[1].key)
        assert changed is not None
        assert changed["relations"]["services"] == ["good"]
        assert (ISSUE, issues[2].key) not in names(world)
        await is_as_a_fresh_resync(world)


async def test_what_has_a_name_that_port_refuses_is_left_out_and_named() -> None:
    site = site_of()
    issue, other = list(site.issues.values())[:2]
    issue.labels, other.labels = ["good", "port-c#"], ["fine"]
    labels = resource("issue", "label", ".item", items=".fields.labels", title=".item")
    async with mapped(site, mapping(labels), [blueprint("label")], **NO_SWEEP) as world:
        assert names(world) >= {("label", "good"), ("label", "fine")}
        assert len(said(world, "Port takes", "'port-c#'", "is left out")) == 1
        site.edit_issue(issue.key, labels=["port-c#", "new one", "new"])
        await sweep(world)
        assert {("label", "new"), ("label", "fine")} <= names(world)
        assert ("label", "good") not in names(world), "sweeps go on, and delete"
        await is_as_a_fresh_resync(world)


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


def slow(seconds: float) -> Callable[[World], None]:
    """Port deletes so long after its answer, and its searches are behind."""

    def make(world: World) -> None:
        world.catalog.delete_seconds = lambda: seconds
        world.catalog.search_lag = min(seconds, 1.0)

    return make


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


ASSIGNED = resource(
    "issue",
    ISSUE,
    ".key",
    title=".fields.summary",
    relations={"assignee": ".fields.assignee.emailAddress", "services": ".fields.labels"},
)


async def test_what_is_assigned_to_somebody_without_an_account_is_written_without_that() -> None:
    site = site_of()
    somebody = next(i for i in site.issues.values() if i.assignee and i.visible)
    who = somebody.assignee
    assert who is not None
    blueprints = [
        blueprint("_user"),
        blueprint("service"),
        blueprint(ISSUE, assignee="_user", services="service*"),
    ]
    async with mapped(site, mapping(ASSIGNED), blueprints) as world:
        written = world.catalog.get(ISSUE, somebody.key)
        assert written is not None
        assert not written["relations"].get("assignee")
        assert len(said(world, "Port has no", repr(who.email))) == 1
        site.edit_issue(somebody.key, summary="Edited")
        await world.caught_up()
        assert (world.catalog.get(ISSUE, somebody.key) or {})["title"] == "Edited"
        # The account comes.
        world.catalog.upsert("_user", {"identifier": who.email})
        await sweep(world)
        await world.catalog.wait_for(
            lambda catalog: (
                (catalog.get(ISSUE, somebody.key) or {})["relations"].get("assignee") == who.email
            ),
            30,
            "the assignee",
        )
        assert ("_user", who.email) in names(world)


async def test_one_that_others_depend_on_costs_no_other_its_delete() -> None:
    site = site_of(30, projects=1)
    site.subtasks_send_events = True
    depends = blueprint(ISSUE)
    other = blueprint("other", of=ISSUE)
    other["relations"]["of"]["required"] = True
    of = mapping(resource("issue", ISSUE, ".key"), deleteDependentEntities=False)
    async with mapped(site, of, [depends, other], **NO_SWEEP) as world:
        there = sorted(identifier for _, identifier in names(world, ISSUE))
        world.catalog.upsert("other", {"identifier": "o", "relations": {"of": there[3]}})
        for issue in list(site.issues.values()):
            if issue.id in site.issues:
                site.delete_issue(issue.id)
        await world.catalog.wait_for(
            lambda _: names(world, ISSUE) == {(ISSUE, there[3])}, 30, "the one alone"
        )
        await world.settled()
        assert said(world, "Port doesn't delete", there[3])


async def test_a_title_that_is_nothing_and_a_name_that_comes_twice_are_written() -> None:
    site = site_of()
    of = mapping(
        resource("issue", ISSUE, ".key", title=".fields.nothing"),
        resource("issue", "name", ".fields.project.key", title=".fields.summary"),
        resource("issue", "number", ".key", title=".id | tonumber"),
    )
    blueprints = [blueprint(name) for name in (ISSUE, "name", "number")]
    async with mapped(site, of, blueprints, **NO_SWEEP) as world:
        assert world.catalog.count("name") == 3
        assert world.catalog.count(ISSUE) == world.catalog.count("number") > 3
        titles = {row["title"] == row["identifier"] for row in world.catalog.entities(ISSUE)}
        assert titles == {True}
        site.edit_issue(next(iter(site.issues.values())).key, summary="Edited")
        await world.caught_up()
        assert not said(world, "Port refused")


async def test_a_few_changes_read_nothing_of_port_but_what_they_concern() -> None:
    """Its list holds nothing but names, and a search for all of a blueprint is a large one."""
    site = JiraSite()
    site.fill(1000, projects=4, users=6)
    async with started(site=site, **NO_SWEEP) as world:
        # What the resync wrote is shown by now.
        slow(2.0)(world)
        world.port.api.requests.clear()
        issues = [issue for issue in site.issues.values() if issue.visible]
        parent = next(issue.parent for issue in issues if issue.parent)
        for number, issue in enumerate(issues[-5:]):
            site.edit_issue(issue.key, summary=f"Edited {number}")
        site.delete_issue(parent.key)
        await world.caught_up()
        asked = [request for request in world.port.api.requests if request.about_entities]
        paths = [request.path for request in asked]
        assert not [path for path in paths if path.endswith("datasource-entities")]
        assert sum(request.n_entities for request in asked) < 200
        assert len([path for path in paths if path.endswith("/search")]) <= 24
        await is_as_a_fresh_resync(world)
