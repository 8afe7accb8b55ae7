"""Worklogs: what a site holds of them, their rows, what people do to them, their endpoints."""

from collections.abc import Callable, Mapping, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.jira.endpoints import API, OBJECTS, Endpoints, Pages, array, knows, listed, refuse
from sandbox.jira.entities import Issue, User, Worklog
from sandbox.jira.formats import Row, changed, document, stamp
from sandbox.jira.index import IssueIndex
from sandbox.jira.rows import Rows
from sandbox.jira.state import KEEP, IssueField

MAX_WORKLOGS = 5000
MAX_LISTED = 1000
LEFT_OUT_SECONDS = 60
"""Of what just changed, Jira's list of changes says nothing yet."""
_PAGES = Pages(MAX_WORKLOGS, MAX_WORKLOGS, key="worklogs", says_last=False)
INLINED_WORKLOGS = 20
# How Jira counts work unless an administrator says otherwise.
_UNITS = (("w", 5 * 8 * 3600), ("d", 8 * 3600), ("h", 3600), ("m", 60))


class Worklogs(IssueIndex):
    """Worklogs, named by id; times are seconds since the epoch. Changes send Jira's events."""

    def __init__(self, **settings: int) -> None:
        super().__init__(**settings)
        self.worklogs: dict[str, Worklog] = {}
        # When each was deleted, by its id; those that went with their issue aren't among them.
        self.deleted_worklogs: dict[str, float] = {}
        # What nobody documents can be had both ways.
        self.worklogs_send_issue_events = False
        self.changed_worklogs_a_page = MAX_LISTED
        self.issue_fields["worklog"] = IssueField(
            lambda issue: worklog_field(self.rows, issue.worklogs),
            lambda issue: worklog_field(self.rows, issue.worklogs, worklog_event),
            hidden=lambda issue: issue.project.hides_worklogs,
        )
        self.issue_fields["timespent"] = IssueField(
            lambda issue: sum(item.seconds for item in issue.worklogs) or None
        )
        self.issue_fields["aggregatetimespent"] = IssueField(lambda issue: _together(issue) or None)
        self.issue_fields["aggregateprogress"] = IssueField(_progress)

    def hide_worklogs(self, project_key: str) -> None:
        """Leave the field out of a project's issues, as a field configuration does."""
        project = self.project_of(project_key)
        project.hides_worklogs = True
        self.forget_rows(self.issues_in(project))

    def worklog_of(self, worklog_id: str) -> Worklog:
        """A worklog that must be there, seen or not."""
        if (worklog := self.worklogs.get(worklog_id)) is None:
            raise KeyError(f"No worklog {worklog_id}")
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
        self.forget_rows(self.around(issue))
        return worklog

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
        self.forget_rows(self.around(worklog.issue))
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
        self.deleted_worklogs[worklog_id] = self.now()
        self.forget_rows(self.around(worklog.issue))
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


def _together(issue: Issue) -> int:
    """The seconds of work on an issue and its sub-tasks."""
    every = (issue, *(child for child in issue.children if child.type.level < 0))
    return sum(item.seconds for one in every for item in one.worklogs)


def _progress(issue: Issue) -> Row:
    spent = _together(issue)
    # Nothing was estimated: what was done is all there is to do.
    return {"progress": spent, "total": spent} | ({"percent": 100} if spent else {})


def worklog_row(rows: Rows, worklog: Worklog) -> Row:
    """A worklog, the same wherever the API shows it."""
    author = rows.user(worklog.author, private=False)
    row = {
        "self": rows.link(f"issue/{worklog.issue.id}/worklog/{worklog.id}"),
        "author": author,
        "updateAuthor": author,
        "created": stamp(worklog.created),
        "updated": stamp(worklog.updated),
        "started": stamp(worklog.started),
        "timeSpent": time_spent(worklog.seconds),
        "timeSpentSeconds": worklog.seconds,
        "id": worklog.id,
        "issueId": worklog.issue.id,
    }
    return row | ({"comment": document(worklog.text)} if worklog.text else {})


def worklog_event(rows: Rows, worklog: Worklog) -> Row:
    """A worklog as an event carries it: in the older API's form, where texts are plain."""
    link = f"{rows.base_url}/rest/api/2/issue/{worklog.issue.id}/worklog/{worklog.id}"
    return worklog_row(rows, worklog) | {"self": link, "comment": worklog.text}


def worklog_field(
    rows: Rows,
    worklogs: Sequence[Worklog],
    make: Callable[[Rows, Worklog], Row] = worklog_row,
) -> Row:
    """An issue's worklogs, as many as it brings along."""
    return {
        "startAt": 0,
        "maxResults": INLINED_WORKLOGS,
        "total": len(worklogs),
        "worklogs": [make(rows, item) for item in worklogs[:INLINED_WORKLOGS]],
    }


