"""After any changes, the live catalog is what a fresh resync builds."""

import asyncio
import copy
import random
from typing import Any

import pytest

from sandbox.compare import Difference
from sandbox.jira.payload_forms import PayloadForms
from sandbox.jira.site import JiraSite
from sandbox.random_agile_changes import AGILE_CHANGES, TEAM_CHANGES
from sandbox.random_changes import CHANGES, change_something
from sandbox.random_payload_changes import PAYLOAD_CHANGES
from sandbox.random_plain_changes import PLAIN_CHANGES
from sandbox.random_planning_changes import COMPONENT_CHANGES, PLANNING_CHANGES
from tests.e2e.support import character_of_port, started

PATIENCE = 300.0
"""Seconds that several sites at once may take on a busy machine to catch up."""
CHANGES_EACH = 120
TOGETHER = 3
INDEX_LAG = 1.0
UNTOLD = ("jiraTeam", "jiraComponent")
FAST_INDEX = {"OCEAN__INTEGRATION__CONFIG__SEARCH_INDEX_LAG": "2"}

ISSUE_CHANGES = {**CHANGES, **PAYLOAD_CHANGES}
EVERY_CHANGE = {
    **ISSUE_CHANGES,
    **AGILE_CHANGES,
    **PLANNING_CHANGES,
    **TEAM_CHANGES,
    **COMPONENT_CHANGES,
    **PLAIN_CHANGES,
}


# What an issue shows of sprints, releases and people, as a list of texts.
SHOWN = """
(.fields.fixVersions // [] | map(.name)) +
(.fields.customfield_10020 // [] | map(.name + " " + .state)) +
[.fields.assignee.displayName // "nobody", .fields.reporter.displayName // "nobody"]
"""


def settings_of(seed: int) -> dict[str, str]:
    """Every way of reading and mapping comes by, each alone and with others."""
    # A site of three teams: on a busy machine one sweep finds more than half of them gone.
    settings = FAST_INDEX | {"OCEAN__INTEGRATION__CONFIG__SWEEP_DELETE_LIMIT": "100"}
    if seed % 3 == 1:
        settings["OCEAN__INTEGRATION__CONFIG__ONLY_MAPPED_FIELDS"] = "false"
    if seed % 5 == 2:
        settings["OCEAN__INTEGRATION__CONFIG__SINGLE_PASS_MAPPING"] = "false"
    return settings


def mapping_of(seed: int, given: dict[str, Any]) -> dict[str, Any]:
    """The mapping, with or without stubs, with or without what issues show of other things."""
    mapping = copy.deepcopy(given)
    mapping["createMissingRelatedEntities"] = seed % 4 != 1
    if seed % 2 == 0:
        for resource in mapping["resources"]:
            if resource["kind"] == "issue":
                resource["port"]["entity"]["mappings"]["properties"]["labels"] = SHOWN
    return mapping


def is_told(found: Difference) -> bool:
    """Whether events tell of what differs: of teams and components they don't."""

    def rest(entity: dict[str, Any] | None) -> Any:
        if entity is None:
            return None
        properties = {name: of for name, of in entity["properties"].items() if name != "components"}
        return {**entity, "properties": properties}

    return found.blueprint not in UNTOLD and rest(found.live) != rest(found.fresh)


async def run(seed: int, *, every_kind: bool = False) -> list[str]:
    """One site with its own character: how it treats gone ids, sub-tasks, its index, deliveries."""
    rng = random.Random(seed)
    site = JiraSite(seed=seed)
    kinds_of_change = EVERY_CHANGE if every_kind else ISSUE_CHANGES
    if not every_kind:
        site.fill(100)
    else:
        site.fill_every_kind(100)
        site.merged_to_is_id = rng.random() < 0.5
        site.worklogs_send_issue_events = rng.random() < 0.5
    site.subtasks_send_events = rng.random() < 0.5
    site.subtask_links_send_events = rng.random() < 0.5
    site.strict_gone_ids = rng.random() < 0.5
    site.attachments_send_issue_events = rng.random() < 0.5
    site.forms = PayloadForms.some(rng)
    settings = settings_of(seed)
    async with started(100, site=site, every_kind=every_kind, **settings) as world:
        given = (world.port.api.integration or {})["config"]
        mapping = mapping_of(seed, given)
        if mapping != given:
            world.port.api.set_mapping(mapping)
            assert await world.resync() == "completed"
        character_of_port(world, rng)
        world.deliveries.duplicate = 0.2
        world.deliveries.shuffle = True
        world.deliveries.max_delay = 0.5
        site.index_lag = INDEX_LAG if rng.random() < 0.5 else 0.0
        made = []
        for _ in range(CHANGES_EACH):
            made.append(change_something(site, rng, kinds_of_change))
            if rng.random() < 0.02:
                world.port.api.request_resync()
            if rng.random() < 0.3:
                # Lets deliveries go out between changes, as time passes between them in life.
                await world.deliveries.breathe()
        await world.caught_up(PATIENCE)
        # Of teams and components no event tells; all else is right before a sweep looks.
        by_events = [found for found in await world.differences() if is_told(found)]
        found = [f"seed {seed}, by events: {difference}" for difference in by_events]
        if every_kind:
            await world.sweep(PATIENCE)
            await world.caught_up(PATIENCE)
            found += [f"seed {seed}: {difference}" for difference in await world.differences()]
        return [*found, f"seed {seed}: {made}"] if found else []


