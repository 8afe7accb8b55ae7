"""How a query for issues is divided: every issue is in exactly one share."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from jira.pipeline import merged
from jira.shares import MAX_SHARES, shares


@pytest.mark.parametrize("sizes", [{}, {"1": 100}])
def test_one_project_is_not_divided(sizes):
    assert shares("status = Open", sizes) == ["status = Open"]


def test_what_no_other_share_names_is_in_the_last():
    """A project that was just made is listed nowhere, and must not be left out."""
    *named, rest = shares("status = Open", {"1": 10, "2": 20, "3": 30})
    assert rest is not None
    assert rest.startswith("(status = Open) AND project not in (")
    for share in named:
        assert share is not None
        listed = share.removeprefix("(status = Open) AND project in (").removesuffix(")")
        assert all(name in rest for name in listed.split(", "))


def test_no_more_shares_than_requests_may_be_under_way():
    assert len(shares(None, {str(number): number for number in range(300)})) == MAX_SHARES


def test_an_order_is_left_out_of_the_parentheses():
    for share in shares("status = Open ORDER BY created", {"1": 1, "2": 2}):
        assert share is not None
        assert "ORDER" not in share


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
