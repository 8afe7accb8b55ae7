"""The rows that are shown: one by its name, or the first ones of a selector."""

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from client import JiraClient
from jira.errors import JiraError
from jira.kinds.issue import IssueSelector
from jira.kinds.kind import Pages, Selector
from jira.payloads import Row
from kinds import Kinds

WIDEST: dict[str, Any] = {
    "jql": "",
    "status": [],
    "sprint_state": None,
    "board_type": None,
    "project_key": None,
    "name_filter": None,
    "api_query_params": None,
}
"""What leaves nothing out, of each part of a selector that may."""
OUTSIDE = "is in Jira, but the selector leaves it out: nothing of it comes to Port"


class NoSuchRowError(JiraError):
    """Jira has no row that is called so."""


@dataclass(frozen=True)
class Read:
    """Rows that Jira gave, and a sentence where the selector has none of them."""

    rows: Sequence[Row]
    note: str = ""


async def named(client: JiraClient, kind: Kinds, selector: Selector, name: str) -> Read:
    """The row that is called so, or those: a backlog shows an issue for each board.

    One that the selector leaves out is shown, too. Raises JiraError.
    """
    reader = client.kinds[kind]
    if not reader.is_name(name):
        own = " or ".join(reader.own_names)
        raise NoSuchRowError(f"{name!r} is no name of a row of kind {kind}: that is its {own}")
    await client.verify_credentials()
    for of, note in ((selector, ""), (widest(selector), f"{name} {OUTSIDE}")):
        known = await reader.by_identifiers([name], of)
        if known.rows:
            return Read(known.rows, note)
        if known.failed is not None:
            raise known.failed
    raise NoSuchRowError(f"Jira has no {kind} {name}, or doesn't show it to this account")


async def first(client: JiraClient, kind: Kinds, selector: Selector, count: int) -> Read:
    """So many rows, or fewer where there aren't more. Raises JiraError."""
    await client.verify_credentials()
    reader = client.kinds[kind]
    if (missing := reader.missing) is not None:
        raise JiraError(missing)
    rows: list[Row] = []
    async with aclosing(_pages(client, kind, selector)) as pages:  # type: ignore[type-var]
        async for page in pages:
            rows += page[: count - len(rows)]
            if len(rows) >= count:
                break
    return Read(rows)


def widest(selector: Selector) -> Selector:
    """The selector without what leaves rows out."""
    parts = {name: value for name, value in WIDEST.items() if name in selector.__fields__}
    return selector.copy(update=parts)


def _pages(client: JiraClient, kind: Kinds, selector: Selector) -> Pages:
    if isinstance(selector, IssueSelector):
        # Not by project, side by side: the first page is wanted, and no other.
        return client.issues.where(None, selector)
    return client.kinds[kind].pages(selector)
