"""`python -m port.dry_run`: what a resync would do to Port's catalog, without one write."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import httpx
from port_ocean.bootstrap import load_ocean_app
from port_ocean.utils.signal import init_signal_handler

from jira.errors import JiraError, MappingError
from port.command_log import log_to_stderr, offer_log_level
from port.dry_run.chosen_mapping import kinds_of
from port.dry_run.foretold import READ_ONLY, foretell
from port.dry_run.report import as_json, as_table


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """What the command line asks for; ends the process where it makes no sense."""
    parser = argparse.ArgumentParser(
        prog="python -m port.dry_run",
        description="What a resync would create, change and delete in Port. Nothing is written.",
    )
    parser.add_argument("--kinds", default="", help="these kinds alone: issue,project")
    parser.add_argument("--mapping", type=Path, help="a file's mapping (YAML or JSON), not Port's")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    offer_log_level(parser)
    return parser.parse_args(given)


def main(given: Sequence[str]) -> int:
    """The exit code: 0, or 1 where something could not be read or mapped."""
    asked = arguments(given)
    log_to_stderr(asked.log_level)
    try:
        kinds = kinds_of(asked.kinds)
        if asked.mapping is not None and not asked.mapping.is_file():
            raise MappingError(f"There is no file {asked.mapping}")
        init_signal_handler()
        app = load_ocean_app(config_override=READ_ONLY)
        report = asyncio.run(foretell(app, asked.mapping, kinds))
    except (JiraError, httpx.HTTPError) as error:
        sys.stderr.write(f"Nothing can be said: {error}\n")
        return 1
    show = as_json if asked.format == "json" else as_table
    sys.stdout.write(f"{show(report)}\n")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
