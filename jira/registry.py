"""Every kind, once: processors, resyncs and the webhook's events follow from here."""

from collections.abc import Mapping

from jira.backlog import BACKLOG
from jira.board import BOARD
from jira.component import COMPONENT
from jira.epic import EPIC
from jira.issue import ISSUE
from jira.kind import Kind
from jira.project import PROJECT
from jira.release import RELEASE
from jira.sprint import SPRINT
from jira.team import TEAM
from jira.user import USER
from jira.worklog import WORKLOG
from kinds import Kinds

KINDS: Mapping[Kinds, Kind] = {
    kind.kind: kind
    for kind in (
        *(PROJECT, ISSUE, USER, TEAM, RELEASE, BOARD),
        *(SPRINT, BACKLOG, EPIC, WORKLOG, COMPONENT),
    )
}


def webhook_events() -> list[str]:
    """The events that the webhook in Jira has to send."""
    return sorted({event for kind in KINDS.values() for event in kind.events})
