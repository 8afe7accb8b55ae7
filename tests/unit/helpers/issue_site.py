"""A site with a few issues, behind the two endpoints that read them."""

import re
from collections.abc import Iterable
from typing import Any

from jira.errors import JiraRequestError
from jira.http.api import SERVER_INFO
from jira.kinds.issue_reader import BULK_FETCH, IssueReader
from tests.unit.helpers.fakes import FakeApi

Row = dict[str, Any]


class Site:
    """A few issues, and the two endpoints that read them."""

    def __init__(self, count: int, page: int = 5000) -> None:
        self.issues = {str(n): {"id": str(n), "key": f"AB-{n}"} for n in range(1, count + 1)}
        self.page = page
        self.gone: set[str] = set()
        self.unknown_id_is_400 = False
        self.fake = FakeApi(self.answer)
        self.reader = IssueReader(self.fake.api)

    def answer(self, method: str, path: str, body: Row) -> Any:
        if path == SERVER_INFO:
            return {"baseUrl": "https://x.atlassian.net"}
        assert method == "READ"
        return self.bulk(body) if path == BULK_FETCH else self.search(body)

    def bulk(self, body: Row) -> Any:
        names = body["issueIdsOrKeys"]
        assert 0 < len(names) <= 100
        return {"issues": [self.issues[name] for name in names if self.there(name)]}

    def search(self, body: Row) -> Any:
        named = re.search(r"id in \(([^)]*)\) ORDER BY ", body["jql"])
        ids = re.findall(r"\d+", named.group(1)) if named else list(self.issues)
        if self.unknown_id_is_400 and not all(map(self.there, ids)):
            return JiraRequestError("400: no such issue")
        rows = [self.issues[i] for i in ids if i in self.issues and (not named or self.there(i))]
        start = int(body.get("nextPageToken", "0"))
        end = start + self.page
        answer: Row = {"issues": rows[start:end], "isLast": end >= len(rows)}
        return answer if answer["isLast"] else answer | {"nextPageToken": str(end)}

    def there(self, issue_id: str) -> bool:
        return issue_id in self.issues and issue_id not in self.gone


def bulk(*found: str, failed: Iterable[str] = (), said: str = "Try later.") -> Row:
    return {
        "issues": [{"id": i, "key": f"AB-{i}"} for i in found],
        "issueErrors": [{"id": i, "errorMessage": said} for i in failed],
    }
