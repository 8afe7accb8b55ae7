"""What becomes of events that fail: none is lost to an outage, none holds up the others."""

from collections.abc import Callable

import pytest
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent

from webhook_processors.base import DELIVERY_ID
from webhook_processors.outcomes import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    MAX_FAILURES,
    SAMPLE,
    Outcome,
    Retries,
    names,
)

DOWN = ConnectionError("nobody answers")
POISON = ValueError("no such property")
FOR_EVER = 1000


def event(delivery: str, name: str | None = "jira:issue_updated") -> WebhookEvent:
    return WebhookEvent(f"trace-{delivery}", {"webhookEvent": name}, {DELIVERY_ID: delivery})


class World:
    """Says for each attempt which of its events fail, and notes what was tried."""

    def __init__(self) -> None:
        self.tried: list[list[str]] = []
        self.pauses: list[float] = []
        self.done: list[str] = []
        self.up = True
        self.back_after = 0
        """After how many pauses the outage is over."""
        self.again: dict[str, int] = {}
        """How often an event still fails for now; counted down."""
        self.failed: set[str] = set()
        self.poisons_all: set[str] = set()
        """Events with which a whole write fails for good."""
        self.holds_up_all: set[str] = set()
        """Events with which a whole write fails for now."""
        self.queue: list[str] = []
        self.at_pause: Callable[[int], None] = lambda count: None

    async def attempt(self, events: list[WebhookEvent]) -> Outcome:
        labels = [e.headers[DELIVERY_ID] for e in events]
        self.tried.append(labels)
        outcome = Outcome()
        for e, label in zip(events, labels, strict=True):
            if not self.up:
                outcome.again[id(e)] = DOWN
            elif label in self.failed or self.poisons_all & set(labels):
                outcome.failed[id(e)] = POISON
            elif self.holds_up_all & set(labels):
                outcome.again[id(e)] = DOWN
            elif self.again.get(label):
                self.again[label] -= 1
                outcome.again[id(e)] = DOWN
            else:
                self.done.append(label)
        return outcome

    async def more(self) -> list[WebhookEvent]:
        taken, self.queue = self.queue, []
        return [event(delivery) for delivery in taken]

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        assert len(self.pauses) < 200, "it never ends"
        self.at_pause(len(self.pauses))
        if len(self.pauses) == self.back_after:
            self.up = True

    async def work_off(self, *deliveries: str) -> None:
        retries = Retries(self.attempt, self.more, self.pause)
        done = await retries.work_off([event(delivery) for delivery in deliveries])
        # What it says of itself is what happened: nothing that was dropped, nothing twice.
        assert {e.headers[DELIVERY_ID] for e in done} == set(self.done)
        assert len({id(e) for e in done}) == len(done)

    def fall(self, *, pauses: int) -> None:
        self.up = False
        self.back_after = pauses


@pytest.fixture
def world():
    return World()


def of_level(level: str, log: list[str]) -> list[str]:
    return [line for line in log if line.startswith(level)]


async def test_what_succeeds_is_done_at_once_and_without_a_word(world, log):
    await world.work_off("a", "b", "c")
    assert world.tried == [["a", "b", "c"]]
    assert (world.pauses, log) == ([], [])


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


