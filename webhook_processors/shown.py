"""What the status page is told of this process."""

import time
from collections.abc import Callable

from port_ocean.utils.misc import get_integration_version
from port_ocean.version import __version__

from background.catch_up import REGULAR_SWEEP
from initialize_client import create_jira_client
from jira.settings import JiraSettings
from telemetry.health import Health
from telemetry.status.page import StatusPage
from telemetry.status.taken import Quota, Told, taken
from webhook_processors.manager import JiraLiveEventsManager


def status_page(
    settings: JiraSettings, manager: JiraLiveEventsManager, health: Callable[[], Health]
) -> StatusPage:
    """The page of this process, which began just now."""
    told = Told(
        version=get_integration_version(),
        framework=__version__,
        integration=settings.identifier,
        site=settings.host,
        webhook_url=settings.webhook_url,
        jira_credentials=lambda: create_jira_client().api.authentication.describe(),
        health=health,
        next_sweep=lambda: manager.follow_ups.jobs.due_in(REGULAR_SWEEP),
        expires=lambda: create_jira_client().api.authentication.expires(),
        quota=_quota,
        started=time.time(),
    )
    return StatusPage(settings.status_token, lambda: taken(told))


def _quota() -> Quota | None:
    quota = create_jira_client().quota
    return None if quota is None else Quota(quota.left(), quota.an_hour)
