"""What need not be written: a resync asks Port for it, a thousand entities a request."""

from typing import Any

import httpx
import pytest
from port_ocean.core.models import Entity

from port import search
from port.accounts import Accounts
from port.bulk import Written
from port.compared import Compared
from port.going import Going
from port.just_written import JustWritten
from tests.unit.helpers.catalog_fakes import entity
from tests.unit.helpers.fake_client import mapping
from tests.unit.helpers.stand_in_port import StandInPort

MAPPING = mapping("issue", title=".t", relations={"parent": ".p", "links": ".l"})
FILLED = "port-auto-ocean/jira/1.0.0/mine/exporter"


class World(StandInPort):
    """Issues in a Port, and what somebody learns of them."""

    def __init__(self) -> None:
        super().__init__()
        self.lately = JustWritten()
        self.going = Going(lambda: 0.0)
        port = self.client
        self.compared = Compared(port, Accounts(port), self.lately, self.going)
        self.bodies: list[bytes] = []

    async def _note(self, request: httpx.Request) -> None:
        await super()._note(request)
        if request.url.path.endswith("/search"):
            self.bodies.append(request.content)

    async def look(self) -> None:
        await self.compared.look("issue", MAPPING)

    def there(self, *entities: Entity) -> list[bool]:
        return [self.compared.is_there(one) for one in entities]


@pytest.fixture
def world() -> World:
    return World()


def one(name: str, title: str = "T", **relations: Any) -> Entity:
    every = {"parent": None, "links": []} | relations
    return entity(name, title=title, relations=every)


async def test_an_empty_blueprint_costs_one_request(world):
    await world.look()
    assert world.searches == 1
    assert world.there(one("A-1")) == [False]


async def test_a_blueprint_that_is_not_there_costs_one_too_and_no_warning(world, log):
    await world.compared.look("nowhere", MAPPING)
    assert world.searches == 1
    assert not [line for line in log if "WARNING" in line]


async def test_what_port_has_as_it_is_is_there(world, monkeypatch):
    monkeypatch.setattr(search, "PAGE", 2)
    for number in range(5):
        world.has(f"A-{number}", title="T", parent="A-0")
    await world.look()
    entities = [one(f"A-{number}", parent="A-0") for number in range(5)]
    assert world.there(*entities, one("A-1", "U", parent="A-0"), one("A-1")) == [
        *[True] * 5,
        *[False] * 2,
    ]
    assert world.searches == 4, "three pages of ours, and one of what Port made for us"


async def test_what_others_wrote_is_written(world):
    world.has("A-1", title="T", source="port-ocean/jira/1.0.0/another/exporter")
    world.has("A-2", title="T")
    await world.look()
    assert world.there(one("A-1"), one("A-2")) == [False, True]


async def test_what_port_made_is_there_where_it_was_filled_in_and_no_stub_is(world):
    world.has("A-1", title="T", source=FILLED)
    world.has("A-2", title="A-2", source=FILLED)
    world.has("A-3", title="T")
    await world.look()
    assert world.there(one("A-1"), one("A-2", "A-2")) == [True, False]


async def test_only_the_fields_of_the_mapping_are_asked_for(world):
    await world.look()
    assert b'"include"' in world.bodies[0]
    assert b'"relations.links","relations.parent","title"' in world.bodies[0].replace(b" ", b"")


async def test_a_port_that_takes_no_list_of_fields_is_asked_for_all_of_them(world, monkeypatch):
    real = search.page_of_rows
    asked: list[bool] = []

    async def page(*args: Any, include: Any = (), **more: Any) -> Any:
        asked.append(bool(include))
        if include:
            request = httpx.Request("POST", "https://port.example.com")
            response = httpx.Response(422, text="no include", request=request)
            raise httpx.HTTPStatusError("422", request=request, response=response)
        return await real(*args, **more)

    monkeypatch.setattr("port.pages.page_of_rows", page)
    world.has("A-1", title="T")
    await world.look()
    await world.look()
    assert asked == [True, False, False, False, False], "it isn't tried again"
    assert world.there(one("A-1")) == [True]


@pytest.mark.parametrize("status", [500, 401])
async def test_where_port_fails_all_is_written_and_that_is_said(world, log, status):
    world.has("A-1", title="T")
    await world.look()
    world.api.fail_status = status
    world.api.only["fail_status"] = "/v1/blueprints"
    await world.look()
    assert world.there(one("A-1")) == [False]
    [line] = [line for line in log if "WARNING" in line]
    assert "what it has of issue, so all of it is written" in line


@pytest.mark.parametrize(("shown", "there"), [("T", True), ("before", False)])
async def test_what_was_written_lately_is_there_where_a_search_shows_it(world, shown, there):
    world.has("A-1", title=shown)
    known = world.compared.known
    known.under(MAPPING)
    with known.writing([one("A-1")]):
        world.compared.note(Written([one("A-1")]), merge=True)
    world.lately.note([one("A-1")])
    await world.look()
    assert world.there(one("A-1"), one("A-1", "before")) == [there, False]


async def test_what_is_going_is_written_whatever_port_still_shows(world):
    world.has("A-1", title="T")
    world.going.begin([one("A-1")])
    await world.look()
    assert world.there(one("A-1")) == [False]


async def test_of_several_rows_the_last_one_counts(world):
    world.has("A-1", title="T")
    await world.look()
    options = MAPPING.get_port_request_options()
    assert world.compared.differing([one("A-1", "U"), one("A-1")], options) == []
    [left] = world.compared.differing([one("A-1"), one("A-1", "U")], options)
    assert left.title == "U"


async def test_what_was_found_by_rules_has_its_name_forgotten(world):
    world.has("A-1", title="T")
    await world.look()
    by_rules = Entity(identifier={"rules": []}, blueprint="issue", icon=None, title="U")
    world.compared.note(
        Written([by_rules], {("issue", str(by_rules.identifier)): "A-1"}), merge=True
    )
    assert world.compared.is_as_written(one("A-1")) is None


async def test_where_that_failed_nothing_is_known_of_the_blueprint(world):
    world.has("A-1", title="T")
    await world.look()
    by_rules = Entity(identifier={"rules": []}, blueprint="issue", icon=None, title="U")
    world.compared.note(Written(failed=[by_rules]), merge=True)
    assert world.compared.is_as_written(one("A-1")) is None
