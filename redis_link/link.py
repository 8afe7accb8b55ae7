"""The connection of a process to Redis, by the framework's settings, and what our keys are called.

Only what several processes share goes through it: deliveries in a stream, who wrote what, leases.
"""

import base64
import binascii
import re
import socket
import tempfile
from pathlib import Path
from typing import Any
from uuid import uuid4

from port_ocean.config.settings import (
    IntegrationConfiguration,
    LiveEventsRedisSettings,
    LiveEventsSettings,
    RedisLiveEventsSettings,
)
from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from jira.errors import SettingsError
from redis_link.troubles import Troubles

ANSWER_SECONDS = 10.0
"""How long an answer may take, besides what a command waits for on purpose."""
CONNECT_SECONDS = 5.0
_UUID = re.compile(r"/live-events/([^/?#]+)")


def in_use(settings: LiveEventsSettings) -> bool:
    """Whether processes share a Redis: events come from there, or somebody has named one.

    The latter for a process that takes no events and writes all the same, such as a resync's.
    """
    if settings.is_redis_stream_consumer_enabled:
        return True
    return isinstance(settings, RedisLiveEventsSettings) and (
        "url" in settings.redis.model_fields_set
    )


def link_of(config: IntegrationConfiguration, base_url: str | None) -> "RedisLink | None":
    """The link by the framework's settings; None where processes share no Redis.

    Raises SettingsError where the base URL doesn't say whose stream it is.
    """
    if not in_use(config.live_events):
        return None
    found = _UUID.search(base_url or "")
    if found is None:
        raise SettingsError(
            "Live events go through Redis, so OCEAN__BASE_URL has to hold /live-events/<id>/, the "
            "same <id> in all processes of this integration: the stream is called by it."
        )
    return RedisLink(
        config.live_events.redis,
        uuid=found[1],
        integration_type=config.integration.type,
        identifier=config.integration.identifier,
    )


class RedisLink:
    """Connects when it is first asked, and again whenever that is needed."""

    def __init__(
        self,
        settings: LiveEventsRedisSettings,
        *,
        uuid: str,
        integration_type: str,
        identifier: str,
    ) -> None:
        """`uuid` names the stream; the other two are the framework's consumer group."""
        self.settings = settings
        self.stream_key = f"{uuid}/live-events/raw/event-stream"
        self.group = f"{integration_type}.{identifier}"
        # Two processes of one host are two, and one that starts again isn't what it was.
        self.pod = f"{identifier}-{socket.gethostname()}-{uuid4().hex[:8]}"
        self.troubles = Troubles(
            "live events wait, and nothing is written to Port",
            "live events go on, and what is written meanwhile is compared afterwards",
        )
        """For whoever uses it, so that each is said once in this process."""
        self._prefix = f"{{{uuid}/{self.group}}}"
        self._redis: Any = None
        self._files: tempfile.TemporaryDirectory[str] | None = None

    def key(self, name: str) -> str:
        """A key of ours; all of them are in one slot of a cluster, for scripts with several."""
        return f"{self._prefix}/{name}"

    async def redis(self) -> Any:
        """The client, a Redis or a RedisCluster: answers are texts, whose bytes `exact` gives back.

        Raises redis.exceptions.RedisError and OSError where Redis can't be reached.
        """
        if self._redis is None:
            client = await self._connected()
            # Somebody else may have been faster.
            self._redis, superfluous = self._redis or client, self._redis and client
            if superfluous:
                await superfluous.aclose()
        return self._redis

    async def _connected(self) -> Any:
        client: Any = Redis.from_url(self.settings.url, **self._options())
        try:
            about = await client.info("cluster")
            if about.get("cluster_enabled"):
                await client.aclose()
                # The commands that are used here are the same.
                client = RedisCluster.from_url(self.settings.url, **self._options())
        except BaseException:
            await client.aclose()
            raise
        return client

    async def close(self) -> None:
        """Let go of the connections; the next who asks gets new ones."""
        client, self._redis = self._redis, None
        if client is not None:
            await client.aclose()
        if self._files is not None:
            self._files.cleanup()
            self._files = None

    def _options(self) -> dict[str, Any]:
        options: dict[str, Any] = {
            "decode_responses": True,
            "encoding_errors": "surrogateescape",
            # The shapes of answers that the framework pins, too.
            "legacy_responses": True,
            "socket_timeout": ANSWER_SECONDS + self.settings.block_ms / 1000,
            "socket_connect_timeout": CONNECT_SECONDS,
            # A connection that broke while nobody used it costs one more try, and no pause.
            "retry": Retry(NoBackoff(), 1),
        }
        if self.settings.username:
            options["username"] = self.settings.username
        if self.settings.password is not None:
            options["password"] = self.settings.password
        if self.settings.ca:
            options["ssl_ca_data"] = _decoded(self.settings.ca, "ca")
        if self.settings.cert and self.settings.private_key:
            options |= self._key_files(self.settings.cert, self.settings.private_key)
        return options

    def _key_files(self, certificate: str, private_key: str) -> dict[str, str]:
        """What the TLS library takes from files alone."""
        if self._files is None:
            self._files = tempfile.TemporaryDirectory(prefix="redis-tls-")
        folder = Path(self._files.name)
        texts = {
            "ssl_certfile": _decoded(certificate, "cert"),
            "ssl_keyfile": _decoded(private_key, "private_key"),
        }
        for name, text in texts.items():
            (folder / name).touch(mode=0o600)
            (folder / name).write_text(text)
        return {name: str(folder / name) for name in texts}


def exact(text: str) -> bytes:
    """The bytes of an answer, whatever they were."""
    return text.encode("utf-8", "surrogateescape")


def _decoded(value: str, name: str) -> str:
    try:
        return base64.b64decode(value, validate=False).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise SettingsError(
            f"OCEAN__LIVE_EVENTS__REDIS__{name.upper()} isn't a PEM in base64."
        ) from None
