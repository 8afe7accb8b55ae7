"""A mapping that Port takes and our models refuse: nothing is lost, nothing is deleted by it."""

import copy
from typing import Any

from tests.e2e.support import first, make_world, started, title

SAID = "The mapping in Port is not valid: resource "
USERS = "jiraUser"


def with_mistake(mapping: dict[str, Any], kind: str) -> dict[str, Any]:
    broken = copy.deepcopy(mapping)
    for resource in broken["resources"]:
        if resource["kind"] == kind:
            del resource["selector"]["query"]
    return broken


async def test_the_last_valid_mapping_is_used_and_that_is_said_once(default_mapping):
    # Port is asked for the mapping at every event, and not once a minute.
    async with started(OCEAN__PORT__PORT_APP_CONFIG_CACHE_TTL="0") as world:
        before = world.catalog.snapshot().keys()
        world.port.api.set_mapping(with_mistake(default_mapping, "issue"))
        issue = first(world)
        for number in range(3):
            world.site.edit_issue(issue.id, summary=f"Edited {number} times")
            await world.settled()
            assert title(world, issue.key) == f"Edited {number} times"
        assert await world.resync() == "completed"
        assert world.catalog.snapshot().keys() == before
        assert len([line for line in world.process.log if SAID in line]) == 1
        world.port.api.set_mapping(default_mapping)
        assert await world.resync() == "completed"
        assert [str(difference) for difference in await world.differences()] == []


async def test_after_a_restart_the_bad_resource_alone_fails_and_keeps_what_it_had(default_mapping):
    async with started() as world:
        # Nothing relates to this account, so that nothing of it is left when it is gone.
        gone = world.site.create_user("Somebody").account_id
        await world.settled()
        await world.process.stop()
        users = {key for key in world.catalog.snapshot() if key[0] == USERS}
        assert (USERS, gone) in users
        world.port.api.set_mapping(with_mistake(default_mapping, "user"))
        issue = first(world)
        assert await world.start() == "failed"
        world.site.delete_user(gone)
        world.site.edit_issue(issue.id, summary="Edited beside a mistake")
        await world.settled()
        assert title(world, issue.key) == "Edited beside a mistake"
        assert users <= world.catalog.snapshot().keys()
        await world.process.wait_for_log(rf"{SAID}\d \(user\): selector.query: field required")
        world.port.api.set_mapping(default_mapping)
        assert await world.resync() == "completed"
        assert [str(difference) for difference in await world.differences()] == []


async def test_events_wait_where_no_mapping_can_be_used(default_mapping):
    async with make_world(OCEAN__PORT__PORT_APP_CONFIG_CACHE_TTL="0") as world:
        world.port.api.set_mapping(default_mapping | {"entityDeletionThreshold": 7})
        assert await world.start() == "failed"
        issue = first(world)
        await world.process.wait_for_log("Registered the webhook")
        world.site.edit_issue(issue.id, summary="Edited without a mapping")
        await world.process.wait_for_log("live events wait for another try")
        world.port.api.set_mapping(default_mapping)
        await world.settled()
        assert title(world, issue.key) == "Edited without a mapping"
