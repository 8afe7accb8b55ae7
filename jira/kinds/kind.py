"""What a kind is: one object that resync, live events and the webhook's registration share."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from port_ocean.core.handlers.port_app_config.models import ResourceConfig

from jira.payloads import Row
from kinds import Kinds

if TYPE_CHECKING:
    from client import JiraClient


@dataclass(frozen=True)
class Found:
    """What Jira says about an event's subjects under one resource of the mapping."""

    updated: list[Row] = field(default_factory=list)
    deleted: list[Row] = field(default_factory=list)

    @classmethod
    def all_of(cls, parts: Sequence["Found"]) -> "Found":
        """Several answers as one."""
        return cls(
            [row for part in parts for row in part.updated],
            [row for part in parts for row in part.deleted],
        )


@dataclass(frozen=True)
class Known:
    """What Jira says about entities that Port has: rows that are there, identifiers that aren't."""

    rows: list[Row] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, found: Mapping[str, Row | None]) -> "Known":
        """From rows by identifier, None for those that are gone."""
        return cls(
            [row for row in found.values() if row is not None],
            [name for name, row in found.items() if row is None],
        )


@dataclass(frozen=True)
class Kind:
    """How to read one kind, and which events touch it.

    `events` are the names registered in Jira for this kind, `touched_by` the beginnings of the
    names it looks at; `subjects` reads out of a payload what has to be read again (nothing where
    nothing plausible is named), and `resolve` reads it; `by_identifiers` reads what Port has under
    the identifiers of the default mapping. A kind with many rows also has `read_names` (rows of id
    and key alone), `read_named` (the whole rows of such), and `read_changed` (whole rows that
    changed in the last so many minutes). `compared_after` are the beginnings of the names of
    events after which the whole kind is compared with Port in the background: the event tells
    that something changed, but not which rows.
    """

    kind: Kinds
    events: tuple[str, ...]
    touched_by: tuple[str, ...]
    subjects: Callable[[Any], Sequence[Any]]
    read_all: Callable[["JiraClient", ResourceConfig], AsyncIterator[list[Row]]]
    resolve: Callable[["JiraClient", Sequence[Any], ResourceConfig], Awaitable[Found]]
    by_identifiers: Callable[["JiraClient", list[str], ResourceConfig], Awaitable[Known]]
    read_names: Callable[["JiraClient", ResourceConfig], AsyncIterator[list[Row]]] | None = None
    read_named: (
        Callable[["JiraClient", list[Row], ResourceConfig], AsyncIterator[list[Row]]] | None
    ) = None
    read_changed: Callable[["JiraClient", ResourceConfig, int], AsyncIterator[list[Row]]] | None = (
        None
    )
    compared_after: tuple[str, ...] = ()

    def is_touched_by(self, event_name: str) -> bool:
        """Whether an event of this name may change entities of this kind."""
        return event_name.startswith(self.touched_by)


async def nothing_found(
    client: "JiraClient", subjects: Sequence[Any], resource: ResourceConfig
) -> Found:
    """The `resolve` of a kind that no event tells of."""
    return Found()
