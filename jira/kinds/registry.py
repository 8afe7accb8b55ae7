"""Every kind, once: processors, resyncs and the webhook's events follow from here."""

from collections.abc import Mapping

from jira.kinds.backlog import BACKLOG
from jira.kinds.board import BOARD
from jira.kinds.component import COMPONENT
from jira.kinds.epic import EPIC
from jira.kinds.issue import ISSUE
from jira.kinds.kind import Kind
from jira.kinds.project import PROJECT
from jira.kinds.release import RELEASE
from jira.kinds.sprint import SPRINT
from jira.kinds.team import TEAM
from jira.kinds.user import USER
from jira.kinds.worklog import WORKLOG
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
