"""What people do to worklogs, with the events that Jira sends for it."""

from sandbox.jira.changes import IssueChanges
from sandbox.jira.entities import Issue, Row, User, changed
from sandbox.jira.planning_rows import worklog_event
from sandbox.jira.planning_state import KEEP, Worklog


class WorklogChanges(IssueChanges):
    """Changes of worklogs, named by id; times are seconds since the epoch."""

    def add_worklog(
        self,
        issue: str,
        *,
        seconds: int = 3600,
        text: str = "Some work",
        started: float | None = None,
        author: str | None = None,
    ) -> Worklog:
        """Log work on an issue; the author is named by account id."""
        found = self.issue_of(issue)
        self.remember([found])
        before = _spent(found)
        self._touch(found)
        worklog = self.build_worklog(
            found,
            seconds=seconds,
            text=text,
            started=started,
            author=self.users[author] if author else None,
        )
        self._worklog_event("created", worklog, before)
        return worklog

    def build_worklog(
        self,
        issue: Issue,
        *,
        seconds: int,
        text: str = "",
        started: float | None = None,
        author: User | None = None,
    ) -> Worklog:
        """Log work without an event."""
        if seconds < 1:
            raise ValueError("Work takes time")
        moment = self.now()
        worklog = Worklog(
            id=self.next_id(),
            issue=issue,
            author=author or self.me,
            started=moment if started is None else started,
            seconds=seconds,
            created=moment,
            updated=moment,
            text=text,
        )
        self.worklogs[worklog.id] = worklog
        issue.worklogs.append(worklog)
        self.forget_rows([issue])
        return worklog

    def change_worklog(
        self, worklog_id: str, *, seconds: int = KEEP, text: str = KEEP, started: float = KEEP
    ) -> Worklog:
        """Change how much work it was, when it began or what it was."""
        worklog = self.worklog_of(worklog_id)
        self.remember([worklog.issue])
        before = _spent(worklog.issue)
        self._touch(worklog.issue)
        worklog.seconds = worklog.seconds if seconds is KEEP else seconds
        worklog.text = worklog.text if text is KEEP else text
        worklog.started = worklog.started if started is KEEP else started
        worklog.updated = max(self.now(), worklog.updated)
        self.forget_rows([worklog.issue])
        self._worklog_event("updated", worklog, before)
        return worklog

    def delete_worklog(self, worklog_id: str) -> None:
        """Take back that there was work."""
        worklog = self.worklog_of(worklog_id)
        self.remember([worklog.issue])
        before = _spent(worklog.issue)
        self._touch(worklog.issue)
        worklog.issue.worklogs.remove(worklog)
        del self.worklogs[worklog_id]
        self.forget_rows([worklog.issue])
        self._worklog_event("deleted", worklog, before)

    def _worklog_event(self, verb: str, worklog: Worklog, before: str | None) -> None:
        self.emit(f"worklog_{verb}", {"worklog": worklog_event(self.rows, worklog)})
        if not self.worklogs_send_issue_events:
            return
        after = _spent(worklog.issue)
        items: list[Row] = [changed("timespent", (before, before), (after, after), "timespent")]
        if verb != "created":
            items.append(changed("WorklogId", (worklog.id, worklog.id), (None, None)))
        kind = "issue_work_logged" if verb == "created" else f"issue_worklog_{verb}"
        self._issue_event("jira:issue_updated", worklog.issue, kind, items)


def _spent(issue: Issue) -> str | None:
    """How much work an issue shows, as its changelog writes it."""
    return str(sum(item.seconds for item in issue.worklogs)) if issue.worklogs else None
