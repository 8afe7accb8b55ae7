"""Where the log of a command goes that only reads: to standard error, with secrets masked."""

import argparse
import sys
from typing import Any

from loguru import logger
from port_ocean.log.sensetive import sensitive_log_filter


def offer_log_level(parser: argparse.ArgumentParser) -> None:
    """Let a command's line say from which level on the framework's log is shown, too."""
    parser.add_argument(
        "--log-level",
        choices=("DEBUG", "INFO", "WARNING", "ERROR"),
        help="also what the framework logs, from this level on (to stderr)",
    )


def log_to_stderr(level: str | None) -> None:
    """Warnings of the product, without what the framework says; or all from a level on."""

    def wanted(record: Any) -> bool:
        return level is not None or not str(record["name"]).startswith("port_ocean")

    masked = sensitive_log_filter.create_filter()
    logger.remove()
    logger.add(
        sys.stderr,
        level=level or "WARNING",
        format=lambda _: "{level: <8} {message}\n",
        filter=lambda record: wanted(record) and bool(masked(record)),
        diagnose=False,
    )
