"""Trouble that somebody can make between Jira and Port, and take away again."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from sandbox.jira.deliveries import signature
from sandbox.jira.faults import Fault
from sandbox.jira.formats import dumps
from sandbox.page.actions import RefusedError
from sandbox.world import World

INDEX_LAG_SECONDS = 5.0
_FORGED_EVERY_SECONDS = 0.5
_DELAY_SECONDS = 1.5
_REFUSED = 401


@dataclass(frozen=True, slots=True)
class Trouble:
    """A switch. What `hinders` keeps a fresh resync from seeing Jira as it is."""

    name: str
    label: str
    hint: str
    begin: Callable[[], None]
    end: Callable[[], None]
    hinders: bool = True


class Troubles:
    """All switches of a world, and which of them are on."""

    def __init__(self, world: World, *, index_lag: float = INDEX_LAG_SECONDS) -> None:
        self._world = world
        self._index_lag = index_lag
        self.forger = Forger(world)
        self.lagged = False
        self._on: set[str] = set()
        found = [self._down(), self._throttled(), self._board(), self._port_down(), self._lag()]
        found += [self._disorder(), self._forged()]
        self._all = {trouble.name: trouble for trouble in found}

    def switch(self, name: str, *, on: bool) -> None:
        """Switch one on or off."""
        trouble = self._all.get(name)
        if trouble is None:
            raise RefusedError(f"There is no switch {name!r}.")
        if on == (name in self._on):
            return
        if on:
            self._on.add(name)
            trouble.begin()
        else:
            self._on.remove(name)
            trouble.end()

    def hindering(self) -> list[str]:
        """Those that are on and keep a comparison from saying anything."""
        return [t.label for t in self._all.values() if t.hinders and t.name in self._on]

    def rows(self) -> list[dict[str, Any]]:
        """The switches as a page shows them."""
        return [
            {"name": t.name, "label": t.label, "hint": t.hint, "on": t.name in self._on}
            for t in self._all.values()
        ]

    async def stop(self) -> None:
        """End what runs by itself."""
        for name in list(self._on):
            self.switch(name, on=False)
        await self.forger.ended()

    def _fault(self, name: str, label: str, hint: str, fault: Fault) -> Trouble:
        faults = self._world.jira.faults
        return Trouble(
            name, label, hint, lambda: _ignore(faults.add(fault)), lambda: faults.remove(fault)
        )

    def _down(self) -> Trouble:
        fault = Fault("status", path="/rest/", status=503)
        return self._fault("jira-down", "Jira down", "its API answers 503", fault)

    def _throttled(self) -> Trouble:
        hint = "1 request a second"
        return self._fault("throttled", "Jira throttled", hint, Fault("rate", per_second=1))

    def _board(self) -> Trouble:
        board = min(self._world.site.boards.values(), key=lambda board: board.id)

        def fail(status: int | None) -> None:
            board.fault = status

        hint = f"{board.name}: 500"
        return Trouble("board", "One board fails", hint, lambda: fail(500), lambda: fail(None))

    def _port_down(self) -> Trouble:
        def down(value: bool) -> None:
            self._world.port.api.down = value

        hint = "its API answers 503"
        return Trouble("port-down", "Port down", hint, lambda: down(True), lambda: down(False))

    def _lag(self) -> Trouble:
        def begin() -> None:
            self.lagged = True
            self._world.site.index_lag = self._index_lag

        hint = f"searches {self._index_lag:g} s behind"
        return Trouble("index-lag", "Index lag", hint, begin, self._world.site.catch_up_index)

    def _disorder(self) -> Trouble:
        def disorder(on: bool) -> None:
            deliveries = self._world.deliveries
            deliveries.duplicate = 1.0 if on else 0.0
            deliveries.shuffle = on
            deliveries.max_delay = _DELAY_SECONDS if on else 0.0

        return Trouble(
            "disorder",
            "Twice, shuffled",
            "each delivery, late",
            lambda: disorder(True),
            lambda: disorder(False),
            hinders=False,
        )

    def _forged(self) -> Trouble:
        return Trouble(
            "forged",
            "Forged deliveries",
            "wrongly signed",
            self.forger.start,
            self.forger.stop,
            hinders=False,
        )


class Forger:
    """Somebody who tells the integration that issues were deleted, and has no secret."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._task: asyncio.Task[None] | None = None
        self.sent = 0
        self.refused = 0

    @property
    def running(self) -> bool:
        """Whether it sends."""
        return self._task is not None and not self._task.done() and not self._task.cancelling()

    def start(self) -> None:
        """Begin to send."""
        self._task = asyncio.create_task(self._forge())

    def stop(self) -> None:
        """Send no more."""
        if self._task is not None:
            self._task.cancel()

    async def ended(self) -> None:
        """Wait until the last one is sent."""
        if self._task is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _forge(self) -> None:
        issues, rng = self._world.site.issues, random.Random(0)
        async with httpx.AsyncClient(trust_env=False) as client:
            while True:
                issue = rng.choice([i for i in issues.values() if i.visible])
                named = {"id": issue.id, "key": issue.key}
                body = dumps({"webhookEvent": "jira:issue_deleted", "issue": named})
                headers = {
                    "content-type": "application/json",
                    "x-hub-signature": signature("not the secret", body),
                }
                url = self._world.process.webhook_url
                self.sent += 1
                # While the integration starts, nobody takes it either.
                with contextlib.suppress(httpx.HTTPError):
                    answer = await client.post(url, content=body, headers=headers)
                    self.refused += answer.status_code == _REFUSED
                await asyncio.sleep(_FORGED_EVERY_SECONDS)


def _ignore(_: object) -> None:
    """A switch gives nothing back."""
