"""The page of `make demo`: a stand-in Jira to change, and the catalog that follows."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal, Self

import orjson
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from sandbox.page import jira_view
from sandbox.page.actions import RefusedError, act
from sandbox.page.arrivals import Arrivals
from sandbox.page.catalog_view import CatalogView, Shown
from sandbox.page.feed import Feed, as_message
from sandbox.page.lamp import Lamp
from sandbox.page.names import named_in
from sandbox.page.traffic import Traffic
from sandbox.page.troubles import INDEX_LAG_SECONDS, Troubles
from sandbox.servers import HttpServer
from sandbox.world import World

type Phase = Literal["resync", "changes", "comparison", "yours"]

_FILES = {
    "/" if path.name == "page.html" else f"/{path.name}": path
    for path in (Path(__file__).parent / "static").iterdir()
}
_HEADERS = {
    "cache-control": "no-store",
    # Nothing of it comes from elsewhere, and nothing elsewhere shows it.
    "content-security-policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
}
_HOSTS = ["127.0.0.1", "localhost"]
_FLUSH_SECONDS = 0.1
_AT_ONCE = 40
PHASES: dict[Phase, str] = {
    "resync": "The integration starts, and reads everything: its first resync.",
    "changes": "The demo makes its own changes, one after the other.",
    "comparison": "The catalog is compared with a fresh resync.",
    "yours": "",
}
"""What goes on, and why nobody can change anything yet."""


class DemoPage:
    """Serves the page on a free loopback port, and follows what happens in a world."""

    def __init__(self, world: World, *, index_lag: float = INDEX_LAG_SECONDS) -> None:
        self._world = world
        self._feed = Feed()
        self._phase: Phase = "resync"
        self._edits = True
        self._may_edit = asyncio.Event()
        self._arrivals = Arrivals(time.monotonic)
        self._catalog = CatalogView(world.catalog, self._arrivals, self._on_catalog)
        self._catalog.resyncing = lambda: self._phase == "resync"
        self.troubles = Troubles(world, index_lag=index_lag)
        self.lamp = Lamp(world, self.troubles, self._lamp_changed)
        self._traffic = Traffic(world, self.troubles.forger, self._feed.tell)
        self._fresh: list[Shown] = []
        self._jira_changed = False
        self._changes_when_compared = 0
        self._tasks: list[asyncio.Task[Any]] = []
        self._unsubscribe = world.site.subscribe(self._on_event)
        self._server = HttpServer(self._app())

    @property
    def url(self) -> str:
        """Where it is."""
        return self._server.url

    async def __aenter__(self) -> Self:
        await self._server.start()
        self._tasks = [asyncio.create_task(self._traffic.run()), asyncio.create_task(self._flush())]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._unsubscribe()
        self._catalog.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.troubles.stop()
        self._feed.end()
        await self._server.stop()
        self._server.close()

    # For the demo

    def phase(self, phase: Phase) -> None:
        """Say what goes on."""
        self._phase = phase
        self._state_changed()

    async def may_edit(self) -> None:
        """Wait until the demo may edit an issue."""
        await self._may_edit.wait()

    @property
    def hold(self) -> str:
        """Why nothing can be changed at the moment; empty where it can."""
        return PHASES["comparison"] if self.lamp.comparing else PHASES[self._phase]

    # What happens

    def _on_event(self, _: str, payload: dict[str, Any]) -> None:
        issues = self._world.site.issues

        def key_of(issue_id: str) -> str | None:
            return issues[issue_id].key if issue_id in issues else None

        self._arrivals.changed(named_in(payload, key_of))
        self._jira_changed = True

    def _on_catalog(self, shown: Shown) -> None:
        self._fresh.append(shown)
        if shown.seconds is not None:
            self._traffic.lag(shown.seconds)

    def _lamp_changed(self) -> None:
        if not self.lamp.comparing:
            self._changes_when_compared = self._catalog.changes
        self._state_changed()

    def _state_changed(self) -> None:
        free = self._edits and not self.hold
        (self._may_edit.set if free else self._may_edit.clear)()
        self._feed.tell("state", self._state())

    async def _flush(self) -> None:
        """Tell of changes by the tenth of a second: a resync makes thousands at once."""
        counts: dict[str, int] = {}
        while True:
            if self._fresh or counts != (counts := self._catalog.counts()):
                rows, self._fresh = self._fresh, []
                self._feed.tell("catalog", self._catalog_row(rows))
            if self._jira_changed:
                self._jira_changed = False
                self._feed.tell("jira", jira_view.overview(self._world.site))
            await asyncio.sleep(_FLUSH_SECONDS)

    # What a page is told

    @property
    def _since(self) -> int:
        """How much changed in the catalog since it was compared."""
        return self._catalog.changes - self._changes_when_compared

    def _catalog_row(self, rows: list[Shown]) -> dict[str, Any]:
        return {
            "rows": rows[-_AT_ONCE:],
            "counts": self._catalog.counts(),
            "since": self._since,
        }

    def _state(self) -> dict[str, Any]:
        return {
            "hold": self.hold,
            "edits": self._edits,
            "troubles": self.troubles.rows(),
            "lamp": self.lamp.row(),
            "since": self._since,
        }

    def _everything(self) -> dict[str, Any]:
        return {
            "state": self._state(),
            "jira": jira_view.overview(self._world.site),
            "catalog": self._catalog_row([]),
            "titles": {
                name: blueprint["title"]
                for name, blueprint in self._world.catalog.blueprints.items()
            },
            "traffic": self._traffic.row() | {"trail": [], "more": 0},
            "history": list(self._traffic.history),
        }

    # Routes

    def _app(self) -> Starlette:
        return Starlette(
            routes=[
                *(Route(path, _file(file)) for path, file in _FILES.items()),
                Route("/events", self._events),
                Route("/issues", self._issues),
                Route("/catalog", self._entities),
                Route("/do/{action}", _answered(self._act), methods=["POST"]),
                Route("/trouble/{name}", _answered(self._switch), methods=["POST"]),
                Route("/edits", _answered(self._switch_edits), methods=["POST"]),
                Route("/compare", _answered(self._compare), methods=["POST"]),
            ],
            # A page elsewhere may not reach it by a name of its own for this machine.
            middleware=[
                Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
            ],
        )

    async def _events(self, _: Request) -> Response:
        first = as_message("everything", self._everything())
        headers = _HEADERS | {"content-type": "text/event-stream"}
        return StreamingResponse(self._feed.follow(first), headers=headers)

    async def _issues(self, request: Request) -> Response:
        query = request.query_params
        found = jira_view.issues(self._world.site, query.get("project", ""), query.get("text", ""))
        return JSONResponse(found, headers=_HEADERS)

    async def _entities(self, request: Request) -> Response:
        found = self._catalog.shown(request.query_params.get("blueprint") or None)
        return JSONResponse({"rows": found}, headers=_HEADERS)

    async def _act(self, request: Request) -> dict[str, Any]:
        if self.hold:
            raise RefusedError(f"Not now. {self.hold}")
        before = self._arrivals.last
        said = act(self._world.site, request.path_params["action"], await _read(request))
        return {"said": said, "changes": list(range(before + 1, self._arrivals.last + 1))}

    async def _switch(self, request: Request) -> dict[str, Any]:
        on = bool((await _read(request)).get("on"))
        if on and self.hold:
            raise RefusedError(f"Not now. {self.hold}")
        self.troubles.switch(request.path_params["name"], on=on)
        # Boards show whether they fail.
        self._jira_changed = True
        self._state_changed()
        return {}

    async def _switch_edits(self, request: Request) -> dict[str, Any]:
        self._edits = bool((await _read(request)).get("on"))
        self._state_changed()
        return {}

    async def _compare(self, request: Request) -> dict[str, Any]:
        await _read(request)
        if self.hold:
            raise RefusedError(f"Not now. {self.hold}")
        with contextlib.suppress(TimeoutError, RuntimeError):
            # The lamp says so.
            await self.lamp.compare()
        return {}


def _file(path: Path) -> Callable[[Request], Awaitable[Response]]:
    async def serve(_: Request) -> Response:
        return FileResponse(path, headers=_HEADERS)

    return serve


async def _read(request: Request) -> dict[str, Any]:
    """What a page sends: JSON, which a form of another site's can't send unasked."""
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise RefusedError("JSON, please.")
    try:
        found = orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise RefusedError("That is no JSON.") from error
    if not isinstance(found, dict):
        raise RefusedError("An object, please.")
    return found


def _answered(
    endpoint: Callable[[Request], Awaitable[dict[str, Any]]],
) -> Callable[[Request], Awaitable[Response]]:
    """What a page is answered; a refusal is one, too, and no error of the browser's."""

    async def answer(request: Request) -> Response:
        try:
            return JSONResponse(await endpoint(request), headers=_HEADERS)
        except RefusedError as error:
            return JSONResponse({"refused": str(error)}, headers=_HEADERS)

    return answer


@asynccontextmanager
async def page_of(world: World, *, shown: bool) -> AsyncIterator[DemoPage | None]:
    """A page where there is one to show."""
    if not shown:
        yield None
        return
    async with DemoPage(world) as page:
        yield page
