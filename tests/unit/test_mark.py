"""What one process leaves for the next: two moments, and what follows from them."""

import pytest

from background.mark import AWAY_SECONDS, OVERLAP_SECONDS, Kept, Mark, Start, start_after

NOW = 1_800_000_000.0
MINUTE = 60.0


def kept_by(mark: Mark, kept: Kept | None, oldest: float | None, came: int) -> Kept:
    assert kept is not None
    mark.is_kept(kept, oldest, came)
    return kept


def test_where_nothing_was_kept_everything_is_compared() -> None:
    assert start_after(Kept(), NOW) == Start(None, None)
    assert start_after(Kept(compare_at=NOW + 1), NOW) == Start(None, None)


def test_after_a_kill_changes_are_read_from_the_mark_on_and_everything_is_compared() -> None:
    start = start_after(Kept(written=NOW - MINUTE), NOW)
    assert start == Start(NOW - MINUTE - OVERLAP_SECONDS, None)
    assert start.compare_in is None


@pytest.mark.parametrize("ahead", [-MINUTE, 0.0])
def test_a_word_that_was_taken_back_says_nothing(ahead: float) -> None:
    kept = Kept(written=NOW - MINUTE, compare_at=NOW - MINUTE + ahead)
    assert start_after(kept, NOW).compare_in is None


@pytest.mark.parametrize(("due", "compare_in"), [(NOW + MINUTE, MINUTE), (NOW - MINUTE, 0.0)])
def test_after_an_end_in_order_the_next_comparison_comes_when_it_was_due(
    due: float, compare_in: float
) -> None:
    start = start_after(Kept(written=NOW - 2 * MINUTE, compare_at=due), NOW)
    assert start == Start(NOW - 2 * MINUTE - OVERLAP_SECONDS, compare_in)


@pytest.mark.parametrize(("away", "compare_in"), [(0, 3600), (1200, 2400), (1201, None)])
def test_what_jira_has_given_up_meanwhile_an_end_in_order_does_not_make_up_for(
    away: float, compare_in: float | None
) -> None:
    assert AWAY_SECONDS == 1200
    said = Mark(Kept()).at_the_end(NOW, 3600.0)
    assert start_after(said, NOW + away).compare_in == compare_in


def test_a_clock_that_was_ahead_makes_no_change_be_missed() -> None:
    assert start_after(Kept(written=NOW + 3600), NOW).since == NOW - OVERLAP_SECONDS


def test_while_nothing_comes_nothing_is_kept() -> None:
    mark = Mark(Kept())
    assert mark.now(NOW, None, 0) is None
    assert mark.now(NOW + 3600, None, 0) is None


def test_what_is_written_moves_the_mark_and_only_once() -> None:
    mark = Mark(Kept())
    assert kept_by(mark, mark.now(NOW, None, 3), None, 3) == Kept(written=NOW)
    assert mark.now(NOW + MINUTE, None, 3) is None


def test_what_waits_keeps_the_mark_where_it_came() -> None:
    mark = Mark(Kept(written=NOW - 3600))
    came = NOW - 30
    assert kept_by(mark, mark.now(NOW, came, 1), came, 1) == Kept(written=came)
    assert mark.now(NOW + MINUTE, came, 2) is None, "it waits still"
    assert mark.now(NOW + 2 * MINUTE, None, 2) == Kept(written=NOW + 2 * MINUTE)


def test_what_port_did_not_keep_is_kept_the_next_time() -> None:
    mark = Mark(Kept())
    assert mark.now(NOW, None, 1) == Kept(written=NOW)
    assert mark.now(NOW + MINUTE, None, 1) == Kept(written=NOW + MINUTE)


def test_the_mark_never_goes_back() -> None:
    mark = Mark(Kept(written=NOW))
    assert mark.now(NOW - MINUTE, None, 1) is None
    assert mark.now(NOW, NOW - MINUTE, 1) is None


def test_the_word_of_the_last_process_is_taken_back_once() -> None:
    mark = Mark(Kept(written=NOW - MINUTE, compare_at=NOW + 3600))
    taken_back = mark.taken_back
    assert taken_back is not None
    mark.is_kept(taken_back, None, 0)
    assert mark.taken_back is None
    assert start_after(Kept(NOW - MINUTE, taken_back.compare_at), NOW).compare_in is None


@pytest.mark.parametrize("kept", [Kept(), Kept(NOW), Kept(NOW, NOW), Kept(None, NOW)])
def test_where_no_word_was_given_none_is_taken_back(kept: Kept) -> None:
    assert Mark(kept).taken_back is None


@pytest.mark.parametrize("compare_in", [0.0, 3600.0])
@pytest.mark.parametrize("before", [Kept(), Kept(NOW - 3600, NOW - 3600)])
def test_what_is_said_at_the_end_is_understood_at_the_next_start(
    before: Kept, compare_in: float
) -> None:
    said = Mark(before).at_the_end(NOW, compare_in)
    start = start_after(said, NOW + 10)
    assert start.compare_in is not None
    assert start.compare_in == max(0.0, max(compare_in, 1.0) - 10)


@pytest.mark.parametrize("before", [Kept(), Kept(NOW - 3600, NOW - 3600), Kept(NOW - 9, NOW - 5)])
def test_whatever_a_process_keeps_its_kill_is_no_end_in_order(before: Kept) -> None:
    """Of every moment in which it may be killed."""
    mark, kept = Mark(before), before
    if (taken_back := mark.taken_back) is not None:
        mark.is_kept(taken_back, None, 0)
        kept = Kept(kept.written, taken_back.compare_at)
    assert start_after(kept, NOW).compare_in is None
    for minute, (oldest, came) in enumerate([(None, 0), (NOW, 1), (None, 2), (None, 2)]):
        now = NOW + minute * MINUTE
        if (more := mark.now(now, oldest, came)) is not None:
            mark.is_kept(more, oldest, came)
            kept = Kept(more.written, kept.compare_at)
        start = start_after(kept, now)
        assert start.compare_in is None
        assert start.since is None or oldest is None or start.since < oldest
