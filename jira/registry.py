"""Every kind, once: processors, resyncs and the webhook's events follow from here."""

from collections.abc import Mapping

from jira.issue import ISSUE
from jira.kind import Kind
from jira.project import PROJECT
from jira.user import USER
from kinds import Kinds

KINDS: Mapping[Kinds, Kind] = {kind.kind: kind for kind in (PROJECT, ISSUE, USER)}


def webhook_events() -> list[str]:
    """The events that the webhook in Jira has to send."""
    return sorted({event for kind in KINDS.values() for event in kind.events})
