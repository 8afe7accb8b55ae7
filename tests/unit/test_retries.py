"""What becomes of events that fail: none is lost to an outage, none holds up the others."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent

from webhook_processors.base import DELIVERY_ID
from webhook_processors.retries import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    MAX_FAILURES_ALONE,
    Outcome,
    Retries,
    names,
)

DOWN = ConnectionError("nobody answers")
POISON = ValueError("no such property")

Rule = Callable[[], Exception | None]


def event(delivery: str, name: str | None = "jira:issue_updated") -> WebhookEvent:
    return WebhookEvent(f"trace-{delivery}", {"webhookEvent": name}, {DELIVERY_ID: delivery})


class World:
    """Says for each attempt which of its events fail, and notes what was tried."""

    def __init__(self) -> None:
        self.tried: list[list[str]] = []
        self.pauses: list[float] = []
        self.done: list[str] = []
        self.up = True
        self.asked = 0
        self.poisons_all: set[str] = set()
        self.again: dict[str, int] = {}
        """How often an event still fails for now; counted down."""
        self.failed: set[str] = set()
        self.holds_up_all: set[str] = set()
        self.back_after = 0

    async def attempt(self, events: list[WebhookEvent]) -> Outcome:
        labels = [e.headers[DELIVERY_ID] for e in events]
        self.tried.append(labels)
        outcome = Outcome()
        spoilt = self.poisons_all & set(labels)
        for e, label in zip(events, labels, strict=True):
            if not self.up:
                outcome.again[id(e)] = DOWN
            elif label in self.failed or spoilt:
                outcome.failed[id(e)] = POISON
            elif self.holds_up_all & set(labels):
                outcome.again[id(e)] = DOWN
            elif self.again.get(label):
                self.again[label] -= 1
                outcome.again[id(e)] = DOWN
            else:
                self.done.append(label)
        return outcome

    async def reachable(self) -> bool:
        self.asked += 1
        return self.up

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        assert len(self.pauses) < 100, "it never ends"
        if len(self.pauses) == self.back_after:
            self.up = True

    async def work_off(self, *deliveries: str) -> None:
        retries = Retries(self.attempt, self.reachable, self.pause)
        await retries.work_off([event(delivery) for delivery in deliveries])


@pytest.fixture
def world():
    return World()


def of_level(level: str, log: list[str]) -> list[str]:
    return [line for line in log if line.startswith(level)]


async def test_what_succeeds_is_done_at_once_and_without_a_word(world, log):
    await world.work_off("a", "b", "c")
    assert world.tried == [["a", "b", "c"]]
    assert (world.pauses, world.asked, log) == ([], 0, [])


async def test_nothing_to_do_tries_nothing(world):
    await world.work_off()
    assert world.tried == []


async def test_a_poison_event_is_dropped_with_its_name_and_the_others_are_done(world, log):
    world.failed = {"b"}
    await world.work_off("a", "b", "c")
    assert sorted(world.done) == ["a", "c"]
    [error] = of_level("ERROR", log)
    for part in ("jira:issue_updated", "(b)", str(POISON)):
        assert part in error
    assert world.pauses == []


async def test_an_event_that_spoils_the_whole_write_is_found_by_trying_each_alone(world, log):
    """Port refuses one entity: which event it came from, the batch doesn't tell."""
    world.poisons_all = {"b"}
    await world.work_off("a", "b", "c")
    assert world.tried == [["a", "b", "c"], ["a"], ["b"], ["c"]]
    assert sorted(world.done) == ["a", "c"]
    [error] = of_level("ERROR", log)
    assert "(b)" in error


async def test_an_event_that_fails_for_good_by_itself_is_not_tried_twice(world, log):
    world.failed = {"a"}
    await world.work_off("a")
    assert world.tried == [["a"]]
    assert len(of_level("ERROR", log)) == 1


async def test_an_outage_is_waited_out_with_one_warning(world, log):
    world.up = False
    world.back_after = 9
    await world.work_off("a", "b")
    assert sorted(world.done) == ["a", "b"]
    [warning] = of_level("WARNING", log)
    assert "2 live events" in warning
    assert str(DOWN) in warning
    assert of_level("ERROR", log) == []


async def test_pauses_grow_but_not_without_end(world):
    world.up = False
    world.back_after = 12
    await world.work_off("a", "b")
    assert world.pauses[0] == FIRST_PAUSE
    assert world.pauses == sorted(world.pauses)
    assert world.pauses[1] > world.pauses[0]
    assert max(world.pauses) == world.pauses[-1] == LONGEST_PAUSE


