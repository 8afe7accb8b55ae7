"""How issues are read: all of a query, and those that keys lead to."""

from collections.abc import Iterable

import pytest

from jira.answers import Unread
from jira.errors import (
    JiraAnswerError,
    JiraPermissionError,
)
from jira.jql import bounded, ordered
from jira.kinds.issue_chunks import (
    BYTES_TOGETHER,
    CHUNKS_AHEAD,
    FIRST_WHOLE,
    LEAST_BULK_FETCH,
    ROWS_TOGETHER,
    may_be_large,
)
from jira.kinds.issue_reader import (
    BULK_FETCH,
    SEARCH,
    IssueQuery,
    IssueReader,
)
from jira.kinds.split_by_project import page_size
from tests.unit.helpers.fakes import FakeApi
from tests.unit.helpers.issue_site import Row, Site

QUERY = IssueQuery("project = AB")


async def all_pages(reader: IssueReader, query: IssueQuery = QUERY) -> list[list[Row]]:
    return [page async for page in reader.pages(query)]


def ids(pages: Iterable[list[Row]]) -> list[str]:
    return [row["id"] for page in pages for row in page]


@pytest.mark.parametrize(
    ("listed", "names"),
    [
        ("summary,status", ("summary", "status")),
        (" summary , status ,", ("summary", "status")),
        ("*all", ("*all",)),
        ("", ("*all",)),
        (" , ", ("*all",)),
        (None, ("*all",)),
    ],
)
def test_the_fields_of_a_mapping(listed, names):
    assert IssueQuery.of(None, listed, None).fields == names


@pytest.mark.parametrize(
    ("listed", "names"), [(None, ()), ("", ()), ("names, changelog", ("names", "changelog"))]
)
def test_the_expand_of_a_mapping(listed, names):
    assert IssueQuery.of(None, None, listed).expand == names


async def test_all_issues_are_read_by_hundreds_and_in_order():
    site = Site(250)
    few_fields = IssueQuery("project = AB", ("summary",))
    assert ids(await all_pages(site.reader, few_fields)) == list(site.issues)
    asked = [len(body["issueIdsOrKeys"]) for body in site.fake.bodies(BULK_FETCH)]
    assert asked == [100, 100, 50]


async def test_rows_are_handed_on_in_large_pages_and_none_twice():
    site = Site(2 * ROWS_TOGETHER + 30)
    site.gone = {"1"}
    pages = await all_pages(site.reader)
    assert 1 < len(pages) <= 3
    assert all(len(page) < ROWS_TOGETHER + 100 for page in pages)
    assert ids(pages) == [i for i in site.issues if i != "1"]


async def test_the_ids_are_asked_for_first_and_alone():
    site = Site(3)
    await all_pages(site.reader, IssueQuery("project = AB ORDER BY key", ("summary",), ("names",)))
    [search] = site.fake.bodies(SEARCH)
    jql = "project = AB ORDER BY key"
    assert search == {"jql": jql, "fields": ["id"], "maxResults": page_size(0)}
    [bulk] = site.fake.bodies(BULK_FETCH)
    assert bulk == {
        "issueIdsOrKeys": ["1", "2", "3"],
        "fields": ["summary"],
        "expand": ["names"],
    }


@pytest.mark.parametrize("jql", [None, "", "ORDER BY key"])
async def test_an_empty_query_is_all_issues(jql):
    site = Site(1)
    await all_pages(site.reader, IssueQuery(jql))
    assert site.fake.bodies(SEARCH)[0]["jql"] == ordered(bounded(jql))


async def test_pages_are_followed_with_the_same_query():
    site = Site(250, page=120)
    assert ids(await all_pages(site.reader)) == list(site.issues)
    searches = site.fake.bodies(SEARCH)
    assert [body.pop("nextPageToken", None) for body in searches] == [None, "120", "240"]
    assert searches[0] == searches[1] == searches[2]


async def test_an_id_that_is_listed_on_two_pages_is_read_once():
    """New issues move the pages while they are read."""
    site = Site(3)
    fake = FakeApi.scripted(
        {"issues": [{"id": "1"}, {"id": "2"}], "nextPageToken": "a"},
        {"issues": [{"id": "2"}, {"id": "3"}], "isLast": True},
    )
    scripted = fake.answer
    fake.answer = lambda m, p, b: site.bulk(b) if p == BULK_FETCH else scripted(m, p, b)
    assert ids(await all_pages(IssueReader(fake.api))) == ["1", "2", "3"]


