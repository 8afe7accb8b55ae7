"""The state of a Jira site: what it holds, finding things in it, and who hears of events."""

import copy
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.jira.defaults import ISSUE_TYPES, PRIORITIES, STATUSES
from sandbox.jira.entities import Issue, IssueType, Link, Priority, Project, Status, User
from sandbox.jira.formats import Row, dumps
from sandbox.jira.issue_rows import IssueRows
from sandbox.jira.jql.fields import JqlField
from sandbox.jira.payload_forms import PayloadForms
from sandbox.jira.selection import ALL_FIELDS, Selection

type Subscriber = Callable[[str, Row], None]

KEEP: Any = object()
"""What is passed for something that stays as it is."""


@dataclass(frozen=True, slots=True)
class IssueField:
    """A field that a kind adds to issues' rows; `event` where events show it otherwise.

    `hidden` says of which issues it is no part at all.
    """

    row: Callable[[Issue], Any]
    event: Callable[[Issue], Any] | None = None
    hidden: Callable[[Issue], bool] = lambda issue: False


class SiteState:
    """What a site holds besides what kinds add. Nothing here makes an event."""

    def __init__(self, *, seed: int = 0, issue_bytes: int = 0) -> None:
        self.random = random.Random(seed)
        self.issue_bytes = issue_bytes
        self.clock: Callable[[], float] = time.time
        self.rows = IssueRows("http://jira.test")
        self.cloud_id = "00000000-1111-4222-8333-444444444444"
        # What nobody documents can be had both ways.
        self.strict_gone_ids = False
        self.forms = PayloadForms()
        self.user_is_admin = True
        self.denied_permissions: set[str] = set()
        # Whether the account may use Jira Software, which boards belong to.
        self.has_software = True
        # Not UTC on purpose: whoever writes JQL dates must mind the account's zone.
        self.time_zone = "America/New_York"
        self.projects: dict[str, Project] = {}
        self.users: dict[str, User] = {}
        self.issues: dict[str, Issue] = {}
        self.links: dict[str, Link] = {}
        self.types: dict[str, IssueType] = {kind.name.lower(): kind for kind in ISSUE_TYPES}
        self.statuses: dict[str, Status] = {status.name.lower(): status for status in STATUSES}
        self.priorities: dict[str, Priority] = {item.name.lower(): item for item in PRIORITIES}
        # What kinds add to issues' rows and to JQL, by the field's name.
        self.issue_fields: dict[str, IssueField] = {}
        self.jql_fields: dict[str, JqlField] = {}
        # Whether a row is kept until its issue changes: a large site makes it when it is asked for.
        self.keeps_rows = True
        self._project_keys: dict[str, str] = {}
        self._issues_in: defaultdict[str, dict[str, Issue]] = defaultdict(dict)
        self._numbers: dict[tuple[str, int], str] = {}
        self._subscribers: list[Subscriber] = []
        # Grows with everything that may change what a search finds.
        self.changes = 0
        self._last_id = 9999
        self.me = self.add_user("Integration account")
        self.me.time_zone = self.time_zone

    @property
    def base_url(self) -> str:
        """Where the site says it is; links in rows begin with it."""
        return self.rows.base_url

    @base_url.setter
    def base_url(self, url: str) -> None:
        self.rows = IssueRows(url.rstrip("/"))
        self.forget_rows(self.issues.values())

    def now(self) -> float:
        """The site's clock, in seconds since the epoch."""
        return self.clock()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which JQL dates are read."""
        return ZoneInfo(self.time_zone)

    def next_id(self) -> str:
        """An id that was never given before."""
        self._last_id += 1
        return str(self._last_id)

    # Subscribers

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """Call `callback(event, payload)` at each event; returns what ends that."""
        self._subscribers.append(callback)
        return lambda: self._subscribers.remove(callback)

    def emit(self, event: str, payload: Row) -> None:
        """Tell subscribers of an event, with a snapshot of its payload."""
        if not self._subscribers:
            return
        usual = {"timestamp": int(self.now() * 1000), "webhookEvent": event} | payload
        for callback in list(self._subscribers):
            callback(event, self.forms.of(copy.deepcopy(usual)))

    # Finding things

    def find_project(self, id_or_key: str) -> Project | None:
        """A project by its id, its key or a key it once had."""
        return self.projects.get(self._project_keys.get(id_or_key.upper(), id_or_key))

    def project_of(self, id_or_key: str) -> Project:
        """Like `find_project`, where it must be there."""
        if (project := self.find_project(id_or_key)) is None:
            raise KeyError(f"No project {id_or_key}")
        return project

    def project_named(self, name: str) -> Project | None:
        """A project by its name, whatever its case."""
        wanted = name.lower()
        return next((item for item in self.projects.values() if item.name.lower() == wanted), None)

    def issue_id(self, id_or_key: str) -> str | None:
        """The id for an id or a key, also a former key; the issue may be gone."""
        if id_or_key.isdecimal():
            return id_or_key
        project_key, _, number = id_or_key.rpartition("-")
        project_id = self._project_keys.get(project_key.upper())
        if project_id is None or not number.isdecimal():
            return None
        return self._numbers.get((project_id, int(number)))

    def find_issue(self, id_or_key: str) -> Issue | None:
        """The issue with this id, key or former key, if it is there and may be seen."""
        issue = self.issues.get(self.issue_id(id_or_key) or "")
        return issue if issue is not None and issue.visible else None

    def issue_of(self, id_or_key: str) -> Issue:
        """Like `find_issue`, for an issue that must be there, seen or not."""
        issue = self.issues.get(self.issue_id(id_or_key) or "")
        if issue is None:
            raise KeyError(f"No issue {id_or_key}")
        return issue

    def issues_in(self, project: Project) -> list[Issue]:
        """The issues of a project, seen or not."""
        return list(self._issues_in[project.id].values())

    # Adding things

    def add_user(self, name: str, *, account_type: str = "atlassian") -> User:
        """Add an account without an event."""
        number = len(self.users) + 1
        bits = self.random.getrandbits(48)
        user = User(
            account_id=f"712020:{number:08x}-0000-4000-8000-{bits:012x}",
            name=name,
            email=f"user{number}@example.com" if account_type == "atlassian" else None,
            account_type=account_type,
        )
        self.users[user.account_id] = user
        return user

    def add_project(self, key: str, name: str, lead: User | None = None) -> Project:
        """Add a project without an event."""
        if key.upper() in self._project_keys:
            raise ValueError(f"Project key {key} is or was in use")
        project = Project(id=self.next_id(), key=key, name=name, lead=lead or self.me)
        self.projects[project.id] = project
        self._project_keys[key.upper()] = project.id
        return project

    def add_issue(self, issue: Issue) -> None:
        """Put a new issue in its place: its key, its parent."""
        self.issues[issue.id] = self._issues_in[issue.project.id][issue.id] = issue
        self._numbers[issue.project.id, issue.number] = issue.id
        issue.numbers[issue.project.id] = issue.number
        if issue.parent is not None:
            issue.parent.children.append(issue)

    def place(self, issue: Issue, project: Project) -> None:
        """Put an issue in a project: under the key it once had there, or under a new one."""
        number = issue.numbers.get(project.id)
        if number is None:
            project.last_number += 1
            number = issue.numbers[project.id] = project.last_number
            self._numbers[project.id, number] = issue.id
        del self._issues_in[issue.project.id][issue.id]
        self._issues_in[project.id][issue.id] = issue
        issue.project, issue.number = project, number
        issue.key = f"{project.key}-{number}"

    # Rows

    def row(self, issue: Issue) -> Row:
        """The full row; never changed in place, so it may be shared."""
        if issue.row is not None:
            return issue.row
        fields = {n: f for n, f in self.issue_fields.items() if not f.hidden(issue)}
        added = {name: field.row(issue) for name, field in fields.items()}
        row = self.rows.issue(issue, added, self.issue_bytes)
        if self.keeps_rows:
            issue.row = row
        return row

    def event_row(self, issue: Issue) -> Row:
        """The full row as events carry it."""
        fields = {n: f for n, f in self.issue_fields.items() if not f.hidden(issue)}
        shown = {name: field.event for name, field in fields.items()}
        added = {name: make(issue) for name, make in shown.items() if make is not None}
        return self.rows.issue_event(issue, self.row(issue), added)

    def raw(self, issue: Issue, selection: Selection = ALL_FIELDS) -> bytes:
        """The JSON of the asked part of a row."""
        if (raw := issue.raw.get(selection)) is not None:
            return raw
        shown = selection.apply(self.row(issue))
        if selection.changelog:
            shown = {**shown, "changelog": self.rows.changelog(issue)}
        raw = dumps(shown)
        if self.keeps_rows:
            issue.raw[selection] = raw
        return raw

    def warm(self, selection: Selection = ALL_FIELDS) -> None:
        """Make all rows now, so that a measurement doesn't pay for them."""
        for issue in self.issues.values():
            self.raw(issue, selection)

    @staticmethod
    def forget_rows(issues: Iterable[Issue]) -> None:
        """Let rows be made anew."""
        for issue in issues:
            issue.row = None
            issue.raw.clear()

    @staticmethod
    def around(issue: Issue) -> set[Issue]:
        """An issue and those whose rows show something of it."""
        found = {issue, *issue.children}
        if issue.parent is not None:
            found.add(issue.parent)
        for link in issue.links:
            found |= {link.source, link.target}
        return found
