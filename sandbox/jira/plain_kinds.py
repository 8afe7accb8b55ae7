"""Kinds that are no more than a list, an entry of a table each: state, changes and endpoints."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.jira.endpoints import Endpoints, PlainList
from sandbox.jira.entities import User
from sandbox.jira.formats import Row
from sandbox.jira.state import SiteState


@dataclass(slots=True, eq=False)
class Thing:
    """One of a plain kind."""

    id: str
    name: str
    owner: User


@dataclass(frozen=True, slots=True)
class PlainKind:
    """How Jira shows a kind; its events and their payloads call it by its `name`.

    `found` chooses what the list shows for a request, or refuses it. `one` is the path by `{id}`,
    None where nobody asks it.
    """

    name: str
    path: str
    row: Callable[[SiteState, Request, Thing], Row]
    found: Callable[[Request, list[Thing]], Iterable[Thing] | Response] = lambda _, every: every
    one: str | None = None


PLAIN_KINDS: tuple[PlainKind, ...] = ()


class PlainKinds(SiteState):
    """What there is of each plain kind, by its name and id, and what people do to it."""

    plain_kinds: ClassVar[tuple[PlainKind, ...]] = PLAIN_KINDS

    def __init__(self, **settings: int) -> None:
        super().__init__(**settings)
        self.plain: dict[str, dict[str, Thing]] = {kind.name: {} for kind in self.plain_kinds}

    def create_plain(self, kind: str, name: str, *, owner: str | None = None) -> Thing:
        """Create one of a kind; its owner is named by account id."""
        thing = self._add(kind, name, self.users[owner] if owner else self.me)
        self._plain_event(kind, "created", thing)
        return thing

    def rename_plain(self, kind: str, thing_id: str, name: str) -> Thing:
        """Rename one."""
        thing = self.plain[kind][thing_id]
        thing.name = name
        self._plain_event(kind, "updated", thing)
        return thing

    def delete_plain(self, kind: str, thing_id: str) -> None:
        """Delete one."""
        self._plain_event(kind, "deleted", self.plain[kind].pop(thing_id))

    def fill_plain(self, each: int = 3) -> None:
        """Make so many of each kind, owned by the site's people in turn, without events."""
        people = list(self.users.values())
        for kind in self.plain_kinds:
            for number in range(1, each + 1):
                self._add(kind.name, f"{kind.name} {number}", people[number % len(people)])

    def _add(self, kind: str, name: str, owner: User) -> Thing:
        thing = Thing(self.next_id(), name, owner)
        self.plain[kind][thing.id] = thing
        return thing

    def _plain_event(self, kind: str, verb: str, thing: Thing) -> None:
        self.emit(f"{kind}_{verb}", {kind: {"id": int(thing.id)}})


class PlainKindEndpoints(Endpoints[PlainKinds]):
    """The list of each plain kind, and one by id."""

    def routes(self) -> list[Route]:
        """The endpoints."""
        return [
            route
            for kind in self.site.plain_kinds
            for route in self._list(kind).routes(self.faults)
        ]

    def _list(self, kind: PlainKind) -> PlainList[Thing]:
        things = self.site.plain[kind.name]
        return PlainList(
            kind.path,
            kind.one,
            found=lambda request: kind.found(request, list(things.values())),
            find=things.get,
            make=lambda request, thing: kind.row(self.site, request, thing),
            gone=f"The {kind.name} does not exist.",
        )
