"""What becomes of each entry of the stream that this process has."""

from webhook_processors.held import AGAIN_SECONDS, MAX_REMEMBERED, Held


class Clock:
    time = 100.0

    def __call__(self) -> float:
        return self.time


def test_an_entry_is_handled_once_however_often_it_is_given():
    held = Held(Clock())
    assert held.take("1", 10)
    assert not held.take("1", 10)
    assert (len(held), held.bytes) == (1, 10)
    held.done("1")
    assert not held.take("1", 10)
    assert held.to_acknowledge() == ["1"]
    held.acknowledged(["1"])
    assert held.to_acknowledge() == []
    assert (len(held), held.bytes) == (0, 0)


def test_what_redis_gives_again_though_it_was_acknowledged_is_acknowledged_again():
    held = Held(Clock())
    held.take("1", 0)
    held.done("1")
    held.acknowledged(["1"])
    assert not held.take("1", 0)
    assert held.to_acknowledge() == ["1"]


def test_what_was_given_up_comes_again_later_and_later_and_then_is_let_go():
    clock = Clock()
    held = Held(clock)
    for seconds in AGAIN_SECONDS:
        held.take("1", 0)
        assert held.gave_up("1") == seconds
        assert held.unknown(["1"]) == []
        clock.time += seconds
        assert held.unknown(["1"]) == ["1"]
    held.take("1", 0)
    assert held.gave_up("1") is None
    assert held.to_acknowledge() == ["1"]


def test_what_is_pending_and_never_came_is_unknown():
    held = Held(Clock())
    held.take("handled", 0)
    held.take("done", 0)
    held.done("done")
    held.take("later", 0)
    held.wait("later", 5.0)
    assert held.unknown(["handled", "done", "later", "never came"]) == ["never came"]


def test_what_somebody_else_took_over_is_not_waited_for():
    clock = Clock()
    held = Held(clock)
    for entry in ("handled", "later"):
        held.take(entry, 0)
    held.wait("later", 5.0)
    held.only(["handled"])
    assert len(held) == 1
    # Should it come back, it is new.
    assert held.unknown(["later"]) == ["later"]


def test_no_more_is_remembered_than_needed():
    held = Held(Clock())
    for number in range(MAX_REMEMBERED + 5):
        held.acknowledged([str(number)])
    assert len(held._ended) == MAX_REMEMBERED
