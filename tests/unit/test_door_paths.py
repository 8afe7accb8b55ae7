"""There is no way round the door: the framework's app, with our manager, behind it."""

import hmac
import json
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock
from urllib.parse import unquote

import pytest
from fastapi import APIRouter, FastAPI
from port_ocean import middlewares
from port_ocean.health import create_health_router
from starlette.types import Message

from jira.settings import JiraSettings
from webhook_processors import manager as module
from webhook_processors.door import Door
from webhook_processors.manager import JiraLiveEventsManager
from webhook_processors.processors import PROCESSORS

WEBHOOK = "/webhook"
SECRET = "the-secret"
BODY = json.dumps({"webhookEvent": "jira:issue_deleted", "issue": {"id": "1"}}).encode()
SIGNED = [
    (b"x-hub-signature", f"sha256={hmac.new(SECRET.encode(), BODY, 'sha256').hexdigest()}".encode())
]


class App:
    """As main.py wires it, without Jira, Port and HTTP."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, prefix: str) -> None:
        self.prefix = prefix
        self.asked_port = 0
        self.app = FastAPI()
        self.app.middleware("http")(middlewares.request_handler)
        handler = SimpleNamespace(get_port_app_config=self.get_port_app_config)
        ocean = SimpleNamespace(
            initialized=True,
            app=SimpleNamespace(route_prefix=prefix),
            integration=SimpleNamespace(port_app_config_handler=handler),
        )
        monkeypatch.setattr(middlewares, "ocean", ocean)
        settings = JiraSettings(
            host="https://site.example.com",
            email="user-1@example.com",
            token="the-token",
            identifier="jira-1",
            webhook_url=None,
        )
        monkeypatch.setattr(module, "get_settings", lambda: settings)
        router = APIRouter()
        self.manager = JiraLiveEventsManager(router, MagicMock(), 90.0, 5.0)
        self.manager._event_processor_tasks.add(MagicMock())
        for processor in PROCESSORS:
            self.manager.register_processor(WEBHOOK, processor)
        self.app.include_router(router, prefix=f"{prefix}/integration")
        self.app.include_router(create_health_router(), prefix=f"{prefix}/health")
        self.app.add_middleware(
            Door,
            path=f"{prefix}/integration{WEBHOOK}",
            secrets=(SECRET,),
            allow_unsigned=False,
            unverified_limit=64 * 1024 * 1024,
            settled=lambda: True,
            accept=lambda event: self.manager.accept(WEBHOOK, event),
        )

    async def get_port_app_config(self) -> None:
        self.asked_port += 1

    async def request(
        self,
        path: str,
        *,
        method: str = "POST",
        headers: list[tuple[bytes, bytes]] | None = None,
        body: bytes = BODY,
    ) -> tuple[int, bytes]:
        """The path as it stands in a request line; the server decodes it as uvicorn does."""
        raw, _, query = path.partition("?")
        answer: list[Message] = []
        left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Message:
            return left.pop() if left else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            answer.append(message)

        scope: dict[str, Any] = {
            "type": "http",
            "http_version": "1.1",
            "scheme": "http",
            "method": method,
            "path": unquote(raw),
            "raw_path": raw.encode("ascii"),
            "query_string": query.encode("ascii"),
            "root_path": "",
            "headers": headers or [],
            "server": ("127.0.0.1", 8000),
            "client": ("192.0.2.1", 50000),
        }
        await self.app(scope, receive, send)
        return answer[0]["status"], b"".join(m.get("body", b"") for m in answer)

    async def waiting(self) -> int:
        (queue,) = self.manager._event_queues.values()
        return await queue.size()


@pytest.fixture(params=["", "/jira-1"], ids=["plain", "with-a-prefix"])
def app(request, monkeypatch):
    return App(monkeypatch, request.param)


THE_DOORS_OWN = [
    "/integration/webhook",
    "/integration/webhook/",
    "/integration/webhook//",
    "/integration/webhook?x=1",
    "/integration/webhook?",
    "/integration/%77ebhook",
    "/%69ntegration/webhook%2F",
    "/integration%2Fwebhook",
    "/integration/webhook?/../health/live",
]
NOBODYS = [
    "/integration/webhook%0A",
    "/integration/webhook%0A%0A",
    "/integration/webhook/%0A",
    "/integration/webhook%0A/",
    "/integration/webhook%0D",
    "/integration/webhook%0D%0A",
    "/integration/webhook%0a?x=1",
    "/integration/webhook%00",
    "/integration/webhook%20",
    "/integration/webhook%09",
    "/integration/webhook%0B",
    "/integration/webhook%C2%85",
    "/integration/webhook%E2%80%A8",
    "/integration/webhook%FF",
    "/integration/webhook%250A",
    "/integration/webhook;x=1",
    "/integration/webhook;",
    "/integration;x/webhook",
    "/integration/webhook.",
    "/integration/webhook/.",
    "/integration/webhook/./",
    "/integration/webhook/..",
    "/integration/./webhook",
    "/integration/../integration/webhook",
    "/./integration/webhook",
    "/x/../integration/webhook",
    "/integration//webhook",
    "//integration/webhook",
    "///integration///webhook",
    "/integration\\webhook",
    "/integration%5Cwebhook",
    "/INTEGRATION/WEBHOOK",
    "/Integration/webhook",
    "/integration/Webhook",
    "/integration/webhook%23",
    "/integration/webhook%3Fx",
    "/integration/webhook2",
    "/integration/webhook/x",
    "/integration/webhoo",
    "/integration/%2577ebhook",
    "/integration",
    "/integration/",
    "/integration%0A",
    "/integrationwebhook",
    "/integration/" + "webhook/" * 1000,
    "/integration/webhook" + "/x" * 20_000,
    "/integration/webhook" + "%0A" * 20_000,
    "integration/webhook",
    "http://test/integration/webhook",
    "/webhook",
    "*",
    "",
    "/",
]


def shortly(value: str) -> str:
    return value[:40]


@pytest.mark.parametrize("path", THE_DOORS_OWN, ids=shortly)
async def test_a_spelling_of_the_doors_path_is_the_doors(app, path):
    path = f"{app.prefix}{path}"
    assert (await app.request(path))[0] == 401
    assert (await app.waiting(), app.asked_port) == (0, 0)
    assert (await app.request(path, headers=SIGNED))[0] == 200
    assert (await app.waiting(), app.asked_port) == (1, 0)


@pytest.mark.parametrize("prefixed", [True, False])
@pytest.mark.parametrize("headers", [[], SIGNED], ids=["unsigned", "signed"])
@pytest.mark.parametrize("path", NOBODYS, ids=shortly)
async def test_what_is_not_quite_the_path_reaches_neither_queue_nor_port(
    app, path, headers, prefixed
):
    """The framework's pattern of a route ends with `$`, which also matches before a line feed."""
    status, _ = await app.request(f"{app.prefix}{path}" if prefixed else path, headers=headers)
    assert status == 404
    assert (await app.waiting(), app.asked_port) == (0, 0)


