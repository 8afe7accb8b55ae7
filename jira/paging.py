"""Where a list ends: decisions about pages, without I/O."""

from collections.abc import Mapping
from typing import Any

from jira.errors import JiraAnswerError


def rows_of(page: Any, key: str, where: str) -> list[dict[str, Any]]:
    """The rows of a page; JiraAnswerError where the page isn't one.

    A missing list is an error and not an empty page: what isn't listed gets deleted.
    """
    rows = page.get(key) if isinstance(page, Mapping) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise JiraAnswerError(
            f"{where} answered without the list {key!r}: the read is broken off, "
            "nothing is deleted because of it."
        )
    return rows


class TokenPages:
    """Follows `nextPageToken`.

    The end is `isLast: true` or no token; an empty page with a token is not the end.
    https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/
    """

    def __init__(self, where: str) -> None:
        self._where = where
        self._seen: set[str] = set()

    def next(self, page: Mapping[str, Any]) -> str | None:
        """The token of the page after this one, or None at the end.

        Raises JiraAnswerError for a token that was there before: following it never ends.
        """
        token = page.get("nextPageToken")
        if page.get("isLast") is True or not token:
            return None
        if not isinstance(token, str) or token in self._seen:
            raise JiraAnswerError(
                f"{self._where} sent a page token that repeats or is no text: "
                "the read is broken off, nothing is deleted because of it."
            )
        self._seen.add(token)
        return token


class OffsetPages:
    """Follows `startAt` in pages with `values`, `isLast` and `total`."""

    def __init__(self, where: str) -> None:
        self._where = where
        self.start = 0
        self._total = 0

    def advance(self, page: Mapping[str, Any], count: int) -> bool:
        """Note a page of `count` rows; whether another one has to be read.

        A page may be shorter than asked for. Raises JiraAnswerError for an empty page where Jira
        says that it isn't the last, and for a list that is said to have rows and gives none.
        """
        self.start += count
        total = page.get("total")
        is_last = page.get("isLast")
        self._total = total if isinstance(total, int) else 0
        if count == 0 and (is_last is False or (self.start == 0 and self._total > 0)):
            raise JiraAnswerError(
                f"{self._where} sent an empty page after {self.start} of {total} rows: "
                "the read is broken off, nothing is deleted because of it."
            )
        if is_last is True or count == 0:
            return False
        return not (isinstance(total, int) and is_last is None and self.start >= total)

    @property
    def short(self) -> str | None:
        """After the last page: where it came before the total that Jira named, in words."""
        if self.start >= self._total:
            return None
        return f"{self._where} gave {self.start} of the {self._total} rows that it promised."