@pytest.mark.parametrize("deliveries", [["a"], ["a", "b"]], ids=["alone", "together"])
async def test_while_nobody_is_reachable_no_failure_counts(world, log, deliveries):
    """However long it takes: the events are all done in the end."""
    world.up = False
    world.back_after = 10 * MAX_FAILURES_ALONE
    await world.work_off(*deliveries)
    assert sorted(world.done) == deliveries
    assert of_level("ERROR", log) == []


async def test_during_an_outage_a_batch_is_not_tried_event_by_event(world):
    """A hundred more requests each time would greet a side that is just coming back."""
    world.up = False
    world.back_after = 5
    await world.work_off("a", "b", "c")
    assert world.tried == [["a", "b", "c"]] * 6


async def test_an_event_that_always_fails_by_itself_is_dropped_in_the_end(world, log):
    world.again = {"a": 1000}
    await world.work_off("a")
    assert world.done == []
    assert world.tried == [["a"]] * MAX_FAILURES_ALONE
    [error] = of_level("ERROR", log)
    assert "(a)" in error
    assert str(DOWN) in error


async def test_failures_during_an_outage_are_not_added_to_those_after_it(world, log):
    world.up = False
    world.back_after = 7
    world.again = {"a": MAX_FAILURES_ALONE - 1}
    await world.work_off("a")
    assert world.done == ["a"]
    assert of_level("ERROR", log) == []


async def test_an_event_that_always_fails_does_not_hold_up_the_others(world, log):
    world.again = {"b": 1000}
    await world.work_off("a", "b", "c")
    assert sorted(world.done) == ["a", "c"]
    [error] = of_level("ERROR", log)
    assert "(b)" in error


async def test_an_event_that_fails_every_write_it_is_part_of_takes_no_other_with_it(world, log):
    """Port answers 500 to the whole batch because of one entity."""
    world.holds_up_all = {"b"}
    await world.work_off("a", "b", "c")
    assert sorted(world.done) == ["a", "c"]
    [error] = of_level("ERROR", log)
    assert "(b)" in error


async def test_only_what_an_event_fails_by_itself_counts_against_it(world):
    """The first failure of a batch may be anybody's."""
    world.again = {"a": 1000, "b": 1000}
    await world.work_off("a", "b")
    assert world.tried.count(["a"]) == world.tried.count(["b"]) == MAX_FAILURES_ALONE


async def test_what_fails_together_is_tried_alone_from_the_second_time_on(world):
    world.again = {"a": 1, "b": 2}
    await world.work_off("a", "b")
    assert sorted(world.done) == ["a", "b"]
    assert world.tried == [["a", "b"], ["a", "b"], ["b"]]


@pytest.mark.parametrize("times", range(1, MAX_FAILURES_ALONE))
async def test_an_event_that_succeeds_later_is_done(world, log, times):
    world.again = {"a": times}
    await world.work_off("a")
    assert world.done == ["a"]
    assert len(world.pauses) == times
    assert of_level("ERROR", log) == []


async def test_an_event_that_is_done_is_not_tried_again_with_the_others(world):
    world.again = {"b": 2}
    await world.work_off("a", "b")
    assert world.done.count("a") == 1
    assert world.tried[1:] == [["b"]] * (len(world.tried) - 1)


async def test_two_events_with_the_same_content_are_two(world):
    """A retry of Jira's is the same delivery once more."""
    world.again = {"a": 1}
    await world.work_off("a", "a")
    assert world.done == ["a", "a"]


async def test_an_error_nobody_expects_is_not_swallowed():
    async def attempt(events: list[WebhookEvent]) -> Outcome:
        raise KeyError("unexpected")

    with pytest.raises(KeyError):
        await Retries(attempt, World().reachable, World().pause).work_off([event("a")])


@pytest.mark.parametrize(
    ("payload", "headers", "shown"),
    [
        ({"webhookEvent": "user_created"}, {DELIVERY_ID: "d-1"}, "user_created (d-1)"),
        ({"webhookEvent": None}, {DELIVERY_ID: "d-1"}, "unnamed (d-1)"),
        ({}, {}, "unnamed (trace-1)"),
        ({}, {DELIVERY_ID: ""}, "unnamed (trace-1)"),
    ],
)
def test_how_an_event_is_named(payload: dict[str, Any], headers: Mapping[str, str], shown: str):
    assert names([WebhookEvent("trace-1", payload, dict(headers))]) == shown


def test_of_many_events_a_few_are_named():
    assert names([event(str(number)) for number in range(100)]).count("jira:issue_updated") == 5
