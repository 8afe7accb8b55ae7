"""Events and background work write side by side; of two readings of an entity the newer stays."""

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from port_ocean.core.models import Entity

from kinds import Kinds
from port import live_writer as module
from port.deletions import Candidate, Reason
from port.entities import PortRefusedError
from port.versions import Versions
from tests.unit.helpers.catalog_fakes import Row, entity, results
from tests.unit.helpers.catalog_world import CatalogWorld
from tests.unit.helpers.fakes import settle


class World(CatalogWorld):
    """On a clock that a test sets."""

    def __init__(self) -> None:
        super().__init__()
        self.time = 1000.0

    def row(self, words: str, key: str = "AB-1") -> Row:
        row = self.issue(key[-1], key)
        row["parent"] = words
        return row

    async def background(
        self, *rows: Row, since: float, gone: Sequence[Entity] = (), deleted: Sequence[str] = ()
    ) -> None:
        async with asyncio.timeout(5):
            await self.writer.sync(
                [results(self.issues, rows, deleted)],
                self.mapper,
                [Candidate(entity, Reason.SWEEP) for entity in gone],
                read_since=since,
            )

    def parent(self, key: str = "AB-1") -> object:
        return self.port.has["issue", key].relations["parent"]


@pytest.fixture
def world(monkeypatch):
    made = World()
    monkeypatch.setattr(module, "event", SimpleNamespace(port_app_config=made.mapping))
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: made.time))
    return made


@pytest.mark.parametrize(("since", "wins"), [(999.0, "event"), (1001.0, "background")])
async def test_what_was_read_before_an_event_wrote_is_older_than_that(world, since, wins):
    await world.update(world.row("event"))
    await world.background(world.row("background"), since=since)
    assert world.parent() == wins


async def test_only_what_events_wrote_is_left_out(world):
    await world.update(world.row("event"))
    rows = [world.row("background"), world.row("background", "AB-2")]
    await world.background(*rows, since=999.0)
    assert (world.parent(), world.parent("AB-2")) == ("event", "background")


async def test_what_port_refused_of_an_event_is_not_there_yet(world):
    world.port.fails = {"upsert": PortRefusedError([entity("AB-1")], "No such relation.")}
    await world.update(world.row("event"))
    world.port.fails = {}
    await world.background(world.row("background"), since=999.0)
    assert world.parent() == "background", "an older state is more than none"


async def test_what_an_event_deleted_is_not_brought_back(world):
    world.add(entity("AB-1"))
    await world.delete("AB-1")
    await world.background(world.row("background"), since=999.0)
    assert world.names == set()


async def test_what_an_event_wrote_is_not_deleted_for_an_older_list(world):
    await world.update(world.row("event"))
    del world.jira.by_id["1"]
    await world.background(since=999.0, gone=[entity("AB-1")])
    assert world.names == {"AB-1"}
    world.time = 1001.0
    await world.background(since=1001.0, gone=[entity("AB-1")])
    assert world.names == set()


async def test_what_background_work_wrote_holds_up_no_other_background_work(world):
    await world.background(world.row("first"), since=999.0)
    await world.background(world.row("second"), since=999.0)
    assert world.parent() == "second"


async def test_events_write_over_everything(world):
    await world.background(world.row("background"), since=2000.0)
    await world.update(world.row("event"))
    await world.update(world.row("later"))
    assert world.parent() == "later"


async def test_a_write_that_failed_is_none(world):
    world.port.fails = {"upsert": httpx.ConnectError("down")}
    with pytest.raises(httpx.ConnectError):
        await world.update(world.row("event"))
    world.port.fails = {}
    await world.background(world.row("background"), since=999.0)
    assert world.parent() == "background"


async def test_where_it_is_forgotten_what_events_wrote_they_may_have_written_it(world):
    """No more is remembered than there is room for."""
    world.writer.versions = Versions(lambda: world.time, most=1)
    await world.update(world.row("event"))
    await world.update(world.row("event", "AB-2"))
    rows = [world.row("background"), world.row("background", "AB-2")]
    await world.background(*rows, since=999.0)
    assert (world.parent(), world.parent("AB-2")) == ("event", "event")


async def test_what_port_is_sent_in_the_background_holds_up_no_event(world):
    """Only one that writes the same entity waits."""
    sent = asyncio.Event()
    upsert = world.port.upsert

    async def slow(entities: list[Entity], options: Any) -> None:
        if entities[0].relations["parent"] == "background":
            await sent.wait()
        await upsert(entities, options)

    world.port.upsert = slow
    background = asyncio.create_task(world.background(world.row("background"), since=999.0))
    await settle()
    await world.update(world.row("event", "AB-2"))
    assert world.parent("AB-2") == "event"
    same = asyncio.create_task(world.update(world.row("event")))
    await settle()
    assert not same.done()
    sent.set()
    await asyncio.gather(background, same)
    assert world.parent() == "event"


async def test_background_work_that_comes_while_an_event_is_being_written_is_the_older_one(world):
    sent = asyncio.Event()
    upsert = world.port.upsert

    async def slow(entities: list[Entity], options: Any) -> None:
        await sent.wait()
        await upsert(entities, options)

    world.port.upsert = slow
    event = asyncio.create_task(world.update(world.row("event")))
    await settle()
    background = asyncio.create_task(world.background(world.row("background"), since=999.0))
    await settle()
    sent.set()
    await asyncio.gather(event, background)
    assert world.parent() == "event"


async def test_an_event_that_comes_after_background_work_which_read_later_is_read_again(world):
    old = dict(world.row("event, read first"))
    world.time = 1001.0
    await world.background(world.row("background, read later"), since=1001.0)
    world.jira.by_id["1"]["parent"] = "as it is"
    world.time = 1002.0
    await world.writer.sync(
        [results(world.issues, [old])], world.mapper, live=True, read_since=1000.5
    )
    assert world.parent() == "as it is"


async def test_what_background_work_wrote_long_before_an_event_was_read_is_no_reason(world):
    await world.background(world.row("background"), since=999.0)
    row = dict(world.row("event"))
    world.jira.by_id["1"]["parent"] = "not asked for"
    world.time = 1002.0
    await world.writer.sync(
        [results(world.issues, [row])], world.mapper, live=True, read_since=1001.0
    )
    assert world.parent() == "event"


async def test_what_an_event_wrote_while_background_work_asked_jira_is_not_deleted(world):
    world.add(entity("AB-1"))
    asked, answer = asyncio.Event(), asyncio.Event()
    find = world.jira.client.kinds[Kinds.ISSUE].by_identifiers

    async def slow(*args: Any) -> Any:
        found = await find(*args)
        asked.set()
        await answer.wait()
        return found

    world.jira.client.kinds[Kinds.ISSUE].by_identifiers = slow
    background = asyncio.create_task(world.background(since=1001.0, gone=[entity("AB-1")]))
    await asked.wait()
    world.time = 1002.0
    await world.update(world.row("event"))
    answer.set()
    await background
    assert world.parent() == "event"
