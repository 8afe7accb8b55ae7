"""Whether the integration keeps a webhook in Jira, and what it has to be."""

import asyncio
from collections.abc import Callable, Sequence

from loguru import logger

from jira.app_webhook_choice import WantedAppWebhooks
from jira.app_webhooks import AppWebhookKeeper
from jira.http.api import JiraApi
from jira.live_events import BY_HAND, NO_ADDRESS, manages_app_webhooks, manages_webhook
from jira.settings import JiraSettings
from jira.webhook_registration import Keeper, WantedWebhook, WebhookKeeper, webhook_name
from telemetry import metrics


def webhook_keeper(
    settings: JiraSettings,
    api: JiraApi,
    events: Sequence[str],
    secret: str,
    settled: asyncio.Event,
    missed: Callable[[], None],
) -> Keeper | None:
    """What keeps our webhook in Jira right; None, and it is said why, where nothing does.

    `missed` is called when an app's webhooks weren't there for a while.
    """
    url, uses_gateway = settings.webhook_url, api.authentication.uses_gateway
    if url is not None and manages_app_webhooks(settings):
        if not settings.oauth_client_secret:
            logger.warning(
                "oauthClientSecret is not set: what Jira sends the app can't be verified, so its "
                "events are taken as hints, at a bounded rate"
            )
        return AppWebhookKeeper(api, WantedAppWebhooks.of(url, events), settled, missed)
    if url is not None and manages_webhook(settings, uses_gateway=uses_gateway):
        wanted = WantedWebhook(webhook_name(settings.identifier), url, events, secret)
        return WebhookKeeper(api, wanted, settled)
    metrics.WEBHOOK_STATE.is_now(metrics.NO_ADDRESS if url is None else metrics.BY_HAND)
    if url is None:
        logger.warning(NO_ADDRESS)
    elif not settings.manage_webhooks:
        logger.info(f"manageWebhooks is off: Jira has to send events to {url}")
    else:
        logger.warning(
            "API tokens with scopes can't manage webhooks of administrators: make the "
            f"webhook by hand {BY_HAND} for {url}, with the value of webhookSecret as its secret"
        )
    return None
