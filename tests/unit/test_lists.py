"""A kind that is no more than a list: all its rows, and one by its path."""

from collections.abc import Mapping
from typing import Any

import pytest

from jira.errors import (
    JiraAnswerError,
    JiraNotFoundError,
    JiraPermissionError,
    JiraUnavailableError,
)
from jira.http.api import Query
from jira.kinds.kind import Selector
from jira.kinds.lists import PlainListKind
from jira.payloads import IdSubject
from kinds import Kinds
from tests.unit.helpers.fake_client import resource
from tests.unit.helpers.fakes import FakeApi
from tests.unit.helpers.planning_site import all_rows

LIST, ONE = "/rest/api/3/thing", "/rest/api/3/thing/{id}"
ROWS: list[dict[str, Any]] = [{"id": str(n), "odd": bool(n % 2)} for n in range(1, 6)]
EVERY = resource("user").selector


class Things(PlainListKind[Selector]):
    """Those that are odd, two to a page."""

    name = Kinds.USER
    all_of_it = LIST
    one = ONE
    page_size = 2
    rows_under = "things"

    def asked(self, selector: Selector) -> Query:
        return {"expand": "all"}

    def shows(self, selector: Selector, row: Mapping[str, Any]) -> bool:
        return bool(row["odd"])


def answer(method: str, path: str, what: Any) -> Any:
    assert what["expand"] == "all"
    if path == LIST:
        odd = [row for row in ROWS if row["odd"]]
        start = what["startAt"]
        return {"things": odd[start : start + what["maxResults"]], "total": len(odd)}
    refused = {"7": JiraPermissionError("403"), "8": JiraUnavailableError("503"), "9": {"id": "1"}}
    name = path.rpartition("/")[2]
    by_id = {row["id"]: row for row in ROWS} | refused
    return by_id.get(name, JiraNotFoundError("404"))


class ListedThings(Things):
    """Of which the list takes three ids at once."""

    ids_at_once = 3


@pytest.fixture
def things():
    return Things(FakeApi(answer).api)


async def test_all_pages_are_read(things):
    assert [row["id"] for row in await all_rows(things.pages(EVERY))] == ["1", "3", "5"]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("1", {"1": ROWS[0]}),
        ("2", {"2": None}),  # The list wouldn't show it.
        ("6", {"6": None}),
        ("7", {}),  # Jira refuses it alone: that says nothing of whether it is there.
        ("9", {"9": None}),  # Another row than was asked for.
    ],
)
async def test_one_is_a_row_or_gone_or_cannot_be_said(things, name, found):
    assert await things.find([name], EVERY) == found


async def test_a_failure_costs_only_itself_and_is_raised_where_there_is_nothing_else(things):
    found = await things.find(["1", "8"], EVERY)
    assert found == {"1": ROWS[0]}
    assert isinstance(found.failed, JiraUnavailableError)
    with pytest.raises(JiraUnavailableError):
        await things.find(["8"], EVERY)


async def test_subjects_that_are_gone_keep_what_their_event_said(things):
    subjects = [IdSubject("1", {"id": "1"}), IdSubject("6", {"id": "6", "name": "Gone"})]
    found = await things.resolve(subjects, EVERY)
    assert found.updated == [ROWS[0]]
    assert found.deleted == [{"id": "6", "name": "Gone"}]


async def test_what_port_has_is_asked_for_where_it_is_a_number(things):
    known = await things.by_identifiers(["1", "6", "7", "a name"], EVERY)
    assert (known.rows, known.gone) == ([ROWS[0]], ["6"])


async def test_a_list_that_takes_ids_is_asked_for_them_together():
    def answer(method: str, path: str, what: Any) -> Any:
        assert (path, len(what["id"]) <= 3) == (LIST, True)
        chosen = [row for row in [*ROWS, {"id": "77", "odd": True}] if row["id"] in what["id"]]
        start = what["startAt"]
        return {"things": chosen[start : start + what["maxResults"]], "total": len(chosen)}

    fake = FakeApi(answer)
    found = await ListedThings(fake.api).find(["1", "2", "3", "5", "6"], EVERY)
    assert found == {"1": ROWS[0], "2": None, "3": ROWS[2], "5": ROWS[4], "6": None}
    assert [what["id"] for _, _, what in fake.asked] == [("1", "2", "3")] * 2 + [("5", "6")]


async def test_what_a_list_keeps_back_of_the_ids_it_was_asked_for_is_not_gone():
    """It promises two rows and has one."""
    fake = FakeApi.scripted({"things": [ROWS[0]], "total": 2, "isLast": True})
    with pytest.raises(JiraAnswerError):
        await ListedThings(fake.api).find(["1", "3"], EVERY)


async def test_a_row_that_was_not_asked_for_is_left_out():
    fake = FakeApi.scripted({"things": [ROWS[0], ROWS[2], {"odd": True}], "isLast": True})
    assert await ListedThings(fake.api).find(["1"], EVERY) == {"1": ROWS[0]}


async def test_a_list_is_asked_for_no_ids_where_there_are_none():
    assert await ListedThings(FakeApi.scripted().api).find([], EVERY) == {}
