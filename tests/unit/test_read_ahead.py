"""The rows of a resync are read before they are asked for, and nothing of them is lost."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any, cast

import pytest
from port_ocean.core.handlers.port_app_config.models import ResourceConfig

from jira.read_ahead import PAGES_AHEAD, Ahead

Page = list[dict[str, Any]]


class Site:
    """Pages of each resource, by its name; notes what is read."""

    def __init__(self) -> None:
        self.pages: dict[str, list[Page | Exception]] = {}
        self.read: list[str] = []
        self.ended: list[str] = []
        self.ahead = Ahead(self.pages_of)

    async def pages_of(self, resource: ResourceConfig) -> AsyncGenerator[Page, None]:
        name = str(resource)
        try:
            for number, page in enumerate(self.pages[name]):
                self.read.append(f"{name}{number}")
                if isinstance(page, Exception):
                    raise page
                yield page
        finally:
            self.ended.append(name)

    async def take(self, name: str) -> list[Page]:
        return [page async for page in self.ahead.pages(of(name))]


def of(name: str) -> ResourceConfig:
    return cast(ResourceConfig, name)


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
    site.ahead.start([of("user"), of("issue")])
    await everything_done()
    assert "user0" in site.read
    assert "issue0" in site.read


async def test_no_more_is_read_than_waits_to_be_taken_and_one_page(site):
    """The memory of a resync must not grow with the site."""
    site.ahead.start([of("issue")])
    await everything_done()
    assert len(site.read) == PAGES_AHEAD + 1


async def test_pages_come_whole_and_in_order(site):
    site.ahead.start([of("user"), of("issue")])
    assert await site.take("issue") == site.pages["issue"]
    assert await site.take("user") == site.pages["user"]


async def test_what_was_not_started_is_read_when_it_is_asked_for(site):
    assert await site.take("issue") == site.pages["issue"]


async def test_a_resource_is_read_anew_when_it_is_taken_a_second_time(site):
    site.ahead.start([of("user")])
    await site.take("user")
    site.pages["user"] = [[{"n": 2}]]
    assert await site.take("user") == [[{"n": 2}]]


async def test_an_error_comes_at_its_place_and_is_no_end(site):
    site.pages["issue"][2:] = [RuntimeError("it broke off")]
    site.ahead.start([of("issue")])
    pages = site.ahead.pages(of("issue"))
    assert [await anext(pages), await anext(pages)] == site.pages["issue"][:2]
    with pytest.raises(RuntimeError, match="it broke off"):
        await anext(pages)


async def test_an_error_of_one_resource_leaves_the_others_alone(site):
    site.pages["user"] = [RuntimeError("403")]
    site.ahead.start([of("user"), of("issue")])
    await everything_done()
    assert await site.take("issue") == site.pages["issue"]


@pytest.mark.parametrize("again", [False, True], ids=["stopped", "started-anew"])
async def test_what_nobody_took_is_no_longer_read(site, again):
    site.ahead.start([of("issue")])
    await everything_done()
    if again:
        site.ahead.start([])
    else:
        site.ahead.stop()
    await everything_done()
    assert site.ended == ["issue"]


async def test_whoever_stops_taking_stops_the_reading(site):
    site.ahead.start([of("issue")])
    pages = site.ahead.pages(of("issue"))
    await anext(pages)
    await pages.aclose()
    await everything_done()
    assert site.ended == ["issue"]
