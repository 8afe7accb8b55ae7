"""Worklogs that changed or were deleted since a moment: every page, no id twice, no circle."""

from typing import Any

import pytest

from jira.errors import JiraAnswerError
from jira.kinds.worklog_changes import DELETED, UPDATED, CostlyError, ids_since
from tests.unit.helpers.fakes import FakeApi


def page(*ids: int, until: int = 0, last: bool = True) -> dict[str, Any]:
    values = [{"worklogId": number, "updatedTime": until} for number in ids]
    return {"values": values, "until": until, "lastPage": last}


async def read(fake: FakeApi, path: str = DELETED, **more: Any) -> list[list[str]]:
    return [ids async for ids in ids_since(fake.api, path, 1000, **more)]


@pytest.mark.parametrize("path", [UPDATED, DELETED])
async def test_all_pages_are_read_and_what_two_of_them_show_comes_once(path: str) -> None:
    fake = FakeApi.scripted(page(1, 2, until=1500, last=False), page(2, 3, until=1600))
    assert await read(fake, path) == [["1", "2"], ["3"]]
    # Several may have changed in the last moment of a page.
    assert fake.bodies(path) == [{"since": 1000}, {"since": 1499}]


async def test_an_empty_page_is_the_end() -> None:
    assert await read(FakeApi.scripted(page())) == []


@pytest.mark.parametrize("until", [1001, 1000, 0, None])
async def test_a_page_that_leads_back_is_an_error_and_no_circle(until: Any) -> None:
    answer = {**page(1, last=False), "until": until}
    with pytest.raises(JiraAnswerError, match="doesn't end after"):
        await read(FakeApi.scripted(answer))


async def test_more_pages_than_it_is_worth_are_not_read() -> None:
    fake = FakeApi.scripted(page(1, until=1500, last=False), page(2, until=1600, last=False))
    with pytest.raises(CostlyError):
        await read(fake, most=2)


@pytest.mark.parametrize("value", [{}, {"worklogId": None}, {"worklogId": "x"}])
async def test_what_is_no_id_is_none(value: dict[str, Any]) -> None:
    assert await read(FakeApi.scripted({"values": [value], "lastPage": True})) == []
