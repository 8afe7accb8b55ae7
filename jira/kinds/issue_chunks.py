"""How many issues are read at once, since some are large, and which of them didn't come."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from jira.answers import Unread
from jira.byte_budget import Budget
from jira.concurrency import read_ahead
from jira.errors import JiraError
from jira.payloads import Row

MAX_BULK_FETCH = 100
LEAST_BULK_FETCH = 10
FIRST_WHOLE = 20
"""How many are read at once before it is known how large they are, where they may be large."""
USUAL_BYTES = 4000
"""What an issue has of the fields that can't be large."""
LARGE_FIELDS = frozenset(
    ("*all", "*navigable", "comment", "worklog", "description", "environment", "attachment")
)
BYTES_TOGETHER = 2_000_000
"""Bytes that one answer should have at most, and the rows that are handed on at once: reading so
much JSON keeps live events waiting for some hundredths of a second."""

CHUNKS_AHEAD = 15
ROWS_TOGETHER = 400
"""Rows that are handed on at once. With the chunks read ahead, 2,000 issues are in memory."""
BYTES_AHEAD = 20_000_000
"""Bytes of JSON that all resources together read ahead; as objects they take up a few times as
much."""


@dataclass(frozen=True)
class Chunk:
    """Rows that were read together, the bytes of JSON they came in, and what can't be said."""

    rows: list[Row]
    size: int
    failed: Mapping[str, JiraError] = field(default_factory=dict)


class UsualSize:
    """How many issues fit into one answer, by those that were read; `first` before any was."""

    def __init__(self, first: int) -> None:
        self._first = first
        self._of_a_row = 0.0

    @classmethod
    def of(cls, fields: Sequence[str], expand: Sequence[str]) -> Self:
        """Before any was read, by what is read of each."""
        return cls(FIRST_WHOLE if may_be_large(fields, expand) else MAX_BULK_FETCH)

    def note(self, chunk: Chunk) -> None:
        """Learn from an answer."""
        if chunk.rows:
            of_a_row = chunk.size / len(chunk.rows)
            self._of_a_row += 0.3 * (of_a_row - self._of_a_row) if self._of_a_row else of_a_row

    @property
    def expected(self) -> int:
        """The bytes that an answer has, where none is known yet."""
        return BYTES_TOGETHER if self._first < MAX_BULK_FETCH else USUAL_BYTES * self._first

    async def chunks(self, ids: Sequence[str]) -> AsyncIterator[list[str]]:
        """The ids by as many as fit into one answer, as far as is known when they are asked for."""
        start = 0
        while start < len(ids):
            chunk = list(ids[start : start + self.fitting()])
            start += len(chunk)
            yield chunk

    def fitting(self) -> int:
        """How many issues to ask for at once."""
        if not self._of_a_row:
            return self._first
        return max(LEAST_BULK_FETCH, min(int(BYTES_TOGETHER / self._of_a_row), MAX_BULK_FETCH))


async def in_pages(
    ids: AsyncIterator[list[str]],
    read: Callable[[list[str]], Awaitable[Chunk]],
    usual: UsualSize,
    unread: Unread,
    budget: Budget,
) -> AsyncIterator[list[Row]]:
    """Whole rows of ids, read ahead; they count as held until the next ones are asked for."""
    with budget.share(usual.expected) as share:
        chunks = read_ahead(
            ids, read, most=CHUNKS_AHEAD, weigh=lambda chunk: chunk.size, share=share
        )
        together: list[Row] = []
        size = 0
        async for chunk in chunks:
            together += chunk.rows
            size += chunk.size
            unread.note_each("issue", chunk.failed)
            if len(together) >= ROWS_TOGETHER or size >= BYTES_TOGETHER:
                # Nothing but the page is held while it is looked at.
                del chunk
                yield together
                share.leave(size)
                together, size = [], 0
        if together:
            yield together


def may_be_large(fields: Sequence[str], expand: Sequence[str]) -> bool:
    """Whether what is read of an issue can be many times its usual few kilobytes."""
    return bool(expand) or not LARGE_FIELDS.isdisjoint(fields)


def unread_issues(answer: Mapping[str, Any]) -> list[str]:
    """The ids of issues that could not be returned.

    By the OpenAPI one that isn't found or seen is not listed. Why, Jira says in the language of
    the account: nothing is made of its words.
    """
    errors = answer.get("issueErrors")
    listed = errors if isinstance(errors, list) else []
    ids = (str(e["id"]) for e in listed if isinstance(e, Mapping) and e.get("id"))
    return list(dict.fromkeys(ids))
