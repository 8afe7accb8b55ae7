"""A stand-in Jira and Port with the real integration between them."""

import asyncio
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sandbox import examples
from sandbox.compare import Difference, Snapshot, differences
from sandbox.integration_process import IntegrationProcess, integration_env
from sandbox.jira.api import JiraApi
from sandbox.jira.deliveries import Deliveries
from sandbox.jira.site import JiraSite
from sandbox.jira.webhooks import EVENTS
from sandbox.openapi import OpenApiCheck
from sandbox.port.api import PortApi
from sandbox.port.catalog import PortCatalog
from sandbox.servers import HttpServer
from sandbox.told_work import ToldWork

_PROGRESS = "live events done|Background work done"
EMAIL = "bot@example.com"
TOKEN = "sandbox-api-token-0123456789"  # noqa: S105 - the stand-in's
OAUTH_TOKEN = "sandbox-access-token-0123456789"  # noqa: S105 - the stand-in's
CLIENT_SECRET = "sandbox-client-secret-0123456789"  # noqa: S105 - the stand-in's
WEBHOOK_SECRET = "sandbox-webhook-secret-0123456789"  # noqa: S105 - the stand-in's
DELETE_SECONDS = 3.0
"""How long a delete takes at most after its answer."""
SEARCH_LAG_SECONDS = 1.0
"""How far a search is behind."""


class Port:
    """A Port account of its own."""

    def __init__(
        self,
        *,
        every_kind: bool = False,
        blueprints: Sequence[dict[str, Any]] = (),
        accounts: Sequence[str] = (),
    ) -> None:
        """`accounts` are e-mails of those who are in Port's own `_user`, where it is given."""
        self.catalog = PortCatalog()
        # As slow as Port may be, and every time in the same way.
        seconds = random.Random(0)
        self.catalog.delete_seconds = lambda: seconds.uniform(0, DELETE_SECONDS)
        self.catalog.search_lag = SEARCH_LAG_SECONDS
        self.api = PortApi(self.catalog)
        for blueprint in blueprints:
            self.catalog.create_blueprint(blueprint)
        for email in accounts:
            self.catalog.upsert("_user", {"identifier": email})
        if every_kind:
            for blueprint in examples.blueprints():
                self.catalog.create_blueprint(blueprint)
            self.api.set_mapping(examples.mapping())
        self.server = HttpServer(self.api.app)

    def hurry(self) -> None:
        """Delete at once from now on, and show at once what was written."""
        self.catalog.delete_seconds = lambda: 0.0
        self.catalog.search_lag = 0.0

    async def __aenter__(self) -> Self:
        await self.server.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.server.stop()
        self.server.close()


