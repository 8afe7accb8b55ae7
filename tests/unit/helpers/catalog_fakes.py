"""Port and the framework's mapper as the catalog sees them."""

import time
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from typing import Any, cast

from port_ocean.clients.port.client import PortClient
from port_ocean.core.handlers.port_app_config.models import PortAppConfig, ResourceConfig
from port_ocean.core.handlers.webhook.webhook_event import WebhookEventRawResults
from port_ocean.core.models import Entity
from port_ocean.core.ocean_types import CalculationResult, EntitySelectorDiff

from port.accounts import Accounts
from port.compared import Compared
from port.entities import EntityKey, PortRefusedError, key_of
from port.going import Going
from port.just_written import JustWritten
from port.listed import Listed, Shared

Row = dict[str, Any]


def entity(identifier: str, blueprint: str = "issue", **more: Any) -> Entity:
    return Entity(identifier=identifier, blueprint=blueprint, **more)


def listed(*entities: Entity) -> list[Listed]:
    """Entities as they are listed, where nothing is compared but names and relations."""
    shared = Shared()
    return [shared.listed(one, None) for one in entities]


def child_of(parent: str, identifier: str) -> Entity:
    """An entity of Port's that points at another one."""
    return entity(identifier, relations={"parent": parent})


def nothing_known(going: Going) -> Compared:
    """What nobody has looked with, and nobody has written anything."""
    nobody = cast(PortClient, None)
    return Compared(nobody, Accounts(nobody), JustWritten(), going)


class FakeWriter:
    """A catalog that takes relations away with what they point at; notes what is done to it."""

    def __init__(self, *entities: Entity) -> None:
        self.has: dict[EntityKey, Entity] = {key_of(e): e for e in entities}
        self.done: list[tuple[str, list[str]]] = []
        self.options: list[Any] = []
        self.fails: dict[str, Exception] = {}
        self.makes_stubs = True
        self.tells_nothing = False
        """Of what relates to what."""
        self.slow = False
        """Deletes are answered at once, and done when the test calls `finish`."""
        self.leaving: list[Entity] = []
        self.going = Going(time.monotonic)
        self.compared = nothing_known(self.going)
        self.made_by_port: list[Entity] = []
        self.made_for_us: set[str] = set()
        """Whose data source names us."""
        self.came: set[str] = set()
        self.unseen: set[str] = set()
        """What searches don't show yet."""

    def note(self, what: str, entities: Iterable[Entity]) -> None:
        names = [str(e.identifier) for e in entities]
        if names:
            self.done.append((what, names))
        if names and what in self.fails:
            raise self.fails[what]

    def all_of(self, what: str) -> list[list[str]]:
        return [names for done, names in self.done if done == what]

    async def ours(self, entities: list[Entity]) -> list[Entity]:
        self.note("ours", entities)
        return [self.has[key_of(e)] for e in entities if key_of(e) in self.has]

    def just_written(self, entities: Iterable[Entity]) -> set[EntityKey]:
        return {key_of(e) for e in entities if e.identifier in self.unseen}

    async def shown(self, entities: list[Entity]) -> list[Entity]:
        """Looked at when deletes are under way, which is no business of most tests."""
        return [
            self.has[key_of(e)]
            for e in entities
            if key_of(e) in self.has and e.identifier not in self.unseen
        ]

    @property
    def listing(self) -> "FakeListing":
        return FakeListing(self)

    async def ours_called(
        self, names: Collection[str], blueprints: Collection[str]
    ) -> list[Entity]:
        return [e for (of, name), e in self.has.items() if of in blueprints and name in names]

    async def pointing_at(self, entities: list[Entity], wanted: Any) -> tuple[list[Entity], bool]:
        self.note("pointing_at", entities)
        names = {e.identifier for e in entities}
        found = [
            e
            for e in self.has.values()
            if e.identifier not in names and names & set(e.relations.values())
        ]
        return ([], False) if self.tells_nothing else (found, True)

    async def delete(self, entities: list[Entity], options: Any) -> list[Entity]:
        self.note("delete", entities)
        self.options.append(options)
        self.going.begin(entities, self.just_written(entities))
        self.leaving += entities
        if not self.slow:
            self.finish()
        return []

    async def stubs(self, blueprints: Iterable[str], *, ours: bool = False) -> list[Entity]:
        found = [e for e in self.made_by_port if e.blueprint in blueprints]
        return [e for e in found if e.identifier in self.made_for_us] if ours else found

    async def accounts_that_came(self) -> set[str]:
        return self.came

    async def stubs_called(self, entities: list[Entity]) -> list[Entity]:
        return []

    def finish(self) -> None:
        """What is under these names goes, whenever it was written, and relations to it."""
        names = {e.identifier for e in self.leaving}
        for e in self.leaving:
            self.has.pop(key_of(e), None)
        self.leaving.clear()
        for key, e in self.has.items():
            left = {name: to for name, to in e.relations.items() if to not in names}
            self.has[key] = e.copy(update={"relations": left})

    async def upsert(self, entities: list[Entity], options: Any) -> None:
        self.note("upsert", entities)
        self.options.append(options)
        there = {identifier for _, identifier in self.has}
        taken = [e for e in entities if self.makes_stubs or {*e.relations.values()} <= there]
        self.has |= {key_of(e): e for e in taken}
        self.going.note(taken)
        if refused := [e for e in entities if e not in taken]:
            raise PortRefusedError(refused, "It relates to nothing.")


