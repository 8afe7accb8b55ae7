"""What relates to an entity: asked by relation where Port answers that, and nothing else read."""

import httpx
import pytest
from port_ocean.core.models import Entity

from port import search
from port.relating import TRIES, Relating
from tests.unit.helpers.stand_in_port import StandInPort

RELATIONS = {"team": ["member"], "issue": ["parent", "links"], "project": []}
"""Of teams there are none, so nothing can be tried with them."""


class World(StandInPort):
    """Relations in a Port."""

    def __init__(self) -> None:
        super().__init__()
        self.relating = Relating(self.client)

    async def to(self, *identifiers: str) -> list[str] | None:
        found = await self.relating.to(identifiers, RELATIONS)
        return None if found is None else _names(found)


def _names(entities: list[Entity]) -> list[str]:
    return sorted(str(entity.identifier) for entity in entities)


@pytest.fixture
def world() -> World:
    return World()


async def test_those_that_relate_by_any_relation_are_found_and_no_others(world):
    world.has("A-1", parent="A-9")
    world.has("A-2", links=["A-7", "A-8"])
    world.has("A-3", parent="A-1", links=[])
    world.has("B-1", parent="A-9", source="port-ocean/jira/1.0.0/another/exporter")
    assert await world.to("A-9", "A-8") == ["A-1", "A-2"]
    assert await world.to("A-5") == []


async def test_port_is_tried_once(world):
    world.has("A-1", parent="A-9")
    await world.to("A-9")
    world.searches = 0
    assert await world.to("A-9") == ["A-1"]
    assert world.searches == 2, "one for each blueprint"


async def test_all_pages_are_read(world, monkeypatch):
    monkeypatch.setattr(search, "PAGE", 2)
    for number in range(5):
        world.has(f"A-{number}", parent="A-9")
    assert await world.to("A-9") == [f"A-{number}" for number in range(5)]


async def test_many_are_asked_for_in_parts_that_a_body_can_hold(world, monkeypatch):
    monkeypatch.setattr(search, "IN_ONE_RULE", 2)
    for number in range(5):
        world.has(f"A-{number}", parent=f"P-{number}")
    assert await world.to(*(f"P-{number}" for number in range(5))) == [
        f"A-{number}" for number in range(5)
    ]


@pytest.mark.parametrize("status", [200, 400, 422])
async def test_where_port_does_not_answer_that_it_is_not_relied_on(world, status, log):
    """An answer that holds nothing would lose relations; it is told from a true one."""
    world.has("A-1", parent="A-9")
    world.api.entity_routes.relations_status = status
    assert await world.to("A-9") is None
    assert await world.to("A-9") is None
    told = [line for line in log if "Port doesn't say what relates to an entity" in line]
    assert len(told) == (0 if status == 200 else 1)
    world.api.entity_routes.relations_status = None
    world.searches = 0
    assert await world.to("A-9") == (["A-1"] if status == 200 else None)


async def test_what_it_could_not_answer_it_may_answer_later(world):
    """There was nothing to try it with, or that changed in the meantime."""
    assert await world.to("A-9") is None
    world.has("A-1", parent="A-9")
    assert await world.to("A-9") == ["A-1"]


@pytest.mark.parametrize("known", [True, False])
async def test_a_blueprint_that_is_missing_costs_no_other_its_answer(world, known):
    """It has no entity that could relate to anything."""
    world.has("A-1", parent="A-9")
    if known:
        assert await world.to("A-9") == ["A-1"]
    world.catalog.delete_blueprint("team")
    assert await world.to("A-9") == ["A-1"]


@pytest.mark.parametrize("status", [404, 405, 500, 503])
async def test_where_the_question_fails_all_is_read_and_it_is_asked_a_few_times(world, status):
    """A Port that fails at what it doesn't know must not hold up deletes."""
    world.has("A-1", parent="A-9")
    world.api.entity_routes.relations_status = status
    for _ in range(TRIES):
        assert await world.to("A-9") is None
    world.api.entity_routes.relations_status = None
    world.searches = 0
    assert await world.to("A-9") is None
    assert world.searches == 0


@pytest.mark.parametrize("status", [404, 500, 503])
async def test_a_bad_moment_of_port_is_not_taken_for_its_nature(world, status):
    world.has("A-1", parent="A-9")
    world.api.entity_routes.relations_status = status
    assert await world.to("A-9") is None
    world.api.entity_routes.relations_status = None
    assert await world.to("A-9") == ["A-1"]


async def test_a_failure_of_a_port_that_knows_the_question_is_raised(world):
    """Taken for an answer, it would lose what relates to a deleted entity."""
    world.has("A-1", parent="A-9")
    assert await world.to("A-9") == ["A-1"]
    world.api.entity_routes.relations_status = 503
    with pytest.raises(httpx.HTTPStatusError):
        await world.to("A-9")
