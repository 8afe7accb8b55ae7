"""What queries select by something that an event changed, without being about their issues."""

from collections.abc import Iterable
from typing import Any

from port_ocean.core.handlers.port_app_config.models import PortAppConfig

from background.issues_showing import DOES_NOT_TOUCH_ISSUES
from jira.changed_issues import changed_issues
from jira.events import Family
from jira.jql_reads import Read
from jira.payloads import event_name
from kinds import Kinds
from port.mapping.limits import query_reads
from port.mapping.resources import kind_of


def changed_by(payloads: Iterable[Any]) -> list[Read]:
    """What these events changed that a query may read, each once."""
    return list(dict.fromkeys(read for payload in payloads for read in _changed(payload)))


def kinds_selected_by(read: Read, mapping: PortAppConfig) -> set[Kinds]:
    """The kinds of resources whose query reads it."""
    return {
        kind
        for resource in mapping.resources
        if (kind := kind_of(resource)) is not None and read in query_reads(resource).of
    }


def _changed(payload: Any) -> list[Read]:
    name = event_name(payload)
    if name in DOES_NOT_TOUCH_ISSUES:
        return []
    if name.startswith(Family.SPRINT):
        return [Read.SPRINT]
    if name.startswith((Family.VERSION, "jira:version_merged")):
        return [Read.RELEASE]
    gone = any(one.gone and one.children for one in changed_issues([payload]).values())
    return [Read.PARENT] if gone else []
