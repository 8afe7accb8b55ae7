"""What fails is one state for each resource and cause, said when it begins and when it ends."""

from itertools import pairwise

import pytest

from jira.errors import (
    JiraAuthenticationError,
    JiraError,
    JiraPermissionError,
    JiraRequestError,
    JiraUnavailableError,
    MappingError,
)
from port.entities import PortBlueprintError
from port.failing import (
    FIRST_PAUSE_SECONDS,
    LONGEST_PAUSE_SECONDS,
    SAY_AGAIN_SECONDS,
    Failing,
    cause_of,
    sentence,
)

WHAT = "board (resource 7 of the mapping)"
OTHER = "issue (resource 4 of the mapping)"
NO = JiraPermissionError("GET /rest/agile/1.0/board was answered with 403: No.")


class Clock:
    def __init__(self) -> None:
        self.time = 100.0
        self.failing = Failing(lambda: self.time)

    def names(self) -> list[str]:
        return [state.what for state in self.failing.states()]


@pytest.fixture
def clock() -> Clock:
    return Clock()


def said(log: list[str], words: str = "can't be kept up to date") -> list[str]:
    return [line for line in log if words in line]


def test_it_is_said_when_it_begins_with_what_it_costs_and_what_to_do(clock, log):
    clock.failing.note(WHAT, NO)
    [line] = said(log)
    assert line.startswith(f"ERROR|{WHAT} can't be kept up to date: {NO} ")
    assert "everything else goes on. Give the account the permission" in line


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (JiraAuthenticationError("401"), "needs another scope or permission"),
        (NO, "Give the account the permission"),
        (JiraRequestError("400"), "Put the resource's selector right"),
        (MappingError("no"), "Put it right in the mapping"),
        (PortBlueprintError("404"), "Put the blueprint right in Port"),
        (JiraUnavailableError("503"), "tried again by itself"),
        (KeyError("x"), "tried again with its next event"),
    ],
)
def test_what_to_do_depends_on_the_cause(clock, log, error, words):
    clock.failing.note(WHAT, error)
    assert words in said(log)[0]


def test_a_401_of_one_endpoint_alone_is_said_with_the_scope_and_without_the_token(clock, log):
    error = JiraAuthenticationError("GET /board was answered with 401.", "The token may be old.")
    error.endpoint = "GET /rest/agile/1.0/board/{id}/sprint"
    clock.failing.note(WHAT, error)
    [line] = said(log)
    assert "it needs read:sprint:jira-software for this endpoint" in line
    assert "answered with 401." in line
    assert "may be old" not in line


def test_it_is_said_once_and_once_an_hour_while_it_lasts(clock, log):
    for _ in range(30):
        clock.failing.note(WHAT, NO)
        clock.time += SAY_AGAIN_SECONDS / 10
    assert len(said(log)) == 3
    assert "for 60 min" in said(log)[1]
    [state] = clock.failing.states()
    assert (state.what, state.since, state.times) == (WHAT, 100.0, 30)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GET /rest/agile/1.0/board was answered with 403: No.", None),
        ("GET /rest/agile/1.0/board/17/sprint was answered with 403: No.", None),
        ("Project 'AB' has no 12 boards.", "Project 'CD' has no 9 boards."),
    ],
)
def test_names_numbers_and_endpoints_make_no_other_cause(one, other):
    first, second = JiraPermissionError(one), JiraPermissionError(other or str(NO))
    assert cause_of(first) == cause_of(second)


class _PartlyError(JiraError):
    cause = NO


def test_all_but_one_parent_has_the_cause_of_that_ones_failure():
    """Its event and the sweep say it once, and not each in its own words."""
    assert cause_of(_PartlyError("All was read but the epics of board 4")) == cause_of(NO)


def test_another_sort_of_error_or_other_words_are_another_cause(clock):
    for error in (NO, JiraRequestError(str(NO)), JiraPermissionError("Not today.")):
        clock.failing.note(WHAT, error)
    assert len(clock.failing.states()) == 3


def test_its_end_is_said_with_how_long_it_took(clock, log):
    clock.failing.note(WHAT, NO)
    clock.failing.note(OTHER, NO)
    clock.time += 600
    assert clock.failing.works(WHAT)
    assert clock.names() == [OTHER]
    assert said(log, f"{WHAT} works again, after 10 min")


def test_what_never_failed_works_without_a_word(clock, log):
    assert not clock.failing.works(WHAT)
    assert log == []


def test_what_comes_and_goes_is_said_once_an_hour(clock, log):
    for _ in range(10):
        clock.failing.note(WHAT, NO)
        assert clock.failing.works(WHAT)
        clock.time += 60
    assert (len(said(log)), len(said(log, "works again"))) == (1, 1)
    clock.time += SAY_AGAIN_SECONDS
    clock.failing.note(WHAT, NO)
    assert len(said(log)) == 2


def test_what_failed_as_a_whole_is_not_over_with_a_single_success(clock, log):
    """But something may have been missed, which a comparison has to find out."""
    clock.failing.note(WHAT, NO, whole=True)
    assert clock.failing.works(WHAT)
    assert clock.names() == [WHAT]
    assert said(log, "works again") == []
    assert clock.failing.works(WHAT, whole=True)
    assert clock.names() == []


def test_what_goes_on_failing_as_a_whole_is_compared_less_and_less_often(clock):
    """With one board that never answers, the epics of the others are edited all day."""
    clock.failing.note(WHAT, NO, whole=True)
    compared = []
    for _ in range(3600):
        clock.time += 1
        if clock.failing.works(WHAT):
            compared.append(clock.time)
            clock.failing.note(WHAT, NO, whole=True)
    apart = [after - before for before, after in pairwise(compared)]
    assert apart == sorted(apart)
    assert (apart[0], apart[-1]) == (FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS)


def test_what_fell_behind_stays_so_until_all_of_it_was_read(clock):
    clock.failing.fell_behind(WHAT)
    clock.failing.works(WHAT)
    assert clock.failing.is_behind(WHAT)
    assert not clock.failing.is_behind(OTHER)
    clock.failing.works(WHAT, whole=True)
    assert not clock.failing.is_behind(WHAT)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (JiraError("No answer"), "No answer."),
        (JiraError("No answer."), "No answer."),
        (KeyError("id"), "KeyError('id')."),
    ],
)
def test_an_error_is_a_sentence(error, words):
    assert sentence(error) == words
