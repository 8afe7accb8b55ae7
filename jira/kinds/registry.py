"""Every kind, once: processors, resyncs and the webhook's events follow from here."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jira.kinds.backlog import BacklogKind
from jira.kinds.board import BoardKind
from jira.kinds.component import ComponentKind
from jira.kinds.epic import EpicKind
from jira.kinds.issue import IssueKind
from jira.kinds.kind import Kind
from jira.kinds.project import ProjectKind
from jira.kinds.release import ReleaseKind
from jira.kinds.sprint import SprintKind
from jira.kinds.team import TeamKind
from jira.kinds.user import UserKind
from jira.kinds.worklog import WorklogKind
from jira.payloads import event_name
from kinds import Kinds

KINDS: Mapping[Kinds, type[Kind[Any, Any]]] = {
    kind.name: kind
    for kind in (
        *(ProjectKind, IssueKind, UserKind, TeamKind, ReleaseKind, BoardKind),
        *(SprintKind, BacklogKind, EpicKind, WorklogKind, ComponentKind),
    )
}


def webhook_events() -> list[str]:
    """The events that the webhook in Jira has to send."""
    return sorted({event.value for kind in KINDS.values() for event in kind.events})


def touched_by(payload: Any) -> dict[Kinds, Sequence[Any]]:
    """What an event says has to be read again, by kind; kinds that it names nothing of are out.

    Kinds that read the same out of a payload share it: each `subjects` runs once.
    """
    name = event_name(payload)
    read: dict[Callable[[Any], Sequence[Any]], Sequence[Any]] = {}
    found: dict[Kinds, Sequence[Any]] = {}
    for kind in KINDS.values():
        if kind.is_touched_by(name):
            if kind.subjects not in read:
                read[kind.subjects] = kind.subjects(payload)
            found[kind.name] = read[kind.subjects]
    return {kind: subjects for kind, subjects in found.items() if subjects}
