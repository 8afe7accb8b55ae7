"""What a mapping forbids to delete, can't read, or leaves to Port to find stays."""

from typing import Any

import pytest

from sandbox.world import World
from tests.e2e.mappings import (
    NO_SWEEP,
    blueprint,
    deletions,
    mapped,
    mapping,
    names,
    resource,
    site_of,
    sweep,
)
from tests.e2e.support import first

ISSUES = resource("issue", "thing", ".key", title=".fields.summary")
BAD = 'if .fields.summary == "BAD" then null else true end'
BY_EMAIL = {
    "combinator": '"and"',
    "rules": [{"property": '"email"', "operator": '"="', "value": ".emailAddress"}],
}
PEOPLE = resource("user", "person", BY_EMAIL, properties={"text": ".displayName"})
SOMEBODY = "somebody-else"


def with_people(world: World) -> None:
    """A blueprint of the user's own, with an entity for everybody on the site."""
    for number, user in enumerate(world.site.users.values()):
        world.catalog.upsert(
            "person",
            {"identifier": f"p-{number}", "properties": {"email": user.email}},
            user_agent=SOMEBODY,
        )
    # They have been there for long: a search finds them.
    world.port.hurry()


@pytest.mark.parametrize("more", [{}, NO_SWEEP])
async def test_where_the_mapping_allows_no_deletion_nothing_is_deleted(more: Any) -> None:
    """Neither by a resync nor by a sweep, an event, or as an orphan."""
    site = site_of(20)
    of = mapping(ISSUES, entityDeletionThreshold=0)
    async with mapped(site, of, [blueprint("thing")], **NO_SWEEP | more) as world:
        before = names(world)
        issues = list(site.issues.values())
        for issue in issues[:5]:
            site.hide_issue(issue.id)
        site.delete_issue(issues[5].id)
        await world.settled()
        assert await world.resync() == "completed"
        await sweep(world)
        assert names(world) == before
        assert deletions(world) == []
        assert world.process.returncode is None
        assert any("entityDeletionThreshold is 0" in line for line in world.process.log)


async def test_a_sweep_deletes_no_larger_share_than_the_mapping_allows() -> None:
    site = site_of(20)
    of = mapping(ISSUES, entityDeletionThreshold=0.1)
    async with mapped(site, of, [blueprint("thing")], **NO_SWEEP) as world:
        before = names(world)
        for issue in list(site.issues.values())[:5]:
            site.hide_issue(issue.id)
        await sweep(world)
        assert names(world) == before
        assert any("The sweep would delete 5 entities" in line for line in world.process.log)


@pytest.mark.parametrize("identifier", [".key", '"jira-" + .id'])
async def test_an_issue_that_can_not_be_mapped_stays_and_is_named(identifier: str) -> None:
    site = site_of()
    issue = site.create_issue("AB", summary="GOOD")
    of = mapping(resource("issue", "thing", identifier, query=BAD, title=".fields.summary"))
    async with mapped(site, of, [blueprint("thing")], **NO_SWEEP) as world:
        before = names(world)
        assert len(before) == 13
        site.edit_issue(issue.id, summary="BAD")
        await world.caught_up()
        assert names(world) == before
        said = "can't be kept up to date: it can't be mapped"
        assert any(said in line for line in world.process.log)
        await sweep(world)
        assert names(world) == before
        assert deletions(world) == []
        assert len([line for line in world.process.log if said in line]) == 1
        site.edit_issue(issue.id, summary="GOOD")
        await world.caught_up()
        assert await world.differences() == []


async def test_an_issue_that_can_not_be_mapped_does_not_keep_another_one_from_going() -> None:
    site = site_of()
    bad, gone = list(site.issues.values())[:2]
    of = mapping(resource("issue", "thing", ".key", query=BAD, title=".fields.summary"))
    async with mapped(site, of, [blueprint("thing")], **NO_SWEEP) as world:
        before = names(world)
        site.edit_issue(bad.id, summary="BAD")
        site.delete_issue(gone.id)
        await world.caught_up()
        assert names(world) == before - {("thing", gone.key)}


