"""The pages that whoever operates this looks at: /metrics, /health/ready and the status page.

Outside of the framework's own middleware, which logs two lines for each request: a scrape every
15 seconds would drown everything else. What the framework has to say is on these pages, too.
"""

from collections.abc import Callable, Iterable, Sequence

from prometheus_client import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from telemetry.health import Health
from telemetry.status.page import StatusPage

STATUS = "/integration/status"


class Together(Collector):
    """The metrics of several registries."""

    def __init__(self, registries: Sequence[Collector]) -> None:
        self._registries = registries

    def collect(self) -> Iterable[Metric]:
        """Those of the first one, then of the others."""
        for registry in self._registries:
            yield from registry.collect()


class StatusPages:
    """ASGI middleware: answers for these pages, and passes everything else on to the app."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        prefix: str,
        registries: Sequence[Collector],
        health: Callable[[], Health],
        version: str,
        status: StatusPage | None = None,
    ) -> None:
        """`prefix` is what the framework's own paths begin with, `version` the framework's."""
        self._app = app
        self._together = Together(registries)
        self._health = health
        self._version = version
        self._pages: dict[str, Callable[[Scope], Response]] = {
            f"{prefix}/metrics": self._metrics,
            f"{prefix}/health/ready": self._ready,
        }
        if status is not None:
            self._pages[f"{prefix}{STATUS}"] = status.answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer for a page."""
        page = self._pages.get(scope["path"].rstrip("/")) if scope["type"] == "http" else None
        if page is None or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        await page(scope)(scope, receive, send)

    def _metrics(self, scope: Scope) -> Response:
        # What Prometheus asks for decides the form: each has types that the other one refuses.
        encode, content_type = choose_encoder(Headers(scope=scope).get("accept", ""))
        return Response(encode(self._together), headers={"content-type": content_type})

    def _ready(self, scope: Scope) -> Response:
        health = self._health()
        return JSONResponse(
            {
                "status": "healthy" if health.ready else "not_ready",
                "check": "ready",
                "core_version": self._version,
                "reasons": [str(reason) for reason in health.reasons],
            },
            status_code=200 if health.ready else 503,
        )
