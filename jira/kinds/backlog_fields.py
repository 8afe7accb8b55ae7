"""Which fields of an issue in a backlog only a board tells, and which the issue itself."""

from collections.abc import Iterable, Sequence

OF_BOARDS = ("sprint", "closedSprints", "flagged", "epic")
"""https://developer.atlassian.com/cloud/jira/software/rest/api-group-board/"""
USUAL = "*navigable"
"""What Jira shows where no field is named."""
NONE = ("key",)
"""A list without any field would mean all of them; id and key come with every issue."""


def of_boards(fields: Sequence[str]) -> tuple[str, ...]:
    """What a board is asked for: of the wanted fields those that only it knows."""
    names = _names(fields)
    every = any(name.startswith("*") for name in names)
    return tuple(f for f in OF_BOARDS if (every or f in names) and f"-{f}" not in names) or NONE


def of_issues(fields: Sequence[str]) -> tuple[str, ...]:
    """What the issues themselves are asked for: the others."""
    names = (name for name in _names(fields) if name.removeprefix("-") not in OF_BOARDS)
    return tuple(names) or NONE


def _names(fields: Iterable[str]) -> list[str]:
    names = [name for part in fields for each in part.split(",") if (name := each.strip())]
    # Only what isn't wanted, or nothing at all: of what Jira shows.
    return names if any(not name.startswith("-") for name in names) else [USUAL, *names]
