"""What this integration has in Port of a blueprint: all pages of it, and nobody else's."""

import asyncio
from typing import Any

import httpx
import pytest

from port import pages, search
from port.accounts import Accounts
from port.compared import Compared
from port.going import Going
from port.just_written import JustWritten
from port.listed import Listed
from port.listing import Listing
from tests.unit.helpers.catalog_fakes import entity
from tests.unit.helpers.fake_client import mapping
from tests.unit.helpers.stand_in_port import StandInPort

MAPPING = mapping("issue", title=".t", relations={"parent": ".p", "links": ".l"})
FILLED = "port-auto-ocean/jira/1.0.0/mine/exporter"


class World(StandInPort):
    """Issues in a Port that has pages, or hasn't."""

    def __init__(self) -> None:
        super().__init__()
        port = self.client
        going = Going(lambda: 0.0)
        self.compared = Compared(port, Accounts(port), JustWritten(), going)
        self.listing = Listing(port, self.compared)
        self.paths: list[str] = []
        self.fails: dict[str, int] = {}

    async def _note(self, request: httpx.Request) -> None:
        await super()._note(request)
        path = request.url.path
        if path.endswith(("/search", "/datasource-entities")):
            self.paths.append(path.removeprefix("/v1/"))
        for end, status in self.fails.items():
            if path.endswith(end):
                response = httpx.Response(status, text="no", request=request)
                raise httpx.HTTPStatusError(str(status), request=request, response=response)

    async def of(self, blueprint: str = "issue") -> list[Listed]:
        return [one async for some in self.listing.of(blueprint, MAPPING) for one in some]

    async def names(self) -> list[str]:
        return sorted(one.identifier for one in await self.of())


PAGES = "issue/entities/search"


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("without_pages", [True, False])
async def test_what_is_ours_is_listed_and_nothing_else(world, without_pages):
    """Whether Port has a search in one blueprint."""
    world.has("A-1", title="T", parent="A-9", links=["A-8", "A-9"])
    world.has("A-2", title="T", source=FILLED)
    world.has("A-3", title="A-3", source=FILLED)
    world.has("A-4", title="T", source="port-ocean/jira/1.0.0/another/exporter")
    if without_pages:
        world.fails[PAGES] = 404
    found = {one.identifier: one for one in await world.of()}
    assert sorted(found) == ["A-1", "A-2"], "a stub of Port's making is nobody's"
    assert found["A-1"].targets == ("A-8", "A-9")
    assert found["A-1"].shows(world.compared.known.digests_of(as_mapped("A-1")))


def as_mapped(name: str, title: str = "T") -> Any:
    return entity(name, title=title, relations={"parent": "A-9", "links": ["A-9", "A-8"]})


async def test_all_pages_are_listed(world, monkeypatch):
    monkeypatch.setattr(search, "PAGE", 2)
    for number in range(5):
        world.has(f"A-{number}", title="T")
    assert await world.names() == [f"A-{number}" for number in range(5)]
    assert world.paths == [f"blueprints/{PAGES}"] * 4


async def test_a_blueprint_that_is_not_there_has_nothing(world):
    assert await world.of("nowhere") == []


@pytest.mark.parametrize("status", [500, 401, 403])
async def test_where_port_fails_that_is_raised_and_no_shorter_list_is_given(world, status):
    world.has("A-1", title="T")
    world.fails[PAGES] = status
    with pytest.raises(httpx.HTTPStatusError):
        await world.of()


async def test_where_a_later_page_fails_that_is_raised(world, monkeypatch):
    monkeypatch.setattr(search, "PAGE", 2)
    for number in range(5):
        world.has(f"A-{number}", title="T")
    listing = world.listing.of("issue", MAPPING)
    assert len(await anext(listing)) == 2
    world.fails[PAGES] = 503
    with pytest.raises(httpx.HTTPStatusError):
        await anext(listing)


async def test_of_what_is_known_no_digest_is_made(world):
    world.has("A-1", title="T")
    await world.compared.look("issue", MAPPING)
    world.has("A-2", title="T")
    found = {one.identifier: one for one in await world.of()}
    assert found["A-1"].digests is None
    assert found["A-2"].digests is not None


async def test_others_have_their_turn_while_a_page_is_looked_at(world, monkeypatch):
    """A page has a thousand entities."""
    monkeypatch.setattr(pages, "TOGETHER", 3)
    for number in range(10):
        world.has(f"A-{number}", title="T")
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    sizes, seen = [], []
    async for some in world.listing.of("issue", MAPPING):
        sizes.append(len(some))
        seen.append(turns)
    counting.cancel()
    assert sizes == [3, 3, 3, 1]
    assert len(set(seen)) == len(seen), "somebody else was there in between"


async def test_some_are_looked_at_again_as_they_are_now(world):
    world.has("A-1", title="T")
    world.has("A-2", title="T")
    listed = await world.of()
    world.catalog.delete("issue", ["A-1"])
    world.has("A-2", title="T", parent="A-7")
    world.has("A-3", title="T")
    again = [one async for some in world.listing.again(listed, MAPPING) for one in some]
    assert [(one.identifier, one.targets) for one in again] == [("A-2", ("A-7",))]
