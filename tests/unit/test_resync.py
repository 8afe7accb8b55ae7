"""When a resync has ended nothing of it is under way, whatever ended it, and two share nothing."""

import asyncio
import weakref
from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from port_ocean.context.event import event_context
from port_ocean.core.integrations.base import BaseIntegration

from integration import JiraIntegration
from jira.concurrency import begin, merged, read_ahead
from jira.http.purpose import Purpose, present_purpose
from jira.payloads import Row
from jira.urgency import Urgency, present_urgency
from port import dsp as module
from port.resync import BATCHES_AT_ONCE, RESYNC, end_superseded, resync

Body = Callable[[], Awaitable[bool]]


class Work:
    """Reads and writes that would go on for ever; notes which began and which ended."""

    def __init__(self) -> None:
        self.began: list[str] = []
        self.ended: list[str] = []

    async def run(self, name: str) -> None:
        self.began.append(name)
        try:
            await asyncio.Event().wait()
        finally:
            try:
                # As a connection that is closed: it takes its turns.
                await asyncio.sleep(0)
            finally:
                self.ended.append(name)

    async def pages(self, name: str) -> AsyncGenerator[list[Row], None]:
        """As issues are read: sources side by side, and the rows of each ahead."""

        async def source(part: str) -> AsyncGenerator[str, None]:
            yield part
            await self.run(part)

        async def row(part: str) -> str:
            if part.endswith("2"):
                await self.run(f"row of {part}")
            return part

        sources = merged([source(f"{name}1"), source(f"{name}2")])
        async for part in read_ahead(sources, row, most=5):
            yield [{"id": part}]

    def begin(self) -> None:
        RESYNC.get().reads.start({0: self.pages("issue"), 1: self.pages("user")})

    async def write(self, name: str) -> None:
        await RESYNC.get().writes.take_on(self.run(name))

    def all_ended(self) -> bool:
        return bool(self.began) and sorted(self.began) == sorted(self.ended)


async def settle() -> None:
    for _ in range(30):
        await asyncio.sleep(0)


@pytest.fixture
def work() -> Work:
    return Work()


class Integration(JiraIntegration):
    """With an applier that a test makes."""

    entities_state_applier: Any = None


@pytest.fixture
def integration(monkeypatch) -> Any:
    """Runs a body in place of the framework's resync."""
    made: Any = Integration.__new__(Integration)
    made.told = []

    class Together:
        async def resync_begins(self) -> float:
            return 7.0

        async def resync_ends(self, begun: float, *, succeeded: bool) -> None:
            made.told.append((begun, succeeded))

        async def sweep(self) -> None:
            made.swept += 1

    made._live_events = SimpleNamespace(together=Together())
    made.swept = 0
    made.entities_state_applier = SimpleNamespace(kept_related=False)

    async def framework(_: Any, body: Body) -> bool:
        return bool(await body())

    async def dsp() -> bool:
        return False

    monkeypatch.setattr(BaseIntegration, "sync_raw_all", framework)
    monkeypatch.setattr(module, "is_dsp_mode_enabled", dsp)
    config = SimpleNamespace(processing_mode="dsp")
    monkeypatch.setattr(module, "ocean", SimpleNamespace(config=config))
    return made


async def test_what_a_resync_asks_is_for_a_resync_also_in_what_it_begins(integration):
    """Where points count, live events go first."""
    purposes = []

    async def note() -> None:
        purposes.append(present_purpose())

    async def body() -> bool:
        await note()
        await begin(note())
        return True

    await integration.sync_raw_all(body)
    assert purposes == [Purpose.RESYNC] * 2
    assert present_purpose() is Purpose.LIVE


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize("succeeded", [True, False])
async def test_what_a_resync_kept_because_others_relate_to_it_is_looked_at_by_a_sweep(
    integration, monkeypatch, kept, succeeded
):
    """It should be a stub, as after a fresh resync."""

    async def body() -> Any:
        return succeeded

    integration.entities_state_applier.kept_related = kept
    await integration.sync_raw_all(body)
    assert integration.swept == (kept and succeeded)


async def reads_and_writes(work: Work) -> None:
    work.begin()
    for number in range(BATCHES_AT_ONCE):
        await work.write(f"batch {number}")
    await settle()


async def succeeds() -> bool:
    return True


