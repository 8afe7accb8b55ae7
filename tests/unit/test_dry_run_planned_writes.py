"""What stands in the writer's place takes notes, and reads what Port has under the same names."""

from typing import Any

import httpx
from port_ocean.clients.port.types import RequestOptions, UserAgentType
from port_ocean.core.models import Entity

from port.dry_run.plan import Schema
from port.dry_run.planned_writes import PlannedWrites
from port.entities import key_of

AGENT = UserAgentType.exporter
RULES = {"combinator": "and", "rules": [{"property": "email", "operator": "=", "value": "a"}]}


def options(*, merge: bool = True) -> RequestOptions:
    return {
        "merge": merge,
        "create_missing_related_entities": True,
        "delete_dependent_entities": True,
        "validation_only": False,
    }


def thing(name: Any, blueprint: str = "thing", **parts: Any) -> Entity:
    return Entity(identifier=name, blueprint=blueprint, **parts)


class Port:
    """A catalog, and what was asked of it."""

    def __init__(self, *entities: Entity, finds: tuple[str, ...] = ()) -> None:
        self.entities = {key_of(entity): entity for entity in entities}
        self.finds = finds
        self.asked: list[tuple[str, list[str]]] = []
        self.fails: set[str] = set()

    async def schema(self, blueprint: str) -> Schema | None:
        return Schema(frozenset({"a", "b"}), {"of": "other"})

    async def called(self, blueprint: str, names: set[str]) -> list[Entity]:
        if blueprint in self.fails:
            raise httpx.ConnectError("no route")
        self.asked.append((blueprint, sorted(names)))
        return [self.entities[key] for name in names if (key := (blueprint, name)) in self.entities]

    async def found_by(self, blueprint: str, rules: object) -> list[str]:
        return list(self.finds)

    async def relating_to(self, entities: list[Entity], schemas: object) -> list[Entity]:
        return [entity for entity in self.entities.values() if entity.relations]


def writes_to(port: Port) -> PlannedWrites:
    catalog: Any = port
    return PlannedWrites(catalog)


async def test_each_name_is_read_once_and_what_comes_twice_is_merged() -> None:
    port = Port(thing("one", title="Old"), thing("x", "other"))
    planned = writes_to(port)
    first = [thing("one", properties={"a": 1}), thing("two", relations={"of": "x"})]
    assert (await planned.write(first, options(), AGENT)).taken == first
    await planned.write([thing("one", properties={"b": 2})], options(), AGENT)
    assert port.asked == [("thing", ["one", "two"]), ("thing", [])]
    written = await planned.foreseen([*first, thing("left")], merge=True, makes_stubs=True)
    assert written.sent["thing", "one"].properties == {"a": 1, "b": 2}
    assert written.before == {("thing", "one"): thing("one", title="Old")}
    assert list(written.unchanged) == [("thing", "left")]
    assert written.there == {("other", "x")}
    assert port.asked[2:] == [("other", ["x"])]


async def test_without_merging_the_last_one_counts() -> None:
    planned = writes_to(Port())
    for value in (1, 2):
        entity = thing("one", properties={"a": value}, title=str(value))
        await planned.write([entity], options(merge=False), AGENT)
    await planned.write([thing("one", properties={"b": 3})], options(merge=False), AGENT)
    written = await planned.foreseen([], merge=False, makes_stubs=True)
    assert written.sent["thing", "one"] == thing("one", properties={"b": 3})


async def test_what_port_finds_by_rules_goes_by_the_name_that_it_finds() -> None:
    planned = writes_to(Port(thing("p-1", title="Old"), finds=("p-1",)))
    written = await planned.write([thing(RULES, title="New")], options(), AGENT)
    assert list(written.names.values()) == ["p-1"]
    assert planned.sent == {("thing", "p-1")}
    assert planned.not_found == []
    foreseen = await planned.foreseen([thing(RULES)], merge=True, makes_stubs=True)
    assert foreseen.before["thing", "p-1"].title == "Old"
    assert foreseen.unchanged == {}


async def test_what_it_does_not_find_or_several_times_is_not_taken() -> None:
    for finds in ((), ("p-1", "p-2")):
        planned = writes_to(Port(finds=finds))
        written = await planned.write([thing(RULES), thing("one")], options(), AGENT)
        assert [refused.entity.identifier for refused in written.refused] == [RULES]
        assert written.taken == [thing("one")]
        assert written.names == {}
        assert f"finds {len(finds)} of thing" in planned.not_found[0].reason


async def test_what_port_does_not_tell_of_targets_costs_their_stubs_alone() -> None:
    port = Port()
    planned = writes_to(port)
    await planned.write([thing("one", relations={"of": "x"})], options(), AGENT)
    port.fails = {"other"}
    written = await planned.foreseen([], merge=True, makes_stubs=True)
    assert written.there == {("other", "x")}
    assert planned.unread == {"other": "no route"}


async def test_what_relates_to_something_deleted_is_asked_for_only_if_something_is() -> None:
    port = Port(thing("one", relations={"of": "x"}))
    planned = writes_to(port)
    assert await planned.related_to_deleted() == []
    await planned.delete([thing("x", "other")])
    assert await planned.related_to_deleted() == [thing("one", relations={"of": "x"})]
    assert planned.deleted == [thing("x", "other")]
