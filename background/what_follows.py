"""What events entail, by their payloads and the mapping, without I/O."""

from collections.abc import Iterable
from typing import Any

from port_ocean.core.handlers.port_app_config.models import PortAppConfig

from jira.events import Family, JiraEvent
from jira.payloads import (
    IdSubject,
    board_subjects,
    event_name,
    project_subjects,
    sprint_subjects,
)
from kinds import Kinds
from port.mapping.resources import blueprint_of, kind_of


def sharing_blueprints(kind: Kinds, mapping: PortAppConfig) -> set[Kinds]:
    """The kinds that have to be read to know what is too much where one kind's entities are."""
    of = {blueprint_of(r) for r in mapping.resources if kind_of(r) is kind} - {None}
    sharing = {kind_of(r) for r in mapping.resources if blueprint_of(r) in of}
    return {kind} | {other for other in sharing if other is not None}


def projects_of(payloads: Iterable[Any]) -> list[str]:
    """The ids of the projects that events are about, each once."""
    ids = (
        subject.id
        for payload in payloads
        if event_name(payload).startswith(Family.PROJECT)
        for subject in project_subjects(payload)
        if subject.id
    )
    return list(dict.fromkeys(ids))


def boards_of(payloads: Iterable[Any]) -> list[str]:
    """The ids of the boards that events are about, each once."""
    ids = (
        subject.id
        for payload in payloads
        if event_name(payload).startswith(Family.BOARD)
        for subject in board_subjects(payload)
    )
    return list(dict.fromkeys(ids))


def sprints_of(payloads: Iterable[Any]) -> list[IdSubject]:
    """The sprints of which events say that boards may show other issues, each once."""
    subjects = (
        subject
        for payload in payloads
        if (name := event_name(payload)).startswith(Family.SPRINT)
        and name != JiraEvent.SPRINT_CREATED
        for subject in sprint_subjects(payload)
    )
    return list({subject.id: subject for subject in subjects}.values())