async def fails() -> bool:
    raise RuntimeError("it broke off")


async def gives_up() -> bool:
    raise asyncio.CancelledError


@pytest.mark.parametrize("end", [succeeds, fails, gives_up])
async def test_nothing_is_under_way_when_a_resync_has_ended(integration, work, end):
    before = asyncio.all_tasks()

    async def body() -> bool:
        await reads_and_writes(work)
        return bool(await end())

    ended = await asyncio.gather(integration.sync_raw_all(body), return_exceptions=True)
    assert len(work.began) >= 4 + BATCHES_AT_ONCE, "the test read and wrote something"
    assert work.all_ended()
    assert asyncio.all_tasks() == before
    assert integration.told == [(7.0, end is succeeds)]
    assert isinstance(ended[0], BaseException) is (end is not succeeds)


async def test_a_resync_whose_task_is_cancelled_ends_after_all_it_began(integration, work):
    """As POLLING does it: cancel, await, begin the next one."""

    async def body() -> bool:
        await reads_and_writes(work)
        return await asyncio.Event().wait()

    task = asyncio.create_task(integration.sync_raw_all(body))
    await settle()
    assert work.began
    assert not work.ended
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert work.all_ended()


async def test_a_page_that_was_taken_is_no_reason_to_go_on(work):
    async with resync() as present:
        work.begin()
        pages = present.reads.pages(0, work.pages("otherwise"))
        await anext(pages)
    assert work.all_ended()


async def test_a_batch_that_waits_for_room_is_given_up_with_the_others(work):
    async with resync():
        await reads_and_writes(work)
        waiting = asyncio.create_task(work.write("one more"))
        await settle()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    assert "one more" not in work.began
    assert work.all_ended()


async def test_the_next_resync_ends_what_earlier_ones_have_under_way(work):
    """KAFKA and WEBHOOK begin the next one while the last one is still ending."""
    async with resync():
        await reads_and_writes(work)
        async with resync():
            later = Work()
            await reads_and_writes(later)
            await end_superseded()
            assert work.all_ended()
            assert not later.ended


async def test_an_earlier_resync_that_comes_late_does_not_end_the_next_one(work):
    async with resync() as earlier, resync():
        await reads_and_writes(work)
        token = RESYNC.set(earlier)
        await end_superseded()
        RESYNC.reset(token)
        assert not work.ended


async def test_a_superseded_resync_begins_nothing_and_fails(work):
    async with resync() as earlier:
        await work.write("batch")
        await settle()
        async with resync():
            await end_superseded()
        with pytest.raises(RuntimeError, match="given up"):
            await work.write("another batch")
        with pytest.raises(RuntimeError, match="given up"):
            work.begin()
        with pytest.raises(RuntimeError, match="given up"):
            await earlier.writes.written()
    assert work.began == ["batch"]


async def test_a_failure_of_one_resync_is_its_own():
    async with resync() as one, resync() as other:
        await one.writes.take_on(_none(fails()))
        await other.writes.take_on(_none(succeeds()))
        await other.writes.written()
        with pytest.raises(RuntimeError, match="it broke off"):
            await one.writes.written()


async def _none(work: Awaitable[bool]) -> None:
    await work


async def test_a_resync_gives_way_to_live_events_with_all_that_it_begins():
    async def urgency() -> Urgency:
        return present_urgency()

    async with resync() as present:
        begun = present.scope.begin(urgency())
        assert (present_urgency(), await begun) == (Urgency.BACKGROUND, Urgency.BACKGROUND)
    assert present_urgency() is Urgency.LIVE


async def test_what_resources_gave_is_let_go_although_the_event_is_kept(integration):
    """Connections that a resync opened keep its event as long as they are open."""

    class Result:
        """What a resource gave."""

    async def write_refused(_: object) -> list[object]:
        return []

    refused = SimpleNamespace(remember=lambda left: None)
    integration.entities_state_applier = SimpleNamespace(write_refused=write_refused)
    integration._live_events.live_writer = SimpleNamespace(refused=refused)
    integration._live_events.versions = SimpleNamespace(has_doubtful=False)
    async with event_context("resync") as kept:
        result = Result()
        gone = weakref.ref(result)
        kept.on_abort(partial(id, result))
        del result
        assert gone() is not None
        await integration.sort_and_upsert_failed_entities("exporter")
        assert gone() is None
