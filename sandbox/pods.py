"""Several processes of this integration at one Redis: a front, event pods and one that resyncs."""

import asyncio
import json
import os
import re
import signal
import sys
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sandbox.integration_process import IntegrationProcess
from sandbox.redis_server import RedisServer
from sandbox.servers import HttpServer, free_port
from sandbox.world import WEBHOOK_SECRET, World

NAME = "main"
"""What the stream is called by."""
STREAM = f"{NAME}/live-events/raw/event-stream"
GROUP = "jira.sandbox"
_OWN = "deletes that Port has under way|what Port refused"
"""Work that each process does of its own writes."""
_ASKED = re.compile(rf"background work: .*({_OWN})|Background work entails: .*({_OWN})")
_DONE = re.compile(rf"Background work done: ({_OWN})")


class Ingest:
    """What Port runs itself where it hosts an integration: all that is sent goes into the stream.

    An ASGI application. It verifies nothing.
    """

    def __init__(self, redis: RedisServer) -> None:
        # One connection broke, the next one works or Redis is away.
        self._client = Redis.from_url(redis.url, retry=Retry(NoBackoff(), 1), socket_timeout=5.0)
        self._taken = 0

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one delivery; 503 where Redis doesn't."""
        request = Request(scope, receive)
        body = await request.body()
        self._taken += 1
        fields: dict[Any, Any] = {
            "eventId": f"ingest-{self._taken}",
            "webhookPath": request.url.path,
            "payload": body,
            "headers": json.dumps(dict(request.headers)),
            "queuedAt": str(time.time_ns()),
        }
        try:
            await self._client.xadd(STREAM, fields)
            answer = Response(status_code=200)
        except (RedisError, OSError):
            answer = Response(status_code=503)
        await answer(scope, receive, send)


class Pods:
    """The processes before a world's Jira and Port; `world.process` is the one that resyncs.

    Before them is our front, or Port's own ingest.
    """

    def __init__(
        self, world: World, redis: RedisServer, *, events: int = 2, ingest: bool = False
    ) -> None:
        self.world = world
        self.redis = redis
        self._ingest = Ingest(redis)
        self._ingest_server = HttpServer(self._ingest) if ingest else None
        port = self._ingest_server.port if self._ingest_server else free_port()
        self._shared = {
            "OCEAN__BASE_URL": f"http://127.0.0.1:{port}/live-events/{NAME}",
            "OCEAN__LIVE_EVENTS__REDIS__URL": redis.url,
            "OCEAN__INTEGRATION__CONFIG__WEBHOOK_SECRET": WEBHOOK_SECRET,
        }
        self.front = self._front(port)
        world.process = world.another(**self._shared)
        self.events = [self._event_pod() for _ in range(events)]

    def _front(self, port: int) -> IntegrationProcess:
        """It is told nothing of Port and Jira."""
        command = (sys.executable, "-m", "webhook_processors.front", "-p", str(port))
        settings = {
            "OCEAN__INTEGRATION__IDENTIFIER": "sandbox",
            "OCEAN__INTEGRATION__TYPE": "jira",
            **self._shared,
        }
        return IntegrationProcess(settings, port=port, command=command)

    def _event_pod(self) -> IntegrationProcess:
        return self.world.another(
            **self._shared,
            OCEAN__EVENT_LISTENER__TYPE="WEBHOOKS_ONLY",
            OCEAN__LIVE_EVENTS__IS_REDIS_STREAM_CONSUMER_ENABLED="true",
        )

    @property
    def processes(self) -> Sequence[IntegrationProcess]:
        """Those that write to Port and run."""
        every = [self.world.process, *self.events]
        return [process for process in every if process.log and process.returncode is None]

    async def start(self) -> str:
        """Start all of them, and wait for the first resync; returns how that ended."""
        if self._ingest_server is None:
            await self.front.start()
        else:
            await self._ingest_server.start()
        status = await self.world.start()
        for pod in self.events:
            await pod.start()
        return status

    async def leader(self, timeout: float = 30) -> IntegrationProcess:  # noqa: ASYNC109
        """The one that leads by now."""
        async with asyncio.timeout(timeout):
            while True:
                for process in self.processes:
                    says = [line for line in process.log if "leads from now on" in line]
                    ended = [line for line in process.log if "lead any more" in line]
                    if len(says) > len(ended):
                        return process
                await asyncio.sleep(0.1)

    async def quiet(self, timeout: float = 90) -> None:  # noqa: ASYNC109
        """Wait until every event is delivered and done, and all that it entailed, too."""
        await self.world.deliveries.settled(timeout)
        try:
            async with asyncio.timeout(timeout):
                while await self._left():  # noqa: ASYNC110 - processes of their own
                    await asyncio.sleep(0.2)
        except TimeoutError:
            tails = [line for process in self.processes for line in process.log[-15:]]
            raise TimeoutError("\n".join([f"left: {await self._left()}", *tails])) from None
        self.world.site.catch_up_index()

    async def _left(self) -> dict[str, int]:
        """What isn't done, by what it is."""
        async with self.redis.client() as client:
            left = {
                "deliveries": await client.xlen(STREAM),
                "pending": (await client.xpending(STREAM, GROUP))["pending"],
                "wishes": await client.xlen(f"{{{NAME}/{GROUP}}}/wishes"),
                "owed": sum(_owes(process.log) for process in self.processes),
            }
        return {what: count for what, count in left.items() if count}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in (*self.events, self.front):
            if process.log and process.returncode is None:
                wake(process)
                await process.kill()
        if self._ingest_server is not None:
            await self._ingest_server.stop()
            self._ingest_server.close()
        await self._ingest.close()


def pause(process: IntegrationProcess) -> None:
    """It does nothing until it is woken, and doesn't know that."""
    os.killpg(process.pid, signal.SIGSTOP)


def wake(process: IntegrationProcess) -> None:
    """It goes on where it was."""
    os.killpg(process.pid, signal.SIGCONT)


def _owes(log: Sequence[str]) -> bool:
    """Whether a process has yet to do something of its own."""
    asked = max((n for n, line in enumerate(log) if _ASKED.search(line)), default=-1)
    done = max((n for n, line in enumerate(log) if _DONE.search(line)), default=-1)
    return asked > done
