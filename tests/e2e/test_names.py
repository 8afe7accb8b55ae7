"""What issues show by name follows when it is renamed, although their own events say nothing."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.jira.site import JiraSite
from sandbox.world import World
from tests.e2e.support import make_world

DAY = 86_400.0
FAST_INDEX: dict[str, Any] = {"OCEAN__INTEGRATION__CONFIG__SEARCH_INDEX_LAG": "2"}
SHOWN = {
    "status": ".fields.status.name",
    "issueType": ".fields.issuetype.name",
    "priority": ".fields.priority.name",
    "creator": ".fields.assignee.displayName",
    "labels": ".fields.subtasks | map(.fields.status.name)",
}


def mapping_of(default: Any, jql: str | None = "") -> Any:
    """The default mapping with what `SHOWN` says, and all issues."""
    mapping = copy.deepcopy(default)
    for resource in mapping["resources"]:
        if resource["kind"] == "issue":
            resource["selector"]["jql"] = jql
            resource["port"]["entity"]["mappings"]["properties"] |= SHOWN
    return mapping


def long_ago() -> JiraSite:
    """A site where nobody touched an issue for a day: no sweep reads one for that."""
    site = JiraSite()
    site.fill(40, projects=4, users=6)
    for issue in site.issues.values():
        issue.created -= DAY
        issue.updated -= DAY
    site.forget_rows(site.issues.values())
    return site


def values(world: World, name: str) -> set[Any]:
    """Every value that issues in the catalog have for a property."""
    return {
        entity["properties"].get(name)
        for entity in world.catalog.entities("jiraIssue")
        if entity["properties"]
    }


RENAMES: dict[str, tuple[str, str, Callable[[JiraSite], object]]] = {
    "status": ("status", "In Progress", lambda site: site.rename_status("In Progress", "New")),
    "priority": ("priority", "High", lambda site: site.rename_priority("High", "New")),
    "type": ("issueType", "Story", lambda site: site.rename_type("Story", "New")),
    "user": ("creator", "User 2", lambda site: site.change_user(account(site), name="New")),
}


def account(site: JiraSite) -> str:
    """The account of the user who is renamed."""
    return next(user.account_id for user in site.users.values() if user.name == "User 2")


@pytest.mark.parametrize("what", RENAMES)
async def test_a_new_name_shows_in_every_issue(default_mapping: Any, what: str) -> None:
    """Of types and users an event tells; the other names a sweep compares."""
    shown, before, rename = RENAMES[what]
    async with make_world(site=long_ago(), **FAST_INDEX) as world:
        world.port.api.set_mapping(mapping_of(default_mapping))
        assert await world.start() == "completed"
        await world.caught_up()
        assert before in values(world, shown)
        rename(world.site)
        if what in ("status", "priority"):
            await world.sweep()
        await world.caught_up()
        assert before not in values(world, shown)
        assert "New" in values(world, shown)
        assert [str(difference) for difference in await world.differences()] == []
