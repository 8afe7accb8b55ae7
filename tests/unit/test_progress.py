"""How far a resync is and what it did, in words and in a table."""

import asyncio

import pytest

from port.progress import TELL_EVERY_SECONDS, OfResource, Progress, duration, how_far, table
from telemetry.tally import Tally, count_request, counted_for, expect_at_most
from tests.unit.helpers.catalog_fakes import entity
from tests.unit.helpers.fake_client import resource


class Clock:
    """A resync of two resources, on a clock that a test sets."""

    def __init__(self, *kinds: str, last: dict[str, int] | None = None) -> None:
        self.time = 100.0
        self.pauses: list[float] = []
        self.progress = Progress(last, lambda: self.time, self.pause)
        self.progress.start([resource(kind) for kind in kinds])

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        if len(self.pauses) == 3:
            raise asyncio.CancelledError
        self.time += seconds

    def at(self, index: int, rows: int, seconds: float) -> None:
        with self.progress.at(index) as tally:
            tally.rows = rows
            self.time += seconds

    def breaks_off(self, index: int) -> None:
        def break_off() -> None:
            with self.progress.at(index):
                raise ConnectionError("it broke off")

        with pytest.raises(ConnectionError):
            break_off()


@pytest.mark.parametrize(
    ("rows", "at_most", "last", "said"),
    [
        (0, None, None, "0 rows"),
        (0, 10_000, None, "0 rows of at most 10,000"),
        (4_200, None, None, "4,200 rows, 210 a second"),
        (
            4_200,
            10_000,
            None,
            "4,200 rows of at most 10,000 (42 %), 210 a second, at most 28 s left",
        ),
        (4_200, 10_000, 8_400, "4,200 rows of about 8,400 (50 %), 210 a second, about 20 s left"),
        (200, None, 100_000, "200 rows of about 100,000 (0 %), 10 a second, about 2.8 h left"),
        (4_200, 10_000, 4_000, "4,200 rows, 210 a second"),
    ],
)
def test_how_far_it_is(rows, at_most, last, said):
    at = OfResource(kind="issue", rows=rows, at_most=at_most, begun=0.0)
    assert how_far(at, last, 20.0) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.4, "0 s"), (89, "89 s"), (90, "2 min"), (5399, "90 min"), (7200, "2.0 h")],
)
def test_how_long_in_words(seconds, said):
    assert duration(seconds) == said


async def test_it_is_told_every_ten_seconds_while_something_is_under_way(log):
    clock = Clock("project", "issue")
    clock.at(0, 4, 1)
    with clock.progress.at(1) as tally:
        tally.rows = 500
        with pytest.raises(asyncio.CancelledError):
            await clock.progress.tell()
    assert clock.pauses == [TELL_EVERY_SECONDS] * 3
    lines = [line.partition("|{")[0] for line in log]
    assert lines == [
        "INFO|Resync for 11 s, 1 of 2 resources done; issue: 500 rows, 50 a second",
        "INFO|Resync for 21 s, 1 of 2 resources done; issue: 500 rows, 25 a second",
    ]


async def test_while_nothing_is_under_way_nothing_is_told(log):
    clock = Clock("issue")
    with pytest.raises(asyncio.CancelledError):
        await clock.progress.tell()
    assert log == []


def test_the_next_resync_knows_how_much_there_was():
    last: dict[str, int] = {}
    first = Clock("project", "issue", last=last)
    first.at(0, 4, 1)
    first.breaks_off(1)
    first.progress.end(succeeded=False)
    assert last == {"project": 4}, "what broke off tells nothing"


def test_the_table_has_a_line_for_each_resource_and_one_for_all(log):
    clock = Clock("project", "issue", "issue")
    clock.at(0, 4, 0.26)
    clock.at(1, 10_004, 30)
    clock.breaks_off(2)
    of = clock.progress.of
    of(0).written, of(1).written, of(1).unchanged = 4, 12, 9992
    of(0).requests, of(1).requests = 1, 121
    clock.progress.written([entity("AB-1", "issue")])
    clock.progress.deleted([entity("AB-2", "issue"), entity("AB", "project"), entity("x", "other")])
    clock.progress.end(succeeded=True)
    [line] = log
    assert line.partition("|{")[0] == (
        "INFO|The resync is done, after 30.3 s:\n"
        "kind                 rows  written  unchanged  deleted  seconds  requests\n"
        "project                 4        4          0        1      0.3         1\n"
        "issue (2)          10,004       13      9,992        1     30.0       121\n"
        "issue (3), failed       0        0          0        0      0.0         0\n"
        "all                10,008       17      9,992        2     30.3       122"
    )


def test_what_the_table_says_is_also_there_for_machines(log):
    clock = Clock("project")
    clock.at(0, 4, 1)
    clock.progress.end(succeeded=True)
    [line] = log
    assert "'resync': [{'kind': 'project', 'rows': 4, 'written': 0," in line


@pytest.mark.parametrize("kinds", [(), ("issue",)])
def test_a_resync_that_read_nothing_has_no_table(log, kinds):
    Clock(*kinds).progress.end(succeeded=True)
    assert log == []


def test_a_table_of_wide_numbers_stays_one():
    row = {"kind": "k", "rows": 123_456_789, "written": 0, "unchanged": 0, "deleted": 0,
           "seconds": 12_345.678, "requests": 1}  # fmt: skip
    assert len({len(line) for line in table([row]).splitlines()}) == 1


async def test_requests_count_for_the_work_that_makes_them_and_its_tasks():
    mine, others = Tally(), Tally()

    async def ask() -> None:
        count_request()

    async def work(tally: Tally, times: int) -> None:
        with counted_for(tally):
            await asyncio.gather(*(ask() for _ in range(times)))
            expect_at_most(10 * times)
        count_request()

    await asyncio.gather(work(mine, 3), work(others, 2))
    count_request()
    expect_at_most(7)
    assert (mine, others) == (Tally(3, 30), Tally(2, 20))
