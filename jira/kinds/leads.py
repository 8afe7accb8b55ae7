"""Which issue a key leads to, where an event names one by its key alone."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Protocol

from jira.answers import Said, Unread
from jira.concurrency import Gatherer
from jira.payloads import Row


class ReadsKeys(Protocol):
    """What reads issues by key; see IssueReader."""

    async def by_keys(self, keys: Iterable[str], *, unread: Unread) -> list[Row]:
        """The issues that the keys lead to, with the keys they have now."""


class Leads:
    """Asks for the keys of the same moment together."""

    def __init__(self, reader: ReadsKeys) -> None:
        self._reader = reader
        self._gatherer = Gatherer(self._read)

    async def of(self, keys: Iterable[str]) -> dict[str, Said]:
        """The issue that each key leads to; None where it leads nowhere, or why it can't be said.

        Raises JiraError where nothing can be said of any.
        """
        return await self._gatherer.get(None, keys)

    async def _read(self, _: None, keys: list[str]) -> Mapping[str, Said]:
        unread = Unread()
        rows = await self._reader.by_keys(keys, unread=unread)
        said: dict[str, Said] = {**unread.failed, **unread.refused}
        said |= {row["key"]: row for row in rows if row["key"] in keys}
        left = [key for key in keys if key not in said]
        moved = [row for row in rows if row["key"] not in said]
        if not moved or len(left) <= 1:
            return {**said, **dict.fromkeys(left, moved[0] if moved else None)}
        # Former keys: by which of them an issue was found isn't told.
        for alone in await asyncio.gather(*(self._read(None, [key]) for key in left)):
            said |= alone
        return said
