"""`make rows`: the command, out of the stand-in site and with settings of one's own."""

import re
import sys
from pathlib import Path

import pytest

from sandbox.commands import run_command
from sandbox.integration_process import IntegrationProcess, integration_env
from sandbox.jira.api import JiraApi
from sandbox.rows import arguments, rows
from sandbox.servers import HttpServer
from sandbox.small_site import small_site
from sandbox.world import EMAIL, TOKEN
from tests.e2e.dry_run import JIRA_READS, Recorder, writes

ROOT = Path(__file__).resolve().parents[2]


async def test_without_settings_it_shows_the_stand_in_site() -> None:
    given = ["--kind", "issue", "--key", "AB-2", "--mapping", "docs/cookbook/sprints.yaml"]
    ended = await rows(*arguments(given))
    assert (ended.status, ended.errors) == (0, "")
    assert ended.out.count("\nRow AB-2\n") == 2
    assert re.findall(r"^Entity.*$", ended.out, re.MULTILINE) == [
        "Entity of item 1 of 2",
        "Entity of item 2 of 2",
        "Entity",
    ]
    assert '"sprintHealth": "carried over"' in ended.out


async def test_with_settings_it_needs_nothing_of_port_and_writes_nothing() -> None:
    site = small_site()
    jira = JiraApi(site, email=EMAIL, token=TOKEN)
    port = Recorder(jira.app)
    async with HttpServer(jira.app) as of_jira, HttpServer(port) as of_port:
        site.base_url = of_jira.url
        env = integration_env(port_url=of_port.url, jira_url=of_jira.url, email=EMAIL, token=TOKEN)
        without = {name: value for name, value in env.items() if "OCEAN__PORT__CLIENT" not in name}
        process = IntegrationProcess(without)
        command = (sys.executable, "-m", "port.rows", "--key")
        ended = await run_command(process, *command, "AB-2")
        gone = await run_command(process, *command, "AB-99")
    assert (ended.status, ended.errors) == (0, "")
    assert "    .fields.resolutiondate is there, and null" in ended.out
    assert (gone.status, gone.out) == (1, "")
    assert gone.errors.startswith("Nothing can be shown: Jira has no issue AB-99")
    assert port.requests == []
    assert writes(jira.requests, JIRA_READS) == []


@pytest.mark.parametrize(
    ("given", "handed_on"),
    [
        ([], []),
        (["--kind", "user", "--count", "3"], ["--kind", "user", "--count", "3"]),
        (
            ["--mapping", "mine.yaml", "--key", "A"],
            ["--key", "A", "--mapping", str(Path("mine.yaml").resolve())],
        ),
    ],
)
def test_a_mapping_s_file_is_handed_on_by_its_whole_path(
    given: list[str], handed_on: list[str]
) -> None:
    assert arguments(given) == handed_on
