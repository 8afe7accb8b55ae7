"""Issues as search sees them, which lags behind, and what each change of one needs."""

import copy
import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from sandbox.jira.entities import History, Issue
from sandbox.jira.formats import Row
from sandbox.jira.jql.plan import Plan, plan
from sandbox.jira.state import SiteState


@dataclass(frozen=True, slots=True)
class _Past:
    until: float
    view: Issue | None


class IssueIndex(SiteState):
    """The search index of a site, and its events of issues."""

    def __init__(self, **settings: int) -> None:
        super().__init__(**settings)
        self.index_lag = 0.0
        self._history: dict[str, list[_Past]] = {}

    def catch_up_index(self) -> None:
        """Let the search index see everything as it is, whatever its lag."""
        self.index_lag = 0.0
        self._history.clear()

    def remember(self, issues: Iterable[Issue]) -> None:
        """Before a change: while the index lags, keep what it goes on showing."""
        self.changes += 1
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
                former_sprints=list(map(copy.copy, issue.former_sprints)),
                histories=list(issue.histories),
                frozen=True,
                was_visible=issue.visible,
                row=self.row(issue),
                raw={},
            )
            self._history.setdefault(issue.id, []).append(_Past(until, view))

    def remember_absent(self, issue_id: str) -> None:
        """Before a creation: while the index lags, the issue isn't found."""
        self.changes += 1
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

    @property
    def index_lags(self) -> bool:
        """Whether a search may find something else only because time goes by."""
        return bool(self._history)

    def search(self, jql: str, reconcile: Collection[str] = ()) -> list[Issue]:
        """The issues that a query finds, in its order."""
        return self.run(plan(jql, self), frozenset(reconcile))

    def run(self, query: Plan, current: frozenset[str] = frozenset()) -> list[Issue]:
        """The issues that a prepared query finds, in its order."""
        if query.ids is None:
            found: Iterable[Issue] = self._all_indexed(current, query.homes)
        else:
            views = (self.indexed(issue_id, current) for issue_id in query.ids)
            found = [issue for issue in views if issue is not None]
        return query.sort([issue for issue in found if issue.visible and query.matches(issue)])

    def _all_indexed(
        self, current: Collection[str], homes: Iterable[str] | None
    ) -> Iterator[Issue]:
        """What search sees of these projects (None: of all), and of others where it is behind."""
        if homes is None:
            there = self.issues
        else:
            there = {name: one for home in homes for name, one in self._issues_in[home].items()}
        if not self._history:
            yield from there.values()
            return
        for issue_id in dict.fromkeys((*there, *self._history)):
            if (issue := self.indexed(issue_id, current)) is not None:
                yield issue

    # Changes of issues

    def _touch(self, issue: Issue) -> None:
        issue.updated = max(self.now(), issue.updated)

    def _actor(self) -> Row | None:
        return self.rows.user(self.me, private=False)

    def _issue_event(
        self, event: str, issue: Issue, kind: str, items: list[Row] | None = None
    ) -> None:
        body: Row = {
            "issue_event_type_name": kind,
            "user": self._actor(),
            "issue": self.event_row(issue),
        }
        if items is not None:
            history = History(self.next_id(), self.me, self.now(), items)
            issue.histories.append(history)
            issue.raw.clear()
            body["changelog"] = {"id": history.id, "items": items}
        self.emit(event, body)