@pytest.mark.parametrize("count", [2, 3, 8, 100])
@pytest.mark.parametrize("for_good", [True, False], ids=["refused", "as if down"])
async def test_an_event_that_spoils_every_write_it_is_part_of_takes_no_other_with_it(
    world, log, count, for_good
):
    """Port refuses, or answers 500 to, the whole write because of one entity."""
    deliveries = [f"d-{n}" for n in range(count)]
    spoilers = {deliveries[count // 2]}
    world.poisons_all, world.holds_up_all = (spoilers, set()) if for_good else (set(), spoilers)
    world.at_pause = lambda count: world.queue.append(f"later-{count}")
    await world.work_off(*deliveries)
    assert set(deliveries) - spoilers <= set(world.done)
    assert not spoilers & set(world.done)
    [error] = of_level("ERROR", log)
    assert f"({deliveries[count // 2]})" in error


async def test_one_bad_event_in_a_hundred_is_found_by_halves(world):
    """One by one, a bad event would cost a hundred writes."""
    deliveries = [f"d-{n}" for n in range(100)]
    world.poisons_all = {"d-77"}
    await world.work_off(*deliveries)
    assert len(world.tried) < 30


async def test_several_events_that_spoil_writes_are_all_found(world, log):
    world.poisons_all = {"d-3", "d-4", "d-60"}
    await world.work_off(*(f"d-{n}" for n in range(64)))
    assert len(world.done) == 61
    assert len(of_level("ERROR", log)) == 3


async def test_an_event_that_fails_for_good_by_itself_is_not_tried_twice(world, log):
    world.failed = {"a"}
    await world.work_off("a")
    assert world.tried == [["a"]]
    assert len(of_level("ERROR", log)) == 1


async def test_an_outage_is_waited_out_with_one_warning(world, log):
    world.fall(pauses=9)
    await world.work_off("a", "b")
    assert sorted(world.done) == ["a", "b"]
    [warning] = of_level("WARNING", log)
    assert "2 live events" in warning
    assert str(DOWN) in warning
    assert of_level("ERROR", log) == []


async def test_pauses_grow_but_not_without_end(world):
    world.fall(pauses=12)
    await world.work_off("a", "b")
    assert world.pauses[0] == FIRST_PAUSE
    assert world.pauses == sorted(world.pauses)
    assert world.pauses[1] > world.pauses[0]
    assert max(world.pauses) == world.pauses[-1] == LONGEST_PAUSE


@pytest.mark.parametrize("deliveries", [["a"], ["a", "b"], ["a", "b", "c"]])
async def test_while_nothing_goes_through_no_failure_counts(world, log, deliveries):
    """However long it takes: the events are all done in the end."""
    world.fall(pauses=10 * MAX_FAILURES)
    await world.work_off(*deliveries)
    assert sorted(world.done) == deliveries
    assert of_level("ERROR", log) == []


async def test_during_an_outage_a_batch_is_not_tried_event_by_event(world):
    """A hundred requests each time would greet a side that is just coming back."""
    world.fall(pauses=5)
    await world.work_off(*(f"d-{n}" for n in range(100)))
    assert len(world.tried) <= (3 + SAMPLE) * 5 + 1


async def test_two_events_that_spoil_either_half_are_told_apart_from_the_others(world, log):
    """Every half fails, as in an outage; single events show that it is none."""
    deliveries = [f"d-{n}" for n in range(8)]
    world.holds_up_all = {"d-0", "d-7"}
    world.at_pause = lambda count: world.queue.append(f"later-{count}")
    await world.work_off(*deliveries)
    assert set(deliveries) - world.holds_up_all <= set(world.done)
    assert len(of_level("ERROR", log)) == 2


async def test_failures_during_an_outage_are_not_added_to_those_after_it(world, log):
    world.fall(pauses=3 * MAX_FAILURES)
    world.again = {"a": MAX_FAILURES - 1}
    await world.work_off("a", "b")
    assert sorted(world.done) == ["a", "b"]
    assert of_level("ERROR", log) == []


async def test_an_event_that_fails_alone_looks_like_an_outage_until_others_go_through(world, log):
    """Nothing tells the two apart; the next event does."""
    world.again = {"a": FOR_EVER}
    world.at_pause = lambda count: world.queue.append(f"d-{count}") if count > 20 else None
    await world.work_off("a")
    assert len(world.pauses) > 20
    assert "a" not in world.done
    [error] = of_level("ERROR", log)
    assert "(a)" in error
    assert str(DOWN) in error


async def test_an_event_that_always_fails_does_not_hold_up_the_others(world, log):
    world.again = {"b": FOR_EVER}
    world.at_pause = lambda count: world.queue.append(f"d-{count}")
    await world.work_off("a", "b", "c")
    assert {"a", "c", "d-1"} <= set(world.done)
    assert "b" not in world.done
    [error] = of_level("ERROR", log)
    assert "(b)" in error


async def test_an_event_that_fails_once_less_than_too_often_is_done(world, log):
    world.holds_up_all = {"a"}

    def heal(count: int) -> None:
        world.queue.append(f"d-{count}")
        if count == MAX_FAILURES - 1:
            world.holds_up_all = set()

    world.at_pause = heal
    await world.work_off("a", "b")
    assert "a" in world.done
    assert of_level("ERROR", log) == []


async def test_what_is_queued_meanwhile_joins_from_the_second_pause_on(world):
    """The first round stays as it was taken: a short hiccup is over by then."""
    world.fall(pauses=3)
    world.queue = ["x"]
    await world.work_off("a")
    firsts = [labels for labels in world.tried if "a" in labels]
    assert firsts[0] == ["a"]
    assert sorted(world.done) == ["a", "x"]


async def test_what_joined_is_worked_off_whatever_becomes_of_the_others(world, log):
    world.fall(pauses=4)
    world.failed = {"a"}
    world.queue = ["x", "y"]
    await world.work_off("a")
    assert sorted(world.done) == ["x", "y"]
    assert len(of_level("ERROR", log)) == 1


async def test_without_an_outage_nothing_more_is_taken(world):
    world.queue = ["x"]
    world.failed = {"b"}
    await world.work_off("a", "b")
    assert world.queue == ["x"]


@pytest.mark.parametrize("times", [1, 2, 5])
async def test_an_event_that_succeeds_later_is_done(world, log, times):
    world.again = {"a": times}
    await world.work_off("a")
    assert world.done == ["a"]
    assert len(world.pauses) == times
    assert of_level("ERROR", log) == []


async def test_an_event_that_is_done_is_not_tried_again_with_the_others(world):
    world.again = {"b": 3}
    await world.work_off("a", "b")
    assert world.done == ["a", "b"]
    assert world.tried[1:] == [["b"]] * (len(world.tried) - 1)


async def test_two_events_with_the_same_content_are_two(world):
    """A retry of Jira's is the same delivery once more."""
    world.again = {"a": 1}
    await world.work_off("a", "a")
    assert world.done == ["a", "a"]


async def test_an_error_nobody_expects_is_not_swallowed():
    async def attempt(events: list[WebhookEvent]) -> Outcome:
        raise KeyError("a mistake of ours")

    async def more() -> list[WebhookEvent]:
        raise AssertionError("it should not come this far")

    with pytest.raises(KeyError):
        await Retries(attempt, more).work_off([event("a")])


def test_the_names_of_a_batch_are_those_of_its_first_events():
    assert names([event(f"d-{n}", "user_created") for n in range(7)]) == ", ".join(
        f"user_created (d-{n})" for n in range(5)
    )


def test_an_event_without_a_name_or_delivery_is_still_told_apart():
    assert names([WebhookEvent("trace-1", {}, {})]) == "unnamed (trace-1)"


def test_an_outcome_takes_what_a_newer_attempt_says_of_the_same_events():
    a, b = event("a"), event("b")
    outcome = Outcome(again={id(a): DOWN, id(b): DOWN})
    outcome.replace([a], Outcome(failed={id(a): POISON}))
    assert outcome == Outcome(again={id(b): DOWN}, failed={id(a): POISON})
    assert outcome.of([a, b]) == [a, b]
    outcome.replace([b], Outcome())
    assert outcome.of([a, b]) == [a]
