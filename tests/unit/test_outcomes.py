"""Each event for each of its resources by itself: in order, nothing held up, nothing left over."""

import asyncio

import pytest

from jira.errors import (
    JiraPermissionError,
)
from tests.unit.helpers.fakes import settle
from tests.unit.helpers.lanes_world import DOWN, World
from webhook_processors.lane import MAX_TOGETHER, Pair
from webhook_processors.queued_event import QueuedEvent


@pytest.fixture
async def world():
    made = World()
    yield made
    await made.outcomes.close()


async def test_what_succeeds_is_read_together_written_once_and_without_a_word(world, log):
    await world.take("a", "b", "c")
    assert world.writes == [["a", "b", "c"]]
    assert world.ended == {"a": True, "b": True, "c": True}
    assert world.tried == ["a", "b", "c"]
    assert (world.pauses, world.asked_jira, log, world.outcomes.held) == ([], 0, [], 0)


async def test_an_event_that_touches_nothing_has_ended(world):
    await world.take("a", of=())
    assert world.ended == {"a": True}
    assert world.tried == ["a"]
    assert world.reads == []


async def test_a_read_begins_after_the_write_before_it(world):
    """An older read that is written after a newer one would undo it."""
    world.reading["a"] = asyncio.Event()
    await world.take("a")
    await world.take("b", "c")
    assert world.done == ["read a"]
    world.reading["a"].set()
    await settle()
    assert world.done == ["read a", "write a", "read b", "read c", "write b", "write c"]


async def test_events_of_the_same_subjects_need_one_read(world):
    await world.take("a", "b", "c", same=True)
    assert world.reads == ["a"]
    assert world.writes == [["a"]]
    assert world.ended == {"a": True, "b": True, "c": True}


async def test_a_round_is_no_larger_than_it_should_be(world):
    await world.take(*(f"d-{n}" for n in range(MAX_TOGETHER + 5)))
    await settle()
    assert [len(names) for names in world.writes] == [MAX_TOGETHER, 5]


@pytest.mark.parametrize("error", [DOWN, JiraPermissionError("403")])
async def test_a_resource_that_fails_holds_up_no_other(world, error):
    world.read_fails = {"board": error}
    await world.take("a", of=("board", "issue"))
    await world.take("b", of=("board", "issue"))
    assert "write a" in world.done
    assert "write b" in world.done


async def test_a_resource_that_hangs_holds_up_no_other(world):
    world.reading["slow"] = asyncio.Event()
    await world.take("slow", of=("board",))
    await world.take("a")
    assert world.ended == {"a": True}
    world.reading["slow"].set()
    await settle()
    assert world.ended == {"a": True, "slow": True}


async def test_an_event_is_tried_when_all_of_its_resources_were(world):
    """What it entails is asked for then: earlier it would read beside it."""
    world.reading["a"] = asyncio.Event()
    world.read_fails = {"a": DOWN}
    await world.take("a")
    assert world.tried == []
    world.reading["a"].set()
    await settle()
    assert world.tried == ["a"]
    await world.rest(3)
    assert world.tried == ["a"], "once"
    assert world.ended == {}


async def test_an_event_has_ended_when_it_has_for_all_of_its_resources(world):
    world.read_fails = {"board": DOWN}
    await world.take("a", of=("issue", "board"))
    assert world.ended == {}
    assert world.outcomes.held == 1
    world.read_fails = {}
    await world.rest()
    assert world.ended == {"a": True}
    assert world.reads.count("a") == 3, "what was written isn't read again"


async def test_there_is_room_again_when_pairs_have_ended(world):
    world.read_fails, world.jira_up = {"issue": DOWN}, False
    await world.take("a", "b")
    waiting = asyncio.create_task(world.outcomes.room(2))
    await settle()
    assert not waiting.done()
    world.read_fails, world.jira_up = {}, True
    await world.rest()
    assert waiting.done()
    assert world.outcomes.held == 0


async def test_there_is_no_room_for_more_bytes_than_may_be_held(world):
    """Events that wait for another try are parsed."""
    world.read_fails, world.jira_up = {"issue": DOWN}, False
    large = QueuedEvent(b"[" + b" " * 998 + b"]", {})
    await world.outcomes.take({large: [Pair(large, "issue", frozenset({"1"}), None)]})
    await settle()
    assert world.outcomes.held_bytes == 1000
    await asyncio.wait_for(world.outcomes.room(2, 1001), 1)
    waiting = asyncio.create_task(world.outcomes.room(2, 1000))
    await settle()
    assert not waiting.done()
    world.read_fails, world.jira_up = {}, True
    await world.rest()
    await asyncio.wait_for(waiting, 1)
    assert world.outcomes.held_bytes == 0


async def test_a_shutdown_ends_reads_pauses_and_all(world):
    world.reading["slow"] = asyncio.Event()
    world.read_fails = {"board": DOWN}
    await world.take("slow", "a")
    await world.take("b", of=("board",))
    before = asyncio.all_tasks()
    await world.outcomes.close()
    await settle()
    assert asyncio.all_tasks() < before
    assert {task for task in asyncio.all_tasks() if task is not asyncio.current_task()} == set()


async def test_nothing_is_remembered_of_what_has_ended(world):
    world.read_fails = {"board": JiraPermissionError("403")}
    await world.take("a", "b", of=("issue", "board"))
    for name in ("_open", "_untried", "_given_up"):
        assert not getattr(world.outcomes, name)
