"""The rows of a resync are read before they are asked for, and nothing of them is lost."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from jira.byte_budget import Turn, present_turn
from jira.concurrency import Scope
from jira.read_ahead import LIGHT, PAGES_AHEAD, ReadAhead, weight_of

Page = list[dict[str, Any]]
NUMBERS = {"user": 0, "issue": 1}
"""The resources' places in the mapping."""


class Site:
    """Pages of each resource, by its name; notes what is read."""

    def __init__(self) -> None:
        self.pages: dict[str, list[Page | Exception]] = {}
        self.read: list[str] = []
        self.ended: list[str] = []
        self.ahead = ReadAhead()

    async def pages_of(self, name: str) -> AsyncGenerator[Page, None]:
        try:
            for number, page in enumerate(self.pages[name]):
                self.read.append(f"{name}{number}")
                if isinstance(page, Exception):
                    raise page
                yield page
        finally:
            self.ended.append(name)

    def start(self, *names: str) -> None:
        self.ahead.start({NUMBERS[name]: self.pages_of(name) for name in names})

    def taken(self, name: str) -> AsyncGenerator[Page, None]:
        return self.ahead.pages(NUMBERS[name], self.pages_of(name))

    async def take(self, name: str) -> list[Page]:
        return [page async for page in self.taken(name)]


async def everything_done() -> None:
    """Let every task go on until it waits for something else than its turn."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
def site() -> Site:
    made = Site()
    made.pages = {"user": [[{"n": 1}]], "issue": [[{"n": n}] for n in range(6)]}
    return made


async def test_every_resource_is_read_before_the_first_is_taken(site):
    site.start("user", "issue")
    await everything_done()
    assert "user0" in site.read
    assert "issue0" in site.read


async def test_no_more_is_read_than_waits_to_be_taken_and_one_page(site):
    """The memory of a resync must not grow with the site."""
    site.start("issue")
    await everything_done()
    assert len(site.read) == PAGES_AHEAD + 1


async def test_a_heavy_page_waits_alone_and_is_held_until_it_is_taken(site):
    site.pages["issue"] = [[{"text": "x" * (LIGHT + 1)}] for _ in range(3)]
    site.start("issue")
    await everything_done()
    assert site.read == ["issue0"]
    pages = site.taken("issue")
    await anext(pages)
    await everything_done()
    assert site.read == ["issue0", "issue1"]
    assert len([page async for page in pages]) == 2


def test_what_a_page_weighs_is_told_by_a_few_of_its_rows():
    rows = [{"text": "x" * 1000} for _ in range(400)]
    assert weight_of(rows) == pytest.approx(400 * 1011)
    assert weight_of(rows[:1]) == 1011
    assert weight_of([]) == 0


async def test_a_resource_s_turn_comes_when_it_is_taken(site):
    turns: dict[str, Turn | None] = {}

    async def pages(name: str) -> AsyncGenerator[Page, None]:
        turns[name] = present_turn()
        yield [{"n": 1}]

    site.ahead.start({NUMBERS[name]: pages(name) for name in NUMBERS})
    await everything_done()
    assert [turn is not None and turn.has_come for turn in turns.values()] == [False, False]
    assert await site.take("issue") == [[{"n": 1}]]
    assert {name: turn is not None and turn.has_come for name, turn in turns.items()} == {
        "user": False,
        "issue": True,
    }


async def test_pages_come_whole_and_in_order(site):
    site.start("user", "issue")
    assert await site.take("issue") == site.pages["issue"]
    assert await site.take("user") == site.pages["user"]


async def test_what_was_not_started_is_read_when_it_is_asked_for(site):
    assert await site.take("issue") == site.pages["issue"]


async def test_a_resource_is_read_anew_when_it_is_taken_a_second_time(site):
    site.start("user")
    await site.take("user")
    site.pages["user"] = [[{"n": 2}]]
    assert await site.take("user") == [[{"n": 2}]]


async def test_an_error_comes_at_its_place_and_is_no_end(site):
    site.pages["issue"][2:] = [RuntimeError("it broke off")]
    site.start("issue")
    pages = site.taken("issue")
    assert [await anext(pages), await anext(pages)] == site.pages["issue"][:2]
    with pytest.raises(RuntimeError, match="it broke off"):
        await anext(pages)


async def test_an_error_of_one_resource_leaves_the_others_alone(site):
    site.pages["user"] = [RuntimeError("403")]
    site.start("user", "issue")
    await everything_done()
    assert await site.take("issue") == site.pages["issue"]


async def test_what_nobody_took_ends_with_what_it_was_begun_in(site):
    scope = Scope()
    with scope.entered():
        site.start("user", "issue")
    await everything_done()
    taken = site.taken("issue")
    await anext(taken)
    await scope.end()
    assert sorted(site.ended) == ["issue", "user"], "by now, and not some time later"


async def test_whoever_stops_taking_stops_the_reading(site):
    site.start("issue")
    pages = site.taken("issue")
    await anext(pages)
    await pages.aclose()
    await everything_done()
    assert site.ended == ["issue"]
