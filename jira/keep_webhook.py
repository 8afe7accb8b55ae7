"""Keeps the webhook in Jira as it has to be, from the start on and every hour."""

import asyncio

from loguru import logger

from client import JiraClient
from jira.errors import JiraError
from jira.webhook_registration import WantedWebhook

CHECK_EVERY_SECONDS = 3600.0
RETRY_AFTER_SECONDS = 60.0


class WebhookKeeper:
    """Puts the webhook in place in the background; `ready` is set after the first try."""

    def __init__(self, client: JiraClient, wanted: WantedWebhook) -> None:
        self._client = client
        self._wanted = wanted
        self.ready = asyncio.Event()

    async def run(self) -> None:
        """Never returns; an error is logged and tried again in a minute."""
        while True:
            pause = CHECK_EVERY_SECONDS
            try:
                await self._client.ensure_webhook(self._wanted)
            except JiraError as error:
                logger.warning(f"The webhook in Jira could not be checked, trying again: {error}")
                pause = RETRY_AFTER_SECONDS
            except Exception:  # noqa: BLE001  (a resync waits for this task: it must not end)
                logger.exception("The webhook in Jira could not be checked, trying again")
                pause = RETRY_AFTER_SECONDS
            finally:
                self.ready.set()
            await asyncio.sleep(pause)
