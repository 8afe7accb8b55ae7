"""Where rows go, who waits for whose writes, and what a write asks for."""

import asyncio
from collections.abc import Collection
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from port_ocean.core.handlers.webhook.webhook_event import WebhookEventRawResults
from port_ocean.core.models import Entity

from background.follow_ups import FollowUps
from jira.errors import JiraUnavailableError
from jira.http.patience import is_one_attempt
from jira.http.purpose import Purpose, asked_for, present_purpose
from kinds import Kinds
from port.deletions import Candidate, Reason
from port.entities import EntityKey, key_of
from port.live_writer import LiveWriter
from tests.unit.helpers.catalog_fakes import entity
from webhook_processors import writes as module
from webhook_processors.under_way import UnderWay
from webhook_processors.writes import Writes

ROWS = [WebhookEventRawResults([{"key": "AB-1"}], [])]
GONE = [Candidate(entity("AB-1"), Reason.SWEEP)]


class World:
    """Notes what is written where; deletes take as many looks as a test says."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.at_once = 0
        self.most_at_once = 0
        self.unclear: set[Kinds] = set()
        self.deletes_left = 0
        self.deleted: list[Entity] = []
        self.keeps: set[EntityKey] = set()
        self.pauses = 0
        self.dsp = self.lakehouse = False
        self.fails: Exception | None = None
        self.read_since: list[float] = []
        self.holds_background = asyncio.Event()
        self.holds_background.set()
        follow_ups = SimpleNamespace(
            jobs=SimpleNamespace(running_since=1.0),
            resync_running=False,
            after=lambda _: [],
            compare=self.compare,
            settle=lambda: ["deletes"],
            look_for_orphans=lambda: ["orphans"],
        )
        self.writes = Writes(
            cast(LiveWriter, self),
            cast(Any, lambda: None),
            lambda: cast(FollowUps, follow_ups),
            UnderWay(lambda: cast(FollowUps, follow_ups), cast(Any, None)),
            self.to_lakehouse,
            self.pause,
        )

    def compare(self, kinds: Collection[Kinds], later: Collection[Kinds]) -> list[str]:
        return [f"sweep of {kind}" for kind in sorted(kinds)]

    async def pause(self, seconds: float) -> None:
        self.pauses += 1

    async def to_lakehouse(self, results: list[WebhookEventRawResults]) -> None:
        self.sent.append("lakehouse")

    # What LiveWriter does

    @property
    def going(self) -> bool:
        return self.deletes_left > 0

    def take_to_compare(self) -> tuple[set[Kinds], set[Kinds]]:
        return self.unclear, set()

    async def _write(self, what: str) -> None:
        assert is_one_attempt(), "others wait for it"
        assert present_purpose() is Purpose.LIVE, "live events wait for it"
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        if self.fails is not None:
            raise self.fails
        self.sent.append(what)

    async def sync(self, *_: Any, live: bool, compared: bool, read_since: float) -> None:
        self.read_since.append(read_since)
        if not live:
            await self.holds_background.wait()
        await self._write("catalog")

    async def retry_refused(self, mapper: Any) -> None:
        await self._write("refused")

    async def settle(self, mapper: Any) -> bool:
        await self._write("settled")
        self.deletes_left -= 1
        return self.deletes_left > 0

    async def delete(self, entities: list[Entity]) -> set[EntityKey]:
        assert present_purpose() is Purpose.LIVE, "live events wait for it"
        if self.fails is not None:
            raise self.fails
        self.deleted += entities
        return self.keeps


@pytest.fixture
def world(monkeypatch) -> World:
    made = World()

    async def dsp() -> bool:
        return made.dsp

    async def lakehouse() -> bool:
        return made.lakehouse

    monkeypatch.setattr(module, "is_dsp_mode_enabled", dsp)
    monkeypatch.setattr(module, "is_lakehouse_data_enabled", lakehouse)
    return made


@pytest.mark.parametrize("dsp", [True, False])
@pytest.mark.parametrize("lakehouse", [True, False])
@pytest.mark.parametrize("rows", [([{"key": "AB-1"}], []), ([], [{"key": "AB-1"}])])
async def test_rows_go_where_port_wants_them(world, dsp, lakehouse, rows):
    """In DSP mode they are mapped elsewhere and leave as they are."""
    world.dsp, world.lakehouse = dsp, lakehouse
    await world.writes.sync([WebhookEventRawResults(*rows)], [], live=True)
    assert world.sent == ["lakehouse"] * lakehouse + ["catalog"] * (not dsp)


@pytest.mark.parametrize("results", [[], [WebhookEventRawResults([], [])]])
async def test_where_there_is_no_row_nothing_is_sent(world, results):
    world.lakehouse = True
    await world.writes.sync(results, [], live=True)
    assert world.sent == []


async def test_what_a_sweep_finds_too_much_goes_to_the_catalog_without_any_row(world):
    await world.writes.sync([], GONE)
    assert world.sent == ["catalog"]


async def test_what_port_refused_is_tried_again_by_the_same_writer(world):
    await world.writes.retry_refused()
    assert world.sent == ["refused"]


async def test_background_work_writes_one_after_the_other(world):
    world.deletes_left = 2
    await asyncio.gather(
        world.writes.sync([], GONE),
        world.writes.retry_refused(),
        world.writes.settle(),
        world.writes.delete_for_resync([entity("AB-1")]),
    )
    assert world.most_at_once == 1


async def test_events_write_one_after_the_other(world):
    await asyncio.gather(*(world.writes.sync(ROWS, [], live=True) for _ in range(3)))
    assert (world.most_at_once, len(world.sent)) == (1, 3)


async def test_an_event_does_not_wait_for_what_background_work_writes(world):
    world.holds_background = asyncio.Event()
    background = asyncio.create_task(world.writes.sync([], GONE))
    await asyncio.sleep(0)
    await asyncio.wait_for(world.writes.sync(ROWS, [], live=True), 1)
    assert not background.done()
    world.holds_background.set()
    await background


@pytest.mark.parametrize(("given", "told"), [(5.0, 5.0), (None, 1.0)])
async def test_the_writer_is_told_since_when_rows_were_read(world, given, told):
    await world.writes.sync(ROWS, [], live=given is not None, read_since=given)
    assert world.read_since == [told]


@pytest.mark.parametrize("call", ["sync", "retry_refused"])
async def test_what_background_work_asks_for_is_said_though_no_event_ends(world, log, call):
    world.unclear, world.deletes_left = {Kinds.ISSUE}, 1
    await getattr(world.writes, call)(*([[], GONE] if call == "sync" else []))
    [line] = [line for line in log if "background work: " in line]
    assert "sweep of issue" in line
    assert "deletes" in line


@pytest.mark.parametrize(("left", "again"), [(5, True), (1, False)])
async def test_it_is_looked_at_again_as_long_as_there_are_deletes(world, log, left, again):
    world.deletes_left = left
    assert await world.writes.settle() is again
    assert bool([line for line in log if "background work: deletes" in line]) is again


async def test_a_resync_waits_for_its_deletes_and_makes_whole_what_pointed_there(world):
    world.deletes_left = 3
    assert await world.writes.delete_for_resync([entity("AB-1")]) == [entity("AB-1")]
    assert (world.deleted, world.sent, world.pauses) == ([entity("AB-1")], ["settled"] * 3, 2)


async def test_what_port_keeps_of_it_did_not_go(world):
    world.keeps = {key_of(entity("AB-1"))}
    both = [entity("AB-1"), entity("AB-2")]
    assert await world.writes.delete_for_resync(both) == both[1:]


@pytest.mark.parametrize("error", [httpx.ConnectError("down"), JiraUnavailableError("503")])
async def test_a_delete_of_a_resync_that_fails_is_left_to_the_sweep_and_said(world, log, error):
    world.fails = error
    assert await world.writes.delete_for_resync([entity("AB-1")]) == []
    [line] = [line for line in log if line.startswith("WARNING")]
    assert str(error) in line


@pytest.mark.parametrize(
    ("results", "gone", "live", "asked"),
    [
        (ROWS, [], False, True),
        ([], GONE, False, True),
        ([], [Candidate(entity("AB-1"), Reason.ORPHAN)], False, False),
        (ROWS, [], True, False),
    ],
)
async def test_what_background_work_wrote_may_leave_orphans(world, log, results, gone, live, asked):
    """Events have them looked for in any case; the search for orphans does it once."""
    await world.writes.sync(results, gone, live=live)
    assert bool([line for line in log if "background work: orphans" in line]) is asked


async def test_no_write_waits_for_points_behind_a_sweep_or_a_resync(world):
    """Live events would wait for as long."""
    with asked_for(Purpose.SWEEP):
        await world.writes.sync([], GONE, compared=True)
        await world.writes.retry_refused()
        await world.writes.settle()
    with asked_for(Purpose.RESYNC):
        await world.writes.delete_for_resync([entity("AB-1")])
    assert world.sent == ["catalog", "refused", "settled", "settled"]
