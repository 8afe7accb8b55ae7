"""What belongs to a project: read again after an event of it, since nothing of it sends its own.

All of a project comes and goes with it, and its issues are called by its key.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import batched
from typing import Any

from port_ocean.core.handlers.port_app_config.models import PortAppConfig, ResourceConfig
from port_ocean.core.handlers.webhook.webhook_event import WebhookEventRawResults

from background import of_boards
from background.failures import Failures
from background.issues_showing import Pages
from client import JiraClient
from jira.answers import Unread
from jira.changed_issues import ChangedIssue
from jira.errors import JiraError
from jira.jql import restrict
from jira.kinds.component import PROJECT_EXPAND
from jira.kinds.issue_reader import IssueQuery
from jira.kinds.of_issues import KindOfIssues
from jira.kinds.under_projects import KindUnderProjects
from jira.kinds.worklog import WorklogKind
from jira.payloads import IdSubject, Row, WorklogSubject
from kinds import Kinds
from port.mapping.fields_read import may_read
from port.mapping.resources import kind_of, label, selector_of
from port.related_rows import results_of

NAMES_TOGETHER = 500
SUBJECTS_TOGETHER = 100
SHOWN_OF_PROJECT = ("project",)


@dataclass
class Project:
    """A project as it is, and as the catalog has it.

    `row` is None where it isn't live, `before` where the catalog has nothing of it. `issues` are
    those that a search finds, keys by id.
    """

    id: str
    row: Row | None
    before: str | None
    keys: set[str]
    is_unsure: bool = False
    issues: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str | None:
        """The key that it has now."""
        return None if self.row is None else str(self.row["key"])

    @property
    def is_another(self) -> bool:
        """Whether all that belongs to it came, went, or is called otherwise."""
        return self.is_unsure or self.key != self.before

    @property
    def former_keys(self) -> set[str]:
        """The keys under which the catalog may still have something."""
        return self.keys - {self.key}


async def looked_at(client: JiraClient, project_id: str) -> Project:
    """A project, as it is now."""
    found = await client.projects.live([project_id], PROJECT_EXPAND)
    before = (client.projects.in_catalog or {}).get(project_id)
    keys = {*client.projects.keys_of(project_id), *([before] if before else ())}
    unsure = project_id in client.projects.unsure
    project = Project(project_id, found.get(project_id), before, keys, unsure)
    if project.row is not None:
        project.issues = await _issues(client, project_id)
    return project


async def _issues(client: JiraClient, project_id: str) -> dict[str, str]:
    query = IssueQuery(restrict(None, "project", [project_id]))
    pages = client.issues.reader.names(query)
    return {str(row["id"]): str(row["key"]) async for page in pages for row in page}


async def pages(
    client: JiraClient, project: Project, mapping: PortAppConfig, failures: Failures
) -> Pages:
    """All of it that may be other than the catalog has it.

    A page has to be written before the next one is asked for.
    """
    boards = await _boards(client, project, mapping, failures)
    for index, resource in enumerate(mapping.resources):
        try:
            async for results in _of_resource(client, project, boards, resource, index):
                yield [results]
        except JiraError as failed:
            await failures.note(label(resource, index), failed, behind=True)
    async for page in of_boards.pages(
        client, boards, mapping, failures, whole=_names_projects(project)
    ):
        yield page


async def _boards(
    client: JiraClient, project: Project, mapping: PortAppConfig, failures: Failures
) -> set[str]:
    """The ids of the boards that show the project, or did; none where no resource has use for it.

    Where they can't be read, the resources fell behind.
    """
    reading = of_boards.resources_of(mapping, (Kinds.BOARD, *of_boards.ON_BOARDS))
    if not reading:
        return set()
    shown: list[Row] = []
    unread = Unread()
    try:
        shown = await client.boards.of_projects([project.id], unread)
    except JiraError as error:
        unread.note("all", error)
    lost = [*unread.failed.values(), *unread.refused.values()]
    await of_boards.fall_behind(reading, lost, failures)
    former = client.boards.of_keys({*project.keys, project.key or ""})
    return former | {str(row["id"]) for row in shown}


async def found_late(
    client: JiraClient,
    project: Project,
    mapping: PortAppConfig,
    failures: Failures,
) -> Pages:
    """Issues that a search shows by now, and what boards do."""
    late = await _issues(client, project.id) if project.row is not None else {}
    late = {name: key for name, key in late.items() if name not in project.issues}
    for index, resource in enumerate(mapping.resources):
        kind = kind_of(resource)
        if kind in (Kinds.ISSUE, Kinds.EPIC, Kinds.WORKLOG):
            try:
                async for results in _resolved(client, kind, resource, index, late):
                    yield [results]
            except JiraError as error:
                await failures.note(label(resource, index), error, behind=True)
    project.issues |= late
    if project.is_another:
        boards = await _boards(client, project, mapping, failures)
        async for page in of_boards.pages(client, boards, mapping, failures):
            yield page


def settle(client: JiraClient, project: Project) -> None:
    """The catalog has the project as it is."""
    known = client.projects.in_catalog
    if known is not None:
        known.pop(project.id, None)
        if project.key is not None:
            known[project.id] = project.key
    client.projects.unsure.discard(project.id)
    former = project.former_keys
    client.issues.reader.shown.keys.forget(former)
    client.worklogs.seen.forget(former)


def changed_issues(client: JiraClient, project: Project) -> list[ChangedIssue]:
    """Issues that others show under a name that they no longer have, or that came or went."""
    if not project.is_another:
        return []
    former = client.issues.reader.shown.keys.of(project.former_keys)
    gone = {name for name, _ in former if name not in project.issues}
    return [
        *(ChangedIssue(name, changed=None, project_id=project.id) for name in project.issues),
        *(ChangedIssue(name, changed=None, gone=True, subtasks=True) for name in gone),
    ]


def _names_projects(project: Project) -> of_boards.Whole:
    """Rows of sprints tell nothing of projects; those of issues at least its key."""

    def whole(resource: ResourceConfig) -> bool:
        kind = kind_of(resource)
        if kind is Kinds.SPRINT:
            return False
        return project.is_another or (
            kind is Kinds.BACKLOG and may_read(resource, SHOWN_OF_PROJECT)
        )

    return whole


async def _of_resource(
    client: JiraClient,
    project: Project,
    boards: Iterable[str],
    resource: ResourceConfig,
    index: int,
) -> AsyncIterator[WebhookEventRawResults]:
    kind = kind_of(resource)
    if kind is None:
        return
    reader: Any = client.kinds[kind]
    selector: Any = await selector_of(resource)
    if kind is Kinds.BOARD:
        subjects = [IdSubject(board, {"id": int(board)}) for board in sorted(boards)]
        found = await reader.resolve(subjects, selector)
        yield results_of(resource, index, found.updated, found.deleted)
    elif isinstance(reader, KindUnderProjects):
        known = reader.seen.under(reader.query(selector), project.id)
        rows = [] if project.row is None else await reader.of_project(project.row, selector)
        there = {str(row["id"]) for row in rows}
        yield results_of(resource, index, rows, [{"id": n} for n in known if n not in there])
        reader.note(project.row or {"id": project.id}, reader.query(selector), rows)
    elif isinstance(reader, KindOfIssues):
        shows_project = project.is_another or may_read(resource, SHOWN_OF_PROJECT)
        if kind is Kinds.ISSUE and project.row is not None and shows_project:
            clause = restrict(None, "project", [project.id])
            async for rows in client.issues.where(clause, selector):
                yield results_of(resource, index, rows)
        if kind is Kinds.EPIC and project.row is not None and project.is_another:
            async for page in client.epics.of_project(project.id):
                names = {str(row["id"]): str(row["key"]) for row in page}
                async for results in _resolved(client, kind, resource, index, names):
                    yield results
        for names_gone in batched(_gone(client, project, resource), NAMES_TOGETHER):
            yield results_of(resource, index, [], [*names_gone])
    elif isinstance(reader, WorklogKind) and project.is_another:
        left: set[str] = set()
        if project.row is not None:
            async for rows in reader.of_project(project.id, selector):
                left |= {str(row["id"]) for row in rows}
                yield results_of(resource, index, rows)
        before = (name for name, _ in reader.seen.of([*project.former_keys]))
        for ids in batched([name for name in before if name not in left], NAMES_TOGETHER):
            yield results_of(resource, index, [], [{"id": name} for name in ids])


def _gone(client: JiraClient, project: Project, resource: ResourceConfig) -> list[Row]:
    """Issues under the keys that the project no longer has, as the catalog may have them."""
    by_key = ".key" in str(resource.port.entity.mappings.identifier)
    former = client.issues.reader.shown.keys.of([*project.former_keys])
    return [
        {"id": int(name), "key": key}
        for name, key in former
        if by_key or name not in project.issues
    ]


async def _resolved(
    client: JiraClient,
    kind: Kinds,
    resource: ResourceConfig,
    index: int,
    names: Mapping[str, str],
) -> AsyncIterator[WebhookEventRawResults]:
    """What these issues are for a resource, found by their ids as they are now."""
    reader: Any = client.kinds[kind]
    selector = await selector_of(resource)
    for part in batched(names.items(), SUBJECTS_TOGETHER):
        if isinstance(reader, WorklogKind):
            subjects: list[Any] = [WorklogSubject(name) for name, _ in part]
        else:
            subjects = [reader.subject(*one) for one in part]
        found = await reader.resolve(subjects, selector)
        yield results_of(resource, index, found.updated, found.deleted)
