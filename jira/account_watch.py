"""Whether Jira knows us is asked where nobody else asks: at the start, and while it refuses us."""

import asyncio
from collections.abc import Awaitable, Callable

from loguru import logger

from jira.errors import JiraError
from jira.http.patience import one_attempt
from telemetry import metrics

FIRST_SECONDS = 5.0
"""A resync or an event asks before that."""
AGAIN_SECONDS = 60.0
"""Failed logins in a row lock the account: no more often than that."""


class AccountWatch:
    """Keeps the state of the credentials true, which readiness and alerts go by.

    Events are done without a word about it when Jira knows us again.
    """

    def __init__(
        self,
        ask: Callable[[], Awaitable[object]],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`ask` tells the metrics what Jira said."""
        self._ask = ask
        self._pause = pause
        self._unanswered = False

    @property
    def asked(self) -> bool:
        """Whether Jira was asked by anybody, whatever it said."""
        return self._unanswered or metrics.JIRA_CREDENTIALS.now != metrics.UNKNOWN

    async def run(self) -> None:
        """Never returns."""
        pause = FIRST_SECONDS
        while True:
            await self._pause(pause)
            pause = AGAIN_SECONDS
            if metrics.JIRA_CREDENTIALS.now == metrics.ACCEPTED:
                continue
            try:
                with one_attempt():
                    await self._ask()
            except JiraError as error:
                self._unanswered = True
                logger.debug(f"Jira doesn't say that it knows us: {error}")