async def test_an_empty_page_with_a_token_is_not_the_end():
    site = Site(1)
    fake = FakeApi.scripted(
        {"issues": [], "nextPageToken": "a"}, {"issues": [{"id": "1"}], "isLast": True}
    )
    scripted = fake.answer
    fake.answer = lambda m, p, b: site.bulk(b) if p == BULK_FETCH else scripted(m, p, b)
    assert ids(await all_pages(IssueReader(fake.api))) == ["1"]


async def test_a_token_that_repeats_is_an_error():
    page = {"issues": [], "nextPageToken": "a"}
    with pytest.raises(JiraAnswerError, match="repeats"):
        await all_pages(IssueReader(FakeApi.scripted(page, page).api))


@pytest.mark.parametrize("page", [None, {}, [], {"issues": None}, {"total": 0}])
async def test_a_search_without_its_list_is_an_error_and_not_empty(page):
    with pytest.raises(JiraAnswerError):
        await all_pages(IssueReader(FakeApi.scripted(page).api))


async def test_large_issues_are_read_and_handed_on_few_at_a_time():
    """What counts for the memory is bytes: a hundred issues may be as many megabytes."""
    site = Site(2000)
    text = "x" * (BYTES_TOGETHER // 50)
    site.issues = {i: {**row, "self": text} for i, row in site.issues.items()}
    site.issues["1"]["self"] = text * 30
    pages = await all_pages(site.reader)
    assert ids(pages) == list(site.issues)
    asked = [len(body["issueIdsOrKeys"]) for body in site.fake.bodies(BULK_FETCH)]
    assert max(asked[:8]) <= FIRST_WHOLE
    assert 20 < max(asked) <= 50
    assert min(asked[:-1]) >= LEAST_BULK_FETCH
    assert all(len(page) <= 100 for page in pages)


@pytest.mark.parametrize(
    ("query", "may_be"),
    [
        (IssueQuery(), True),
        (IssueQuery(fields=("summary", "status")), False),
        (IssueQuery(fields=("summary", "comment")), True),
        (IssueQuery(fields=("summary",), expand=("changelog",)), True),
    ],
)
def test_which_issues_may_be_large(query, may_be):
    assert may_be_large(query.fields, query.expand) is may_be


async def test_of_small_issues_as_many_are_read_at_once_as_jira_gives():
    site = Site(3000)
    await all_pages(site.reader)
    asked = [len(body["issueIdsOrKeys"]) for body in site.fake.bodies(BULK_FETCH)]
    assert asked[CHUNKS_AHEAD + 1 : -1] == [100] * (len(asked) - CHUNKS_AHEAD - 2)
    assert asked[0] == FIRST_WHOLE
    few_fields = IssueQuery("project = AB", ("summary",))
    await all_pages(site.reader, few_fields)
    assert len(site.fake.bodies(BULK_FETCH)[len(asked)]["issueIdsOrKeys"]) == 100


async def test_an_issue_that_is_deleted_in_between_is_left_out():
    site = Site(150)
    site.gone = {"7", "149"}
    assert ids(await all_pages(site.reader)) == [i for i in site.issues if i not in site.gone]


async def test_a_chunk_that_is_gone_altogether_gives_no_empty_page():
    site = Site(150)
    site.gone = {str(n) for n in range(1, 101)}
    assert [len(page) for page in await all_pages(site.reader)] == [50]


async def test_a_failure_in_the_middle_is_raised_and_the_read_not_merely_shorter():
    site = Site(250)
    good = site.bulk
    site.bulk = lambda body: (  # type: ignore[method-assign]
        JiraPermissionError("403") if "101" in body["issueIdsOrKeys"] else good(body)
    )
    with pytest.raises(JiraPermissionError):
        await all_pages(site.reader)


async def test_what_is_asked_for_by_key_is_little_more_than_the_key():
    site = Site(1)
    await site.reader.by_keys(["1"], unread=Unread())
    assert site.fake.bodies(BULK_FETCH) == [{"issueIdsOrKeys": ["1"], "fields": ["issuetype"]}]


async def test_keys_are_read_by_hundreds_and_each_once():
    site = Site(250)
    rows = await site.reader.by_keys([*site.issues, "1", "2"], unread=Unread())
    assert ids([rows]) == list(site.issues)
    assert len(site.fake.asked) == 3


async def test_no_keys_are_no_request():
    assert await IssueReader(FakeApi.scripted().api).by_keys([], unread=Unread()) == []
