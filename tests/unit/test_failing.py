"""What fails is said when it begins and ends, once an hour between, and not for every event."""

import pytest

from jira.errors import (
    JiraAuthenticationError,
    JiraPermissionError,
    JiraRequestError,
    JiraUnavailableError,
)
from port import failing as module
from port.failing import SAY_AGAIN_SECONDS, Failing, advice, cause_of

REFUSED = JiraPermissionError("403 for GET /rest/agile/1.0/board/7")


class World:
    def __init__(self) -> None:
        self.time = 1000.0
        self.failing = Failing(lambda: self.time)


@pytest.fixture
def world():
    return World()


def test_it_is_said_when_it_begins_with_what_it_costs_and_what_to_do(world, log):
    world.failing.note("board", REFUSED)
    [line] = log
    for part in ("ERROR", "board", "403", "stays as it is", "permission"):
        assert part in line


def test_it_is_said_once_per_cause_and_not_per_event(world, log):
    for number in range(100):
        world.failing.note("board", JiraPermissionError(f"403 for board {number}, key AB-{number}"))
    assert len(log) == 1
    [state] = world.failing.states()
    assert (state.what, state.times, state.since) == ("board", 100, 1000.0)


def test_each_resource_and_each_cause_is_said(world, log):
    world.failing.note("board", REFUSED)
    world.failing.note("sprint", REFUSED)
    world.failing.note("board", JiraUnavailableError("503"))
    assert len(log) == 3


def test_once_an_hour_it_is_said_again(world, log):
    for _ in range(6):
        world.failing.note("board", REFUSED)
        world.time += SAY_AGAIN_SECONDS / 2
    assert [line.split("|")[0] for line in log] == ["ERROR", "WARNING", "WARNING"]
    assert "for 60 min" in log[1]


def test_its_end_is_said_and_that_something_may_have_been_missed(world, log):
    world.failing.note("board", REFUSED)
    world.time += 60.0
    assert world.failing.works("board") is True
    assert "board works again, after 60 s" in log[-1]
    assert world.failing.states() == []


def test_what_worked_before_has_nothing_to_say(world, log):
    world.failing.note("board", REFUSED)
    assert world.failing.works("sprint") is False
    assert len(log) == 1


def test_what_comes_and_goes_is_said_once(world, log):
    for _ in range(5):
        world.failing.note("board", REFUSED)
        assert world.failing.works("board") is True
    assert len(log) == 2
    world.time += SAY_AGAIN_SECONDS
    world.failing.note("board", REFUSED)
    assert len(log) == 3


def test_an_outage_is_said_once_and_is_over_when_nothing_waits_any_more(world, log):
    for _ in range(3):
        world.failing.outage("issue", JiraUnavailableError("503"))
        world.failing.outage("board", JiraUnavailableError("503"))
    world.time += 120.0
    world.failing.outage_over("sprint")
    world.failing.outage_over("issue")
    assert len(log) == 1
    world.failing.outage_over("board")
    world.failing.outage_over("board")
    [begin, end] = log
    assert "live events wait for another try: 503" in begin
    assert "Live events go on, after 2 min" in end


def test_no_more_is_remembered_than_there_is_room_for(world, monkeypatch):
    monkeypatch.setattr(module, "MAX_REMEMBERED", 3)
    for word in ("one", "two", "three", "four", "five"):
        world.failing.note("board", ValueError(word))
    assert [state.cause for state in world.failing.states()] == [
        f"ValueError('{word}')." for word in ("three", "four", "five")
    ]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("GET /user?accountId=5b10ac8d82", "GET /user?accountId=77aa0", True),
        ("no 'AB'", "no 'CD'", True),
        ("GET /rest/agile/1.0/board", "GET /rest/agile/1.0/sprint", True),
    ],
)
def test_names_don_t_make_another_cause_but_words_do(one, other, same):
    assert (cause_of(ValueError(one)) == cause_of(ValueError(other))) is same
    assert cause_of(ValueError(one)) != cause_of(TypeError(one))


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (JiraAuthenticationError("401"), "scope"),
        (JiraPermissionError("403"), "permission"),
        (JiraRequestError("400"), "selector"),
        (JiraUnavailableError("503"), "by itself"),
        (ValueError("?"), "tried again"),
    ],
)
def test_what_to_do_depends_on_what_failed(error, word):
    assert word in advice(error)