def time_spent(seconds: int) -> str:
    """A time in weeks, days, hours and minutes, as Jira writes it."""
    parts = []
    for unit, size in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0m"


class WorklogEndpoints(Endpoints[Worklogs]):
    """The worklogs of an issue, one of them, and those of a list of ids."""

    def routes(self) -> list[Route]:
        """The endpoints."""
        return [
            Route(f"{API}/issue/{{id}}/worklog", self._every),
            Route(f"{API}/issue/{{id}}/worklog/{{worklog}}", self._one),
            Route(f"{API}/worklog/list", self._listed, methods=["POST"]),
            Route(f"{API}/worklog/updated", self._updated),
            Route(f"{API}/worklog/deleted", self._deleted),
        ]

    async def _every(self, request: Request) -> Response:
        issue = self.site.find_issue(request.path_params["id"])
        if issue is None or not knows(request):
            return refuse(404, "Issue does not exist or you do not have permission to see it.")
        if issue.worklogs_fault is not None:
            return refuse(issue.worklogs_fault, f"Worklogs of {issue.key} can't be read.")
        query = request.query_params
        after, before = query.get("startedAfter"), query.get("startedBefore")
        for bound in (after, before):
            if bound is not None and not bound.isdecimal():
                return refuse(400, f"'{bound}' is no time.")
        # Both are exclusive, by the words of the parameters; elsewhere it says "on or after".
        found = [
            worklog
            for worklog in issue.worklogs
            if (after is None or worklog.started * 1000 > int(after))
            and (before is None or worklog.started * 1000 < int(before))
        ]
        return _PAGES.answer(request, self.faults, found, lambda item: self._row(request, item))

    async def _one(self, request: Request) -> Response:
        issue = self.site.find_issue(request.path_params["id"])
        worklog = self.site.worklogs.get(request.path_params["worklog"])
        if issue is None or worklog is None or worklog.issue is not issue or not knows(request):
            return refuse(404, "Cannot find worklog with this id.")
        return JSONResponse(self._row(request, worklog))

    async def _listed(self, request: Request) -> Response:
        body = request.scope["jira.body"]
        ids = body.get("ids") if isinstance(body, dict) else None
        if not isinstance(ids, list) or not 0 < len(ids) <= MAX_LISTED:
            return refuse(400, f"ids must have 1 to {MAX_LISTED} ids.")
        if not knows(request):
            return refuse(401, "Client must be authenticated to access this resource.")
        found = (self.site.worklogs.get(str(number)) for number in dict.fromkeys(ids))
        return array(
            request, [self._row(request, item) for item in found if item and item.issue.visible]
        )

    async def _updated(self, request: Request) -> Response:
        """Ids of worklogs that changed after a moment, the oldest first."""
        visible = [item for item in self.site.worklogs.values() if item.issue.visible]
        return self._changes(request, "updated", {item.id: item.updated for item in visible})

    async def _deleted(self, request: Request) -> Response:
        """The same of those that were deleted."""
        return self._changes(request, "deleted", self.site.deleted_worklogs)

    def _changes(self, request: Request, name: str, times: Mapping[str, float]) -> Response:
        since = request.query_params.get("since", "0")
        if not since.isdecimal():
            return refuse(400, f"'{since}' is no time.")
        if not knows(request):
            return refuse(401, "Client must be authenticated to access this resource.")
        latest = self.site.now() - LEFT_OUT_SECONDS
        changes = sorted((int(at * 1000), int(of)) for of, at in times.items() if at <= latest)
        changes = [change for change in changes if change[0] > int(since)]
        page = changes[: self.site.changed_worklogs_a_page]
        request.scope[OBJECTS] = len(page)
        link = f"{self.site.base_url}{API}/worklog/{name}?since="
        row: Row = {
            "values": [
                {"worklogId": number, "updatedTime": at, "properties": []} for at, number in page
            ],
            "since": page[0][0] if page else int(since),
            "until": page[-1][0] if page else int(since),
            "self": f"{link}{since}",
            "lastPage": len(page) == len(changes),
        }
        if not row["lastPage"]:
            row["nextPage"] = f"{link}{row['until']}"
        return JSONResponse(row)

    def _row(self, request: Request, worklog: Worklog) -> Row:
        row = worklog_row(self.site.rows, worklog)
        expanded = listed(request, "expand")
        return row | ({"properties": []} if "properties" in expanded else {})