async def run_all(seeds: range, *, every_kind: bool = False) -> None:
    places = asyncio.Semaphore(TOGETHER)

    async def one(seed: int) -> list[str]:
        async with places:
            return await run(seed, every_kind=every_kind)

    found = await asyncio.gather(*(one(seed) for seed in seeds))
    problems = [problem for each in found for problem in each]
    assert not problems, "\n".join(problems)


def test_there_are_enough_kinds_of_change() -> None:
    assert len(CHANGES) >= 27
    assert len(EVERY_CHANGE) >= 60


async def test_random_changes_end_in_the_catalog_of_a_fresh_resync() -> None:
    await run_all(range(10))


@pytest.mark.slow
async def test_more_random_changes_end_in_the_catalog_of_a_fresh_resync() -> None:
    await run_all(range(100, 112))


async def test_random_changes_of_every_kind_end_in_the_catalog_of_a_fresh_resync() -> None:
    await run_all(range(3), every_kind=True)


@pytest.mark.slow
async def test_more_random_changes_of_every_kind_end_in_the_catalog_of_a_fresh_resync() -> None:
    await run_all(range(200, 209), every_kind=True)


async def test_a_sweep_makes_up_for_deliveries_that_never_came() -> None:
    rng = random.Random(7)
    site = JiraSite(seed=7)
    site.fill(100)
    async with started(100, site=site, **FAST_INDEX) as world:
        world.deliveries.enabled = False
        made = [change_something(site, rng) for _ in range(50)]
        world.deliveries.enabled = True
        before = len(world.jira.requests)
        await world.sweep(PATIENCE)
        await world.caught_up(PATIENCE)
        requests = len(world.jira.requests) - before
        found = [str(difference) for difference in await world.differences()]
        assert not found, "\n".join([*found, str(made)])
        # What points at something is read at once, and again when Port has deleted that.
        assert requests <= 90


async def test_without_stubs_a_resync_writes_issues_whole_whatever_their_order() -> None:
    """A parent may come after its child, which Port refuses until then."""
    async with started(20) as world:
        mapping = copy.deepcopy((world.port.api.integration or {})["config"])
        mapping["createMissingRelatedEntities"] = False
        for resource in mapping["resources"]:
            # By this a parent would relate to its children, too: Port would take neither first.
            resource["port"]["entity"]["mappings"].get("relations", {}).pop("subtasks", None)
        world.deliveries.enabled = False
        child = world.site.create_issue("AB", summary="The child")
        parent = world.site.create_issue("AB", summary="The parent", type_name="Epic")
        world.site.edit_issue(child.id, parent=parent.id)
        world.port.api.set_mapping(mapping)
        assert await world.resync() == "completed"
        fresh = await world.fresh_catalog()
        assert fresh["jiraIssue", child.key]["title"] == "The child"
        assert fresh["jiraIssue", child.key]["properties"]["status"]
        assert fresh["jiraIssue", child.key]["relations"]["parentIssue"] == parent.key


async def test_without_stubs_an_entity_appears_when_what_it_relates_to_is_there() -> None:
    """Port refuses it until then, and so it would in a resync."""
    async with started(20) as world:
        mapping = dict((world.port.api.integration or {})["config"])
        world.port.api.set_mapping({**mapping, "createMissingRelatedEntities": False})
        assert await world.resync() == "completed"
        world.deliveries.enabled = False
        user = world.site.create_user("Not in Port yet")
        world.deliveries.enabled = True
        issue = world.site.create_issue("AB", assignee=user.account_id)
        await world.settled()
        assert world.catalog.get("jiraIssue", issue.key) is None
        await world.process.wait_for_log(f"Port refused 1 entities .jiraIssue/{issue.key}")
        world.site.change_user(user.account_id, name="In Port now")
        await world.settled()
        assert world.catalog.get("jiraIssue", issue.key) is not None
