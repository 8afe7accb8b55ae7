"""The door alone, for those who host it themselves: deliveries are verified and go into Redis.

    python -m webhook_processors.front [--port 8000] [--log-level INFO]

Needs neither Port nor Jira. As many as you like may run behind a load balancer; whoever reads the
stream (the integration with OCEAN__LIVE_EVENTS__IS_REDIS_STREAM_CONSUMER_ENABLED=true) verifies
each delivery again. A delivery is answered with 200 once Redis has it.
"""

import argparse
import asyncio
from collections.abc import Sequence

import uvicorn
from loguru import logger
from port_ocean.log.logger_setup import setup_logger
from port_ocean.log.sensetive import sensitive_log_filter
from port_ocean.version import __version__
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from jira.errors import SettingsError
from redis_link.link import RedisLink
from redis_link.troubles import AWAY, State, Troubles
from telemetry import metrics
from telemetry.health import Health, Reason
from telemetry.pages import StatusPages
from webhook_processors.door import FRAMEWORKS_PREFIX, Door
from webhook_processors.front_settings import FrontSettings, read_settings
from webhook_processors.queued_event import QueuedEvent
from webhook_processors.raw_stream import fields_of, may_lose

PATH = f"{FRAMEWORKS_PREFIX}/webhook"
WRITE_SECONDS = 5.0
"""Jira waits longer for its answer, and sends again what was answered with 503."""
LOOK_EVERY_SECONDS = 2.0


class Inlet:
    """Puts deliveries into the stream, and knows whether Redis takes them."""

    def __init__(self, link: RedisLink, *, write_seconds: float = WRITE_SECONDS) -> None:
        self._link = link
        self._write_seconds = write_seconds
        troubles = Troubles("deliveries are answered with 503, and Jira sends them again")
        self._trouble = troubles.of_one()
        self._works = False
        self._policy = ""

    async def accept(self, queued: QueuedEvent) -> bool:
        """Put it into the stream; False where that isn't sure, so that Jira sends it again."""
        try:
            async with asyncio.timeout(self._write_seconds):
                redis = await self._link.redis()
                await redis.xadd(self._link.stream_key, {**fields_of(queued)})
        except AWAY as error:
            self._fails(error)
            return False
        self._goes_on()
        return True

    async def watch(self, every: float = LOOK_EVERY_SECONDS) -> None:
        """Look after Redis for ever: whether it answers, and what it does when it is full."""
        while True:
            await self.look()
            await asyncio.sleep(every)

    async def look(self) -> None:
        """Whether Redis is there; a delivery alone tells whether it is full."""
        try:
            async with asyncio.timeout(self._write_seconds):
                memory = await (await self._link.redis()).info("memory")
        except AWAY as error:
            self._fails(error)
            return
        policy = str(memory.get("maxmemory_policy", "noeviction"))
        if policy != self._policy and may_lose(policy):
            logger.warning(
                f"Redis is set to maxmemory-policy {policy}: when it is full it throws away "
                "deliveries that it has taken. Set it to noeviction."
            )
        self._policy = policy
        if self._trouble.state is not State.FULL:
            self._goes_on()

    def health(self) -> Health:
        """A load balancer asks another one while this one can't reach Redis.

        A full one is full for all of them, and their answer asks Jira for a later try.
        """
        if self._trouble.state is State.FULL:
            return Health(ready=True, reasons=(Reason.REDIS_FULL,))
        return Health(self._works, () if self._works else (Reason.REDIS_AWAY,))

    def _fails(self, error: BaseException) -> None:
        self._works = False
        self._trouble.failed(error)

    def _goes_on(self) -> None:
        self._works = True
        self._trouble.works()


class Below:
    """ASGI middleware: takes away what a proxy left before the integration's own paths."""

    def __init__(self, app: ASGIApp, prefixes: Sequence[str]) -> None:
        self._app = app
        self._prefixes = [prefix for prefix in prefixes if prefix]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand it on under the path without the first prefix that fits."""
        if scope["type"] == "http":
            path = scope["path"]
            fits = (p for p in self._prefixes if path.startswith(f"{p}/"))
            scope = {**scope, "path": path.removeprefix(next(fits, ""))}
        await self._app(scope, receive, send)


async def alive(scope: Scope, receive: Receive, send: Send) -> None:
    """The page that tells that the process answers; nothing else is here."""
    is_there = scope["path"].rstrip("/") == "/health/live"
    answer = JSONResponse(
        {"status": "alive" if is_there else "nothing is here"}, status_code=200 if is_there else 404
    )
    await answer(scope, receive, send)


def app_of(settings: FrontSettings, inlet: Inlet) -> ASGIApp:
    """The door and the pages for whoever operates it."""
    door = Door(
        alive,
        path=PATH,
        secrets=settings.secrets,
        allow_unsigned=settings.door.allow_unsigned,
        unverified_limit=settings.door.unverified_megabytes * 1024 * 1024,
        accept=inlet.accept,
        # Which secret the webhook has by now only the integration knows: both are taken meanwhile.
        settled=lambda: True,
        app_webhooks=settings.app,
    )
    pages = StatusPages(
        door,
        prefix="",
        registries=(metrics.MADE.registry,),
        health=inlet.health,
        version=__version__,
    )
    return Below(pages, settings.prefixes)


async def serve(settings: FrontSettings, port: int) -> None:
    """Take deliveries until SIGTERM; what is being taken then is finished."""
    inlet = Inlet(settings.link)
    await inlet.look()
    watch = asyncio.create_task(inlet.watch())
    config = uvicorn.Config(
        app_of(settings, inlet),
        host="0.0.0.0",  # noqa: S104 - as the integration's own server
        port=port,
        access_log=False,
        lifespan="off",
        log_level="warning",
        timeout_graceful_shutdown=20,
    )
    logger.info(f"Deliveries are taken at port {port}, and go into {settings.link.stream_key}")
    try:
        await uvicorn.Server(config).serve()
    finally:
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)
        await settings.link.close()


def main() -> None:
    """Read the settings and serve. SystemExit with a sentence where they are wrong."""
    parser = argparse.ArgumentParser(prog="webhook_processors.front", description=__doc__)
    parser.add_argument("-p", "--port", type=int, default=8000)
    parser.add_argument("-l", "--log-level", default="INFO")
    options = parser.parse_args()
    setup_logger(options.log_level.upper(), enable_http_handler=False)
    try:
        asyncio.run(run(options.port))
    except SettingsError as error:
        raise SystemExit(f"The front can't start: {error}") from error


async def run(port: int) -> None:
    """Read the settings and serve. Raises SettingsError."""
    settings = read_settings()
    sensitive_log_filter.hide_sensitive_strings(
        *settings.secrets,
        settings.door.token,
        settings.door.app_secret,
        settings.link.settings.password or "",
    )
    if settings.door.allow_unsigned:
        logger.warning("allowUnsignedWebhooks is on: anybody who knows the address can send events")
    await serve(settings, port)


if __name__ == "__main__":
    main()
