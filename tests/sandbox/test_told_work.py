"""When the integration has nothing left to do, by its log."""

import pytest

from sandbox.told_work import ToldWork

LATER = " when the index has caught up"
DONE_EVENT = "INFO | 1 live events done in 0.1 s: x; background work: {}"
JOB = "INFO | Background work done: {}"


@pytest.mark.parametrize(
    ("lines", "idle", "with_index"),
    [
        ([], False, False),
        ([DONE_EVENT.format("none")], True, True),
        ([DONE_EVENT.format("none") + " | {'more': 1}"], True, True),
        ([DONE_EVENT.format("what shows it")], False, False),
        ([DONE_EVENT.format("what shows it, orphans"), JOB.format("orphans")], False, False),
        ([DONE_EVENT.format("orphans"), JOB.format("orphans")], True, True),
        ([JOB.format("orphans"), DONE_EVENT.format("orphans")], False, False),
        ([DONE_EVENT.format("sweep"), JOB.format("sweep")], True, False),
        (
            [DONE_EVENT.format("sweep"), JOB.format("sweep"), JOB.format(f"sweep{LATER}")],
            True,
            True,
        ),
        ([DONE_EVENT.format(f"boards{LATER}")], True, False),
        ([DONE_EVENT.format(f"boards{LATER}"), JOB.format(f"boards{LATER}")], True, True),
        (
            [DONE_EVENT.format("none"), "INFO | Background work entails: more"],
            False,
            False,
        ),
        (
            ["INFO | 2 live events done in 1 s, 1 of them after a resync; background work: none"],
            True,
            True,
        ),
        (
            ["INFO | 2 live events done in 1 s, 2 of them after a resync; background work: none"],
            False,
            False,
        ),
    ],
)
def test_one_event_and_what_follows_from_it(lines: list[str], idle: bool, with_index: bool):
    told = ToldWork(lines)
    assert told.idle(0)
    log = ["INFO | 5 live events done in 1 s; background work: sweep"]
    told = ToldWork(log)
    log += lines
    assert told.idle(1) is idle
    assert told.idle(1, with_index=True) is with_index


def test_a_log_that_grows_is_read_on():
    log: list[str] = []
    told = ToldWork(log)
    for number in range(1, 4):
        log.append(DONE_EVENT.format("orphans"))
        assert not told.idle(number)
        log.append(JOB.format("orphans"))
        assert told.idle(number)
        assert not told.idle(number + 1)
