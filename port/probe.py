"""The probe: what the account can read, per kind, and whether live events can come.

The framework runs it (`ocean probe`) and takes the answer as checks; the log says it, too.
"""

import asyncio
from collections.abc import Collection, Mapping
from typing import Any

import httpx
from loguru import logger
from port_ocean.clients.port.client import PortClient
from port_ocean.core.defaults.common import get_port_integration_defaults
from port_ocean.core.probe import (
    KindPermissionVerdict,
    PermissionCombination,
    ProbeCheckStatus,
    ProbeContext,
    ProbeReportingMode,
)

from client import JiraClient
from jira.app_webhooks import APP_WEBHOOKS
from jira.asks import THEMSELVES, Ask, Asker, few
from jira.errors import JiraAuthenticationError, JiraError
from jira.live_events import live_events, manages_app_webhooks, manages_webhook
from jira.needs import Finding, Permission, of_ask, of_permission, unknown_account
from jira.settings import JiraSettings
from jira.webhook_registration import WEBHOOKS
from kinds import Kinds
from port.mapping.resources import JiraPortAppConfig

PORT_SECONDS = 20.0
"""Port is asked for the mapping so long; the probe is about Jira, and goes on without."""
WEBHOOK = Ask(WEBHOOKS, THEMSELVES)
OF_APP = Ask(APP_WEBHOOKS, "values", few)


class Verdicts(KindPermissionVerdict):
    """Of each kind, by what it needs: permissions, endpoints that answer, settings."""

    combination = PermissionCombination.AND

    def __init__(
        self, needs: Mapping[str, tuple[str, ...]], findings: Mapping[str, Finding]
    ) -> None:
        """`needs` of each kind, by names that `findings` are under."""
        self._needs = needs
        self._findings = findings

    def load_kind_permissions(self) -> Mapping[str, tuple[str, ...]]:
        """What each kind needs."""
        return self._needs

    def of(self, kind: str) -> tuple[ProbeCheckStatus, str]:
        """The verdict. What is known to be missing comes before what nobody can say."""
        said = {name: it.met for name, it in self._findings.items() if it.met is not None}
        denied = tuple(name for name in self._needs.get(kind, ()) if said.get(name) is False)
        if denied:
            return ProbeCheckStatus.FAILURE, self.denied_message(denied)
        return self.verdict(kind, said)

    def granted_message(self, granted: tuple[str, ...]) -> str:
        """It can be read, and what of it nobody could try."""
        return " ".join(["Can be read.", *self._words(granted)])

    def denied_message(self, denied: tuple[str, ...]) -> str:
        """What is missing."""
        return " ".join(["Can't be read.", *self._words(denied)])

    def missing_message(self, missing: tuple[str, ...]) -> str:
        """What nobody can say, and why."""
        return " ".join(["Nobody can say.", *self._words(missing)])

    def _words(self, names: tuple[str, ...]) -> list[str]:
        words = (self._findings[name].words for name in names)
        return list(dict.fromkeys(filter(None, words)))


