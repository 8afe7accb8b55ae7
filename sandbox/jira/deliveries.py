"""Sends a Jira site's events to the webhooks that are registered on it."""

import asyncio
import base64
import hashlib
import hmac
import random
import ssl
import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

from sandbox.jira.app_webhooks import AppWebhooks
from sandbox.jira.formats import Row, dumps
from sandbox.jira.webhooks import Webhook

MAX_RETRIES = 5
# Jira waits 5 to 15 minutes between tries; here it is configurable.
_RETRIED = frozenset((408, 409, 425, 429))


@dataclass
class Delivery:
    """One event for one webhook; `status` is that of the last try, None without an answer."""

    event: str
    identifier: str
    status: int | None = None
    attempts: int = 0
    at: float = field(default_factory=time.monotonic)
    done: bool = False
    tried: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    @property
    def ok(self) -> bool:
        """Whether it was taken."""
        return self.status is not None and 200 <= self.status < 300


@dataclass
class _Job:
    delivery: Delivery
    hook: Webhook | None
    """None for one of an app's."""
    url: str
    secret: str | None
    body: bytes
    attempts: int = 0


def signature(secret: str, body: bytes) -> str:
    """What `X-Hub-Signature` says about a body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def token(client_secret: str, url: str, **claims: object) -> str:
    """What a delivery to an app carries instead of a signature."""
    moment = int(time.time())
    named = hashlib.sha256(f"POST&{urlsplit(url).path}&".encode()).hexdigest()
    said = {"iss": "sandbox", "iat": moment, "exp": moment + 180, "qsh": named, **claims}
    parts = [_part(dumps({"alg": "HS256", "typ": "JWT"})), _part(dumps(said))]
    made = hmac.new(client_secret.encode(), b".".join(parts), hashlib.sha256).digest()
    return b".".join([*parts, _part(made)]).decode()


def _part(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


class Deliveries:
    """Delivers at least once, in no promised order, at most `parallel` at a time."""

    def __init__(
        self,
        site: AppWebhooks,
        *,
        retry_delay: float = 0.2,
        parallel: int = 20,
        seed: int = 0,
        timeout: float = 20.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.site = site
        self.retry_delay = retry_delay
        self.parallel = parallel
        self.timeout = timeout
        self.enabled = True
        self.duplicate = 0.0
        self.shuffle = False
        self.max_delay = 0.0
        # What nobody documents can be had both ways: whether an event goes, however late, where
        # and signed as the webhook said when it happened.
        self.as_it_happened = False
        self.random = random.Random(seed)
        self.log: list[Delivery] = []
        # How many requests were answered with 2xx, duplicates included.
        self.accepted = 0
        self._transport = transport
        self._queue: deque[_Job] = deque()
        self._ready = asyncio.Semaphore(0)
        self._idle = asyncio.Event()
        self._idle.set()
        self._open = 0
        self._workers: list[asyncio.Task[None]] = []
        self._clients: list[httpx.AsyncClient] = []
        self._unsubscribe: Callable[[], None] | None = None

    async def start(self) -> None:
        """Begin to deliver what the site emits from now on."""
        context = ssl.create_default_context()
        # A client for each worker: one pool for all spends most of its time looking for the
        # connection that is idle, which would slow a burst down.
        self._clients = [
            httpx.AsyncClient(
                trust_env=False, timeout=self.timeout, transport=self._transport, verify=context
            )
            for _ in range(self.parallel)
        ]
        self._workers = [asyncio.create_task(self._work(client)) for client in self._clients]
        self._unsubscribe = self.site.subscribe(self._on_event)

    async def stop(self) -> None:
        """Stop; what is queued is dropped."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        self._workers.clear()
        self._queue.clear()
        self._open = 0
        self._idle.set()
        await asyncio.gather(*(client.aclose() for client in self._clients))
        self._clients.clear()

    async def settled(self, timeout: float = 30.0) -> None:  # noqa: ASYNC109
        """Return when nothing is queued or under way; raise TimeoutError if that takes longer."""
        async with asyncio.timeout(timeout):
            await self._idle.wait()

    async def breathe(self) -> None:
        """Let a moment pass, in which deliveries can go out."""
        await asyncio.sleep(self.random.uniform(0, 0.05))

    @property
    def pending(self) -> int:
        """How many deliveries are queued, delayed or under way."""
        return self._open

    def _on_event(self, event: str, payload: Row) -> None:
        if not self.enabled:
            return
        body: bytes | None = None
        for hook in self.site.webhooks.values():
            jql = hook.filters.get("issue-related-events-section", "")
            if not hook.enabled or event not in hook.events or jql.strip():
                continue
            if body is None:
                body = dumps(payload)
            delivery = self._delivery(event)
            sent = b"" if hook.exclude_body else body
            self._schedule(_Job(delivery, hook, hook.url, hook.secret, sent))
            if self.duplicate and self.random.random() < self.duplicate:
                self._schedule(_Job(delivery, hook, hook.url, hook.secret, sent))
        for of_app in self.site.told_app_webhooks(event, payload):
            delivery = self._delivery(event)
            sent = dumps(payload) if body is None else body
            self._schedule(_Job(delivery, None, of_app.url, None, sent))

    def _delivery(self, event: str) -> Delivery:
        """With an identifier that names it: retries and duplicates have the same."""
        made = Delivery(event, str(uuid.UUID(int=self.random.getrandbits(128), version=4)))
        self.log.append(made)
        return made

    def _schedule(self, job: _Job) -> None:
        self._open += 1
        self._idle.clear()
        if self.max_delay > 0:
            delay = self.random.uniform(0, self.max_delay)
            asyncio.get_running_loop().call_later(delay, self._push, job)
        else:
            self._push(job)

    def _push(self, job: _Job) -> None:
        self._queue.append(job)
        self._ready.release()

    async def _work(self, client: httpx.AsyncClient) -> None:
        while True:
            await self._ready.acquire()
            if not self._queue:
                continue
            if self.shuffle:
                self._queue.rotate(-self.random.randrange(len(self._queue)))
            await self._send(client, self._queue.popleft())

    async def _send(self, client: httpx.AsyncClient, job: _Job) -> None:
        delivery = job.delivery
        headers = {
            "content-type": "application/json; charset=utf-8",
            "user-agent": "Atlassian Webhook HTTP Client",
            "x-atlassian-webhook-identifier": delivery.identifier,
            "x-atlassian-webhook-flow": "Primary",
        }
        if job.attempts:
            headers["x-atlassian-webhook-retry"] = str(job.attempts)
        if job.hook is None:
            if self.site.client_secret is not None:
                headers["authorization"] = f"Bearer {token(self.site.client_secret, job.url)}"
        elif not self.as_it_happened:
            job.url, job.secret = job.hook.url, job.hook.secret
        if job.secret:
            headers["x-hub-signature"] = signature(job.secret, job.body)
        job.attempts += 1
        delivery.attempts += 1
        try:
            answer = await client.post(job.url, content=job.body, headers=headers)
            delivery.status = answer.status_code
            self.accepted += answer.is_success
        except httpx.HTTPError:
            delivery.status = None
        delivery.tried.set()
        status = delivery.status
        again = status is None or status in _RETRIED or status >= 500
        if again and job.attempts <= MAX_RETRIES:
            asyncio.get_running_loop().call_later(self.retry_delay, self._push, job)
            return
        delivery.done = True
        self._open -= 1
        if self._open <= 0:
            self._idle.set()
