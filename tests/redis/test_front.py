"""The front: a delivery is in the stream, as the framework reads it, or Jira sends it again."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from port_ocean.config.settings import IntegrationConfiguration, PortSettings

from jira.errors import SettingsError
from jira.signature import derived_secret
from sandbox.jira.deliveries import token
from sandbox.redis_server import RedisServer
from tests.unit.helpers.door_house import signed
from webhook_processors.front import Inlet, app_of
from webhook_processors.front_settings import FrontSettings
from webhook_processors.queued_event import QueuedEvent
from webhook_processors.raw_stream import fields_of, may_lose

BASE = "https://jira-events.example.com/live-events/main"
APP_SECRET = "a-client-secret-of-enough-length-0123"
STREAM = "main/live-events/raw/event-stream"
BODY = '{"webhookEvent": "jira:issue_updated", "issue": {"id": "1", "key": "Ä-1"}}'.encode()


def given(url: str | None = "redis://127.0.0.1:1", **more: Any) -> IntegrationConfiguration:
    config = more.pop("config", {"webhook_secret": "present"})
    settings: dict[str, Any] = {
        "port": PortSettings(client_id="", client_secret=""),
        "base_url": more.pop("base_url", BASE),
        "live_events": {"redis": {"url": url}} if url else {},
        "integration": {"type": "jira", "identifier": "jira-1", "config": config},
    }
    return IntegrationConfiguration(**settings, **more)


class Front:
    """The front's app before a Redis of its own."""

    def __init__(self, redis: RedisServer, **more: Any) -> None:
        self.redis = redis
        self.settings = FrontSettings.of(given(redis.url, **more))
        self.inlet = Inlet(self.settings.link, write_seconds=1.0)
        self.app = app_of(self.settings, self.inlet)

    async def ask(self, path: str, body: bytes | None = None, **more: str) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            if body is None:
                return await client.get(path)
            return await client.post(path, content=body, headers=signed(body) | more)

    async def entries(self) -> list[dict[str, str]]:
        async with self.redis.client() as client:
            rows: Any = await client.xrange(STREAM)
        return [fields for _, fields in rows]

    async def set(self, name: str, value: str) -> None:
        async with self.redis.client() as client:
            await client.config_set(name, value)


@pytest.fixture
async def front(server: RedisServer) -> AsyncIterator[Front]:
    made = Front(server)
    await made.inlet.look()
    yield made
    await made.settings.link.close()


@pytest.mark.parametrize(
    "path",
    ["/integration/webhook", "/live-events/main/integration/webhook"],
    ids=["a proxy took the prefix away", "it is still there"],
)
async def test_a_delivery_is_in_the_stream_byte_for_byte(front: Front, path: str) -> None:
    answer = await front.ask(path, BODY, **{"X-Atlassian-Webhook-Identifier": "d-1"})
    assert answer.status_code == 200
    (entry,) = await front.entries()
    assert entry["payload"].encode() == BODY
    assert entry["webhookPath"] == "integration/webhook"
    headers = json.loads(entry["headers"])
    assert headers["x-atlassian-webhook-identifier"] == "d-1"
    assert headers["x-hub-signature"] == signed(BODY)["X-Hub-Signature"]
    assert entry["eventId"]
    assert int(entry["queuedAt"]) > 1_700_000_000 * 10**9


async def test_what_isnt_signed_by_our_webhook_never_reaches_redis(front: Front) -> None:
    answer = await front.ask("/integration/webhook", BODY, **signed(BODY, "another"))
    assert answer.status_code == 401
    assert await front.entries() == []


