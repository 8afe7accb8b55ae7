"""A resync's writer over a Port that takes what relates to nothing that is missing."""

from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from port_ocean.core.handlers.entities_state_applier.port import applier as framework
from port_ocean.core.models import Entity
from port_ocean.core.utils.entity_topological_sorter import EntityTopologicalSorter

from port import resync_writer as module
from port.bulk import Refused, Written
from port.resync_writer import JiraEntitiesStateApplier


def issue(number: int, parent: int | None = None) -> Entity:
    """An entity, which may relate to another one."""
    relations = {"parent": f"AB-{parent}"} if parent else {}
    return Entity(
        identifier=f"AB-{number}",
        blueprint="issue",
        icon=None,
        title=f"Issue {number}",
        properties={"number": number},
        relations=relations,
    )


class FakePort:
    """Port's catalog, without stubs."""

    def __init__(self) -> None:
        self.has: dict[str, Entity] = {}
        self.calls = 0
        self.down = False
        self.broken = False

    async def write(self, entities: list[Entity], *_: Any) -> Written:
        self.calls += 1
        if self.broken:
            raise RuntimeError("it broke off")
        written = Written()
        for entity in entities:
            if self.down:
                written.failed.append(entity)
                written.error = httpx.ConnectError("down")
            elif {*entity.relations.values()} <= self.has.keys():
                self.has[entity.identifier] = entity
                written.taken.append(entity)
            else:
                written.refused.append(Refused(entity, 404, "it relates to nothing"))
        return written


async def write(applier: JiraEntitiesStateApplier, *entities: Entity) -> list[str]:
    """Write a batch; the names of what was taken."""
    return [entity.identifier for entity in await applier.upsert(list(entities), "exporter")]  # type: ignore[arg-type]


async def again(applier: JiraEntitiesStateApplier) -> list[str]:
    """Write what was refused once more; the names of what is refused still."""
    return [entity.identifier for entity in await applier.write_refused("exporter")]  # type: ignore[arg-type]


def made_applier(port: FakePort, monkeypatch: pytest.MonkeyPatch) -> JiraEntitiesStateApplier:
    """What the framework gives the entities of a resync to."""
    sorter = EntityTopologicalSorter()
    mapping = SimpleNamespace(get_port_request_options=lambda: {"merge": True})
    event = SimpleNamespace(
        entity_topological_sorter=sorter,
        port_app_config=mapping,
    )
    monkeypatch.setattr(module, "event", event)
    monkeypatch.setattr(framework, "event", event)
    made = JiraEntitiesStateApplier(cast(Any, None))
    made.writer = cast(Any, port)
    return made
