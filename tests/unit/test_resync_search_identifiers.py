"""Entities that Port finds by rules: named as it found them, and kept where it found none."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from loguru import logger
from port_ocean.clients.port.types import UserAgentType
from port_ocean.core.handlers.entities_state_applier.port import applier as framework
from port_ocean.core.handlers.entities_state_applier.port.applier import HttpEntitiesStateApplier
from port_ocean.core.models import Entity

from port import resync_writer as module
from port.bulk import Refused, Written
from port.entities import key_of
from port.resync import RESYNC, Resync
from port.resync_writer import JiraEntitiesStateApplier

AGENT = UserAgentType.exporter


def person(who: str, blueprint: str = "person") -> Entity:
    rules = {"combinator": "and", "rules": [{"property": "e", "operator": "=", "value": who}]}
    return Entity.parse_obj({"identifier": rules, "blueprint": blueprint})


def named(identifier: str, blueprint: str = "person") -> Entity:
    return Entity.parse_obj({"identifier": identifier, "blueprint": blueprint})


class FakePort:
    """Finds those that it knows."""

    def __init__(self, **known: str) -> None:
        self.known = known
        self.asked: list[int] = []
        self.down = False

    async def write(self, entities: list[Entity], *_: Any) -> Written:
        self.asked.append(len(entities))
        written = Written()
        for entity in entities:
            name = self.known.get(entity.identifier["rules"][0]["value"])
            if self.down:
                written.failed.append(entity)
                written.error = httpx.ConnectError("down")
            elif name:
                written.taken.append(entity)
                written.names[key_of(entity)] = name
            else:
                written.refused.append(Refused(entity, 404, "none matches"))
        return written


@pytest.fixture
def port() -> FakePort:
    return FakePort(a="p-1", b="p-2", c="p-3")


@pytest.fixture
def applier(port, monkeypatch) -> Iterator[JiraEntitiesStateApplier]:
    mapping = SimpleNamespace(get_port_request_options=dict)
    event = SimpleNamespace(port_app_config=mapping, event_type="resync", attributes={})
    monkeypatch.setattr(module, "event", event)
    monkeypatch.setattr(framework, "event", event)
    made = JiraEntitiesStateApplier(cast(Any, None))
    made.writer = port

    def compare(*_: Any) -> bool:
        raise AssertionError("what has no name can't be compared")

    made.compared = cast(Any, SimpleNamespace(look=compare, is_there=compare))
    token = RESYNC.set(Resync())
    yield made
    RESYNC.reset(token)


@pytest.fixture
def compared(monkeypatch) -> list[Any]:
    """What the framework's own reconciliation is given."""
    given: list[Any] = []

    async def delete_diff(self: Any, entities: Any, *_: Any) -> None:
        given.append(entities)

    monkeypatch.setattr(HttpEntitiesStateApplier, "delete_diff", delete_diff)
    return given


async def test_the_framework_s_own_entities_get_the_names_that_port_found(applier, port) -> None:
    entities = [person("a"), person("b"), person("c")]
    assert await applier.upsert(entities, AGENT) == [named("p-1"), named("p-2"), named("p-3")]
    assert [e.identifier for e in entities] == ["p-1", "p-2", "p-3"]
    assert port.asked == [3]


@pytest.mark.parametrize("down", [False, True])
async def test_of_a_blueprint_where_one_was_not_found_nothing_is_deleted(
    applier, port, compared, down: bool
) -> None:
    lines: list[str] = []
    sink = logger.add(lines.append, level="WARNING")
    port.down = down
    if not down:
        del port.known["b"]
    taken = await applier.upsert([person("a"), person("b")], AGENT)
    logger.remove(sink)
    assert [e.identifier for e in taken] == ([] if down else ["p-1"])
    assert any("this resync deletes nothing of it" in line for line in lines)
    before = [named("p-1"), named("p-2"), named("X", "other")]
    await applier.delete_diff({"before": before, "after": taken}, AGENT, 0.9)
    assert compared == [{"before": [named("X", "other")], "after": taken}]


async def test_where_each_was_found_the_framework_goes_on_as_usual(applier, compared) -> None:
    taken = await applier.upsert([person("a"), person("b", "other")], AGENT)
    before = [named("p-1"), named("p-9")]
    await applier.delete_diff({"before": before, "after": taken}, AGENT, 0.9)
    assert compared == [{"before": before, "after": taken}]