@pytest.mark.parametrize(
    "method",
    ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "post", "POST ", "X"],
)
@pytest.mark.parametrize("path", THE_DOORS_OWN[:3] + NOBODYS[:2])
async def test_only_a_post_is_a_delivery(app, method, path):
    status, _ = await app.request(f"{app.prefix}{path}", method=method, headers=SIGNED)
    assert status == (405 if path in THE_DOORS_OWN else 404)
    assert (await app.waiting(), app.asked_port) == (0, 0)


@pytest.mark.parametrize("path", [*THE_DOORS_OWN, *NOBODYS[:3]])
async def test_a_websocket_is_closed(app, path):
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": unquote(path), "headers": SIGNED, "query_string": b""}
    await app.app(scope, receive, send)
    assert [message["type"] for message in sent] == ["websocket.close"]
    assert (await app.waiting(), app.asked_port) == (0, 0)


def test_the_framework_has_no_route_to_the_queue(app):
    """Whatever path it may match: a route that isn't there queues nothing."""
    assert app.manager._router.routes == []
    assert list(app.manager._event_queues) == [WEBHOOK]


async def test_what_else_is_served_still_is(app):
    for path, part in (("/health/live", b"live"), ("/openapi.json", b"openapi")):
        prefix = app.prefix if path == "/health/live" else ""
        status, body = await app.request(f"{prefix}{path}", method="GET")
        assert status == 200
        assert part in body
