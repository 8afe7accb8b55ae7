"""How a sweep reads issues: all their names cheaply, and whole rows of only a few."""

import pytest

from jira.errors import JiraAnswerError, JiraUnavailableError
from jira.jql import ALL_ISSUES, ordered
from jira.kinds.issue_chunks import ROWS_TOGETHER
from jira.kinds.issue_reader import (
    BULK_FETCH,
    MAX_NAMES_PER_PAGE,
    SEARCH,
    IssueQuery,
    IssueReader,
)
from tests.unit.helpers.fake_client import ISSUES, FakeClient, resource
from tests.unit.helpers.fakes import FakeApi
from tests.unit.helpers.issue_site import Site


async def names(reader: IssueReader, query: IssueQuery) -> list[list[str]]:
    return [[row["key"] for row in page] async for page in reader.names(query)]


async def test_names_come_straight_from_the_search():
    """Five thousand in a request, where whole rows are a hundred."""
    site = Site(7, page=3)
    query = IssueQuery("project = AB ORDER BY key", ("summary",), ("changelog",))
    pages = await names(site.reader, query)
    assert pages == [["AB-1", "AB-2", "AB-3"], ["AB-4", "AB-5", "AB-6"], ["AB-7"]]
    assert site.fake.bodies(BULK_FETCH) == []
    first, *others = site.fake.bodies(SEARCH)
    jql = "project = AB ORDER BY key"
    assert first == {"jql": jql, "fields": ["key"], "maxResults": MAX_NAMES_PER_PAGE}
    assert [body.pop("nextPageToken") for body in others] == ["3", "6"]
    assert others == [first, first]


def test_jira_gives_that_many_names_a_page():
    assert MAX_NAMES_PER_PAGE <= 5000


async def test_the_names_of_an_empty_query_are_those_of_all_issues():
    site = Site(1)
    await names(site.reader, IssueQuery(""))
    assert site.fake.bodies(SEARCH)[0]["jql"] == ordered(ALL_ISSUES)


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        ({}, JiraAnswerError),
        ({"issues": [], "nextPageToken": "1"}, JiraAnswerError),
        (JiraUnavailableError("503"), JiraUnavailableError),
    ],
    ids=["no list", "the same token again", "down"],
)
async def test_names_that_could_not_all_be_read_are_an_error(bad, error):
    """A shorter list would delete the rest."""
    first = {"issues": [{"id": "1", "key": "AB-1"}], "nextPageToken": "1"}
    reader = IssueReader(FakeApi.scripted(first, bad).api)
    with pytest.raises(error):
        await names(reader, IssueQuery(None))


class Reads(FakeClient):
    """Notes how many rows it was asked for at once."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []
        self._find = self.reader.find
        self.reader.find = self.find

    async def find(self, ids, query):
        ids = list(ids)
        self.sizes.append(len(ids))
        return await self._find(ids, query)


async def test_whole_rows_of_named_issues_are_read_a_few_hundred_at_a_time():
    jira = Reads()
    rows = [jira.issue(str(n), f"AB-{n}") for n in range(2 * ROWS_TOGETHER + 1)]
    given = [{"id": int(row["id"]), "key": row["key"]} for row in rows]
    pages = [page async for page in jira.issues.named(given, ISSUES)]
    assert [row for page in pages for row in page] == rows
    assert jira.sizes == [ROWS_TOGETHER, ROWS_TOGETHER, 1]


async def test_a_named_issue_that_is_gone_or_outside_by_now_is_left_out():
    jira = Reads()
    jira.issue("1", "AB-1")
    jira.issue("2", "AB-2")
    jira.outside = {"2"}
    given = [{"id": n, "key": f"AB-{n}"} for n in ("1", "2", "3")]
    [page] = [page async for page in jira.issues.named(given, ISSUES)]
    assert [row["key"] for row in page] == ["AB-1"]


async def test_no_named_issues_are_no_request():
    jira = Reads()
    jira.down = True
    assert [p async for p in jira.issues.named([], ISSUES)] == []


class Queries(FakeClient):
    """Notes the queries."""

    def __init__(self) -> None:
        super().__init__()
        self.queries: list[IssueQuery] = []
        self.reader.names = self.reader.pages = self.note

    async def note(self, query: IssueQuery):
        self.queries.append(query)
        yield []


SELECTOR = {"jql": "project = AB ORDER BY rank", "fields": "summary,status", "expand": "names"}


async def test_names_are_those_of_the_resources_selector():
    jira = Queries()
    [_] = [p async for p in jira.issues.names(resource("issue", **SELECTOR).selector)]
    assert [query.jql for query in jira.queries] == [SELECTOR["jql"]]


@pytest.mark.parametrize(
    ("jql", "expected"),
    [
        ("project = AB ORDER BY rank", "(project = AB) AND updated >= -65m ORDER BY rank"),
        ("a = 1 OR b = 2", "(a = 1 OR b = 2) AND updated >= -65m"),
        ("", "updated >= -65m"),
        (None, "updated >= -65m"),
    ],
)
async def test_what_changed_lately_is_asked_for_within_the_selector(jql, expected):
    """Relative: a date would be read in the account's time zone."""
    jira = Queries()
    of = resource("issue", **{**SELECTOR, "jql": jql}).selector
    [_] = [p async for p in jira.issues.changed(of, 65)]
    assert jira.queries == [IssueQuery(expected, ("summary", "status"), ("names",))]
