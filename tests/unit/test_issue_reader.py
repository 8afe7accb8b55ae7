"""How issues are read: all of a query, and single ones as of now."""

import asyncio
import re
from collections.abc import Iterable
from typing import Any

import pytest

from jira.errors import JiraAnswerError, JiraPermissionError, JiraRequestError, JiraUnavailableError
from jira.issue import (
    BULK_FETCH,
    MAX_IDS_PER_PAGE,
    PARTIAL_READS,
    ROWS_TOGETHER,
    SEARCH,
    IssueQuery,
    IssueReader,
    unread_issues,
)
from jira.jql import ALL_ISSUES
from tests.unit.fakes import FakeApi

QUERY = IssueQuery("project = AB")
Row = dict[str, Any]


class Site:
    """A few issues, and the two endpoints that read them."""

    def __init__(self, count: int, page: int = 5000) -> None:
        self.issues = {str(n): {"id": str(n), "key": f"AB-{n}"} for n in range(1, count + 1)}
        self.page = page
        self.gone: set[str] = set()
        self.unknown_id_is_400 = False
        self.fake = FakeApi(self.answer)
        self.reader = IssueReader(self.fake.api, 10)

    def answer(self, method: str, path: str, body: Row) -> Any:
        assert method == "READ"
        return self.bulk(body) if path == BULK_FETCH else self.search(body)

    def bulk(self, body: Row) -> Any:
        names = body["issueIdsOrKeys"]
        assert 0 < len(names) <= 100
        return {"issues": [self.issues[name] for name in names if self.there(name)]}

    def search(self, body: Row) -> Any:
        named = re.search(r"id in \((.*)\)$", body["jql"])
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
    assert ids(await all_pages(site.reader)) == list(site.issues)
    asked = [len(body["issueIdsOrKeys"]) for body in site.fake.bodies(BULK_FETCH)]
    assert asked == [100, 100, 50]


async def test_rows_are_handed_on_in_large_pages_and_none_twice():
    site = Site(2 * ROWS_TOGETHER + 30)
    site.gone = {"1"}
    pages = await all_pages(site.reader)
    assert 1 < len(pages) <= 3
    assert all(len(page) < ROWS_TOGETHER + 100 for page in pages)
    assert ids(pages) == [i for i in site.issues if i != "1"]


def test_jira_gives_that_many_ids_a_page():
    """More than 5000 would be a request that Jira refuses or shortens."""
    assert 100 < MAX_IDS_PER_PAGE <= 5000


async def test_the_ids_are_asked_for_first_and_alone():
    site = Site(3)
    await all_pages(site.reader, IssueQuery("project = AB ORDER BY key", ("summary",), ("names",)))
    [search] = site.fake.bodies(SEARCH)
    assert search == {"jql": "project = AB", "fields": ["id"], "maxResults": MAX_IDS_PER_PAGE}
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
    assert site.fake.bodies(SEARCH)[0]["jql"] == ALL_ISSUES


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
    assert ids(await all_pages(IssueReader(fake.api, 10))) == ["1", "2", "3"]


async def test_an_empty_page_with_a_token_is_not_the_end():
    site = Site(1)
    fake = FakeApi.scripted(
        {"issues": [], "nextPageToken": "a"}, {"issues": [{"id": "1"}], "isLast": True}
    )
    scripted = fake.answer
    fake.answer = lambda m, p, b: site.bulk(b) if p == BULK_FETCH else scripted(m, p, b)
    assert ids(await all_pages(IssueReader(fake.api, 10))) == ["1"]


async def test_a_token_that_repeats_is_an_error():
    page = {"issues": [], "nextPageToken": "a"}
    with pytest.raises(JiraAnswerError, match="repeats"):
        await all_pages(IssueReader(FakeApi.scripted(page, page).api, 10))


@pytest.mark.parametrize("page", [None, {}, [], {"issues": None}, {"total": 0}])
async def test_a_search_without_its_list_is_an_error_and_not_empty(page):
    with pytest.raises(JiraAnswerError):
        await all_pages(IssueReader(FakeApi.scripted(page).api, 10))


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


def bulk(*found: str, failed: Iterable[str] = (), said: str = "Try later.") -> Row:
    return {
        "issues": [{"id": i, "key": f"AB-{i}"} for i in found],
        "issueErrors": [{"id": i, "errorMessage": said} for i in failed],
    }


async def test_issues_that_could_not_be_returned_are_asked_for_again():
    fake = FakeApi.scripted(bulk("1", failed=["2", "3"]), bulk("3", failed=["2"]), bulk("2"))
    rows = await IssueReader(fake.api, 10).by_keys(["1", "2", "3"], ["summary"])
    assert ids([rows]) == ["1", "3", "2"]
    asked = [body["issueIdsOrKeys"] for body in fake.bodies(BULK_FETCH)]
    assert asked == [["1", "2", "3"], ["2", "3"], ["2"]]


async def test_issues_that_still_could_not_be_returned_are_an_error_and_not_deleted():
    fake = FakeApi.scripted(*[bulk("1", failed=["2"])] * PARTIAL_READS)
    with pytest.raises(JiraUnavailableError, match=r"1 issues, among them 2: Try later"):
        await IssueReader(fake.api, 10).by_keys(["1", "2"], ["summary"])


@pytest.mark.parametrize(
    "said", ["Issue does not exist", "The issue was not found.", "You have no permission to see it"]
)
async def test_an_issue_that_is_said_not_to_be_there_is_no_failure(said):
    fake = FakeApi.scripted(bulk("1", failed=["2"], said=said))
    assert ids([await IssueReader(fake.api, 10).by_keys(["1", "2"], ["summary"])]) == ["1"]