@pytest.mark.parametrize("stubs", [True, False])
async def test_accounts_of_port_s_own_are_never_deleted(stubs: bool) -> None:
    """Not after a refused write, a deactivation, nor by a sweep: it would delete who signs in."""
    site = site_of()
    users = list(site.users.values())
    of = mapping(
        resource(
            "user", "_user", ".emailAddress", query=".active", properties={"text": ".timeZone"}
        ),
        resource("issue", "thing", ".key", relations={"who": ".fields.assignee.emailAddress"}),
        createMissingRelatedEntities=stubs,
    )
    accounts_of = blueprint("_user")
    accounts_of["schema"]["properties"]["text"]["enum"] = ["UTC"]
    blueprints = [accounts_of, blueprint("thing", who="_user")]
    async with mapped(site, of, blueprints, **NO_SWEEP) as world:
        accounts = names(world, "_user")
        assert len(accounts) >= 6
        users[1].time_zone = "Mars/Olympus"
        site.change_user(users[1].account_id, name="Refused")
        site.change_user(users[2].account_id, active=False)
        site.create_issue("AB", assignee=users[2].account_id)
        await world.caught_up()
        assert any("Port refused" in line for line in world.process.log)
        site.change_user(users[3].account_id, name="Another")
        site.delete_user(users[4].account_id)
        await world.caught_up()
        await sweep(world)
        assert names(world, "_user") == accounts
        assert deletions(world) == []


@pytest.mark.parametrize("updated", [True, False])
async def test_entities_that_port_finds_by_rules_outlive_resyncs(updated: bool) -> None:
    """Whether or not Port calls one updated that was written as it was."""
    site = site_of(20)
    of = mapping(ISSUES, PEOPLE)
    blueprints = [blueprint("thing"), blueprint("person")]
    async with mapped(site, of, blueprints, before=with_people, **NO_SWEEP) as world:
        world.catalog.unchanged_is_updated = updated
        before = names(world)
        assert len(names(world, "person")) == len(site.users)
        assert {e["properties"]["text"] for e in world.catalog.entities("person")} == {
            user.name for user in site.users.values()
        }
        assert await world.resync() == "completed"
        assert names(world) == before
        assert not any("sweepDeleteLimit" in line for line in world.process.log)
        user = list(site.users.values())[3]
        site.change_user(user.account_id, name="Renamed")
        await world.settled()
        assert (world.catalog.get("person", "p-3") or {})["properties"]["text"] == "Renamed"


async def test_entities_that_port_finds_by_rules_stay_where_it_finds_no_single_one() -> None:
    """Two people of one address, a refused write, and somebody who is gone: nobody is deleted."""
    site = site_of(20)
    users = list(site.users.values())
    of = mapping(ISSUES, PEOPLE)
    blueprints = [blueprint("thing"), blueprint("person")]
    async with mapped(site, of, blueprints, before=with_people, **NO_SWEEP) as world:
        world.catalog.unchanged_is_updated = False
        people = names(world, "person")
        twin = {"identifier": "twin", "properties": {"email": users[1].email}}
        world.catalog.upsert("person", twin, user_agent=SOMEBODY)
        world.port.api.fail_entities = {"p-2"}
        gone = first(world)
        site.delete_user(users[3].account_id)
        site.delete_issue(gone.id)
        await world.caught_up()
        assert await world.resync() == "completed"
        assert names(world, "person") == people | {("person", "twin")}
        assert ("thing", gone.key) not in names(world)
        assert any("this resync deletes nothing of it" in line for line in world.process.log)
        await sweep(world)
        assert names(world, "person") == people | {("person", "twin")}


async def test_a_stub_is_what_port_made_for_a_relation_of_ours() -> None:
    """An entity of somebody else's that is as bare as one is none."""
    site = site_of()
    of = mapping(
        resource("issue", "thing", ".key", relations={"who": ".fields.assignee.accountId"}),
        resource("user", "account", ".accountId", query=".active", title=".displayName"),
    )
    away = list(site.users.values())[1]
    away.active = False
    blueprints = [blueprint("account"), blueprint("thing", who="account")]
    async with mapped(site, of, blueprints, **NO_SWEEP) as world:
        stub = ("account", away.account_id)
        site.create_issue("AB", assignee=away.account_id)
        await world.caught_up()
        assert stub in names(world)
        for issue in list(site.issues.values()):
            if issue.assignee is away:
                site.edit_issue(issue.id, assignee=None)
        await world.caught_up()
        assert stub not in names(world)
        assert await world.differences() == []
