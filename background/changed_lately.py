"""Issues that changed lately: an event of an attachment needn't tell whose it is.

Adding one and taking one away both move the issue's `updated`.
"""

import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from loguru import logger
from port_ocean.core.handlers.port_app_config.models import PortAppConfig, ResourceConfig
from port_ocean.core.handlers.webhook.webhook_event import WebhookEventRawResults

from background.last_read import MARGIN_MINUTES
from client import KINDS, JiraClient
from jira.errors import JiraError
from jira.events import JiraEvent
from jira.kinds.issue import IssueSelector
from jira.kinds.kind import Found, Pages
from jira.payloads import Row, names_no_issue
from kinds import Kinds
from port.mapping.resources import kind_of, label, selector_of
from port.related_rows import results_of

REACHES = (10, 60, 24 * 60)
"""How many minutes are looked back, the fewest that do: few, so that many events are one job."""
USUAL_LATENESS_MINUTES = 45
"""How late an event may be that doesn't tell when it happened."""
TOGETHER = 100
"""Issues that are read and written in one step."""


@dataclass(frozen=True)
class Lately:
    """So many minutes, and when they began (seconds since 1970)."""

    minutes: int
    since: float

    @property
    def name(self) -> str:
        """What a job that reads it is called."""
        return f"issues that changed in the last {self.minutes} minutes"


def lately(payloads: Iterable[Any], now: Callable[[], float] = time.time) -> list[Lately]:
    """How far back changes are to be read for events that name no issue; each once."""
    moment = now()
    found = {_reach(payload, moment) for payload in payloads if names_no_issue(payload)}
    return [Lately(minutes, moment - minutes * 60) for minutes in sorted(found)]


def _reach(payload: Any, now: float) -> int:
    told = payload.get("timestamp")
    is_told = isinstance(told, int) and not isinstance(told, bool)
    minutes = max(0.0, now - told / 1000) / 60 if is_told else USUAL_LATENESS_MINUTES
    return next((reach for reach in REACHES if minutes + MARGIN_MINUTES <= reach), REACHES[-1])


async def changed_since(
    client: JiraClient,
    since: float,
    mapping: PortAppConfig,
    failed: Callable[[str, JiraError], Awaitable[None]],
    now: Callable[[], float] = time.time,
) -> AsyncIterator[list[WebhookEventRawResults]]:
    """What shows an issue that changed since then (seconds since 1970), a hundred issues at a time.

    `failed` is told of a resource that fails; it raises where that isn't the resource's own.
    """
    resources = [
        (index, resource)
        for index, resource in enumerate(mapping.resources)
        if (kind := kind_of(resource)) is not None
        and KINDS[kind].is_touched_by(JiraEvent.ATTACHMENT_CREATED)
    ]
    if not resources:
        return
    minutes = math.ceil(max(0.0, now() - since) / 60)
    count = 0
    async for rows in names_of_changed(client, minutes):
        count += len(rows)
        for start in range(0, len(rows), TOGETHER):
            for index, resource in resources:
                try:
                    found = await _as_now(client, resource, rows[start : start + TOGETHER])
                except JiraError as error:
                    await failed(label(resource, index), error)
                    continue
                yield [results_of(resource, index, found.updated)]
                if found.failed is not None:
                    await failed(label(resource, index), found.failed)
    logger.info(f"{count} issues changed in the last {minutes} minutes")


def names_of_changed(client: JiraClient, minutes: int) -> Pages:
    """Id and key of every issue that changed in so many minutes, page by page."""
    return client.issues.names(IssueSelector(query="true", jql=f"updated >= -{minutes}m"))


async def _as_now(client: JiraClient, resource: ResourceConfig, issues: list[Row]) -> Found:
    """As if Jira had told of each of these issues."""
    kind = client.kinds[Kinds(resource.kind)]
    told = ({"webhookEvent": JiraEvent.ATTACHMENT_CREATED, "issue": issue} for issue in issues)
    subjects = [subject for payload in told for subject in kind.subjects(payload)]
    return await kind.resolve(subjects, await selector_of(resource))