async def probe(
    context: ProbeContext, client: JiraClient, settings: JiraSettings, counted: Collection[str]
) -> list[str]:
    """Fill in the report, say it in the log, and give those `counted` kinds that can't be read."""
    checks = await context.setup_unscoped_checks()
    uses_gateway = client.api.authentication.uses_gateway
    try:
        await client.verify_credentials()
    except JiraError as error:
        # Nothing else is asked: failed logins in a row lock the account.
        words = unknown_account(error, uses_gateway=uses_gateway)
        known = isinstance(error, JiraAuthenticationError)
        for check in checks:
            check.status = ProbeCheckStatus.FAILURE if known else ProbeCheckStatus.UNKNOWN
            check.message = words
        logger.error(f"Nothing can be read: {words}")
        await context.fail(words)
        return sorted(counted)
    asker = Asker(client.api, org=settings.organization_id)
    granted = await _granted(client)
    verdicts = await _verdicts(context.available_kinds, client, asker, granted)
    unreadable = []
    for check in checks:
        check.status, check.message = verdicts.of(check.kind)
        readable = check.status is ProbeCheckStatus.SUCCESS
        aside = "" if check.kind in counted else " (not in the mapping)"
        say = logger.info if readable or aside else logger.error
        say(f"{check.kind}{aside}: {check.message}")
        if not readable and not aside:
            unreadable.append(check.kind)
    may_manage = Finding(None)
    if manages_app_webhooks(settings):
        may_manage = of_ask(OF_APP, await asker.told(OF_APP))
    elif manages_webhook(settings, uses_gateway=uses_gateway):
        may_manage = of_permission(Permission.ADMINISTER, granted)
        if may_manage.met is not False:
            may_manage = of_ask(WEBHOOK, await asker.told(WEBHOOK))
    outlook = live_events(settings, uses_gateway=uses_gateway, may_manage=may_manage)
    say = logger.info if outlook.can_come else logger.warning
    say(f"Live events: {outlook.words}")
    context.message = f"Live events: {outlook.words}"
    return unreadable


def failure(unreadable: Collection[str], mode: ProbeReportingMode) -> str | None:
    """What the command fails with; None where it succeeds.

    To the framework every probe succeeds that could look at all. Whoever waits for the command
    wants to know what it saw; Port has the report, and would take a failure for one of ours.
    """
    if not unreadable or mode is ProbeReportingMode.PORT:
        return None
    return f"Can't be read: {', '.join(unreadable)}."


async def _granted(client: JiraClient) -> Mapping[str, bool]:
    try:
        return await client.granted()
    except JiraError as error:
        logger.warning(f"Which permissions the account has can't be asked: {error}")
        return {}


async def _verdicts(
    kinds: Collection[str], client: JiraClient, asker: Asker, granted: Mapping[str, bool]
) -> Verdicts:
    needs: dict[str, tuple[str, ...]] = {}
    findings: dict[str, Finding] = {}
    shown: set[Permission] = set()
    by_scopes = client.api.authentication.uses_gateway
    for kind in kinds:
        reader = client.kinds[Kinds(kind)]
        if reader.missing is not None:
            needs[kind] = (f"settings of {kind}",)
            why = f"{reader.missing[:1].upper()}{reader.missing[1:]}."
            findings[f"settings of {kind}"] = Finding(False, why)
            continue
        asks = reader.asks()
        told = {ask: await asker.told(ask) for ask in asks}
        findings |= {ask.endpoint: of_ask(ask, it, by_scopes=by_scopes) for ask, it in told.items()}
        if any(it.rows for it in told.values()):
            shown.update(reader.permissions)
        needs[kind] = (*reader.permissions, *(ask.endpoint for ask in asks))
    findings |= {each: of_permission(each, granted, shown=each in shown) for each in Permission}
    return Verdicts(needs, findings)


async def mapped_kinds(port_client: PortClient, defaults: str) -> set[str]:
    """The kinds that Port's mapping names; where it has none, of that in the folder `defaults`.

    Every kind counts where Port doesn't answer.
    """
    try:
        async with asyncio.timeout(PORT_SECONDS):
            integration = await port_client.get_current_integration(
                should_raise=False, should_log=False
            )
    except (httpx.HTTPError, TimeoutError) as error:
        logger.warning(f"Port can't be asked for the mapping, so every kind counts: {error!r}")
        return set(Kinds)
    if mapping := integration.get("config"):
        return kinds_in(mapping)
    found = get_port_integration_defaults(JiraPortAppConfig, defaults)
    begins_with = found.port_app_config if found is not None else None
    return {resource.kind for resource in begins_with.resources} if begins_with else set(Kinds)


def kinds_in(mapping: Any) -> set[str]:
    """The kinds of ours that a mapping names, with or without mistakes."""
    resources = mapping.get("resources") if isinstance(mapping, dict) else None
    listed = resources if isinstance(resources, list) else ()
    named = {resource.get("kind") for resource in listed if isinstance(resource, dict)}
    return {str(kind) for kind in Kinds if kind in named}
