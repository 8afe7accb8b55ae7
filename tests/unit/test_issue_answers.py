"""Answers about many issues that are partly wrong, cut off or fail: what each costs."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from jira.answers import Unread
from jira.errors import (
    JiraAnswerError,
    JiraNotFoundError,
    JiraPermissionError,
    JiraUnavailableError,
)
from jira.http.api import SERVER_INFO
from jira.kinds import issue_reader as module
from jira.kinds.issue_chunks import unread_issues
from jira.kinds.issue_reader import (
    BULK_FETCH,
    PARTIAL_PAUSE,
    PARTIAL_READS,
    IssueQuery,
    IssueReader,
)
from tests.unit.helpers.fakes import FakeApi, settle
from tests.unit.helpers.issue_site import Row, Site, bulk
from tests.unit.helpers.planning_site import all_rows, read_to_its_end, warnings


def ids(pages: list[list[Row]]) -> list[str]:
    return [row["id"] for page in pages for row in page]


@pytest.fixture
def pauses(monkeypatch) -> list[float]:
    """How long the reader waits; it is over at once."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        if seconds:
            waited.append(seconds)

    stand_in = SimpleNamespace(sleep=sleep, Semaphore=asyncio.Semaphore, gather=asyncio.gather)
    monkeypatch.setattr(module, "asyncio", stand_in)
    return waited


async def test_issues_that_could_not_be_returned_are_asked_for_again_after_a_pause(pauses):
    fake = FakeApi.scripted(bulk("1", failed=["2", "3"]), bulk("3", failed=["2"]), bulk("2"))
    rows = await IssueReader(fake.api).by_keys(["1", "2", "3"], unread=Unread())
    assert ids([rows]) == ["1", "3", "2"]
    asked = [body["issueIdsOrKeys"] for body in fake.bodies(BULK_FETCH)]
    assert asked == [["1", "2", "3"], ["2", "3"], ["2"]]
    assert pauses == [PARTIAL_PAUSE, 2 * PARTIAL_PAUSE]


WORDS = ["Try later.", "Issue does not exist", "Vorgang existiert nicht", ""]
"""What Jira says is in the language of the account: nothing may follow from it."""


@pytest.mark.parametrize("said", WORDS)
async def test_an_issue_that_was_never_returned_is_read_by_itself(pauses, said):
    fake = FakeApi.scripted(
        *[bulk("1", failed=["2"], said=said)] * PARTIAL_READS, {"id": "2", "key": "AB-2"}
    )
    rows = await IssueReader(fake.api).by_keys(["1", "2"], ("summary",), unread=Unread())
    assert ids([rows]) == [*["1"] * PARTIAL_READS, "2"]
    assert fake.asked[-1] == ("GET", "/rest/api/3/issue/2", {"fields": "summary"})


@pytest.mark.parametrize("said", WORDS)
async def test_whether_such_an_issue_is_gone_its_status_says_and_not_the_words(pauses, said):
    gone = JiraNotFoundError("404")
    unread = Unread()
    fake = FakeApi.scripted(*[bulk(failed=["2"], said=said)] * PARTIAL_READS, gone)
    assert await IssueReader(fake.api).by_keys(["2"], unread=unread) == []
    assert "2" not in unread


@pytest.mark.parametrize("failure", [JiraUnavailableError("503"), JiraPermissionError("403")])
@pytest.mark.parametrize("said", WORDS)
async def test_such_an_issue_that_cannot_be_read_either_is_neither_there_nor_gone(
    pauses, log, said, failure
):
    unread = Unread()
    fake = FakeApi.scripted(*[bulk(failed=["2"], said=said)] * PARTIAL_READS, failure)
    assert await IssueReader(fake.api).by_keys(["2"], unread=unread) == []
    assert "2" in unread
    [line] = warnings(log)
    assert "issue 2 " in line


async def test_a_key_whose_issue_cannot_be_read_is_not_taken_for_gone(pauses):
    """Jira names it by its id."""
    unread = Unread()
    fake = FakeApi.scripted(*[bulk("1", failed=["2"])] * PARTIAL_READS, JiraUnavailableError("503"))
    await IssueReader(fake.api).by_keys(["AB-1", "AB-2", "AB-3"], unread=unread)
    assert ["AB-1" in unread, "AB-2" in unread, "AB-3" in unread] == [False, True, True]


