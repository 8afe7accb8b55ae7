"""The webhooks of an OAuth app: registered by the app itself, and kept from ending after 30 days.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-webhooks/
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from loguru import logger

from jira.app_webhook_choice import (
    NOBODY,
    WantedAppWebhooks,
    choose_of_app,
    ends_at,
    filters_by,
    registered,
)
from jira.errors import (
    JiraAnswerError,
    JiraAuthenticationError,
    JiraNotFoundError,
    JiraPermissionError,
    JiraRequestError,
    JiraUnavailableError,
)
from jira.http.api import JiraApi
from jira.kinds.lists import offset_pages
from jira.kinds.project import ProjectKind
from jira.payloads import Row
from jira.webhook_registration import Keeper
from telemetry import metrics

APP_WEBHOOKS = "/rest/api/3/webhook"
REFRESH = "/rest/api/3/webhook/refresh"
PAGE = 100
REFRESH_EVERY_SECONDS = 24 * 60 * 60.0
"""Thirty times as often as it has to be."""
GONE_SECONDS = 2.0
GONE_TRIES = 15
"""A webhook that is deleted is there for some moments more."""


class AppWebhooks:
    """What an app asks of Jira about its webhooks. Every method raises JiraError."""

    def __init__(self, api: JiraApi) -> None:
        self._api = api
        self._projects = ProjectKind(api)

    async def every(self) -> list[Row]:
        """All that this app has registered."""
        pages = offset_pages(self._api, APP_WEBHOOKS, "values", {}, size=PAGE)
        return [row async for rows in pages for row in rows]

    async def register(self, wanted: WantedAppWebhooks) -> None:
        """Register for all issues. Raises JiraRequestError with Jira's words where it doesn't."""
        errors = await self._register(wanted, NOBODY)
        if errors and (key := await self._some_key()):
            said = "; ".join(errors)
            logger.info(f"Jira takes no filter for all issues, so two are made: {said}")
            errors = await self._register(wanted, key)
        if errors:
            raise JiraRequestError("; ".join(errors))

    async def refresh(self, ids: Sequence[int]) -> float | None:
        """Have them last for 30 days more; returns when they end (seconds since 1970)."""
        answer = await self._api.put(REFRESH, {"webhookIds": list(ids)})
        return ends_at(answer.get("expirationDate")) if isinstance(answer, dict) else None

    async def remove(self, ids: Sequence[int]) -> None:
        """Have them deleted, which Jira does later."""
        await self._api.delete(APP_WEBHOOKS, {"webhookIds": list(ids)})

    async def gone(self, ids: Sequence[int]) -> None:
        """Wait until Jira has deleted them. Raises JiraUnavailableError where it takes long."""
        for _ in range(GONE_TRIES):
            await asyncio.sleep(GONE_SECONDS)
            if not {row.get("id") for row in await self.every()}.intersection(ids):
                return
        raise JiraUnavailableError("Jira still has webhooks that were deleted.")

    async def has_project(self, key: str) -> bool:
        """Whether a filter's project is there."""
        return key == NOBODY or bool(await self._projects.find_keys([key]))

    async def is_known(self) -> bool:
        """Whether the token is good, although it was turned away: then it lacks a scope."""
        try:
            await self._api.get("/rest/api/3/myself")
        except JiraAuthenticationError:
            return False
        return True

    async def _some_key(self) -> str | None:
        async for rows in self._projects.listed():
            return str(rows[0]["key"])
        return None

    async def _register(self, wanted: WantedAppWebhooks, key: str) -> list[str]:
        filters = filters_by(key)
        answer = await self._api.post(APP_WEBHOOKS, wanted.body(filters))
        ids, errors = registered(answer, len(filters))
        if errors and ids:
            await self.remove(ids)
        return errors


class AppWebhookKeeper(Keeper):
    """Keeps the webhooks of our app in place, and from ending."""

    def __init__(
        self,
        api: JiraApi,
        wanted: WantedAppWebhooks,
        settled: asyncio.Event,
        missed: Callable[[], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`missed` is called when they had to be made anew: who knows what wasn't told since."""
        super().__init__(settled)
        self._hooks = AppWebhooks(api)
        self._wanted = wanted
        self._missed = missed
        self._now = now
        self._refreshed: float | None = None
        self._were_in_place = False

    async def in_place(self) -> bool:
        """Register what isn't there, refresh what is, and delete all others of the app.

        False, with a warning, where Jira doesn't let us. Raises other JiraErrors.
        """
        try:
            await self._ensure()
        except JiraAuthenticationError:
            if not await self._hooks.is_known():
                raise
            self._refused("the token lacks the scope manage:jira-webhook")
            return False
        except (JiraPermissionError, JiraNotFoundError, JiraRequestError) as error:
            self._refused(str(error))
            return False
        self._were_in_place = True
        return True

    async def _ensure(self) -> None:
        choice = choose_of_app(await self._hooks.every(), self._wanted)
        if choice.keep and not await self._hooks.has_project(choice.key):
            logger.info(f"The project {choice.key} of a webhook's filter is gone")
            choice = replace(choice, keep=[], remove=[*choice.keep, *choice.remove])
        first = choice.moved or (not choice.keep and choice.fill_all)
        if first:
            # An app has a single address at a time, and so many webhooks.
            await self._hooks.remove(choice.remove)
            await self._hooks.gone(choice.remove)
        if choice.keep:
            await self._refresh(choice.keep)
        else:
            await self._hooks.register(self._wanted)
            metrics.WEBHOOK_REPAIRS.inc()
            self._refreshed = self._now()
            logger.info(f"Registered webhooks of the app in Jira, for {self._wanted.url}")
            if self._were_in_place:
                self._missed()
        if choice.remove:
            if not first:
                await self._hooks.remove(choice.remove)
            logger.warning(
                f"Removed {len(choice.remove)} webhooks of the app in Jira that sent elsewhere, or "
                "not what we take"
            )

    async def _refresh(self, ids: Sequence[int]) -> None:
        now = self._now()
        if self._refreshed is not None and now - self._refreshed < REFRESH_EVERY_SECONDS:
            return
        ends = await self._hooks.refresh(ids)
        if ends is not None and ends < time.time():
            raise JiraAnswerError("Jira was to prolong webhooks, and says that they have ended.")
        self._refreshed = now

    def _refused(self, why: str) -> None:
        logger.warning(
            "The app's webhooks can't be managed in Jira, so changes arrive only with a resync. "
            "Give the app the scope manage:jira-webhook, or let an administrator make the webhook "
            f"by hand and set manageWebhooks to false (docs/webhook.md). Jira said: {why}"
        )
