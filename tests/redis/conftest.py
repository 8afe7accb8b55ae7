"""A Redis of its own for each test."""

from collections.abc import AsyncIterator, Callable
from typing import Protocol

import pytest
from port_ocean.config.settings import LiveEventsRedisSettings

from redis_link.link import RedisLink
from sandbox.redis_server import PROGRAM, WHY_NOT, RedisServer

MakeLink = Callable[[], RedisLink]


class HasUrl(Protocol):
    """Where Redis is, or seems to be."""

    @property
    def url(self) -> str: ...


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if PROGRAM is None and "tests/redis" in str(item.path):
            item.add_marker(pytest.mark.skip(reason=WHY_NOT))


@pytest.fixture
async def server() -> AsyncIterator[RedisServer]:
    async with RedisServer() as made:
        yield made


@pytest.fixture
async def link_to() -> AsyncIterator[Callable[[HasUrl], RedisLink]]:
    made: list[RedisLink] = []

    def make(server: HasUrl) -> RedisLink:
        settings = LiveEventsRedisSettings(url=server.url, block_ms=100)
        made.append(RedisLink(settings, uuid="uuid", integration_type="jira", identifier="sandbox"))
        return made[-1]

    yield make
    for each in made:
        await each.close()


@pytest.fixture
def make_link(server: RedisServer, link_to: Callable[[HasUrl], RedisLink]) -> MakeLink:
    return lambda: link_to(server)
