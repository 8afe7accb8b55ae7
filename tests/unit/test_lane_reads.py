"""A read that fails: tried again, given up or waited out, and never in the way of others."""

import asyncio
import time

import pytest

from jira.errors import (
    JiraAuthenticationError,
    JiraPermissionError,
    JiraRequestError,
    MappingError,
)
from tests.unit.helpers.fakes import settle
from tests.unit.helpers.lanes_world import DOWN, World, of_level
from webhook_processors.lane import (
    FEW_TRIES,
    FIRST_PAUSE,
    LONGEST_PAUSE,
    MAX_TRIES,
)


@pytest.fixture
async def world():
    made = World()
    yield made
    await made.outcomes.close()


async def test_of_several_in_a_lane_one_that_fails_keeps_none_waiting(world, log):
    world.read_fails = {"b": DOWN}
    await world.take("a", "b", "c")
    assert world.ended == {"a": True, "c": True}
    assert world.pauses == [FIRST_PAUSE]
    assert log == [], "it may be over with the next try"
    world.read_fails = {}
    await world.rest()
    assert world.ended["b"] is True
    assert log == []


async def test_one_that_always_fails_is_given_up_while_jira_answers_and_said_once(world, log):
    world.read_fails = {"b": DOWN}
    await world.take("a", "b")
    await world.rest(MAX_TRIES - 2)
    assert "b" not in world.ended
    await world.rest()
    assert world.ended["b"] is False
    assert world.reads.count("b") == MAX_TRIES
    [error] = of_level("ERROR", log)
    assert "issue can't be kept up to date" in error
    assert "503" in error


async def test_while_jira_is_down_no_failure_counts_and_it_is_said_once(world, log):
    world.jira_up = False
    world.read_fails = {"issue": DOWN, "board": DOWN}
    await world.take("a", "b", of=("issue", "board"))
    await world.rest(5 * MAX_TRIES)
    assert world.ended == {}
    [warning] = log
    assert "live events wait for another try: 503" in warning
    world.jira_up, world.read_fails = True, {}
    await world.rest()
    assert world.ended == {"a": True, "b": True}
    [over] = log[1:]
    assert "Live events go on" in over


async def test_an_outage_is_over_also_where_nothing_can_be_written_after_it(world, log):
    world.jira_up, world.read_fails = False, {"issue": DOWN}
    await world.take("a")
    world.jira_up, world.read_fails = True, {"issue": JiraPermissionError("403")}
    await world.rest()
    assert world.ended == {"a": False}
    assert [line for line in log if "Live events go on" in line]


async def test_while_jira_is_down_it_is_asked_one_thing_and_not_everything_that_waits(world):
    """A hundred logins with a token that ran out would lock the account."""
    world.jira_up = False
    world.read_fails = {"issue": JiraAuthenticationError("401")}
    await world.take(*(f"d-{n}" for n in range(100)))
    assert len(world.reads) == 100
    await world.rest(5)
    await world.take("later")
    assert len(world.reads) == 100
    assert world.asked_jira == 1 + 5 + 1
    world.jira_up, world.read_fails = True, {}
    await world.rest()
    assert len(world.ended) == 101


async def test_failures_in_an_outage_are_not_added_to_those_after_it(world):
    world.read_fails, world.jira_up = {"a": DOWN}, False
    await world.take("a")
    await world.rest(2 * MAX_TRIES)
    world.jira_up = True
    await world.rest(MAX_TRIES - 1)
    assert world.ended == {}
    await world.rest()
    assert world.ended == {"a": False}


async def test_pauses_grow_but_not_without_end_and_begin_anew(world):
    world.read_fails, world.jira_up = {"issue": DOWN}, False
    await world.take("a")
    await world.rest(8)
    assert world.pauses[0] == FIRST_PAUSE
    assert world.pauses == sorted(world.pauses)
    assert world.pauses[-1] == LONGEST_PAUSE
    world.jira_up, world.read_fails = True, {}
    await world.rest()
    world.read_fails = {"issue": DOWN}
    await world.take("b")
    assert world.pauses[-1] == FIRST_PAUSE


async def test_what_is_new_is_read_at_once_while_another_waits_to_be_tried_again(world):
    world.read_fails = {"a": DOWN}
    await world.take("a")
    await world.take("b")
    assert world.ended == {"b": True}


async def test_new_ones_don_t_put_off_what_waits_to_be_tried_again(world):
    """Where one comes more often than the pause is long, the other would never be tried."""
    world.read_fails = {"a": DOWN}
    await world.take("a")
    for number in range(5):
        await world.take(f"d-{number}")
    assert len(world.pauses) == 1
    world.read_fails = {}
    await world.rest()
    assert world.ended["a"] is True


