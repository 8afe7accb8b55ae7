"""Whether live events are taken from Redis: an error of the check is no answer."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import MagicMock

import httpx
import pytest

from tests.unit.helpers.fakes import settle
from webhook_processors import consuming
from webhook_processors.consuming import ConsumingManager


class World(ConsumingManager):
    """Answers of Port, one after the other, and whether a consumer was started."""

    def __init__(self) -> None:
        super().__init__(MagicMock(), MagicMock(), 90.0, 5.0)
        self.answers: list[Any] = []
        self.started = 0

    async def is_organization_blocked(self) -> bool:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return bool(answer)

    def _create_live_events_consumer(self, config: Any) -> Any:
        return self

    async def start(self) -> None:
        self.started += 1


@pytest.fixture
def world(monkeypatch):
    made = World()
    ocean = SimpleNamespace(port_client=made)
    monkeypatch.setattr(consuming, "ocean", ocean)
    monkeypatch.setattr(consuming, "ASK_SECONDS", 0)
    monkeypatch.setattr(consuming, "BLOCKED_SECONDS", 0)
    return made


@pytest.mark.parametrize(
    ("answers", "warnings"),
    [
        ([False], 0),
        ([httpx.ConnectError("down"), httpx.ConnectError("down"), False], 1),
        ([True, True, False], 1),
        ([httpx.ConnectError("down"), True, False], 2),
    ],
)
async def test_it_is_asked_until_port_says_that_it_is_not_blocked(world, log, answers, warnings):
    world.answers = answers
    async with asyncio.timeout(5):
        await world._consume_when_allowed(cast(Any, None))
    await settle()
    assert world.started == 1
    assert world._live_events_consumer is world
    said = [line for line in log if "Live events wait in Redis" in line]
    assert len(said) == warnings
