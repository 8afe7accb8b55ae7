"""What a Jira site holds, and the rows that its REST API makes of it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.jira.agile_state import Sprint
    from sandbox.jira.planning_state import Component, Version, Worklog

type Row = dict[str, Any]


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


@dataclass(slots=True)
class Link:
    """A link from one issue to another."""

    id: str
    source: "Issue"
    target: "Issue"


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
    numbers: dict[str, int] = field(default_factory=dict)
    sprint: "Sprint | None" = None
    fix_versions: "list[Version]" = field(default_factory=list)
    affected_versions: "list[Version]" = field(default_factory=list)
    components: "list[Component]" = field(default_factory=list)
    worklogs: "list[Worklog]" = field(default_factory=list)
    hidden: bool = False
    frozen: bool = False
    was_visible: bool = True
    # What Jira answers, instead of worklogs, to whoever asks this issue for them.
    worklogs_fault: int | None = None
    row: Row | None = None
    raw: "dict[Selection, bytes]" = field(default_factory=dict)

    @property
    def visible(self) -> bool:
        """Whether a search or a read may give this issue."""
        return self.was_visible if self.frozen else self.project.visible and not self.hidden


@dataclass(slots=True)
class Webhook:
    """A webhook that an administrator registered."""

    id: str
    name: str
    url: str
    events: list[str]
    description: str = ""
    filters: dict[str, str] = field(default_factory=dict)
    exclude_body: bool = False
    enabled: bool = True
    secret: str | None = None
    updated: float = 0.0


@dataclass(frozen=True, slots=True)
class Selection:
    """Which fields a request asked for."""

    base: str = ""
    include: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()

    @classmethod
    def of(cls, names: Iterable[str], default: str) -> "Selection":
        """Read a `fields` parameter, whose entries may be comma-separated."""
        parts = [part.strip() for name in names for part in name.split(",") if part.strip()]
        base, include, exclude = "", set[str](), set[str]()
        for part in parts:
            if part in ("*all", "*navigable"):
                base = part if base != "*all" else base
            elif part.startswith("-"):
                exclude.add(part[1:])
            else:
                include.add(part)
        if not base and not include:
            # Only exclusions, or nothing at all: they apply to the default.
            if default.startswith("*"):
                base = default
            else:
                include.add(default)
        return cls(base, frozenset(include), frozenset(exclude))

    @property
    def slim(self) -> bool:
        """Whether only ids and keys were asked for, which allows larger pages."""
        return not self.base and self.include <= {"id", "key"}

    def apply(self, row: Row) -> Row:
        """The part of a full row that was asked for."""
        if self.base == "*all" and not self.exclude:
            return row
        if not self.base and self.include <= {"id"}:
            return {"id": row["id"]}
        slim = {name: row[name] for name in ("expand", "id", "self", "key")}
        if self.slim:
            return slim
        fields: Row = row["fields"]
        hidden = set(self.exclude)
        if self.base == "*navigable":
            hidden |= {"comment", "worklog"} - self.include
        kept = {
            name: value
            for name, value in fields.items()
            if name not in hidden and (self.base or name in self.include)
        }
        return slim | {"fields": kept}


ALL_FIELDS = Selection("*all")

ISSUE_TYPES = (
    IssueType("10000", "Epic", 1),
    IssueType("10001", "Story", 0),
    IssueType("10002", "Task", 0),
    IssueType("10003", "Bug", 0),
    IssueType("10004", "Sub-task", -1),
)
STATUSES = (
    Status("10000", "To Do", "new"),
    Status("3", "In Progress", "indeterminate"),
    Status("10002", "In Review", "indeterminate"),
    Status("10001", "Done", "done"),
)
PRIORITIES = tuple(
    Priority(str(number), name)
    for number, name in enumerate(("Highest", "High", "Medium", "Low", "Lowest"), start=1)
)
CATEGORIES: dict[str, tuple[int, str, str]] = {
    "new": (2, "blue-gray", "To Do"),
    "indeterminate": (4, "yellow", "In Progress"),
    "done": (3, "green", "Done"),
}
RESOLUTION = ("10000", "Done")
LINK_TYPE = ("10000", "Blocks", "is blocked by", "blocks")


def dumps(value: Any) -> bytes:
    """Compact JSON in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def stamp(at: float) -> str:
    """A time as Jira writes it."""
    moment = datetime.fromtimestamp(at, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}+0000"


def document(text: str) -> Row:
    """A text as an Atlassian document."""
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": text}]}
    return {"type": "doc", "version": 1, "content": [paragraph]}


def changed(name: str, old: tuple[Any, Any], new: tuple[Any, Any], field_id: str = "") -> Row:
    """One item of a changelog; each side is (value, text)."""
    row = {"field": name, "fieldtype": "jira"}
    if field_id:
        row["fieldId"] = field_id
    return row | {"from": old[0], "fromString": old[1], "to": new[0], "toString": new[1]}