@pytest.mark.parametrize(
    "error",
    [
        JiraPermissionError("403 Forbidden"),
        JiraRequestError("400 no such project"),
        ValueError("nobody thought of this"),
    ],
    ids=repr,
)
async def test_what_is_refused_for_good_is_given_up_at_once_and_said_once(world, log, error):
    world.read_fails = {"board": error}
    for name in "abc":
        await world.take(name, of=("board", "issue"))
    assert world.ended == {"a": False, "b": False, "c": False}
    assert world.pauses == []
    [said] = of_level("ERROR", log)
    assert "board can't be kept up to date" in said
    assert str(error) in said


async def test_a_401_while_jira_knows_us_is_given_up_with_the_second_try_and_said_once(world, log):
    """It is a scope that the token lacks."""
    world.read_fails = {"board": JiraAuthenticationError("401 scope does not match")}
    for name in "abc":
        await world.take(name, of=("board", "issue"))
        assert name not in world.ended
        await world.rest()
        assert world.ended[name] is False
    [said] = log
    assert "board can't be kept up to date: 401 scope does not match" in said


async def test_a_token_that_is_renewed_between_a_read_and_who_we_are_costs_no_event(world, log):
    world.read_fails = {"issue": JiraAuthenticationError("401")}
    await world.take("a", "b")
    world.read_fails = {}
    await world.rest()
    assert world.ended == {"a": True, "b": True}
    assert log == []


async def test_without_an_answer_to_who_we_are_a_401_is_waited_out(world):
    world.read_fails, world.jira_up = {"issue": JiraAuthenticationError("401")}, False
    await world.take("a")
    await world.rest(3 * MAX_TRIES)
    assert world.ended == {}


async def test_a_resource_that_works_again_says_so_and_is_compared_once(world, log):
    world.read_fails = {"board": JiraPermissionError("403")}
    await world.take("a", of=("board", "issue"))
    assert world.recovered == []
    world.read_fails = {}
    await world.take("b", of=("board", "issue"))
    await world.take("c", of=("board", "issue"))
    assert world.recovered == ["board"]
    assert len([line for line in log if "board works again" in line]) == 1


async def test_a_resource_of_which_one_still_fails_does_not_work_again(world, log):
    """Every other event would have all of the kind compared."""
    world.read_fails = {"b": DOWN}
    await world.take("b")
    await world.rest(2)
    await world.take("a", "c")
    assert world.recovered == []
    world.read_fails = {}
    await world.rest()
    assert world.recovered == ["issue"]


@pytest.mark.parametrize("error", [ConnectionError("no mapping"), MappingError("a mistake")])
async def test_without_a_mapping_everything_waits_however_long_it_takes(world, log, error):
    world.around_fails = error
    await world.take("a", "b")
    await world.rest(3 * MAX_TRIES)
    assert (world.ended, world.reads, world.tried) == ({}, [], [])
    assert len(log) == 1
    world.around_fails = None
    await world.rest()
    assert world.ended == {"a": True, "b": True}


async def test_a_read_that_somebody_else_ended_is_tried_again(world):
    """Reads are shared; a resync that is given up ends those that it began."""
    world.read_fails = {"a": asyncio.CancelledError()}
    await world.take("a", "b")
    assert world.ended == {"b": True}
    world.read_fails = {}
    await world.rest()
    assert world.ended["a"] is True


async def test_a_write_that_somebody_else_ended_is_tried_again(world):
    world.around_fails = asyncio.CancelledError()
    await world.take("a")
    world.around_fails = None
    await world.rest()
    assert world.ended == {"a": True}


async def test_of_what_was_read_in_part_the_rest_is_tried_again_and_what_was_read_is_written(world):
    world.partly = {"a": DOWN}
    await world.take("a", "b")
    assert world.done[-2:] == ["write a", "write b"]
    assert world.ended == {"b": True}
    world.partly = {}
    await world.rest()
    assert world.ended == {"a": True, "b": True}


async def test_what_can_only_be_read_in_part_is_given_up_after_some_tries(world, log):
    world.partly = {"a": DOWN}
    await world.take("a")
    await world.rest(MAX_TRIES)
    assert world.ended == {"a": False}
    assert len(of_level("ERROR", log)) == 1


async def test_where_a_failure_lasts_the_next_ones_are_given_up_soon(world, log):
    """A thousand of them would hold up the queue."""
    world.partly = {f"d-{n}": DOWN for n in range(50)}
    await world.take("d-0")
    await world.rest(MAX_TRIES)
    reads = len(world.reads)
    for number in range(1, 50):
        await world.take(f"d-{number}")
    await world.rest(FEW_TRIES)
    assert len(world.ended) == 50
    assert len(world.reads) - reads <= 50 * FEW_TRIES
    assert len(of_level("ERROR", log)) == 1


async def test_a_write_says_since_when_it_was_read(world):
    """What is written meanwhile may be newer."""
    before = time.monotonic()
    world.reading["a"] = asyncio.Event()
    await world.take("a")
    began = time.monotonic()
    world.reading["a"].set()
    await settle()
    assert len(world.read_since) == 1
    assert before <= world.read_since[0] <= began
