"""How a query for issues is divided: every issue is in exactly one share."""

import asyncio
import math
import re
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest

from jira.concurrency import merged
from jira.jql import LONGEST, fits, in_parts, restrict
from jira.kinds.split_by_project import (
    LEAST_IDS_PER_PAGE,
    MAX_IDS_PER_PAGE,
    MAX_SHARES,
    Share,
    page_size,
    shares,
)

NOW = 1_750_000_000.0


def queries(jql: str | None, sizes: dict[str, int]) -> list[str | None]:
    return [share.jql for share in shares(jql, sizes, NOW)]


@pytest.mark.parametrize("sizes", [{}, {"1": 1000}])
def test_one_project_is_not_divided(sizes):
    size = page_size(sum(sizes.values()))
    assert shares("status = Open", sizes, NOW) == [Share("status = Open", size)]


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
    divided = shares(None, {"1": 1000, "2": 10}, NOW)
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
    assert len(shares(None, {str(number): number for number in range(300)}, NOW)) == MAX_SHARES


def test_an_order_is_left_out_of_the_parentheses():
    for share in queries("status = Open ORDER BY created", {"1": 1, "2": 2}):
        assert share is not None
        assert share.endswith(") ORDER BY created")
        assert share.startswith("(status = Open) AND ")


def test_more_projects_than_a_query_may_name_are_divided_by_the_age_of_issues():
    """Every moment in one share, those before and after all of them too."""
    divided = queries("status = Open", {str(10_000 + number): 20 for number in range(5000)})
    assert len(divided) == MAX_SHARES
    assert all(share is not None and len(share.encode()) <= LONGEST for share in divided)
    bounds = [
        (
            float(since[1])
            if (since := re.search(r"created >= (\d+)", share or ""))
            else -math.inf,
            float(until[1]) if (until := re.search(r"created < (\d+)", share or "")) else math.inf,
        )
        for share in divided
    ]
    assert bounds[0][0] == -math.inf
    assert bounds[-1][1] == math.inf
    assert all(before[1] == after[0] for before, after in pairwise(bounds))
    assert bounds == sorted(bounds)
    assert bounds[-1][0] < NOW * 1000


@pytest.mark.parametrize("projects", [2, 100, 400, 600, 700, 5000])
def test_no_query_is_longer_than_jira_takes(projects):
    sizes = {str(10_000_000 + number): 20 for number in range(projects)}
    assert max(len((share or "").encode()) for share in queries(None, sizes)) <= LONGEST


def test_names_are_divided_into_as_few_clauses_as_fit():
    names = [str(number) for number in range(10_000, 15_000)]
    parts = in_parts(names)
    assert [name for part in parts for name in part] == names
    assert all(fits(part) for part in parts)
    assert all(len(restrict(None, "issuetype", part).encode()) <= LONGEST for part in parts)
    assert not any(fits([*one, *other]) for one, other in pairwise(parts[:-1]))
    assert in_parts([]) == []
    assert in_parts(["x" * 2 * LONGEST]) == [["x" * 2 * LONGEST]]


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