@pytest.mark.parametrize(
    "errors",
    [None, [], [None], ["text"], [{}], [{"errorMessage": "x"}], [{"id": None}], {"id": "1"}],
)
def test_odd_issue_errors_name_no_issue(errors):
    assert unread_issues({"issueErrors": errors}) == {}


def test_an_issue_error_without_words_is_still_a_failure():
    assert unread_issues({"issueErrors": [{"id": 5}]}) == {"5": ""}


async def test_keys_are_read_by_hundreds_and_each_once():
    site = Site(250)
    rows = await site.reader.by_keys([*site.issues, "1", "2"], ["summary"])
    assert ids([rows]) == list(site.issues)
    assert len(site.fake.asked) == 3


async def test_no_keys_are_no_request():
    assert await IssueReader(FakeApi.scripted().api, 10).by_keys([], ["summary"]) == []


async def test_finding_many_takes_fifty_at_a_time_and_is_current():
    """The index lags behind; `reconcileIssues` makes it current for at most 50 numeric ids."""
    site = Site(130)
    wanted = list(site.issues)[:120]
    found = await site.reader.find(
        wanted, IssueQuery("a = 1 ORDER BY key", ("summary",), ("names",))
    )
    assert list(found) == wanted
    searches = site.fake.bodies(SEARCH)
    assert [len(body["reconcileIssues"]) for body in searches] == [50, 50, 20]
    assert [number for body in searches for number in body["reconcileIssues"]] == list(
        range(1, 121)
    )
    for body in searches:
        assert body["jql"].startswith('(a = 1) AND id in ("')
        assert body["fields"] == ["summary"]
        assert body["expand"] == "names"


async def test_finding_follows_shorter_pages():
    site = Site(40, page=15)
    assert list(await site.reader.find(site.issues, QUERY)) == list(site.issues)
    assert len(site.fake.asked) == 3


async def test_finding_nothing_is_no_request():
    assert await IssueReader(FakeApi.scripted().api, 10).find([], QUERY) == {}


async def test_one_id_that_is_gone_does_not_spoil_the_others():
    site = Site(10)
    site.gone = {"3"}
    site.unknown_id_is_400 = True
    found = await site.reader.find(site.issues, QUERY)
    assert list(found) == [i for i in site.issues if i != "3"]
    assert [path for _, path, _ in site.fake.asked] == [SEARCH, BULK_FETCH, SEARCH]


async def test_a_gone_id_costs_only_its_own_fifty_another_request():
    site = Site(100)
    site.gone = {"3"}
    site.unknown_id_is_400 = True
    assert len(await site.reader.find(site.issues, QUERY)) == 99
    assert len(site.fake.bodies(BULK_FETCH)) == 1


async def test_when_all_ids_are_gone_nothing_is_found():
    site = Site(2)
    site.gone = {"1", "2"}
    site.unknown_id_is_400 = True
    assert await site.reader.find(["1", "2"], QUERY) == {}
    assert [path for _, path, _ in site.fake.asked] == [SEARCH, BULK_FETCH]


async def test_a_query_that_jira_refuses_for_another_reason_is_an_error():
    """Taken for gone ids, a typing error in the mapping would delete the entities."""
    fake = FakeApi.scripted(JiraRequestError("400: Field 'x' does not exist"), bulk("1", "2"))
    with pytest.raises(JiraRequestError, match="Field 'x'"):
        await IssueReader(fake.api, 10).find(["1", "2"], QUERY)


async def test_a_query_that_is_refused_again_is_an_error():
    refusal = JiraRequestError("400: Field 'x' does not exist")
    fake = FakeApi.scripted(refusal, bulk("1"), refusal)
    with pytest.raises(JiraRequestError, match="Field 'x'"):
        await IssueReader(fake.api, 10).find(["1", "2"], QUERY)


@pytest.mark.parametrize("error", [JiraUnavailableError("503"), JiraPermissionError("403")])
async def test_a_search_that_fails_is_an_error_and_nothing_is_asked_in_its_place(error):
    fake = FakeApi.scripted(error)
    with pytest.raises(type(error)):
        await IssueReader(fake.api, 10).find(["1"], QUERY)


async def test_finding_at_the_same_time_is_one_search():
    site = Site(10)
    one, two, three = await asyncio.gather(
        site.reader.find(["1", "2"], QUERY),
        site.reader.find(["2", "3"], IssueQuery("project = AB")),
        site.reader.find(["77"], QUERY),
    )
    assert (list(one), list(two), list(three)) == (["1", "2"], ["2", "3"], [])
    assert len(site.fake.asked) == 1


async def test_finding_with_another_query_is_another_search():
    """An issue outside of one resource's selector may be in another's."""
    site = Site(10)
    await asyncio.gather(
        site.reader.find(["1"], QUERY), site.reader.find(["1"], IssueQuery("project = CD"))
    )
    jqls = sorted(body["jql"] for body in site.fake.bodies(SEARCH))
    assert jqls == ['(project = AB) AND id in ("1")', '(project = CD) AND id in ("1")']


async def test_bulk_reads_leave_two_places_to_live_events():
    site = Site(3000)
    under_way = most = 0
    good = site.fake._ask

    async def counted(method: str, path: str, what: Any) -> Any:
        nonlocal under_way, most
        under_way += path == BULK_FETCH
        most = max(most, under_way)
        for _ in range(5):
            await asyncio.sleep(0)
        answer = await good(method, path, what)
        under_way -= path == BULK_FETCH
        return answer

    site.fake._ask = counted  # type: ignore[method-assign]
    reader = IssueReader(site.fake.api, 5)
    assert len(ids(await all_pages(reader))) == 3000
    assert most == 3


async def test_with_one_place_alone_issues_are_still_read():
    site = Site(150)
    assert len(ids(await all_pages(IssueReader(site.fake.api, 1)))) == 150
