"""The processors, one for each kind that events tell of; main.py registers them.

Which events one looks at, and how its kind is read again, is in the kind's own file.
"""

from jira.kinds.backlog import BacklogKind
from jira.kinds.board import BoardKind
from jira.kinds.epic import EpicKind
from jira.kinds.issue import IssueKind
from jira.kinds.project import ProjectKind
from jira.kinds.release import ReleaseKind
from jira.kinds.sprint import SprintKind
from jira.kinds.user import UserKind
from jira.kinds.worklog import WorklogKind
from webhook_processors.base import JiraWebhookProcessor


class ProjectWebhookProcessor(JiraWebhookProcessor):
    """Projects: their own events, and issues that come and go (their number)."""

    kind = ProjectKind


class IssueWebhookProcessor(JiraWebhookProcessor):
    """Issues: their own events, and those of comments, worklogs, attachments and links."""

    kind = IssueKind


class UserWebhookProcessor(JiraWebhookProcessor):
    """Users: their own events."""

    kind = UserKind


class ReleaseWebhookProcessor(JiraWebhookProcessor):
    """Releases: the events of versions."""

    kind = ReleaseKind


class BoardWebhookProcessor(JiraWebhookProcessor):
    """Boards: their own events."""

    kind = BoardKind


class SprintWebhookProcessor(JiraWebhookProcessor):
    """Sprints: their own events, and issues that come to one or leave it."""

    kind = SprintKind


class BacklogWebhookProcessor(JiraWebhookProcessor):
    """Issues in backlogs: everything that touches an issue."""

    kind = BacklogKind


class EpicWebhookProcessor(JiraWebhookProcessor):
    """Epics: the events of issues."""

    kind = EpicKind


class WorklogWebhookProcessor(JiraWebhookProcessor):
    """Worklogs: their own events, and everything that touches an issue."""

    kind = WorklogKind


PROCESSORS: tuple[type[JiraWebhookProcessor], ...] = (
    ProjectWebhookProcessor,
    IssueWebhookProcessor,
    UserWebhookProcessor,
    ReleaseWebhookProcessor,
    BoardWebhookProcessor,
    SprintWebhookProcessor,
    BacklogWebhookProcessor,
    EpicWebhookProcessor,
    WorklogWebhookProcessor,
)
