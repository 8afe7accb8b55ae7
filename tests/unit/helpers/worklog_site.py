"""A site with worklogs, whose issues show them or hide the field."""

import re
from datetime import UTC, datetime
from typing import Any

from client import KINDS, MYSELF, JiraClient
from jira.kinds.issue_reader import BULK_FETCH, SEARCH
from jira.kinds.worklog import BY_IDS
from jira.kinds.worklog_changes import UPDATED
from kinds import Kinds
from tests.unit.helpers.fake_client import resource
from tests.unit.helpers.fakes import FakeApi
from tests.unit.helpers.planning_site import all_rows

Row = dict[str, Any]
WEEK = resource("worklog")
STARTED = "2026-01-02T03:04:05.000+0000"
MS = 1767323045000
"""STARTED, in milliseconds since 1970."""


class Site:
    """Issues by id with the ids of their worklogs; an issue brings 20 along, a page holds 15."""

    def __init__(self, **worklogs: int) -> None:
        self.issues: dict[str, list[Row]] = {}
        for name, count in worklogs.items():
            issue_id = name.removeprefix("i")
            self.issues[issue_id] = [
                {"id": f"{issue_id}{n:03}", "issueId": issue_id, "started": STARTED}
                for n in range(count)
            ]
        self.outside: set[str] = set()
        self.hides: set[str] = set()
        self.updated = dict.fromkeys(self.issues, STARTED)
        self.changes_a_page = 1000
        self.answers: dict[str, Any] = {}
        self.fake = FakeApi(self.answer)
        self.client = JiraClient(self.fake.api)
        self.kind = self.client.kinds[Kinds.WORKLOG]

    def issue(self, issue_id: str) -> Row:
        worklogs = self.issues[issue_id]
        field = {"total": len(worklogs), "maxResults": 20, "worklogs": worklogs[:20]}
        shown = {} if issue_id in self.hides else {"worklog": field}
        fields = {**shown, "updated": self.updated[issue_id]}
        return {"id": issue_id, "key": f"AB-{issue_id}", "fields": fields}

    def answer(self, method: str, path: str, what: Any) -> Any:
        if path in self.answers:
            return self.answers[path]
        if path == MYSELF:
            return {"accountId": "account-1"}
        if path == SEARCH:
            return self.search(what)
        if path == BULK_FETCH:
            return {"issues": [self.issue(i) for i in what["issueIdsOrKeys"] if i in self.issues]}
        if path == BY_IDS:
            every = [row for rows in self.issues.values() for row in rows]
            return [row for row in every if int(row["id"]) in what["ids"]]
        if path == UPDATED:
            return self.changed(what)
        [issue_id] = re.findall(r"/issue/(\d+)/worklog", path)
        rows = self.issues[issue_id]
        start = what["startAt"]
        page = rows[start : start + 15]
        return {"worklogs": page, "startAt": start, "maxResults": 15, "total": len(rows)}

    def changed(self, what: Row) -> Row:
        """Two changes in each millisecond, so that a page may end within one."""
        every = [row for rows in self.issues.values() for row in rows]
        times = [(MS + number // 2, int(row["id"])) for number, row in enumerate(every)]
        left = [(at, worklog) for at, worklog in times if at > what["since"]]
        page = left[: self.changes_a_page]
        return {
            "values": [{"worklogId": worklog, "updatedTime": at} for at, worklog in page],
            "until": page[-1][0] if page else 0,
            "lastPage": len(page) == len(left),
        }

    def search(self, what: Row) -> Row:
        named = re.search(r"\bid in \((.*)\)", what["jql"])
        ids = re.findall(r"\d+", named[1]) if named else list(self.issues)
        ids = [i for i in ids if i in self.issues and i not in self.outside]
        start = int(what.get("nextPageToken", "0"))
        end = start + what["maxResults"]
        more = {"nextPageToken": str(end)} if end < len(ids) else {}
        return {"issues": [self.issue(i) for i in ids[start:end]], "isLast": not more, **more}

    async def resync(self, of: Any = WEEK) -> list[Row]:
        return await all_rows(self.client.read_all(Kinds.WORKLOG, of.selector))

    async def live(self, payload: Any, of: Any = WEEK) -> tuple[list[str], list[str]]:
        spec = KINDS[Kinds.WORKLOG]
        assert spec.is_touched_by(payload["webhookEvent"])
        found = await self.kind.resolve(spec.subjects(payload), of.selector)
        return [row["id"] for row in found.updated], [row["id"] for row in found.deleted]

    def paged(self) -> list[Row]:
        return [what for _, path, what in self.fake.asked if path.endswith("/worklog")]

    def singly(self) -> list[str]:
        """The issues whose worklogs were asked for one by one."""
        return [path.split("/")[-2] for _, path, _ in self.fake.asked if path.endswith("/worklog")]


def just_now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
