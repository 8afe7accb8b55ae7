"""What a kind has to do in a world: a row of the table of test_kinds.py."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kinds import Kinds
from sandbox.jira.entities import Issue
from sandbox.jira.site import JiraSite

Entity = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """An identifier that has to be in the catalog, and what its entity has to show."""

    identifier: str
    shows: Callable[[Entity], bool]


@dataclass(frozen=True)
class Row:
    """A kind: the entities that a resync has to build, a change, a deletion, a faulty parent.

    `change` changes something in Jira. `doomed` chooses or makes something and returns its
    identifier, `remove` takes it away, or out of what the mapping selects. `fault` makes Jira
    refuse one parent (`True`) or answer again (`False`); it returns the parent's name and the
    identifiers that are read under it alone; None where no row has a parent. `told` is off for a
    kind that no event tells of: the sweep has to bring its changes.
    """

    kind: Kinds
    blueprint: str
    expected: Callable[[JiraSite], Iterable[str]]
    change: Callable[[JiraSite], Change]
    doomed: Callable[[JiraSite], str]
    remove: Callable[[JiraSite, str], object]
    fault: Callable[[JiraSite, bool], tuple[str, set[str]]] | None = None
    told: bool = True


def titled(text: str) -> Callable[[Entity], bool]:
    """Whether an entity has this title."""
    return lambda entity: entity["title"] == text


def issue(site: JiraSite, test: Callable[[Issue], bool] = lambda _: True) -> Issue:
    """The first visible issue for which the test holds."""
    return next(i for i in site.issues.values() if i.visible and test(i))


def visible(things: Iterable[Any]) -> list[Any]:
    """Those whose project is seen."""
    return [thing for thing in things if thing.project.visible]
