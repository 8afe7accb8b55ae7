"""Issues that show something which an event changed: a release, a sprint."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass

from loguru import logger
from port_ocean.core.handlers.port_app_config.models import PortAppConfig
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent, WebhookEventRawResults

from client import JiraClient
from jira.errors import JiraRequestError
from jira.payloads import event_name, plausible_id
from jira.planning_events import IdSubject, release_project, release_subjects, sprint_subjects
from port import related_rows as refresh

RELEASE_FIELDS = ("fixVersions", "versions")
SPRINT_FIELDS = ("sprint", "closedSprints", "customfield_*")
"""Jira keeps the sprint in a custom field, whose number is another on every site."""
LETS_ISSUES_GO = ("sprint_closed", "sprint_deleted")
DOES_NOT_TOUCH_ISSUES = ("jira:version_created", "jira:version_moved", "sprint_created")


@dataclass(frozen=True)
class Carriers:
    """Which issues to read again: of a clause, of a project, of a board's projects, or all.

    A release or sprint that is gone can't be asked for any more, and a sprint that closes lets go
    of the issues that aren't done; then it is all issues of the projects it belonged to.
    """

    name: str
    fields: tuple[str, ...]
    clause: str | None = None
    project_id: str | None = None
    board_id: str | None = None


def carriers_of(events: Iterable[WebhookEvent]) -> list[Carriers]:
    """What the events entail for issues that they aren't about, each once."""
    found = [carriers for event in events for carriers in _carriers(event)]
    return list(dict.fromkeys(found))


async def pages(
    client: JiraClient, carriers: Carriers, mapping: PortAppConfig
) -> AsyncIterator[list[WebhookEventRawResults]]:
    """The issues, page by page; nothing where the mapping doesn't read what changed."""
    if not refresh.reads(mapping, carriers.fields):
        return
    if carriers.clause is not None:
        try:
            async for results in refresh.issues_where(
                client, carriers.clause, mapping, carriers.fields
            ):
                yield results
        except JiraRequestError as error:
            # Gone by now: the event that says so is on its way, or was here before.
            logger.info(f"No {carriers.name}: {error}")
        return
    projects = await _projects(client, carriers)
    if projects is None:
        async for results in refresh.issues_where(client, None, mapping, carriers.fields):
            yield results
        return
    for project_id in projects:
        async for results in refresh.project_issues(client, project_id, mapping, carriers.fields):
            yield results


async def _projects(client: JiraClient, carriers: Carriers) -> Sequence[str] | None:
    """The ids of the projects; None where nothing says which."""
    if carriers.project_id is not None:
        return [carriers.project_id]
    board_id = carriers.board_id
    board = (await client.boards.find([board_id])).get(board_id) if board_id else None
    if board is None:
        return None
    rows = await client.projects.find_keys(sorted(board["__projectKeys"]), "")
    return [str(row["id"]) for row in rows]


def _carriers(event: WebhookEvent) -> list[Carriers]:
    payload = event.payload
    name = event_name(payload)
    if name in DOES_NOT_TOUCH_ISSUES:
        return []
    if name in ("jira:version_deleted", "jira:version_merged"):
        project_id = release_project(payload)
        title = f"issues of the releases of project {project_id}"
        return [Carriers(title, RELEASE_FIELDS, project_id=project_id)] if project_id else []
    if name.startswith("jira:version_"):
        return [
            Carriers(
                f"issues of release {subject.id}",
                RELEASE_FIELDS,
                clause=f"(fixVersion in ({subject.id}) OR affectedVersion in ({subject.id}))",
            )
            for subject in release_subjects(payload)
        ]
    if name.startswith("sprint_"):
        return [
            found
            for subject in sprint_subjects(payload)
            for found in _carriers_of_sprint(name, subject)
        ]
    return []


def _carriers_of_sprint(name: str, subject: IdSubject) -> list[Carriers]:
    found = []
    if name != "sprint_deleted":
        clause = f"sprint in ({subject.id})"
        found.append(Carriers(f"issues of sprint {subject.id}", SPRINT_FIELDS, clause=clause))
    if name in LETS_ISSUES_GO:
        board_id = plausible_id(subject.row.get("originBoardId"))
        projects = f"the projects of board {board_id}" if board_id else "all projects"
        found.append(Carriers(f"issues of {projects}", SPRINT_FIELDS, board_id=board_id))
    return found