@pytest.mark.parametrize(("secret", "status"), [(APP_SECRET, 200), ("x" * 40, 401)])
async def test_what_an_app_s_webhook_sends_is_known_by_its_token(
    server: RedisServer, secret: str, status: int
) -> None:
    front = Front(server, config={"oauth_client_secret": APP_SECRET})
    bearer = {"Authorization": f"Bearer {token(secret, f'{BASE}/integration/webhook')}"}
    transport = httpx.ASGITransport(front.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.post("/integration/webhook", content=BODY, headers=bearer)
    assert answer.status_code == status
    assert len(await front.entries()) == (status == 200)
    await front.settings.link.close()


async def test_while_redis_is_away_jira_is_asked_to_send_it_again(
    front: Front, log: list[str]
) -> None:
    await front.redis.kill()
    answers = [await front.ask("/integration/webhook", BODY) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503] * 3
    assert answers[0].headers["retry-after"] == "60"
    ready = await front.ask("/health/ready")
    assert (ready.status_code, ready.json()["reasons"]) == (503, ["redis_unreachable"])
    assert (await front.ask("/health/live")).status_code == 200
    await front.redis.start()
    await front.inlet.look()
    assert (await front.ask("/health/ready")).status_code == 200
    assert (await front.ask("/integration/webhook", BODY)).status_code == 200
    assert len([line for line in log if "Redis can't be reached" in line]) == 1
    assert len([line for line in log if "Redis works again" in line]) == 1


async def test_what_redis_had_it_has_after_being_killed(front: Front) -> None:
    assert (await front.ask("/integration/webhook", BODY)).status_code == 200
    await front.redis.kill()
    await front.redis.start()
    assert len(await front.entries()) == 1


async def test_a_redis_that_hangs_is_no_reason_to_hang_as_well(front: Front) -> None:
    front.redis.pause()
    try:
        answer = await front.ask("/integration/webhook", BODY)
    finally:
        front.redis.resume()
    assert answer.status_code == 503


async def test_a_full_redis_takes_nothing_and_the_front_stays_ready(front: Front) -> None:
    await front.set("maxmemory", "100kb")
    assert (await front.ask("/integration/webhook", BODY)).status_code == 503
    await front.inlet.look()
    ready = await front.ask("/health/ready")
    assert (ready.status_code, ready.json()["reasons"]) == (200, ["redis_full"])
    await front.set("maxmemory", "0")
    assert (await front.ask("/integration/webhook", BODY)).status_code == 200
    assert (await front.ask("/health/ready")).json()["reasons"] == []


async def test_a_redis_that_throws_away_is_named_once(front: Front, log: list[str]) -> None:
    await front.set("maxmemory-policy", "allkeys-lru")
    for _ in range(3):
        await front.inlet.look()
    assert len([line for line in log if "maxmemory-policy allkeys-lru" in line]) == 1


async def test_nothing_else_is_there(front: Front) -> None:
    assert (await front.ask("/resync", b"{}")).status_code == 404
    assert (await front.ask("/integration/other", BODY)).status_code == 404
    assert (await front.ask("/metrics")).status_code == 200


def test_every_policy_but_one_may_lose_deliveries() -> None:
    assert not may_lose("noeviction")
    assert may_lose("allkeys-lru")
    assert may_lose("volatile-ttl")


def test_an_entry_holds_what_was_verified_whatever_its_bytes() -> None:
    body = b'{"a": "\xff"}'
    assert fields_of(QueuedEvent(body, {}))["payload"] == body


def test_the_secret_is_the_one_that_the_integration_derives() -> None:
    settings = FrontSettings.of(given(config={"atlassian_user_token": "token"}))
    assert settings.secrets == (derived_secret("token", "jira-1"),)


def test_both_secrets_count_while_one_is_changed() -> None:
    config = {"webhook_secret": "new", "webhook_secret_previous": "old"}
    assert FrontSettings.of(given(config=config)).secrets == ("new", "old")


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"config": {}}, "nothing to verify deliveries with"),
        ({"url": None}, "OCEAN__LIVE_EVENTS__REDIS__URL is missing"),
        ({"base_url": "https://jira.example.com"}, "/live-events/<id>/"),
        ({"base_url": None}, "/live-events/<id>/"),
    ],
)
def test_what_is_missing_is_said(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        FrontSettings.of(given(**settings))


@pytest.mark.parametrize(
    ("base_url", "path_prefix", "path"),
    [
        (BASE, None, "/live-events/main/integration/webhook"),
        (f"{BASE}/", "jira", "/live-events/main/jira/integration/webhook"),
        (f"{BASE}/", "jira", "/jira/integration/webhook"),
        ("https://host.example.com/live-events/main/x", None, "/integration/webhook"),
    ],
)
async def test_the_door_is_where_the_webhook_sends(
    base_url: str, path_prefix: str | None, path: str
) -> None:
    settings = FrontSettings.of(given(base_url=base_url, path_prefix=path_prefix))
    app = app_of(settings, Inlet(settings.link))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.post(path, content=BODY, headers=signed(BODY, "another"))
    assert answer.status_code == 401, "not 404"
