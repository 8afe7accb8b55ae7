"""A Jira that answers as a test says, and remembers what it was asked."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from types import SimpleNamespace
from typing import Any, cast

from jira.http.api import Answer, JiraApi
from jira.http.quota import Quota


async def settle() -> None:
    """Let everything run that can."""
    for _ in range(20):
        await asyncio.sleep(0)


async def around(step: Callable[[], Awaitable[bool]]) -> bool:
    """Do a step of background work with nothing around it."""
    return await step()


class FakeApi:
    """Stands in for JiraApi; `answer(method, path, what)` returns the JSON or raises.

    `what` is the query of a read and the body of everything else.
    """

    def __init__(self, answer: Callable[[str, str, Any], Any]) -> None:
        self.answer = answer
        self.asked: list[tuple[str, str, Any]] = []
        self.authentication = SimpleNamespace(uses_gateway=False)
        self.quota: Quota | None = None

    @classmethod
    def scripted(cls, *answers: Any) -> "FakeApi":
        """Gives one answer after the other; an exception is raised."""
        left = list(answers)

        def next_answer(*_: Any) -> Any:
            assert left, "a request more than expected"
            return left.pop(0)

        return cls(next_answer)

    @property
    def api(self) -> JiraApi:
        """This, as what the readers expect."""
        return cast(JiraApi, self)

    def bodies(self, path: str) -> list[Any]:
        """What was sent to a path."""
        return [what for _, asked, what in self.asked if asked == path]

    async def get(self, path: str, query: Mapping[str, Any] | None = None, **values: str) -> Any:
        return await self._ask("GET", path.format(**values), dict(query or {}))

    async def read_by_post(self, path: str, body: Mapping[str, Any], **values: str) -> Any:
        return await self._ask("READ", path.format(**values), dict(body))

    async def read_measured(self, path: str, body: Mapping[str, Any], **values: str) -> Answer:
        answer = await self.read_by_post(path, body, **values)
        return Answer(answer, len(json.dumps(answer, default=str)))

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        return await self._ask("POST", path, dict(body))

    async def put(self, path: str, body: Mapping[str, Any], **values: str) -> Any:
        return await self._ask("PUT", path.format(**values), dict(body))

    async def delete(self, path: str, body: Mapping[str, Any] | None = None, **values: str) -> Any:
        return await self._ask("DELETE", path.format(**values), body)

    async def _ask(self, method: str, path: str, what: Any) -> Any:
        self.asked.append((method, path, what))
        await asyncio.sleep(0)
        answer = self.answer(method, path, what)
        if isinstance(answer, Exception):
            raise answer
        return answer
