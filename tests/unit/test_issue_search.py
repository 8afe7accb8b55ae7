"""Where points count, issues come straight from the search: each once, for one point."""

from typing import Any

import pytest

from jira.answers import Unread
from jira.errors import (
    JiraAnswerError,
    JiraAuthenticationError,
    JiraPartlyUnavailableError,
    JiraRequestError,
    JiraUnavailableError,
)
from jira.http.points import points_of
from jira.http.purpose import Purpose, asked_for
from jira.http.quota import Quota
from jira.kinds.issue_reader import BULK_FETCH, SEARCH, IssueQuery, IssueReader
from jira.kinds.issue_search import LARGE_ROWS_PER_PAGE, all_issues
from tests.unit.helpers.fakes import FakeApi
from tests.unit.helpers.issue_site import Site

NARROW = IssueQuery("type = Bug", ("summary",))


class Searched(Site):
    """Counts points as Jira does."""

    def __init__(self, count: int, *, page: int = 5000, counted: bool = True) -> None:
        super().__init__(count, page)
        self.fake.quota = Quota(50, lambda: 0.0) if counted else None
        self.reader = IssueReader(self.fake.api)
        self.points = 0
        self.broken: dict[str, Exception] = {}
        """By the token of the page; of whole rows alone."""

    def answer(self, method: str, path: str, body: dict[str, Any]) -> Any:
        whole = path == SEARCH and body["fields"] != ["id"]
        if whole and (error := self.broken.get(body.get("nextPageToken", "0"))):
            return error
        answer = super().answer(method, path, body)
        self.points += points_of(f"POST {path}", answer)
        return answer

    async def read(self, query: IssueQuery = NARROW, **more: Any) -> list[str]:
        rows = all_issues(self.reader, query, **more)
        with asked_for(Purpose.RESYNC):
            return [row["id"] async for page in rows for row in page]


@pytest.mark.parametrize("count", [0, 1, 250])
async def test_an_issue_costs_one_point_and_not_two(count):
    dear, cheap = Searched(count, page=100, counted=False), Searched(count, page=100)
    assert sorted(await dear.read()) == sorted(await cheap.read())
    requests = max(1, -(-count // 100))
    assert cheap.points == count + requests
    assert dear.points >= 2 * count + requests
    assert not cheap.fake.bodies(BULK_FETCH)


async def test_what_is_asked_is_what_the_query_says():
    site = Searched(3)
    await site.read(IssueQuery("type = Bug", ("summary", "status"), ("changelog", "names")))
    [body] = site.fake.bodies(SEARCH)
    assert body["fields"] == ["summary", "status"]
    assert body["expand"] == "changelog,names"
    assert body["jql"] == "type = Bug ORDER BY created ASC, key ASC"
    assert body["maxResults"] == LARGE_ROWS_PER_PAGE, "a changelog may be large"


async def test_shares_are_read_side_by_side_and_an_issue_that_is_in_two_comes_once():
    """It may move from one project to another meanwhile."""
    site = Searched(120, page=50)
    rows = await site.read(projects={str(n): 40 for n in range(3)})
    assert sorted(rows) == sorted(site.issues)
    assert len(rows) == len(set(rows))
    assert len({body["jql"] for body in site.fake.bodies(SEARCH)}) == 3


async def test_rows_are_handed_on_by_hundreds():
    site = Searched(1000, page=100)
    with asked_for(Purpose.RESYNC):
        sizes = [len(rows) async for rows in all_issues(site.reader, NARROW)]
    assert sizes == [400, 400, 200]


@pytest.mark.parametrize("error", [JiraAnswerError("cut off"), JiraUnavailableError("503")])
@pytest.mark.parametrize("broken", ["0", "100", "200"])
async def test_where_a_page_can_not_be_read_the_rest_comes_by_ids(error, broken):
    site = Searched(250, page=100)
    site.broken[broken] = error
    rows = await site.read()
    assert sorted(rows) == sorted(site.issues)
    assert len(rows) == len(set(rows))
    assert site.fake.bodies(BULK_FETCH)


@pytest.mark.parametrize("error", [JiraRequestError("400"), JiraAuthenticationError("401")])
async def test_a_refusal_is_raised(error):
    site = Searched(250, page=100)
    site.broken["100"] = error
    with pytest.raises(type(error)):
        await site.read()
    assert not site.fake.bodies(BULK_FETCH)


async def test_an_issue_that_can_not_be_read_in_any_way_is_told():
    def answer(method: str, path: str, body: dict[str, Any]) -> Any:
        if path == SEARCH and body["fields"] == ["id"]:
            return {"issues": [{"id": "1"}, {"id": "2"}], "isLast": True}
        if path == BULK_FETCH and body["issueIdsOrKeys"] == ["1"]:
            return {"issues": [{"id": "1", "key": "AB-1"}]}
        return {"baseUrl": "x"} if path.endswith("serverInfo") else JiraAnswerError("cut off")

    fake = FakeApi(answer)
    fake.quota = Quota(50, lambda: 0.0)
    reader = IssueReader(fake.api)
    unread = Unread()
    with asked_for(Purpose.RESYNC):
        pages = [page async for page in all_issues(reader, NARROW, unread=unread)]
        assert [row["id"] for page in pages for row in page] == ["1"]
        assert len(unread.failed) == 1
        with pytest.raises(JiraPartlyUnavailableError):
            [page async for page in all_issues(reader, NARROW)]


@pytest.mark.parametrize("purpose", [Purpose.SWEEP, Purpose.FOLLOW_UP, Purpose.LIVE])
async def test_what_can_not_bear_rows_of_some_seconds_ago_has_them_by_ids(purpose):
    """After a resync, events of those seconds are handled again; after nothing else."""
    site = Searched(3)
    with asked_for(purpose):
        rows = [row["id"] async for page in all_issues(site.reader, NARROW) for row in page]
    assert sorted(rows) == sorted(site.issues)
    assert site.fake.bodies(BULK_FETCH)
