"""What a processor's read says is gone has to be said to us: a stranger is shown nothing."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from client import JiraClient
from jira.errors import JiraAuthenticationError, JiraUnavailableError
from jira.kinds.kind import Found
from kinds import Kinds
from tests.unit.helpers.fake_client import resource
from tests.unit.helpers.fakes import FakeApi
from webhook_processors import base as module
from webhook_processors.processors import IssueWebhookProcessor

MYSELF = {"accountId": "account"}


class World:
    """A client with one kind that finds what a test says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, found: Found, *answers: Any) -> None:
        self.api = FakeApi.scripted(*answers)
        client = JiraClient(self.api.api)

        async def resolve(subjects: Any, selector: Any) -> Found:
            return found

        client.kinds = {Kinds.ISSUE: SimpleNamespace(resolve=resolve)}  # type: ignore[dict-item]
        monkeypatch.setattr(module, "create_jira_client", lambda: client)
        monkeypatch.setattr(module, "touched_of", lambda event: {Kinds.ISSUE: []})

    async def read(self) -> Any:
        processor = object.__new__(IssueWebhookProcessor)
        processor.event = SimpleNamespace()  # type: ignore[assignment]
        return await processor.handle_event({}, resource("issue"))


async def test_what_is_there_asks_nothing_more(monkeypatch):
    world = World(monkeypatch, Found([{"id": "1"}], []))
    assert (await world.read()).updated_raw_results == [{"id": "1"}]
    assert world.api.asked == []


@pytest.mark.parametrize(
    "error", [JiraAuthenticationError("401"), JiraUnavailableError("503")], ids=["401", "503"]
)
async def test_what_is_gone_waits_where_jira_does_not_say_that_it_knows_us(monkeypatch, error):
    """Also where Port has nothing of it, which is how something new would be lost."""
    world = World(monkeypatch, Found([], [{"id": "1"}]), error)
    with pytest.raises(type(error)):
        await world.read()


async def test_a_burst_of_what_is_gone_asks_once(monkeypatch):
    world = World(monkeypatch, Found([], [{"id": "1"}]), MYSELF)
    results = await asyncio.gather(*(world.read() for _ in range(50)))
    assert [result.deleted_raw_results for result in results] == [[{"id": "1"}]] * 50
    assert len(world.api.asked) == 1
