"""What a Jira site holds, as far as an issue shows it."""

from dataclasses import dataclass, field
from typing import Literal

from sandbox.jira.formats import Row
from sandbox.jira.selection import Selection

type BoardType = Literal["scrum", "kanban", "simple"]
type SprintState = Literal["future", "active", "closed"]
type ComponentSource = Literal["jira", "compass"]


@dataclass(slots=True)
class User:
    """An account."""

    account_id: str
    name: str
    email: str | None
    active: bool = True
    account_type: str = "atlassian"
    time_zone: str = "UTC"
    locale: str = "en_US"
    deleted: bool = False


@dataclass(slots=True)
class Project:
    """A project; its issues are seen only while it is live."""

    id: str
    key: str
    name: str
    lead: User | None = None
    status: str = "live"
    previous_keys: list[str] = field(default_factory=list)
    last_number: int = 0
    hidden: bool = False
    changed_at: float = 0.0
    # A field configuration may leave the worklogs out of its issues' rows.
    hides_worklogs: bool = False
    # The status that what is under this project is answered with, such as 403.
    fault: int | None = None

    @property
    def visible(self) -> bool:
        """Whether the issues of this project can be seen."""
        return self.status == "live" and not self.hidden


@dataclass(frozen=True, slots=True)
class IssueType:
    """An issue type with its level: 1 epic, 0 standard, -1 sub-task."""

    id: str
    name: str
    level: int


@dataclass(frozen=True, slots=True)
class Status:
    """A workflow status and the key of its category."""

    id: str
    name: str
    category: str


@dataclass(frozen=True, slots=True)
class Priority:
    """A priority."""

    id: str
    name: str


@dataclass(slots=True)
class Comment:
    """A comment of an issue."""

    id: str
    author: User
    text: str
    created: float


@dataclass(frozen=True, slots=True)
class History:
    """What somebody changed of an issue in one go: an entry of its changelog."""

    id: str
    author: User
    created: float
    items: list[Row]


@dataclass(slots=True)
class Attachment:
    """A file of an issue."""

    id: str
    name: str
    author: User
    created: float


@dataclass(slots=True)
class Link:
    """A link from one issue to another."""

    id: str
    source: "Issue"
    target: "Issue"


@dataclass(slots=True, eq=False)
class Board:
    """A board over the projects that its filter names; it is located in the first of them."""

    id: int
    name: str
    type: BoardType
    projects: list[Project]
    # The status that everything under this board is answered with, such as 403.
    fault: int | None = None

    @property
    def shown_projects(self) -> list[Project]:
        """Those of its projects that can be seen."""
        return [project for project in self.projects if project.visible]

    @property
    def visible(self) -> bool:
        """Whether the board can be seen: it goes and comes back with its projects."""
        return any(project.visible for project in self.projects)

    @property
    def location(self) -> Project | None:
        """The project that the board is shown in, where that can be seen."""
        return self.projects[0] if self.projects and self.projects[0].visible else None

    @property
    def has_sprints(self) -> bool:
        """Whether the board supports sprints."""
        return self.type != "kanban"


@dataclass(slots=True, eq=False)
class Sprint:
    """A sprint; `origin` stays the id of the board it was made on, also when that is gone."""

    id: int
    name: str
    origin: int
    boards: list[Board]
    created: float
    state: SprintState = "future"
    goal: str = ""
    start: float | None = None
    end: float | None = None
    completed: float | None = None

    @property
    def visible(self) -> bool:
        """Whether the sprint can be read: it shows on a board that can be seen."""
        return any(board.visible for board in self.boards)

    @property
    def terms(self) -> tuple[str, str, str]:
        """What JQL compares: sprints are named by id, by name and by functions of their state."""
        return str(self.id), f"name:{self.name.lower()}", f"state:{self.state}"


@dataclass(slots=True, eq=False)
class Version:
    """A version of a project; dates are days such as 2026-01-31."""

    id: str
    project: Project
    name: str
    description: str = ""
    archived: bool = False
    released: bool = False
    start_date: str | None = None
    release_date: str | None = None


@dataclass(slots=True, eq=False)
class Component:
    """A component of a project, kept in Jira or in Compass."""

    id: str
    project: Project
    name: str
    description: str = ""
    lead: User | None = None
    source: ComponentSource = "jira"


@dataclass(slots=True, eq=False)
class Worklog:
    """Work that somebody logged on an issue; times are seconds since the epoch."""

    id: str
    issue: "Issue"
    author: User
    started: float
    seconds: int
    created: float
    updated: float
    text: str = ""


@dataclass(slots=True, eq=False)
class Issue:
    """An issue as it is now, or (when `frozen`) as it once was."""

    id: str
    key: str
    project: Project
    number: int
    type: IssueType
    status: Status
    priority: Priority
    summary: str
    created: float
    updated: float
    description: str | None = None
    creator: User | None = None
    reporter: User | None = None
    assignee: User | None = None
    labels: list[str] = field(default_factory=list)
    resolved: float | None = None
    due: str | None = None
    parent: "Issue | None" = None
    children: "list[Issue]" = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    sprint: Sprint | None = None
    # Those that it was in before, and didn't get done in; the oldest first.
    former_sprints: list[Sprint] = field(default_factory=list)
    histories: list[History] = field(default_factory=list)
    fix_versions: list[Version] = field(default_factory=list)
    affected_versions: list[Version] = field(default_factory=list)
    components: list[Component] = field(default_factory=list)
    worklogs: list[Worklog] = field(default_factory=list)
    hidden: bool = False
    frozen: bool = False
    was_visible: bool = True
    # What boards call an epic; None for its summary.
    epic_name: str | None = None
    # How much work it is thought to be; None for a value that goes with its number.
    points: float | None = None
    # What Jira answers, instead of worklogs, to whoever asks this issue for them.
    worklogs_fault: int | None = None
    row: Row | None = None
    raw: dict[Selection, bytes] = field(default_factory=dict)

    @property
    def visible(self) -> bool:
        """Whether a search or a read may give this issue."""
        return self.was_visible if self.frozen else self.project.visible and not self.hidden
