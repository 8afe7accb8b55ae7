"""The state of a Jira site: finding things in it, and its search index that lags behind."""

import copy
import random
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from sandbox.jira.agile_state import AgileState
from sandbox.jira.entities import (
    ALL_FIELDS,
    ISSUE_TYPES,
    PRIORITIES,
    STATUSES,
    Issue,
    IssueType,
    Link,
    Priority,
    Project,
    Row,
    Selection,
    Status,
    User,
    Webhook,
    dumps,
)
from sandbox.jira.match import Plan, plan
from sandbox.jira.planning_state import PlanningState
from sandbox.jira.rows import Rows

type Subscriber = Callable[[str, Row], None]


@dataclass(frozen=True, slots=True)
class _Past:
    until: float
    view: Issue | None


class SiteState(AgileState, PlanningState):
    """What a site holds. Nothing here makes an event."""

    def __init__(self, *, seed: int = 0, issue_bytes: int = 0) -> None:
        super().__init__()
        self.random = random.Random(seed)
        self.issue_bytes = issue_bytes
        self.clock: Callable[[], float] = time.time
        self.rows = Rows("http://jira.test")
        self.cloud_id = "00000000-1111-4222-8333-444444444444"
        self.index_lag = 0.0
        self.strict_gone_ids = False
        self.user_is_admin = True
        self.denied_permissions: set[str] = set()
        # Not UTC on purpose: whoever writes JQL dates must mind the account's zone.
        self.time_zone = "America/New_York"
        self.projects: dict[str, Project] = {}
        self.users: dict[str, User] = {}
        self.issues: dict[str, Issue] = {}
        self.links: dict[str, Link] = {}
        self.webhooks: dict[str, Webhook] = {}
        self.types: dict[str, IssueType] = {kind.name.lower(): kind for kind in ISSUE_TYPES}
        self.statuses: dict[str, Status] = {status.name.lower(): status for status in STATUSES}
        self.priorities: dict[str, Priority] = {item.name.lower(): item for item in PRIORITIES}
        self._project_keys: dict[str, str] = {}
        self._numbers: dict[tuple[str, int], str] = {}
        self._history: dict[str, list[_Past]] = {}
        self._subscribers: list[Subscriber] = []
        self._last_id = 9999
        self._next_webhook = 1
        self.me = self.add_user("Integration account")
        self.me.time_zone = self.time_zone

    @property
    def base_url(self) -> str:
        """Where the site says it is; links in rows begin with it."""
        return self.rows.base_url

    @base_url.setter
    def base_url(self, url: str) -> None:
        self.rows = Rows(url.rstrip("/"))
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
        body = {"timestamp": int(self.now() * 1000), "webhookEvent": event} | payload
        for callback in list(self._subscribers):
            callback(event, copy.deepcopy(body))

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
        return [issue for issue in self.issues.values() if issue.project is project]

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
        self.issues[issue.id] = issue
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
        issue.project, issue.number = project, number
        issue.key = f"{project.key}-{number}"

    # Rows

    def row(self, issue: Issue) -> Row:
        """The full row; never changed in place, so it may be shared."""
        if issue.row is None:
            issue.row = self.rows.issue(issue, self.issue_bytes)
        return issue.row

    def raw(self, issue: Issue, selection: Selection = ALL_FIELDS) -> bytes:
        """The JSON of the asked part of a row, kept until the issue changes."""
        if (raw := issue.raw.get(selection)) is None:
            raw = issue.raw[selection] = dumps(selection.apply(self.row(issue)))
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

    # The index

    def catch_up_index(self) -> None:
        """Let the search index see everything as it is, whatever its lag."""
        self.index_lag = 0.0
        self._history.clear()

    def remember(self, issues: Iterable[Issue]) -> None:
        """Before a change: while the index lags, keep what it goes on showing."""
        if self.index_lag <= 0:
            return
        until = time.monotonic() + self.index_lag
        for issue in issues:
            view = replace(
                issue,
                project=copy.copy(issue.project),
                labels=list(issue.labels),
                fix_versions=list(map(copy.copy, issue.fix_versions)),
                affected_versions=list(map(copy.copy, issue.affected_versions)),
                components=list(map(copy.copy, issue.components)),
                sprint=copy.copy(issue.sprint),
                frozen=True,
                was_visible=issue.visible,
                row=self.row(issue),
                raw={},
            )
            self._history.setdefault(issue.id, []).append(_Past(until, view))

    def remember_absent(self, issue_id: str) -> None:
        """Before a creation: while the index lags, the issue isn't found."""
        if self.index_lag > 0:
            until = time.monotonic() + self.index_lag
            self._history.setdefault(issue_id, []).append(_Past(until, None))

    def indexed(self, issue_id: str, current: Collection[str] = ()) -> Issue | None:
        """The issue as search sees it now; for ids in `current`, as it is."""
        if issue_id not in current and (past := self._history.get(issue_id)):
            moment = time.monotonic()
            while past and past[0].until <= moment:
                past.pop(0)
            if past:
                return past[0].view
            del self._history[issue_id]
        return self.issues.get(issue_id)

    def _all_indexed(self, current: Collection[str]) -> Iterator[Issue]:
        if not self._history:
            yield from self.issues.values()
            return
        for issue_id in dict.fromkeys((*self.issues, *self._history)):
            if (issue := self.indexed(issue_id, current)) is not None:
                yield issue

    def search(self, jql: str, reconcile: Collection[str] = ()) -> list[Issue]:
        """The issues that a query finds, in its order."""
        return self.run(plan(jql, self), frozenset(reconcile))

    def run(self, query: Plan, current: frozenset[str] = frozenset()) -> list[Issue]:
        """The issues that a prepared query finds, in its order."""
        if query.ids is None:
            found: Iterable[Issue] = self._all_indexed(current)
        else:
            views = (self.indexed(issue_id, current) for issue_id in query.ids)
            found = [issue for issue in views if issue is not None]
        return query.sort([issue for issue in found if issue.visible and query.matches(issue)])
