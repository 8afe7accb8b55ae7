"""`python -m port.rows`: what Jira gives for a kind, and the entities that come out.

Nothing is asked of Port, and nothing is written anywhere.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
from port_ocean.bootstrap import load_ocean_app
from port_ocean.utils.signal import init_signal_handler

from jira.errors import JiraError, MappingError
from kinds import Kinds
from port.command_log import log_to_stderr, offer_log_level
from port.dry_run.foretold import READ_ONLY
from port.rows.report import as_text
from port.rows.shown import shown

NOBODY = "not-asked-here"
WITHOUT_PORT: dict[str, Any] = {
    **READ_ONLY,
    "port": {"client_id": NOBODY, "client_secret": NOBODY},
}
"""The framework wants credentials of Port's even where it isn't asked."""


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """What the command line asks for; ends the process where it makes no sense."""
    parser = argparse.ArgumentParser(
        prog="python -m port.rows",
        description="What Jira gives for a kind, and the entities that come out. Port isn't asked.",
    )
    parser.add_argument("--kind", choices=sorted(Kinds), default=Kinds.ISSUE, type=str)
    parser.add_argument("--key", help="one row alone: AB-1, or what else a row of the kind goes by")
    parser.add_argument("--count", type=_count, default=1, help="how many rows (1)")
    parser.add_argument("--mapping", type=Path, help="a file's mapping (YAML or JSON)")
    offer_log_level(parser)
    return parser.parse_args(given)


def main(given: Sequence[str]) -> int:
    """The exit code: 0, or 1 where nothing could be shown."""
    asked = arguments(given)
    log_to_stderr(asked.log_level)
    try:
        if asked.mapping is not None and not asked.mapping.is_file():
            raise MappingError(f"There is no file {asked.mapping}")
        init_signal_handler()
        app = load_ocean_app(config_override=WITHOUT_PORT)
        found = asyncio.run(shown(app, asked.mapping, Kinds(asked.kind), asked.key, asked.count))
    except (JiraError, httpx.HTTPError) as error:
        sys.stderr.write(f"Nothing can be shown: {error}\n")
        return 1
    sys.stdout.write(f"{as_text(found)}\n")
    return 0


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError("a number from 1 on")
    return int(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
