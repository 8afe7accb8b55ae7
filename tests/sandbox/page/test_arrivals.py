"""Which change in Jira a change of the catalog is put down to, and the seconds between them."""

from sandbox.page.arrivals import Arrivals

AB_1 = ("jiraIssue", "AB-1")
ISSUE = frozenset({"issue:AB-1"})
PROJECT = frozenset({"project:AB"})
NOTHING: frozenset[str] = frozenset()


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def made() -> tuple[Arrivals, Clock]:
    clock = Clock()
    return Arrivals(clock), clock


def test_what_no_event_came_before_has_no_cause():
    arrivals, _ = made()
    assert arrivals.arrived(AB_1, ISSUE, PROJECT) is None


def test_an_entity_is_put_down_to_the_event_that_names_it():
    arrivals, clock = made()
    named = arrivals.changed(ISSUE)
    arrivals.changed(frozenset({"issue:AB-2"}))
    clock.now += 2
    assert arrivals.arrived(AB_1, ISSUE, PROJECT) == (named.number, 2)


def test_of_several_events_the_first_has_waited_longest():
    arrivals, clock = made()
    first = arrivals.changed(ISSUE)
    clock.now += 1
    arrivals.changed(ISSUE)
    clock.now += 1
    assert arrivals.arrived(AB_1, ISSUE, NOTHING) == (first.number, 2)


def test_what_was_written_already_is_no_cause_of_a_later_write():
    arrivals, clock = made()
    arrivals.changed(ISSUE)
    arrivals.arrived(AB_1, ISSUE, NOTHING)
    clock.now += 5
    second = arrivals.changed(ISSUE)
    clock.now += 1
    assert arrivals.arrived(AB_1, ISSUE, NOTHING) == (second.number, 1)
    # It comes again, with more in it.
    clock.now += 1
    assert arrivals.arrived(AB_1, ISSUE, NOTHING) == (second.number, 2)


def test_entities_are_written_each_by_itself():
    arrivals, clock = made()
    event = arrivals.changed(ISSUE)
    arrivals.arrived(AB_1, ISSUE, NOTHING)
    clock.now += 3
    assert arrivals.arrived(("jiraBacklog", "AB-1"), ISSUE, NOTHING) == (event.number, 3)


def test_what_an_entity_relates_to_may_be_the_cause():
    arrivals, clock = made()
    archived = arrivals.changed(PROJECT)
    arrivals.changed(frozenset({"issue:CD-1"}))
    clock.now += 1
    assert arrivals.arrived(AB_1, ISSUE, PROJECT) == (archived.number, 1)


def test_what_nothing_names_is_put_down_to_the_latest_event_and_to_no_old_one():
    arrivals, clock = made()
    latest = arrivals.changed(frozenset({"sprint:3"}))
    clock.now += 1
    assert arrivals.arrived(AB_1, ISSUE, PROJECT) == (latest.number, 1)
    clock.now += 600
    assert arrivals.arrived(AB_1, ISSUE, PROJECT) is None


def test_an_event_that_waited_long_is_still_the_cause_of_what_it_names():
    arrivals, clock = made()
    told = arrivals.changed(ISSUE)
    clock.now += 600
    assert arrivals.arrived(AB_1, ISSUE, PROJECT) == (told.number, 600)