class FakeListing:
    """What the fake catalog has, by the page."""

    def __init__(self, writer: FakeWriter) -> None:
        self._writer = writer

    async def of(self, blueprint: str, mapping: PortAppConfig) -> AsyncIterator[list[Listed]]:
        self._writer.done.append(("listed", [blueprint]))
        parts = self._writer.compared.known.under(mapping)
        rows = [e for e in self._writer.has.values() if e.blueprint == blueprint]
        yield [Shared().listed(row, parts.shown_by(row)) for row in rows]

    async def again(
        self, entities: Sequence[Listed], mapping: PortAppConfig
    ) -> AsyncIterator[list[Listed]]:
        self._writer.done.append(("again", [entity.identifier for entity in entities]))
        parts = self._writer.compared.known.under(mapping)
        rows = [self._writer.has[e.key] for e in entities if e.key in self._writer.has]
        yield [Shared().listed(row, parts.shown_by(row)) for row in rows]


class FakeProcessor:
    """Maps a row to the entity of its key; a row with `left_out` fails the selector's query."""

    def __init__(self) -> None:
        self.mapped: list[tuple[ResourceConfig, list[Row]]] = []

    async def parse_items(
        self, resource: ResourceConfig, rows: list[Row], parse_all: bool
    ) -> CalculationResult:
        assert parse_all, "what the query leaves out could not be deleted"
        self.mapped.append((resource, rows))
        passed: list[Entity] = []
        failed: list[Entity] = []
        for row in rows:
            made = entity(
                row.get("key") or row["accountId"],
                resource.port.entity.mappings.blueprint.strip('"'),
                properties={
                    name: row["fields"][expression.removeprefix(".fields.")]
                    for name, expression in resource.port.entity.mappings.properties.items()
                },
                relations={"parent": row["parent"]} if row.get("parent") else {},
            )
            (failed if row.get("left_out") == resource.selector.query else passed).append(made)
        return CalculationResult(EntitySelectorDiff(passed, failed), [])


async def expand(row: Row, resource: ResourceConfig) -> AsyncIterator[list[Row]]:
    """No itemsToParse."""
    yield [row]


def results(
    resource: ResourceConfig | None,
    updated: Iterable[Row] = (),
    deleted: Iterable[Row | str] = (),
) -> WebhookEventRawResults:
    """What an event came to; a deleted row may be given by its key."""
    rows: list[Row] = [{"key": row} if isinstance(row, str) else row for row in deleted]
    made = WebhookEventRawResults(updated_raw_results=list(updated), deleted_raw_results=rows)
    if resource:
        made.resource = resource
    return made
