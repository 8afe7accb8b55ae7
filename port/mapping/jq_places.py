"""Where the values of an expression come from: places of a row, and what is read of them.

A place is the row, its fields, or another issue in it. Whatever isn't followed closely counts as
read whole.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Place = tuple[str, ...]
"""A tag and what it is of; a list (or an object made by the mapping) stands around its items."""
Value = frozenset[Place]
"""The places a value may come from; nothing but plain values where it is empty."""

PLAIN: Value = frozenset()
ROW: Place = ("row",)
FIELDS: Place = ("fields",)
LINK: Place = ("link",)
INSIGHT: Place = ("insight",)
LIST, ISSUE, ITS_FIELDS = "list", "issue", "its fields"

OTHERS: Mapping[str, Place] = {
    "parent": (ISSUE, "parent"),
    "subtasks": (LIST, ISSUE, "subtasks"),
    "issuelinks": (LIST, *LINK),
}


@dataclass
class Reads:
    """What was read: fields of the row, and of others by the field that shows them.

    None stands for perhaps anything of these others; `everything` for the whole row.
    """

    fields: set[str] = field(default_factory=set)
    of: dict[str, set[str] | None] = field(default_factory=dict)
    everything: bool = False

    def note(self, others: str, name: str = "") -> None:
        """A field of others was read, or only that they are there."""
        known = self.of.setdefault(others, set())
        if known is not None and name:
            known.add(name)

    def whole(self, value: Value) -> None:
        """A value was handed on as it is."""
        for place in value:
            tag = place[0]
            if tag == LIST:
                self.whole(frozenset((place[1:],)))
            elif tag in (ISSUE, ITS_FIELDS):
                self.of[place[1]] = None
            elif place == LINK:
                self.of["issuelinks"] = None
            elif place == INSIGHT:
                self.of["insight"] = None
            else:
                self.everything = True


def items_of(value: Value) -> Value:
    """Where the items of lists come from."""
    return frozenset(place[1:] for place in value if place[0] == LIST)


def listed(value: Value) -> Value:
    """Where a list of such values comes from."""
    return frozenset((LIST, *place) for place in value)


def part(place: Place, name: str, reads: Reads, item: Value) -> Iterable[Place]:
    """Where what a place has under a name comes from."""
    match place:
        case ("row",) if name == "fields":
            yield FIELDS
        case ("row",) if name == "insight":
            reads.note("insight")
            yield INSIGHT
        case ("row",) if name == "item":
            yield from item
        case ("fields",):
            reads.fields.add(name)
            if name in OTHERS:
                reads.note(name)
                yield OTHERS[name]
        case ("issue", others) if name == "fields":
            yield ITS_FIELDS, others
        case ("issue", others) if name == "key":
            reads.note(others, name)
        case ("its fields", others):
            reads.note(others, name)
        case ("link",) if name in ("inwardIssue", "outwardIssue"):
            yield ISSUE, "issuelinks"
        case ("insight",):
            reads.note("insight", name)
        case ("list", *inside):
            yield tuple(inside)