class World:
    """One Jira site, one Port account, and `ocean sail` between them once it is started."""

    def __init__(
        self,
        site: JiraSite | None = None,
        *,
        checked: bool = True,
        log_level: str = "INFO",
        every_kind: bool = False,
        blueprints: Sequence[dict[str, Any]] = (),
        accounts: Sequence[str] = (),
        oauth: bool = False,
        app_webhooks: bool = False,
        **settings: str,
    ) -> None:
        """`settings` are variables for the integration, such as OCEAN__…; see integration_env.

        With `every_kind` Port has the mapping of all kinds, and not the default one. Requests to
        Jira are held against Atlassian's OpenAPI, unless a measurement has no time for that. With
        `oauth` the integration is an OAuth app, by way of the gateway and with a webhook that an
        administrator made by hand, or with `app_webhooks` those that it registers by itself; Jira's
        quota for it is `jira.points`.
        """
        self.site = site or JiraSite()
        openapi = OpenApiCheck() if checked else None
        self.jira = JiraApi(self.site, email=EMAIL, token=TOKEN, openapi=openapi)
        self.jira_server = HttpServer(self.jira.app)
        self.site.base_url = self.jira_server.url
        self.deliveries = Deliveries(self.site)
        self.every_kind = every_kind
        self._new_port = partial(
            Port, every_kind=every_kind, blueprints=blueprints, accounts=accounts
        )
        self.port = self._new_port()
        self.settings = settings
        if every_kind:
            self.settings |= {
                "OCEAN__INTEGRATION__CONFIG__ATLASSIAN_ORGANIZATION_ID": self.site.organization_id
            }
        self.log_level = log_level
        self._token_file = self._register_app(app_webhooks) if oauth else None
        self.process = self._integration(self.port)
        if oauth and not app_webhooks:
            url, events = self.process.webhook_url, sorted(EVENTS)
            self.site.add_webhook("By hand", url, events, secret=WEBHOOK_SECRET)
        self._told = ToldWork(self.process.log)
        # What Port refused in the last fresh resync, since it relates to what isn't there.
        self.refused_afresh: frozenset[tuple[str, str]] = frozenset()

    @property
    def catalog(self) -> PortCatalog:
        """What Port holds."""
        return self.port.catalog

    async def __aenter__(self) -> Self:
        await self.jira_server.start()
        await self.port.__aenter__()
        await self.deliveries.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.returncode is None and self.process.log:
            await self.process.stop()
        await self.deliveries.stop()
        await self.port.__aexit__(kind, error, trace)
        await self.jira_server.stop()
        self.jira_server.close()
        if self._token_file is not None:
            self._token_file.unlink(missing_ok=True)

    async def start(self, *, timeout: float = 120) -> str:  # noqa: ASYNC109
        """Start the integration and wait for its first resync; returns how that ended."""
        return await self.port.api.resync_finished(await self.launch(), timeout)

    async def launch(self) -> int:
        """Start the integration; returns which resync of all will be its first one."""
        ended = self.port.api.resyncs_ended
        # What an earlier process accepted and didn't finish, nobody will.
        self._told = ToldWork(self.process.log)
        self.deliveries.accepted = 0
        await self.process.start()
        return ended + 1

    def another(self, **settings: str) -> IntegrationProcess:
        """A process of its own for the same Port, with these settings besides."""
        return self._integration(self.port, **settings)

    def replace_process(self, *, moves: bool = False, **settings: str) -> None:
        """The next start is with these settings besides, and at another address if it `moves`."""
        self.settings |= settings
        port = self.process.port
        self.process = self._integration(self.port)
        if not moves:
            self.process.port = port

    async def resync(self, *, timeout: float = 120) -> str:  # noqa: ASYNC109
        """Ask for another resync and wait for it; returns how it ended."""
        ended = self.port.api.resyncs_ended
        self.port.api.request_resync()
        return await self.port.api.resync_finished(ended + 1, timeout)

    async def settled(self, timeout: float = 60) -> None:  # noqa: ASYNC109
        """Wait until every event is delivered, and the integration says it is done with each.

        Also with the background work that an event asked for, but for what waits for the search
        index.
        """
        await self.deliveries.settled(timeout)
        async with asyncio.timeout(timeout):
            while not self._idle():
                await self.process.wait_for_log(_PROGRESS, timeout, after=len(self.process.log))

    async def sweep(self, timeout: float = 60) -> None:  # noqa: ASYNC109
        """Have everything compared with Jira, and wait until it is."""
        begins = len(self.process.log)
        self.process.have_everything_compared()
        await self.process.wait_for_log("Background work entails: sweep$", timeout, after=begins)
        await self.settled(timeout)

    async def caught_up(self, timeout: float = 120) -> None:  # noqa: ASYNC109
        """Like `settled`, and what waited for the search index is done, too."""
        await asyncio.sleep(self.site.index_lag)
        await self.settled(timeout)
        async with asyncio.timeout(timeout):
            while not self._idle(with_index=True):
                await self.process.wait_for_log(_PROGRESS, timeout, after=len(self.process.log))
        self.site.catch_up_index()

    def _idle(self, *, with_index: bool = False) -> bool:
        return self._told.idle(self.deliveries.accepted, with_index=with_index)

    async def fresh_catalog(self) -> Snapshot:
        """What a resync from nothing builds in a Port account of its own."""
        async with self._new_port() as port:
            mapping = (self.port.api.integration or {}).get("config")
            if mapping:
                port.api.set_mapping(mapping)
            process = self._integration(
                port,
                OCEAN__INTEGRATION__CONFIG__MANAGE_WEBHOOKS="false",
                # Whatever the one has that is tried.
                OCEAN__EVENT_LISTENER__TYPE="POLLING",
                OCEAN__EVENT_LISTENER__RESYNC_ON_START="true",
            )
            await process.start()
            try:
                status = await port.api.resync_finished()
            finally:
                # How it ends is of no matter: nobody else has this account.
                await process.kill()
            if status != "completed":
                raise RuntimeError("\n".join(["the fresh resync failed:", *process.log[-30:]]))
            self.refused_afresh = frozenset(port.catalog.refused)
            return port.catalog.snapshot()

    async def differences(self) -> list[Difference]:
        """Where the live catalog isn't what a fresh resync builds.

        Without stubs, Port refuses an entity that relates to one which isn't there, in a resync
        as well. One that was there before stays as it was; that is no difference.
        """
        found = differences(self.catalog.snapshot(), await self.fresh_catalog())
        stayed = self.refused_afresh
        return [d for d in found if d.fresh or (d.blueprint, d.identifier) not in stayed]

    async def arrival(self, change: Callable[[], Any], arrived: Callable[[], bool]) -> float:
        """Make a change in Jira; the seconds until Port shows it."""
        begun = time.monotonic()
        change()
        await self.catalog.wait_for(lambda _: arrived(), 30, what="the change in the catalog")
        return time.monotonic() - begun

    def _register_app(self, app_webhooks: bool) -> Path:
        """Have Jira know an OAuth app; returns the file in which somebody keeps its token."""
        config = "OCEAN__INTEGRATION__CONFIG__"
        webhooks = {f"{config}WEBHOOK_SECRET": WEBHOOK_SECRET, f"{config}MANAGE_WEBHOOKS": "false"}
        if app_webhooks:
            self.site.client_secret = CLIENT_SECRET
            webhooks = {f"{config}OAUTH_CLIENT_SECRET": CLIENT_SECRET}
        self.jira.oauth_token = OAUTH_TOKEN
        number, name = tempfile.mkstemp(prefix="oauth-token-")
        with open(number, "w") as file:
            file.write(OAUTH_TOKEN)
        self.settings = {
            "OCEAN__OAUTH_ACCESS_TOKEN_FILE_PATH": name,
            **webhooks,
            **self.settings,
        }
        return Path(name)

    def _integration(self, port: Port, **settings: str) -> IntegrationProcess:
        gateway = f"/ex/jira/{self.jira.cloud_id}" if self._token_file else ""
        env = integration_env(
            port_url=port.server.url,
            jira_url=f"{self.jira_server.url}{gateway}",
            email=EMAIL,
            token=TOKEN,
            **{**self.settings, **settings},
        )
        return IntegrationProcess(env, log_level=self.log_level)
