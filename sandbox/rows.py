"""`make rows` without a site of one's own: out of a small stand-in Jira, and without any Port."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from sandbox.commands import Ended, run_command
from sandbox.integration_process import IntegrationProcess, integration_env
from sandbox.jira.api import JiraApi
from sandbox.servers import HttpServer
from sandbox.small_site import small_site
from sandbox.world import EMAIL, TOKEN

NOBODY = "http://127.0.0.1:9"
"""Where no Port is."""


async def rows(*given: str) -> Ended:
    """Run `python -m port.rows` with these arguments against the stand-in."""
    site = small_site()
    api = JiraApi(site, email=EMAIL, token=TOKEN)
    async with HttpServer(api.app) as jira:
        site.base_url = jira.url
        env = integration_env(
            port_url=NOBODY,
            jira_url=jira.url,
            email=EMAIL,
            token=TOKEN,
            OCEAN__INTEGRATION__CONFIG__ATLASSIAN_ORGANIZATION_ID=site.organization_id,
        )
        process = IntegrationProcess(env)
        return await run_command(process, sys.executable, "-m", "port.rows", *given)


def arguments(given: Sequence[str]) -> list[str]:
    """What is handed on: a mapping's file by its whole path, since it runs in another folder."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--mapping", type=Path)
    asked, others = parser.parse_known_args(given)
    mapping = [] if asked.mapping is None else ["--mapping", str(asked.mapping.resolve())]
    return [*others, *mapping]


def main(given: Sequence[str]) -> int:
    """The exit code of the command."""
    print("No .env here: this is the stand-in site.", file=sys.stderr)
    ended = asyncio.run(rows(*arguments(given)))
    sys.stdout.write(ended.out)
    sys.stderr.write(ended.errors)
    return ended.status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
