"""Lanes between a Jira and a Port that do as a test says."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent, WebhookEventRawResults

from jira.errors import JiraError, JiraUnavailableError
from port.failing import Failing
from tests.unit.helpers.fakes import settle
from webhook_processors.lane import (
    Means,
    Pair,
    Tried,
)
from webhook_processors.outcomes import Outcomes
from webhook_processors.results import PartialResults

DOWN = JiraUnavailableError("503")
PORT_DOWN = httpx.ConnectError("nobody answers")


class World:
    """Jira, Port and time, as a test says; a pair's read is called after its event.

    `reads` and `writes` are what was asked for, `ended` says of each event whether all of it was
    written.
    """

    def __init__(self) -> None:
        self.reads: list[str] = []
        self.writes: list[list[str]] = []
        self.read_since: list[float] = []
        """Of each write, the moment that it says its results were read after."""
        self.done: list[str] = []
        """Reads and writes in the order in which they began and ended."""
        self.pauses: list[float] = []
        self.rested: list[asyncio.Event] = []
        self.tried: list[str] = []
        self.ended: dict[str, bool] = {}
        self.recovered: list[str] = []
        self.read_fails: dict[str, BaseException] = {}
        """By event or resource."""
        self.partly: dict[str, JiraError] = {}
        """By event: why not all of its subjects could be read."""
        self.write_fails: dict[str, Exception] = {}
        """By event; with it a whole write fails. Under "all" every write does."""
        self.around_fails: BaseException | None = None
        self.jira_up = True
        self.asked_jira = 0
        self.reading: dict[str, asyncio.Event] = {}
        """By event: its read lasts until then."""
        self.failing = Failing(lambda: 0.0)
        means = Means(
            self.read,
            self.write,
            self.jira_answers,
            self.around,
            lambda pair: self.recovered.append(pair.resource),
            self.failing,
            self.pause,
        )
        self.outcomes = Outcomes(means, self.progress)

    async def read(self, pair: Pair[Any]) -> WebhookEventRawResults:
        name = pair.event.trace_id
        self.reads.append(name)
        self.done.append(f"read {name}")
        if name in self.reading:
            await self.reading[name].wait()
        if error := self.read_fails.get(name) or self.read_fails.get(pair.resource):
            raise error
        result = PartialResults([], [], self.partly.get(name))
        result.original_webhook = {"name": name}
        return result

    async def write(self, results: list[WebhookEventRawResults], since: float) -> None:
        names = [(result.original_webhook or {})["name"] for result in results]
        self.writes.append(names)
        self.read_since.append(since)
        for name in ("all", *names):
            if name in self.write_fails:
                raise self.write_fails[name]
        self.done += [f"write {name}" for name in names]

    async def jira_answers(self) -> bool:
        self.asked_jira += 1
        return self.jira_up

    async def around(self, step: Callable[[], Awaitable[Tried]]) -> Tried:
        if self.around_fails:
            raise self.around_fails
        return await step()

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.rested.append(asyncio.Event())
        await self.rested[-1].wait()

    async def progress(self, tried: list[WebhookEvent], ended: dict[WebhookEvent, bool]) -> None:
        self.tried += [event.trace_id for event in tried]
        for event, written in ended.items():
            assert event.trace_id not in self.ended, "it ends once"
            self.ended[event.trace_id] = written

    async def take(self, *names: str, of: tuple[str, ...] = ("issue",), same: bool = False) -> None:
        """Events that touch these resources, each with a subject of its own."""
        events = [WebhookEvent(name, {}, {}) for name in names]
        await self.outcomes.take(
            {
                event: [
                    Pair(event, resource, frozenset({"same" if same else event.trace_id}), None)
                    for resource in of
                ]
                for event in events
            }
        )
        await settle()

    async def rest(self, times: int = 1) -> None:
        """The pauses under way are over."""
        for _ in range(times):
            for rested in self.rested:
                rested.set()
            await settle()


def of_level(level: str, log: list[str]) -> list[str]:
    return [line for line in log if line.startswith(level)]
