"""Where a list ends: too early and entities are deleted, too late and the read never ends."""

import pytest

from jira.errors import JiraAnswerError
from jira.paging import OffsetPages, TokenPages, rows_of


def test_the_rows_of_a_page():
    assert rows_of({"issues": [{"id": "1"}]}, "issues", "GET /x") == [{"id": "1"}]


def test_an_empty_page_is_a_page():
    assert rows_of({"issues": []}, "issues", "GET /x") == []


@pytest.mark.parametrize(
    "page",
    [
        None,
        [],
        "text",
        5,
        {},
        {"issues": None},
        {"issues": {}},
        {"issues": "text"},
        {"issues": [None]},
        {"issues": [{"id": "1"}, "2"]},
        {"values": []},
    ],
)
def test_what_is_no_page_is_an_error_and_never_an_empty_page(page):
    with pytest.raises(JiraAnswerError, match=r"GET /x .*'issues'"):
        rows_of(page, "issues", "GET /x")


@pytest.mark.parametrize(
    ("page", "following"),
    [
        ({"nextPageToken": "a"}, "a"),
        ({"nextPageToken": "a", "isLast": False}, "a"),
        ({"nextPageToken": "a", "isLast": None}, "a"),
        ({"nextPageToken": "a", "issues": []}, "a"),
        ({"nextPageToken": "a", "isLast": True}, None),
        ({"isLast": True}, None),
        ({"isLast": False}, None),
        ({"nextPageToken": None}, None),
        ({"nextPageToken": ""}, None),
        ({}, None),
    ],
)
def test_the_end_is_the_mark_or_no_token(page, following):
    assert TokenPages("POST /x").next(page) == following


def test_a_token_that_repeats_is_an_error_and_no_loop():
    pages = TokenPages("POST /x")
    assert [pages.next({"nextPageToken": token}) for token in "abc"] == ["a", "b", "c"]
    with pytest.raises(JiraAnswerError, match=r"POST /x .*repeats"):
        pages.next({"nextPageToken": "a"})


@pytest.mark.parametrize("token", [5, ["a"], {"a": 1}, True])
def test_a_token_that_is_no_text_is_an_error(token):
    with pytest.raises(JiraAnswerError, match="POST /x"):
        TokenPages("POST /x").next({"nextPageToken": token})


@pytest.mark.parametrize(
    ("page", "count", "more"),
    [
        ({"isLast": True}, 50, False),
        ({"isLast": True, "total": 0}, 0, False),
        ({"isLast": True, "total": 50}, 50, False),
        ({"isLast": True, "total": 70}, 50, False),
        ({"isLast": False, "total": 100}, 50, True),
        ({"isLast": False, "total": 50}, 50, True),
        ({"isLast": False}, 3, True),
        ({"total": 100}, 50, True),
        ({"total": 50}, 50, False),
        ({"total": 49}, 50, False),
        ({"total": 0}, 0, False),
        ({}, 50, True),
        ({}, 0, False),
    ],
)
def test_whether_another_page_has_to_be_read(page, count, more):
    """The total is believed only where Jira doesn't say itself whether this is the last page."""
    assert OffsetPages("GET /x").advance(page, count) is more


def test_shorter_pages_than_asked_for_are_counted_by_what_they_hold():
    pages = OffsetPages("GET /x")
    assert [pages.advance({"total": 70}, count) for count in (30, 30, 10)] == [True, True, False]
    assert pages.start == 70


@pytest.mark.parametrize("total", [None, 50, 0])
def test_an_empty_page_that_says_it_is_not_the_last_is_an_error(total):
    """Followed, it would be asked for again without end."""
    pages = OffsetPages("GET /x")
    pages.advance({"isLast": False, "total": total}, 50)
    with pytest.raises(JiraAnswerError, match=r"GET /x .*empty page after 50"):
        pages.advance({"isLast": False, "total": total}, 0)


def test_a_first_page_that_is_empty_though_there_are_rows_is_an_error():
    """Taken for an empty site, it would empty the catalog."""
    with pytest.raises(JiraAnswerError, match="0 of 80"):
        OffsetPages("GET /x").advance({"total": 80}, 0)


@pytest.mark.parametrize(
    ("pages", "short"),
    [
        ([({"total": 80}, 50), ({"total": 80}, 0)], "50 of the 80 rows"),
        ([({"total": 80}, 50), ({"total": 80, "isLast": True}, 0)], "50 of the 80 rows"),
        ([({"total": 80, "isLast": True}, 50)], "50 of the 80 rows"),
        ([({"total": 80}, 50), ({"total": 50}, 0)], None),
        ([({"total": 80, "isLast": True}, 80)], None),
        ([({"isLast": True}, 50)], None),
        ([({"total": 0}, 0)], None),
    ],
)
def test_a_list_that_promises_more_than_it_gives_ends_and_says_so(pages, short):
    """There are such lists on sites that are well: as an error it would be one every time."""
    found = OffsetPages("GET /x")
    assert [found.advance(page, count) for page, count in pages][-1] is False
    assert (found.short is None) is (short is None)
    assert short is None or f"GET /x gave {short}" in str(found.short)
