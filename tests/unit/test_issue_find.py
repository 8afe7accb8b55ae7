"""How single issues are found as of now, and never taken for gone by mistake."""

import asyncio
from typing import Any

import pytest

from jira.errors import JiraPermissionError, JiraRequestError, JiraUnavailableError
from jira.http.api import SERVER_INFO
from jira.jql import ordered
from jira.kinds.issue_reader import BULK_FETCH, SEARCH, IssueQuery, IssueReader
from tests.unit.helpers.fakes import FakeApi
from tests.unit.helpers.issue_site import Site, bulk

QUERY = IssueQuery("project = AB")


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
    assert await IssueReader(FakeApi.scripted().api).find([], QUERY) == {}


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


@pytest.mark.parametrize("refuses", [True, False])
@pytest.mark.parametrize("later", [{"2"}, {"1", "2", "4"}], ids=["one", "all"])
async def test_what_goes_between_two_reads_costs_none_of_the_others_theirs(later, refuses):
    site = Site(4)
    site.unknown_id_is_400 = refuses
    site.gone = {"3"}
    whole = site.fake.answer

    def answer_and_then_gone(method: str, path: str, body: Any) -> Any:
        answer = whole(method, path, body)
        if path == BULK_FETCH:
            site.gone |= later
        return answer

    site.fake.answer = answer_and_then_gone
    found = await site.reader.find(site.issues, QUERY)
    assert list(found) == [i for i in site.issues if i != "3" and (not refuses or i not in later)]


async def test_a_query_that_jira_refuses_for_another_reason_is_an_error():
    """Taken for gone ids, a typing error in the mapping would delete the entities."""
    fake = FakeApi.scripted(JiraRequestError("400: Field 'x' does not exist"), bulk("1", "2"))
    with pytest.raises(JiraRequestError, match="Field 'x'"):
        await IssueReader(fake.api).find(["1", "2"], QUERY)


async def test_a_query_that_is_refused_again_is_an_error():
    refusal = JiraRequestError("400: Field 'x' does not exist")
    fake = FakeApi.scripted(refusal, bulk("1"), refusal, bulk("1"))
    with pytest.raises(JiraRequestError, match="Field 'x'"):
        await IssueReader(fake.api).find(["1", "2"], QUERY)


async def test_a_search_that_is_refused_is_an_error_and_nothing_is_asked_in_its_place():
    fake = FakeApi.scripted(JiraPermissionError("403"))
    with pytest.raises(JiraPermissionError):
        await IssueReader(fake.api).find(["1"], QUERY)


async def test_an_issue_whose_search_fails_is_neither_there_nor_gone():
    error = JiraUnavailableError("503")
    fake = FakeApi.scripted(error)
    assert await IssueReader(fake.api).find(["1"], QUERY) == {"1": error}


async def test_where_jira_is_down_nothing_is_asked_by_halves():
    error = JiraUnavailableError("503")
    fake = FakeApi.scripted(error, error)
    with pytest.raises(JiraUnavailableError):
        await IssueReader(fake.api).find(["1", "2"], QUERY)
    assert [path for _, path, _ in fake.asked] == [SEARCH, SERVER_INFO]


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
    assert jqls == [
        ordered('(project = AB) AND id in ("1")'),
        ordered('(project = CD) AND id in ("1")'),
    ]
