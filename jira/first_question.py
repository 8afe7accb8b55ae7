"""Whether Jira knows us is asked at the start, where nobody else asks: readiness waits for that."""

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


class FirstQuestion:
    """Asks who we are until Jira says that it knows us, or doesn't answer."""

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
        """Whether Jira was asked by anybody."""
        return self._unanswered or metrics.JIRA_CREDENTIALS.now != metrics.UNKNOWN

    async def run(self) -> None:
        """Until it is known. While it is refused somebody may yet put that right in Jira."""
        await self._pause(FIRST_SECONDS)
        while not metrics.JIRA_CREDENTIALS.was(metrics.ACCEPTED):
            try:
                with one_attempt():
                    await self._ask()
            except JiraError as error:
                if metrics.JIRA_CREDENTIALS.now == metrics.UNKNOWN:
                    self._unanswered = True
                logger.warning(f"Jira doesn't say that it knows us, it is asked again: {error}")
            else:
                return
            await self._pause(AGAIN_SECONDS)
