"""Incremental runs: what changed since the last one, in a handful of requests, and then the end.

The framework asks for one resource after the other, and has Port keep for each up to when it was
read. What is too much in a catalog no time tells: the first resource that is asked for has a sweep
made of all, which compares names and reads what changed. Where it fails, nobody was told that the
resources were read, so that the next run begins where this one did.
"""

import asyncio
import contextvars
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from loguru import logger
from port_ocean.context.event import event
from port_ocean.core.handlers.port_app_config.models import PortAppConfig, ResourceConfig

from background.by_time import BY_TIME, ByTime
from background.follow_ups import FollowUps
from background.incremental_since import first_look_back, looked_back_to
from background.jobs import Around, Steps
from background.last_read import minutes_since
from background.relatives import RELATIVES
from client import JiraClient
from jira.errors import JiraError
from jira.payloads import Row
from port.dsp import is_dsp_mode_enabled
from port.mapping.resources import kind_of, label

RUN = "incremental run"
PATIENCE_SECONDS = 12.0
"""What fails is tried twice more in it. What Jira's search doesn't show yet the next run reads."""


class IncompleteRunError(JiraError):
    """A run did not get to its end; the next one reads the same once more."""


class Incremental:
    """The runs of a process; each has its end before the framework is told of the first resource.

    In DSP mode nothing is compared: changed rows alone are handed to the framework.
    """

    def __init__(
        self,
        client: JiraClient,
        follow_ups: FollowUps,
        around: Around,
        cursor_of: Callable[[str, int], Awaitable[datetime | None]],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        index_seconds: int,
    ) -> None:
        """`cursor_of` tells up to when a resource was read, by its kind and place in the mapping.

        `index_seconds` is how long Jira's search may not show what happened.
        """
        self._client = client
        self._follow_ups = follow_ups
        self._around = around
        self._cursor_of = cursor_of
        self._now = now
        self._index_seconds = index_seconds
        self._state: Mapping[str, Any] = {}
        self._first = now()
        self._whole: asyncio.Task[None] | None = None
        self._swept = False

    def begin(self, state: Mapping[str, Any], interval_seconds: int) -> int:
        """A run begins; returns how many seconds back it reads what no run has read yet.

        `state` is what Port has of the last full resync.
        """
        if state.get("status") != "completed":
            logger.warning(
                f"Port knows of no full resync that succeeded (the last one: "
                f"{state.get('status')}): what changed long ago only a full resync finds"
            )
        self._state = state
        self._whole = None
        self._swept = False
        jobs = self._follow_ups.jobs
        jobs.drop(jobs.owed())
        seconds = first_look_back(state, interval_seconds, self._now())
        self._first = self._now() - timedelta(seconds=seconds)
        return seconds

    async def pages(self, resource: ResourceConfig, index: int) -> AsyncIterator[list[Row]]:
        """What the framework has to write of a resource: nothing, but in DSP mode.

        Raises JiraError where the resource wasn't read and written to its end.
        """
        mapping = event.port_app_config
        if await is_dsp_mode_enabled():
            async for rows in self._changed(resource, index, mapping):
                yield rows
            return
        if self._whole is None:
            # Outside of the framework's event, in which each step has one of its own.
            work = self._run(mapping)
            self._whole = asyncio.create_task(work, context=contextvars.Context())
        await self._whole
        failed = self._follow_ups.sweeper.failed.get(label(resource, index))
        if failed is not None:
            raise failed

    async def _run(self, mapping: PortAppConfig) -> None:
        ago: dict[str, float] = {}
        for index, resource in enumerate(mapping.resources):
            if kind_of(resource) in BY_TIME:
                ago[label(resource, index)] = await self._seconds_since(resource, index)
        jobs = self._follow_ups.jobs
        jobs.ask(RUN, partial(self._steps, ago))
        await jobs.finish(self._around, PATIENCE_SECONDS)
        if not self._swept or RELATIVES in jobs.owed():
            raise IncompleteRunError("the incremental run did not get to its end: see above")

    async def _steps(self, ago: Mapping[str, float]) -> Steps:
        async for wait in self._follow_ups.sweep_lately(ago):
            yield wait
        self._swept = True

    async def _seconds_since(self, resource: ResourceConfig, index: int) -> float:
        """How long ago it was when all was read of a resource that Jira's search showed."""
        cursor = await self._cursor_of(resource.kind, index) or self._first
        read = self._now() - looked_back_to(cursor, self._state)
        return max(0.0, read.total_seconds()) + self._index_seconds

    async def _changed(
        self, resource: ResourceConfig, index: int, mapping: PortAppConfig
    ) -> AsyncIterator[list[Row]]:
        seconds = await self._seconds_since(resource, index)
        await self._client.verify_credentials()
        by_time = ByTime(self._client, mapping.resources, lambda _: minutes_since(seconds))
        async for found in by_time.pages(resource, index):
            yield found.updated
        await self._client.verify_credentials()
