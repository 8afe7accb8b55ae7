"""The webhook that an administrator's account registers in Jira.

https://developer.atlassian.com/cloud/jira/platform/webhooks/#registering-a-webhook-using-the-rest-api
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from loguru import logger

from jira.errors import (
    JiraAnswerError,
    JiraError,
    JiraNotFoundError,
    JiraPermissionError,
    JiraRequestError,
)
from jira.http.api import JiraApi
from jira.webhook_choice import Hook, choose, sends
from telemetry import metrics

CHECK_EVERY_SECONDS = 3600.0
RETRY_AFTER_SECONDS = 60.0
WEBHOOKS = "/rest/webhooks/1.0/webhook"
ONE_WEBHOOK = "/rest/webhooks/1.0/webhook/{id}"
DESCRIPTION = "Sends changes to Port. Managed by the Jira integration: it puts this back in place."


@dataclass(frozen=True)
class WantedWebhook:
    """The webhook as it has to be."""

    name: str
    url: str
    events: Sequence[str]
    secret: str = field(repr=False)

    def body(self) -> dict[str, Any]:
        """What Jira is sent, the secret included: a GET never tells whether it is still ours."""
        return {
            "name": self.name,
            "description": DESCRIPTION,
            "url": self.url,
            "events": list(self.events),
            "filters": {"issue-related-events-section": ""},
            "excludeBody": False,
            "enabled": True,
            "secret": self.secret,
        }


def webhook_name(identifier: str) -> str:
    """The name by which the webhook is found again."""
    return f"{identifier}-Port-Ocean-Events-Webhook"


def differences(found: Mapping[str, Any], wanted: WantedWebhook) -> list[str]:
    """What somebody changed about a webhook, in words for the log."""
    changed = []
    if found.get("url") != wanted.url:
        changed.append("its URL")
    events = found.get("events")
    if not isinstance(events, list) or sorted(map(str, events)) != sorted(wanted.events):
        changed.append("its events")
    if found.get("enabled") is False:
        changed.append("it was disabled")
    if found.get("excludeBody") is True:
        changed.append("its body was left out")
    filters = found.get("filters")
    if any(filters.values()) if isinstance(filters, Mapping) else filters:
        changed.append("it had a JQL filter")
    if found.get("isSigned") is False:
        changed.append("it had no secret")
    return changed


async def ensure_webhook(api: JiraApi, wanted: WantedWebhook, said: set[str]) -> bool:
    """Make the webhook, or put it right in place; True where Jira now has it as wanted.

    Idempotent: never a second one, and others of the same name are removed. One of another name
    that sends to our address becomes ours; where there are more of these, each is told of once,
    and `said` has their ids. False, with one warning, where the account may not manage webhooks.
    Raises other JiraErrors.
    """
    try:
        choice = choose(await every_webhook(api), wanted.name, wanted.url)
        if not all(webhook_id(hook) for hook in choice.touched):
            raise JiraAnswerError(f"GET {WEBHOOKS} listed a webhook of ours without its address.")
        _tell_of(choice.strangers, wanted, said)
        if choice.keep is None:
            await api.post(WEBHOOKS, wanted.body())
            metrics.WEBHOOK_REPAIRS.inc()
            logger.info(f"Registered the webhook {wanted.name!r} in Jira, for {wanted.url}")
            return True
        await _put_right(api, choice.keep, wanted)
        for twin in choice.remove:
            await _remove(api, twin)
    except (JiraPermissionError, JiraNotFoundError, JiraRequestError) as error:
        advice = (
            f"Jira doesn't take it; is {wanted.url} an address that Jira Cloud accepts (https, a "
            "public name)?"
            if isinstance(error, JiraRequestError)
            else "Give the account the global permission 'Administer Jira', or let an "
            "administrator make the webhook by hand and set manageWebhooks to false "
            "(docs/webhook.md)."
        )
        logger.warning(
            f"The webhook {wanted.name!r} can't be managed in Jira, so changes arrive only with "
            f"a resync. {advice} Jira said: {error}"
        )
        return False
    return True


async def every_webhook(api: JiraApi) -> list[Any]:
    """All webhooks that administrators made in Jira. Raises JiraError."""
    existing = await api.get(WEBHOOKS)
    if not isinstance(existing, list):
        raise JiraAnswerError(f"GET {WEBHOOKS} answered with something else than a list.")
    return existing


async def _put_right(api: JiraApi, hook: Hook, wanted: WantedWebhook) -> None:
    try:
        await api.put(ONE_WEBHOOK, wanted.body(), id=webhook_id(hook))
    except JiraNotFoundError:
        # Somebody deleted it a moment ago.
        await api.post(WEBHOOKS, wanted.body())
    changed = differences(hook, wanted)
    if changed or hook.get("name") != wanted.name:
        metrics.WEBHOOK_REPAIRS.inc()
    if hook.get("name") != wanted.name:
        logger.warning(
            f"Adopted the webhook {hook.get('name')!r} in Jira, which sends to our address: it is "
            f"called {wanted.name!r} now, with our events and our secret"
        )
    elif changed:
        logger.warning(f"Put the webhook {wanted.name!r} right in Jira: {', '.join(changed)}")


def _tell_of(strangers: Sequence[Hook], wanted: WantedWebhook, said: set[str]) -> None:
    for hook in filter(sends, strangers):
        if (hook_id := webhook_id(hook)) not in said:
            said.add(hook_id)
            logger.warning(
                f"The webhook {hook.get('name')!r} (id {hook_id}) in Jira sends to {wanted.url} as "
                f"well as {wanted.name!r} does. Unless it has our secret, each of its events is "
                "refused with 401: delete it in Jira under System, WebHooks"
            )


async def _remove(api: JiraApi, hook: Mapping[str, Any]) -> None:
    try:
        await api.delete(ONE_WEBHOOK, id=webhook_id(hook))
    except JiraNotFoundError:
        return
    logger.warning(f"Removed a second webhook of the name {hook.get('name')!r} in Jira")


def webhook_id(hook: Mapping[str, Any]) -> str:
    """The id, which is only in the last segment of `self`."""
    return str(hook.get("self") or "").rstrip("/").rpartition("/")[2]


class Keeper(ABC):
    """Puts webhooks in place in the background; `ready` is set after the first try."""

    def __init__(self, settled: asyncio.Event) -> None:
        """`settled` is set when they are as we want them, or Jira said that we can't see to it.

        What is sent before may be signed with a secret that isn't ours.
        """
        self.settled = settled
        self.ready = asyncio.Event()

    @abstractmethod
    async def in_place(self) -> bool:
        """Put them in place; False where Jira doesn't let us. Raises JiraError."""

    async def run(self) -> None:
        """Never returns; an error is logged and tried again in a minute."""
        while True:
            pause = await self.look()
            await asyncio.sleep(pause)

    async def look(self) -> float:
        """Put them in place once; the seconds until that is to be done again."""
        try:
            in_place = await self.in_place()
            metrics.WEBHOOK_STATE.is_now(metrics.IN_PLACE if in_place else metrics.REFUSED)
            self.settled.set()
        except JiraError as error:
            metrics.WEBHOOK_STATE.is_now(metrics.UNREACHABLE)
            logger.warning(f"The webhook in Jira could not be checked, trying again: {error}")
            return RETRY_AFTER_SECONDS
        except Exception:  # noqa: BLE001  (a resync waits for this task: it must not end)
            metrics.WEBHOOK_STATE.is_now(metrics.UNREACHABLE)
            logger.exception("The webhook in Jira could not be checked, trying again")
            return RETRY_AFTER_SECONDS
        finally:
            self.ready.set()
        return CHECK_EVERY_SECONDS


class WebhookKeeper(Keeper):
    """Keeps the webhook of an administrator's account in place."""

    def __init__(self, api: JiraApi, wanted: WantedWebhook, settled: asyncio.Event) -> None:
        super().__init__(settled)
        self._api = api
        self._wanted = wanted
        self._said: set[str] = set()

    async def in_place(self) -> bool:
        """Make the webhook, or put it right."""
        return await ensure_webhook(self._api, self._wanted, self._said)
