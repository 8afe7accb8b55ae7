"""How a query for issues is divided: every issue is in exactly one share."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from jira.concurrency import merged
from jira.kinds.split_by_project import (
    LEAST_IDS_PER_PAGE,
    MAX_IDS_PER_PAGE,
    MAX_SHARES,
    Share,
    page_size,
    shares,
)


def queries(jql: str | None, sizes: dict[str, int]) -> list[str | None]:
    return [share.jql for share in shares(jql, sizes)]


@pytest.mark.parametrize("sizes", [{}, {"1": 1000}])
def test_one_project_is_not_divided(sizes):
    size = page_size(sum(sizes.values()))
    assert shares("status = Open", sizes) == [Share("status = Open", size)]


@pytest.mark.parametrize(
    ("issues", "size"),
    [(0, 500), (1, 100), (400, 100), (401, 200), (1200, 300), (2000, 500), (10**6, 500)],
)
def test_a_page_of_ids_is_whole_chunks_and_a_fraction_of_the_share(issues, size):
    """The first rows are read while the next ids come."""
    assert page_size(issues) == size


def test_jira_gives_that_many_ids_a_page():
    """More than 5000 would be a request that Jira refuses or shortens."""
    assert LEAST_IDS_PER_PAGE <= MAX_IDS_PER_PAGE <= 5000


def test_every_share_of_a_site_has_pages_of_the_same_size():
    divided = shares(None, {"1": 1000, "2": 10})
    assert {share.page_size for share in divided} == {page_size(1001)}


def test_what_no_other_share_names_is_in_the_last():
    """A project that was just made is listed nowhere, and must not be left out."""
    *named, rest = queries("status = Open", {"1": 10, "2": 20, "3": 30})
    assert rest is not None
    assert rest.startswith("(status = Open) AND project not in (")
    for share in named:
        assert share is not None
        listed = share.removeprefix("(status = Open) AND project in (").removesuffix(")")
        assert all(name in rest for name in listed.split(", "))


def test_no_more_shares_than_requests_may_be_under_way():
    assert len(shares(None, {str(number): number for number in range(300)})) == MAX_SHARES


def test_an_order_is_left_out_of_the_parentheses():
    for share in queries("status = Open ORDER BY created", {"1": 1, "2": 2}):
        assert share is not None
        assert share.endswith(") ORDER BY created")
        assert share.startswith("(status = Open) AND ")


async def items(*values: int, error: Exception | None = None) -> AsyncIterator[int]:
    for value in values:
        await asyncio.sleep(0)
        yield value
    if error is not None:
        raise error


async def test_sources_are_read_side_by_side_and_nothing_is_lost():
    found = [item async for item in merged([items(1, 2, 3), items(), items(4)], most=2)]
    assert sorted(found) == [1, 2, 3, 4]


async def test_the_error_of_one_source_is_raised():
    with pytest.raises(ValueError, match="broken"):
        async for _ in merged([items(1), items(2, error=ValueError("broken"))]):
            pass
