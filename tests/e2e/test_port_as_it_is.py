"""A Port that is as strict as Port: what it refuses costs only itself, and little is read of it."""

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
from tests.e2e.support import slow, started

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