@pytest.mark.parametrize(
    "failure", [JiraAnswerError("cut off"), JiraUnavailableError("503")], ids=["cut-off", "503"]
)
@pytest.mark.parametrize("bad", ["1", "57", "100"])
async def test_one_issue_that_spoils_the_answer_costs_only_itself(log, failure, bad):
    site = Site(250)
    good = site.bulk
    site.bulk = lambda body: (  # type: ignore[method-assign]
        failure if bad in body["issueIdsOrKeys"] else good(body)
    )
    rows, error = await read_to_its_end(site.reader.pages(IssueQuery(fields=("summary",))))
    assert f"issue {bad}: " in str(error)
    assert error.cause is failure
    assert sorted(ids([rows]), key=int) == [i for i in site.issues if i != bad]
    [line] = warnings(log)
    assert f"issue {bad} " in line
    a_search, chunks, a_question = 1, 3, 1
    assert len(site.fake.asked) <= a_search + chunks + 14 + a_question


async def test_keys_and_finds_leave_out_the_one_that_spoils_the_answer():
    site = Site(40)
    good, search = site.bulk, site.search
    cut = JiraAnswerError("cut off")
    site.bulk = lambda body: (  # type: ignore[method-assign]
        cut if "7" in body["issueIdsOrKeys"] else good(body)
    )
    site.search = lambda body: cut if '"7"' in body["jql"] else search(body)  # type: ignore[method-assign]
    unread = Unread()
    others = [i for i in site.issues if i != "7"]
    rows = await site.reader.by_keys(site.issues, unread=unread)
    assert (sorted(ids([rows]), key=int), "7" in unread) == (others, True)
    found = await site.reader.find(site.issues, IssueQuery("project = AB"))
    assert sorted(found, key=int) == list(site.issues)
    assert found["7"] is cut


@pytest.mark.parametrize("failure", [JiraUnavailableError("503"), JiraAnswerError("cut off")])
async def test_where_jira_or_the_whole_endpoint_is_down_little_is_asked_for(failure):
    site = Site(250)
    down = site.fake.answer
    whole = isinstance(failure, JiraUnavailableError)

    def answer(method: str, path: str, body: Any) -> Any:
        return failure if path in (BULK_FETCH, SERVER_INFO) else down(method, path, body)

    site.fake.answer = answer
    with pytest.raises(type(failure)):
        await site.reader.by_keys(list(site.issues)[:100], unread=Unread())
    assert len(site.fake.bodies(BULK_FETCH)) == (1 if whole else 1 + 2 + 4)


async def test_issues_that_are_all_there_are_read_without_a_pause(pauses):
    site = Site(250)
    assert len(await all_rows(site.reader.pages(IssueQuery()))) == 250
    assert len(await site.reader.by_keys(site.issues, unread=Unread())) == 250
    assert pauses == []


async def test_a_pause_for_a_few_issues_keeps_nobody_else_waiting(pauses, monkeypatch):
    """The place is given back meanwhile."""
    fake = FakeApi.scripted(bulk(failed=["1"]), bulk("2"), bulk("1"))
    reader = IssueReader(fake.api)
    both = asyncio.Event()

    async def sleep(seconds: float) -> None:
        if seconds:
            await both.wait()

    monkeypatch.setattr("jira.kinds.issue_reader.asyncio.sleep", sleep)
    first = asyncio.create_task(reader.by_keys(["1"], unread=Unread()))
    await settle()
    async with asyncio.timeout(5):
        assert ids([await reader.by_keys(["2"], unread=Unread())]) == ["2"]
    both.set()
    assert ids([await first]) == ["1"]


@pytest.mark.parametrize(
    "errors",
    [None, [], [None], ["text"], [{}], [{"errorMessage": "x"}], [{"id": None}], {"id": "1"}, 5],
)
def test_odd_issue_errors_name_no_issue(errors):
    assert unread_issues({"issueErrors": errors}) == []


@pytest.mark.parametrize("said", WORDS)
def test_an_issue_error_names_its_issue_whatever_it_says(said):
    errors = [{"id": 5, "errorMessage": said}, {"id": "5"}, {"id": "6"}]
    assert unread_issues({"issueErrors": errors}) == ["5", "6"]
