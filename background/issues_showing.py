"""Issues that show something which an event changed: a project, a release, a sprint.

One resource that fails is handed to whoever asks, and the others go on.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from loguru import logger
from port_ocean.core.handlers.port_app_config.models import PortAppConfig
from port_ocean.core.handlers.webhook.webhook_event import WebhookEventRawResults

from background.failures import Failures
from client import JiraClient
from jira.errors import JiraError, JiraRequestError
from jira.events import Family, JiraEvent
from jira.jql import restrict
from jira.kinds.issue import IssueSelector
from jira.payloads import (
    IdSubject,
    event_name,
    plausible_id,
    release_project,
    release_subjects,
    sprint_subjects,
)
from port.mapping.fields_read import may_read
from port.mapping.resources import JiraIssueConfig, label, selector_of
from port.related_rows import results_of

RELEASE_FIELDS = ("fixVersions", "versions")
SPRINT_FIELDS = ("sprint", "closedSprints", "customfield_*")
"""Jira keeps the sprint in a custom field, whose number is another on every site."""
LETS_ISSUES_GO = (JiraEvent.SPRINT_CLOSED, JiraEvent.SPRINT_DELETED)
DOES_NOT_TOUCH_ISSUES = (
    JiraEvent.VERSION_CREATED,
    JiraEvent.VERSION_MOVED,
    JiraEvent.SPRINT_CREATED,
)
VERSION_IS_GONE = (JiraEvent.VERSION_DELETED, "jira:version_merged")
"""The second one isn't documented; some sites are said to send it."""

Pages = AsyncIterator[list[WebhookEventRawResults]]
Failed = Callable[[str, JiraError], Awaitable[None]]
"""Is told of a resource that fails; raises where that isn't the resource's own failure."""


@dataclass(frozen=True)
class IssuesShowing:
    """Which issues to read again: of a clause, of a project, of a board's projects, or all.

    A release or sprint that is gone can't be asked for any more, and a sprint that closes lets go
    of the issues that aren't done; then it is all issues of the projects it belonged to.
    """

    name: str
    fields: tuple[str, ...]
    clause: str | None = None
    project_id: str | None = None
    board_id: str | None = None


def issues_showing(payloads: Iterable[Any]) -> list[IssuesShowing]:
    """What events entail for issues that they aren't about, each once."""
    found = [showing for payload in payloads for showing in _showing(payload)]
    return list(dict.fromkeys(found))


async def pages(
    client: JiraClient, showing: IssuesShowing, mapping: PortAppConfig, failures: Failures
) -> Pages:
    """The issues, page by page; nothing where the mapping doesn't read what changed."""
    if not reads(mapping, showing.fields):
        return
    failed = partial(failures.note, behind=True)
    if showing.clause is not None:
        async for results in _named(client, showing, showing.clause, mapping, failed):
            yield results
        return
    try:
        projects = await _projects(client, showing)
    except JiraError as error:
        await failures.raise_outage(error)
        logger.info(f"All projects are read for the {showing.name}: {error}")
        projects = None
    if projects is None:
        async for results in issues_where(client, None, mapping, failed, showing.fields):
            yield results
        return
    for project_id in projects:
        async for results in project_issues(client, project_id, mapping, failed, showing.fields):
            yield results


async def _named(
    client: JiraClient, showing: IssuesShowing, clause: str, mapping: PortAppConfig, failed: Failed
) -> Pages:
    """The issues of a clause that names what changed.

    Where every resource is refused that is gone by now: the event that says so is on its way, or
    was here before. Where only some are, the refusals are their own.
    """
    refused: dict[str, JiraRequestError] = {}

    async def wait(resource: str, error: JiraError) -> None:
        if isinstance(error, JiraRequestError):
            refused[resource] = error
        else:
            await failed(resource, error)

    async for results in issues_where(client, clause, mapping, wait, showing.fields):
        yield results
    if refused and len(refused) == len(list(_resources(mapping, showing.fields))):
        logger.info(f"No {showing.name}: {next(iter(refused.values()))}")
        return
    for resource, error in refused.items():
        await failed(resource, error)


async def project_issues(
    client: JiraClient,
    project_id: str,
    mapping: PortAppConfig,
    failed: Failed,
    fields: Sequence[str] = (),
) -> Pages:
    """The issues of a live project, page by page; nothing for one that isn't live."""
    if await client.projects.live([project_id]):
        clause = restrict(None, "project", [project_id])
        async for results in issues_where(client, clause, mapping, failed, fields):
            yield results


async def issues_where(
    client: JiraClient,
    clause: str | None,
    mapping: PortAppConfig,
    failed: Failed,
    fields: Sequence[str] = (),
) -> Pages:
    """The issues of each selector (for which a JQL clause holds, too), page by page.

    With `fields`, only for mappings that may read one of these.
    """
    for index, resource in _resources(mapping, fields):
        selector = cast(IssueSelector, await selector_of(resource))
        try:
            async for rows in client.issues.where(clause, selector):
                yield [results_of(resource, index, rows)]
        except JiraError as error:
            await failed(label(resource, index), error)


def reads(mapping: PortAppConfig, fields: Sequence[str]) -> bool:
    """Whether the mapping of issues may read one of these fields."""
    return any(_resources(mapping, fields))


def _resources(
    mapping: PortAppConfig, fields: Sequence[str]
) -> Iterator[tuple[int, JiraIssueConfig]]:
    """The resources of issues, with their places; with `fields`, those that may read one."""
    for index, resource in enumerate(mapping.resources):
        if isinstance(resource, JiraIssueConfig) and (not fields or may_read(resource, fields)):
            yield index, resource


async def _projects(client: JiraClient, showing: IssuesShowing) -> Sequence[str] | None:
    """The ids of the projects; None where nothing says which."""
    if showing.project_id is not None:
        return [showing.project_id]
    board_id = showing.board_id
    board = (await client.boards.any_of([board_id])).get(board_id) if board_id else None
    if board is None:
        return None
    rows = await client.projects.find_keys(sorted(board["__projectKeys"]))
    return [str(row["id"]) for row in rows]


def _showing(payload: Any) -> list[IssuesShowing]:
    name = event_name(payload)
    if name in DOES_NOT_TOUCH_ISSUES:
        return []
    if name in VERSION_IS_GONE:
        project_id = release_project(payload)
        title = f"issues of the releases of project {project_id}"
        return [IssuesShowing(title, RELEASE_FIELDS, project_id=project_id)] if project_id else []
    if name.startswith(Family.VERSION):
        return [
            IssuesShowing(
                f"issues of release {subject.id}",
                RELEASE_FIELDS,
                clause=f"(fixVersion in ({subject.id}) OR affectedVersion in ({subject.id}))",
            )
            for subject in release_subjects(payload)
        ]
    if name.startswith(Family.SPRINT):
        return [
            found
            for subject in sprint_subjects(payload)
            for found in _showing_sprint(name, subject)
        ]
    return []


def _showing_sprint(name: str, subject: IdSubject) -> list[IssuesShowing]:
    found = []
    if name != JiraEvent.SPRINT_DELETED:
        clause = f"sprint in ({subject.id})"
        found.append(IssuesShowing(f"issues of sprint {subject.id}", SPRINT_FIELDS, clause=clause))
    if name in LETS_ISSUES_GO:
        board_id = plausible_id(subject.row.get("originBoardId"))
        projects = f"the projects of board {board_id}" if board_id else "all projects"
        found.append(IssuesShowing(f"issues of {projects}", SPRINT_FIELDS, board_id=board_id))
    return found
