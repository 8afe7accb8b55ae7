"""The webhook is taken out of Jira by the command, with the settings of the integration."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.commands import Ended, run_command
from sandbox.jira.faults import Fault
from sandbox.world import World
from tests.e2e.support import make_world

NAME = "sandbox-Port-Ocean-Events-Webhook"


async def uninstall(world: World) -> Ended:
    return await run_command(
        world.process, sys.executable, "-m", "webhook_processors.uninstall", timeout=120
    )


async def test_it_deletes_ours_says_so_and_leaves_others_alone() -> None:
    async with make_world(10) as world:
        for url in (world.process.webhook_url, "http://127.0.0.1:9/before-it-moved"):
            world.site.add_webhook(NAME, url, ["jira:issue_created"])
        others = [
            world.site.add_webhook("Made by hand", world.process.webhook_url, ["user_created"]),
            world.site.add_webhook("Somebody else's", "http://127.0.0.1:9/x", ["user_created"]),
        ]
        ended = await uninstall(world)
        assert ended.status == 0, ended.text
        assert list(world.site.webhooks) == [hook.id for hook in others]
        assert f"Deleted 2 webhooks of the name '{NAME}' in Jira" in ended.text
        assert "The webhook 'Made by hand'" in ended.text
        assert "Somebody else's" not in ended.text
        again = await uninstall(world)
        assert again.status == 0, again.text
        assert f"There is no webhook '{NAME}'" in again.text
        assert list(world.site.webhooks) == [hook.id for hook in others]
        # Nothing was read but that, and nothing written to Port.
        paths = {entry.path for entry in world.jira.requests}
        assert {path.split("/")[2] for path in paths} == {"api", "webhooks"}
        assert world.port.api.integration is None


@pytest.mark.parametrize(
    ("change", "settings", "words"),
    [
        (lambda world: world.site.deny("ADMINISTER"), {}, "'Administer Jira'"),
        (lambda world: setattr(world.jira, "token_valid", False), {}, "atlassianUserToken"),
        (
            lambda world: world.jira.faults.add(Fault("html", "/rest/webhooks")),
            {},
            "HTML page instead of JSON",
        ),
        (lambda world: None, {"MANAGE_WEBHOOKS": "false"}, "manageWebhooks is off"),
        (lambda world: None, {"JIRA_HOST": ""}, "jiraHost is missing"),
    ],
    ids=["permission", "token", "sign-on page", "not ours", "settings"],
)
async def test_where_it_cannot_it_says_why_and_deletes_nothing(
    change: Callable[[World], Any], settings: dict[str, str], words: str
) -> None:
    given = {f"OCEAN__INTEGRATION__CONFIG__{name}": value for name, value in settings.items()}
    async with make_world(5) as world:
        world.replace_process(moves=False, **given)
        world.site.add_webhook(NAME, world.process.webhook_url, ["jira:issue_created"])
        change(world)
        ended = await uninstall(world)
        assert ended.status == 1, ended.text
        assert words in ended.text
        assert "Traceback" not in ended.text
        assert len(world.site.webhooks) == 1


async def test_of_an_oauth_app_its_own_webhooks_go() -> None:
    async with make_world(10, oauth=True, app_webhooks=True) as world:
        issues = ["jira:issue_created"]
        made = world.site.add_app_webhook(world.process.webhook_url, issues, "project != NOBODY")
        assert not isinstance(made, list)
        ended = await uninstall(world)
        assert ended.status == 0, ended.text
        assert "Deleted 1 webhooks of the app" in ended.text
        assert made.gone_at is not None
        made.gone_at = 0.0
        assert "none was deleted" in (await uninstall(world)).text
