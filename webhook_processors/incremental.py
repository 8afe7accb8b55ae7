"""The incremental runs of this process, which write by the same way as its background work."""

from functools import cache

from port_ocean.context.ocean import ocean

from background.incremental import Incremental
from initialize_client import create_jira_client, get_settings
from webhook_processors.manager import JiraLiveEventsManager


@cache
def incremental_runs(manager: JiraLiveEventsManager) -> Incremental:
    """What the framework's runs are made by."""
    return Incremental(
        create_jira_client(),
        manager.follow_ups,
        manager._around,
        ocean.port_client.get_integration_cursor,
        index_seconds=get_settings().search_index_lag_seconds,
    )
