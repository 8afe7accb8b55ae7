"""Every search of issues is walked in an order, whichever way it is asked for."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from jira.jql import STABLE_ORDER
from jira.kinds.backlog import BY_AGILE_API, BY_SOFTWARE_API, BacklogKind, BacklogSelector
from jira.kinds.board import BoardKind
from jira.kinds.issue import IssueKind, IssueSelector
from jira.kinds.issue_reader import BULK_FETCH, SEARCH, IssueReader
from jira.kinds.project import SEARCH as PROJECTS
from jira.kinds.project import ProjectKind
from jira.kinds.worklog import WorklogKind
from jira.kinds.worklog_query import WorklogSelector
from tests.unit.helpers.fakes import FakeApi

Read = Callable[[FakeApi, str], AsyncIterator[Any]]


def answer(_: str, path: str, body: Any) -> Any:
    if path == PROJECTS:
        rows = [{"id": name, "key": f"P{name}"} for name in "123"]
        return {"values": rows, "isLast": True}
    if path == BULK_FETCH:
        return {"issues": [{"id": i, "key": f"AB-{i}"} for i in body["issueIdsOrKeys"]]}
    if path == SEARCH:
        return {"issues": [{"id": "1", "key": "AB-1"}], "isLast": True}
    if path.endswith("/worklog"):
        return {"worklogs": [], "isLast": True, "total": 0}
    if path == BY_AGILE_API.format(id="7") or path == BY_SOFTWARE_API.format(id="7"):
        return {"issues": [], "isLast": True, "total": 0}
    return {"values": [{"id": 7, "name": "Board", "type": "scrum"}], "isLast": True}


def issues(fake: FakeApi) -> IssueKind:
    return IssueKind(IssueReader(fake.api), ProjectKind(fake.api))


def selector(jql: str) -> IssueSelector:
    return IssueSelector(query="true", jql=jql)


async def found(fake: FakeApi, jql: str) -> AsyncIterator[Any]:
    yield await issues(fake).find(["1"], selector(jql))


READS: dict[str, Read] = {
    "all": lambda fake, jql: issues(fake).pages(selector(jql)),
    "names": lambda fake, jql: issues(fake).names(selector(jql)),
    "where": lambda fake, jql: issues(fake).where("sprint = 3", selector(jql)),
    "changed": lambda fake, jql: issues(fake).changed(selector(jql), 5),
    "some": found,
    "worklogs": lambda fake, jql: WorklogKind(fake.api, IssueReader(fake.api)).pages(
        WorklogSelector(query="true", jql=jql)
    ),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
@pytest.mark.parametrize(
    ("jql", "end"),
    [
        ("status = Open", STABLE_ORDER),
        ("", STABLE_ORDER),
        ("status = Open ORDER BY rank", "ORDER BY rank"),
        ("order by updated", "order by updated"),
    ],
)
async def test_a_search_ends_with_its_order(read, jql, end):
    fake = FakeApi(answer)
    async for _ in read(fake, jql):
        pass
    asked = [body["jql"] for body in fake.bodies(SEARCH)]
    assert asked
    for query in asked:
        assert query.endswith(f" {end}")
        assert query.lower().count("order by") == 1


@pytest.mark.parametrize("jql", ["status = Open", "", "status = Open ORDER BY key"])
async def test_a_backlog_by_numbered_pages_is_not_in_the_order_of_ranks(jql):
    """Somebody who drags an issue between two pages would move it over the border."""
    fake = FakeApi(answer)
    kind = BacklogKind(fake.api, IssueReader(fake.api), BoardKind(fake.api))
    wanted = BacklogSelector(query="true", jql=jql, useSoftwareApi=False)
    assert [row async for page in kind.pages(wanted) for row in page] == []
    asked = [query["jql"] for query in fake.bodies(BY_AGILE_API.format(id="7"))]
    assert asked
    end = "ORDER BY key" if "ORDER" in jql else STABLE_ORDER
    assert all(query.endswith(f" {end}") and not query.startswith("ORDER") for query in asked)
