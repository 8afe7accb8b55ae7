"""Every kind, once: its class, and the client that has its reader and knows who we are.

Processors, resyncs and the webhook's events follow from the table of kinds.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jira.concurrency import Gatherer
from jira.errors import JiraAnswerError, JiraAuthenticationError
from jira.events import Family
from jira.http.api import JiraApi
from jira.http.quota import Quota
from jira.kinds.backlog import BacklogKind
from jira.kinds.board import BoardKind
from jira.kinds.component import ComponentKind
from jira.kinds.epic import EpicKind
from jira.kinds.issue import IssueKind
from jira.kinds.issue_reader import IssueReader
from jira.kinds.kind import Kind, Pages, Selector
from jira.kinds.names_in_issues import NamesInIssues
from jira.kinds.project import ProjectKind
from jira.kinds.release import ReleaseKind
from jira.kinds.sprint import SprintKind
from jira.kinds.team import TeamKind
from jira.kinds.user import UserKind
from jira.kinds.worklog import WorklogKind
from jira.needs import Permission, granted_of
from jira.payloads import Row, event_name, project_subjects
from kinds import Kinds
from telemetry import metrics

MYSELF = "/rest/api/3/myself"
MY_PERMISSIONS = "/rest/api/3/mypermissions"
KEPT_ABOUT = (Family.BOARD, Family.PROJECT, Family.ISSUE_TYPE)
"""What a client keeps is asked for anew after events of these."""
KINDS: Mapping[Kinds, type[Kind[Any, Any]]] = {
    kind.name: kind
    for kind in (
        ProjectKind,
        IssueKind,
        UserKind,
        TeamKind,
        ReleaseKind,
        BoardKind,
        SprintKind,
        BacklogKind,
        EpicKind,
        WorklogKind,
        ComponentKind,
    )
}
"""The class of each kind; `JiraClient` makes the reader."""


class JiraClient:
    """Reads a Jira Cloud site. One per process: its limits hold for all callers together.

    Rows are Jira's own JSON objects. Every method raises JiraError, and never returns a
    shorter list instead.
    """

    quota: Quota | None = None
    """What is left of the points, where Jira counts them."""

    def __init__(self, api: JiraApi, organization_id: str = "") -> None:
        """`organization_id` names the Atlassian organization whose teams are read."""
        self.api = api
        self.quota = api.quota
        reader = IssueReader(api)
        self.projects = ProjectKind(api)
        self.boards = BoardKind(api)
        self.issues = IssueKind(reader, self.projects)
        self.components = ComponentKind(api, self.projects)
        self.names = NamesInIssues(api, reader)
        self.sprints = SprintKind(api, self.boards)
        self.epics = EpicKind(api, reader, self.boards)
        self.worklogs = WorklogKind(api, reader)
        self.knows_catalog = False
        """Whether all was read once: only then what is seen tells what the catalog has."""
        self._verifying = Gatherer(self._verify)
        self.kinds: Mapping[Kinds, Kind[Any, Any]] = {
            kind.name: kind
            for kind in (
                self.projects,
                self.issues,
                UserKind(api),
                TeamKind(api, organization_id),
                ReleaseKind(api, self.projects),
                self.boards,
                self.sprints,
                BacklogKind(api, reader, self.boards),
                self.epics,
                self.worklogs,
                self.components,
            )
        }

    def all_was_read(self, since: float) -> None:
        """Everything was read since then (monotonic seconds), and is in the catalog.

        What is seen from here on is a change.
        """
        self.knows_catalog = True
        self.issues.reader.shown.issues.complete = True
        self.projects.all_was_read(since)

    def others_wrote(self) -> None:
        """The catalog may have anything that was never seen here."""
        self.knows_catalog = False
        self.issues.reader.shown.issues.complete = False

    @property
    def knows_projects(self) -> bool:
        """Whether it is known what the catalog has of each project."""
        return (
            self.knows_catalog
            and self.projects.in_catalog is not None
            and self.issues.reader.shown.keys.is_complete
            and self.worklogs.seen.is_complete
        )

    def arrived(self, payload: Any) -> None:
        """An event came: what is kept of what it may be about is asked for anew."""
        name = event_name(payload)
        if name.startswith((Family.BOARD, Family.PROJECT)):
            self.boards.forget()
        for subject in project_subjects(payload) if name.startswith(Family.PROJECT) else ():
            if subject.id:
                self.projects.told_of(subject.id, time.monotonic())
        if name.startswith(Family.ISSUE_TYPE):
            self.epics.forget_types()

    async def verify_credentials(self) -> str:
        """The account's id, when Jira knows the account.

        Only this endpoint tells: the others answer an unknown account with 200 and nothing.
        https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-myself/
        """
        return str((await self._myself())["accountId"])

    async def verify_together(self) -> None:
        """As `verify_credentials`, with one request for all who ask in the same moment."""
        await self._verifying.get("", [MYSELF])

    async def granted(self) -> Mapping[str, bool]:
        """Which permissions the account has: global ones, and others in some project.

        https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions/
        """
        return granted_of(await self.api.get(MY_PERMISSIONS, {"permissions": ",".join(Permission)}))

    async def time_zone(self) -> str | None:
        """The zone in which Jira reads the account's dates."""
        zone = (await self._myself()).get("timeZone")
        return zone if isinstance(zone, str) else None

    async def _verify(self, _: str, paths: list[str]) -> dict[str, str]:
        return dict.fromkeys(paths, await self.verify_credentials())

    async def _myself(self) -> Row:
        try:
            myself = await self.api.get(MYSELF)
        except JiraAuthenticationError:
            metrics.JIRA_CREDENTIALS.is_now(metrics.REFUSED)
            raise
        if not isinstance(myself, dict) or not myself.get("accountId"):
            raise JiraAnswerError(f"GET {MYSELF} answered without an accountId: not Jira's answer.")
        metrics.JIRA_CREDENTIALS.is_now(metrics.ACCEPTED)
        return myself

    async def read_all(self, kind: Kinds, selector: Selector) -> Pages:
        """Every row of a kind's selector, and an error at the end where we are no longer known.

        Without valid credentials Jira gives shorter lists, and what isn't listed gets deleted.
        """
        reader = self.kinds[kind]
        async for page in reader.pages(selector):
            yield page
        # A kind that a setting is missing for has asked Jira for nothing.
        if reader.missing is None:
            await self.verify_credentials()


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
