"""Messages reach every page that is open."""

import asyncio
from collections.abc import AsyncIterator

from sandbox.page import feed as feed_module
from sandbox.page.feed import Feed, as_message


async def all_of(messages: AsyncIterator[bytes]) -> list[bytes]:
    return [message async for message in messages]


async def test_each_page_gets_its_first_message_and_all_that_comes():
    feed = Feed()
    feed.tell("state", "nobody is there")
    pages = [asyncio.create_task(all_of(feed.follow(b"%d" % number))) for number in (1, 2)]
    await asyncio.sleep(0)
    assert feed.followers == 2
    feed.tell("state", {"a": 1})
    feed.end()
    message = b'event: state\ndata: {"a":1}\n\n'
    assert await asyncio.gather(*pages) == [[b"1", message], [b"2", message]]
    assert feed.followers == 0


async def test_who_comes_after_the_end_is_let_go():
    feed = Feed()
    feed.end()
    assert await all_of(feed.follow(b"first")) == [b"first"]


async def test_a_page_that_takes_nothing_is_let_go(monkeypatch):
    monkeypatch.setattr(feed_module, "_MOST", 3)
    feed = Feed()
    page = feed.follow(b"first")
    assert await anext(page) == b"first"
    for number in range(9):
        feed.tell("state", number)
    assert feed.followers == 0
    assert len(await all_of(page)) == 3


def test_a_message_is_one_line_whatever_is_in_it():
    assert as_message("state", "two\nlines").count(b"\n") == 3
