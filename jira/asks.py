"""The cheapest requests that tell whether something can be read: one for each endpoint."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from jira.answers import REFUSALS
from jira.errors import JiraAnswerError, JiraAuthenticationError, JiraError
from jira.http.api import JiraApi, Query
from jira.paging import rows_of
from jira.payloads import Row

FEW = 3
"""Rows of a list that are asked for: where a single board is refused, the next one may tell."""
THEMSELVES = ""
"""Where the answer is the list, and not an object that has it under a name."""


def nothing(_: str) -> Query:
    """No parameters."""
    return {}


def few(_: str) -> Query:
    """The first rows of a list with `startAt`."""
    return {"startAt": 0, "maxResults": FEW}


@dataclass(frozen=True, eq=False)
class Ask:
    """One endpoint, asked for as little as it gives. One that kinds share is asked once.

    `rows` is what its rows stand under; None for an endpoint that has no list. What is `under`
    another one is asked for a row of that, which goes into the path by its field `by`; `query` and
    `body` are given that name, too. With a `body` it is a POST. `needs` says what a 403 is the
    lack of, where it isn't one of the kind's permissions.
    """

    path: str
    rows: str | None = None
    query: Callable[[str], Query] = nothing
    body: Callable[[str], Mapping[str, Any]] | None = None
    under: "Ask | None" = None
    by: str = "id"
    needs: str = ""

    @property
    def endpoint(self) -> str:
        """The method and path template."""
        return f"{'GET' if self.body is None else 'POST'} {self.path}"

    def values(self, name: str, given: Mapping[str, str]) -> dict[str, str]:
        """What goes into the path: what is `given` by its name there, and else the row's name."""
        return {part: given.get(part, name) for part in re.findall(r"\{(\w+)\}", self.path)}


@dataclass(frozen=True)
class Told:
    """What an ask brought: rows, or why it failed; not `tried` where there is no row to ask for."""

    rows: tuple[Row, ...] = ()
    error: JiraError | None = None
    tried: bool = True


class Asker:
    """Asks each thing once, and what it is under before it."""

    def __init__(self, api: JiraApi, **given: str) -> None:
        """`given` goes into paths by the names that it has there."""
        self._api = api
        self._given = given
        self._told: dict[Ask, Told] = {}

    async def told(self, ask: Ask) -> Told:
        """What it brought; never raises a JiraError."""
        if ask not in self._told:
            self._told[ask] = await self._first_that_tells(ask)
        return self._told[ask]

    async def _first_that_tells(self, ask: Ask) -> Told:
        if ask.under is None:
            return await self._once(ask, "")
        told = Told(tried=False)
        for row in (await self.told(ask.under)).rows:
            last = await self._once(ask, str(row.get(ask.by, "")))
            if last.rows or isinstance(last.error, JiraAuthenticationError):
                return last
            if last.error is None or not told.tried or told.error is not None:
                told = last
            if not isinstance(last.error, REFUSALS) and ask.rows is None:
                break
        return told

    async def _once(self, ask: Ask, name: str) -> Told:
        values = ask.values(name, self._given)
        try:
            if ask.body is None:
                answer = await self._api.get(ask.path, ask.query(name), **values)
            else:
                answer = await self._api.read_by_post(ask.path, ask.body(name), **values)
            return Told(_rows(ask, answer))
        except JiraError as error:
            return Told(error=error)


def _rows(ask: Ask, answer: Any) -> tuple[Row, ...]:
    if ask.rows is None:
        return ()
    if ask.rows != THEMSELVES:
        return tuple(rows_of(answer, ask.rows, ask.endpoint)[:FEW])
    if not isinstance(answer, list) or not all(isinstance(row, dict) for row in answer):
        raise JiraAnswerError(f"{ask.endpoint} answered with something else than a list.")
    return tuple(answer[:FEW])
