"""A Jira that counts points by the hour, and refuses everything once they are used up."""

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import httpx

from jira.kinds.issue import DEFAULT_JQL

PROJECTS = 8
PEOPLE = 200
LATENCY = 0.1
TOLD_FROM = 0.2
"""What is left is told once that part of the quota is."""

Row = dict[str, Any]


class MeteredJira:
    """Issues with a version that each change raises; projects have them in turn."""

    def __init__(self, issues: int, quota: int, now: Callable[[], float]) -> None:
        """`quota` is for an hour; `now` tells seconds since 1970."""
        self.quota = quota
        self.now = now
        self.updated = dict.fromkeys(range(1, issues + 1), 0.0)
        self.version = dict.fromkeys(self.updated, 0)
        self.used: dict[int, int] = defaultdict(int)
        self.refused = 0
        self.requests = 0
        self.of_others: Callable[[int], int] = lambda hour: 0
        """Points that other sites of the app use in an hour, from its beginning on."""

    def change(self, number: int) -> None:
        self.version[number] += 1
        self.updated[number] = self.now()

    async def handle(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(LATENCY)
        self.requests += 1
        hour = int(self.now() // 3600)
        used = self.used[hour] + self.of_others(hour)
        reset = 3600 - self.now() % 3600
        burst, points = '"jira-burst-based";q=100;w=1', f'"global-app-quota";q={self.quota};w=3600'
        told = {"RateLimit-Policy": f"{burst}, {points}"}
        if used >= self.quota:
            self.refused += 1
            why = {"RateLimit-Reason": "jira-quota-global-based", "Retry-After": f"{reset:.0f}"}
            return httpx.Response(429, headers={**told, **why})
        body, objects = self._answer(request)
        self.used[hour] += 1 + objects
        left = max(0, self.quota - used - 1 - objects)
        if left < TOLD_FROM * self.quota:
            told["RateLimit"] = f'"global-app-quota";r={left};t={reset:.0f}'
        return httpx.Response(200, content=body, headers=told)

    def _answer(self, request: httpx.Request) -> tuple[bytes, int]:
        path = request.url.path.partition("/rest/api/3/")[2]
        asked = json.loads(request.content) if request.content else dict(request.url.params)
        if path == "search/jql":
            return self._search(asked)
        if path == "issue/bulkfetch":
            return self._rows([int(name) for name in asked["issueIdsOrKeys"]], slim=False)
        if path == "myself":
            return json.dumps({"accountId": "me"}).encode(), 2
        if path == "users/search":
            start = int(asked["startAt"])
            people = [{"accountId": f"p-{number}"} for number in range(start, PEOPLE)]
            return json.dumps(people).encode(), 2 * len(people)
        if path == "project/search":
            count = len(self.updated) // PROJECTS
            projects = [
                {"id": str(n), "key": f"P{n}", "insight": {"totalIssueCount": count}}
                for n in range(PROJECTS)
            ]
            return json.dumps({"values": projects, "isLast": True}).encode(), PROJECTS
        raise AssertionError(f"{request.method} {path}")

    def _search(self, asked: Mapping[str, Any]) -> tuple[bytes, int]:
        found = self._found(asked["jql"])
        slim = asked["fields"] in (["id"], ["key"])
        start = int(asked.get("nextPageToken", "0"))
        end = start + min(asked["maxResults"], 5000 if slim else 100)
        rows, count = self._rows(found[start:end], slim=slim)
        tail = b"" if end >= len(found) else b',"nextPageToken":"%d"' % end
        return rows[:-1] + tail + b"}", count

    def _found(self, jql: str) -> list[int]:
        condition = jql.partition(" ORDER BY ")[0]
        if named := re.search(r"\bid in \(([^)]*)\)", condition):
            return [n for text in re.findall(r"\d+", named[1]) if (n := int(text)) in self.updated]
        if of := re.search(r"project (not )?in \(([^)]*)\)", condition):
            named_ones = {int(text) for text in re.findall(r"\d+", of[2])}
            outside = of[1] is not None
            return [n for n in self.updated if (n % PROJECTS in named_ones) is not outside]
        if "parent in" in condition or "-10080m" in condition:
            # No issue has children, nor is any as old as a week.
            return []
        if lately := re.search(r"updated >= -(\d+)m", condition):
            since = self.now() - 60 * int(lately[1])
            return [n for n, moment in self.updated.items() if moment >= since]
        assert condition in ("created >= -5200w", DEFAULT_JQL), condition
        return list(self.updated)

    def _rows(self, numbers: Iterable[int], *, slim: bool) -> tuple[bytes, int]:
        rows = [
            b'{"id":"%d","key":"P-%d"%s}'
            % (n, n, b"" if slim else b',"fields":{"version":%d}' % self.version[n])
            for n in numbers
        ]
        return b'{"issues":[' + b",".join(rows) + b"]}", len(rows)
