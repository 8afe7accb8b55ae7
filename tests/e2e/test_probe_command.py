"""The framework's command `ocean probe`: what it says, and with which status it ends."""

import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from kinds import Kinds
from sandbox.commands import OCEAN, Ended, run_command
from sandbox.jira.site import JiraSite
from sandbox.world import World
from tests.e2e.support import make_world

MAPPED = {"project", "issue", "user", "team"}
"""The kinds of the mapping that an installation begins with."""


async def probe(world: World, *arguments: str) -> Ended:
    return await run_command(world.process, OCEAN, "probe", ".", *arguments)


def said(ended: Ended, words: str) -> set[str]:
    """The kinds of which a line of the log says this."""
    found = (re.search(rf"\| (\w+)(?: \(not in the mapping\))?: {words}", it) for it in ended.lines)
    return {match[1] for match in found if match}


async def organization(world: World) -> None:
    """The settings name the organization, so that nothing is missing."""
    name = "OCEAN__INTEGRATION__CONFIG__ATLASSIAN_ORGANIZATION_ID"
    world.settings[name] = world.site.organization_id
    world.process = world._integration(world.port)


async def nothing(world: World) -> None:
    """As it is: without the organization."""


async def three_permissions_less(world: World) -> None:
    await organization(world)
    for permission in ("BROWSE_PROJECTS", "USER_PICKER", "ADMINISTER"):
        world.site.deny(permission)


async def no_software(world: World) -> None:
    await organization(world)
    world.site.has_software = False


async def no_software_and_no_port(world: World) -> None:
    await no_software(world)
    await world.port.server.stop()


async def another_mapping(world: World) -> None:
    await no_software(world)
    mapping = {"resources": [{"kind": "sprint"}, {"kind": "user"}, {"kind": "x"}]}
    made = {"installationId": "sandbox", "config": mapping}
    world.port.api.state.create(made, world.port.server.url)


@pytest.mark.parametrize(
    ("change", "arguments", "unreadable"),
    [
        (organization, (), set()),
        (nothing, (), {"team"}),
        (three_permissions_less, (), {"project", "issue", "user"}),
        (three_permissions_less, ("--kinds", "team"), set()),
        (three_permissions_less, ("--kinds", "sprint,team"), {"sprint"}),
        (no_software, (), set()),
        (another_mapping, (), {"sprint"}),
        (no_software_and_no_port, (), {"board", "sprint", "epic", "backlog"}),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
async def test_it_fails_where_a_kind_that_counts_cannot_be_read(
    change: Callable[[World], Awaitable[None]], arguments: tuple[str, ...], unreadable: set[str]
) -> None:
    site = JiraSite()
    site.fill_every_kind(20)
    async with make_world(site=site) as world:
        await change(world)
        ended = await probe(world, *arguments)
        assert world.port.catalog.snapshot() == {}
        assert site.webhooks == {}
    assert ended.status == (1 if unreadable else 0), ended.text
    names = ", ".join(sorted(unreadable))
    assert (f"Can't be read: {names}." if names else "Probe complete") in ended.text
    assert "Traceback" not in ended.text
    assert unreadable <= said(ended, "Can't be read")
    asked = set(arguments[1].split(",")) if arguments else set(Kinds)
    assert said(ended, "Can") == asked
    assert ("'Administer Jira'" in ended.text) is (change is three_permissions_less)


async def test_the_report_can_be_written_to_a_file(tmp_path: Path) -> None:
    async with make_world(10) as world:
        world.process.root = tmp_path
        for item in Path(__file__).parents[2].iterdir():
            if not item.name.startswith(".git"):
                (tmp_path / item.name).symlink_to(item)
        (tmp_path / "probe_reports").mkdir()
        ended = await probe(world, "--reporting-mode", "file")
    assert ended.status == 1, ended.text
    [path] = (tmp_path / "probe_reports").iterdir()
    report = json.loads(path.read_text())
    assert report["status"] == "COMPLETED"
    assert {check["kind"] for check in report["checks"] if check["status"] == "FAILURE"} == {"team"}
    assert report["message"].startswith("Live events: Jira Cloud may not reach http://127.0.0.1:")
