"""What endpoints share: refusals, pages by number, and the list that most kinds are read by."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.jira.faults import Faults
from sandbox.jira.formats import Row, dumps
from sandbox.jira.state import SiteState

API = "/rest/api/3"
OBJECTS = "jira.objects"
"""Where in its scope a request is told how many objects its answer has, where it isn't one."""

type Endpoint = Callable[[Request], Awaitable[Response]]


def refuse(status: int, *messages: str) -> Response:
    """An error in the shape that Jira gives."""
    return written(dumps({"errorMessages": list(messages), "errors": {}}), status)


def written(content: bytes, status: int = 200) -> Response:
    """An answer whose JSON is made already."""
    return Response(content, status, media_type="application/json")


def array(request: Request, rows: list[Row]) -> Response:
    """An answer of rows alone."""
    request.scope[OBJECTS] = len(rows)
    return JSONResponse(rows)


def knows(request: Request) -> bool:
    """Whether the request came with credentials that are valid."""
    return bool(request.scope["jira.authenticated"])


def listed(request: Request, name: str) -> set[str]:
    """The values of a parameter, which commas part."""
    parts = request.query_params.get(name, "").split(",")
    return {part.strip() for part in parts if part.strip()}


class Endpoints[S: SiteState](ABC):
    """The endpoints of a kind: what they serve, and the faults that they meet."""

    def __init__(self, site: S, faults: Faults) -> None:
        self.site = site
        self.faults = faults

    @abstractmethod
    def routes(self) -> list[Route]:
        """The endpoints; a literal path goes before a template that would match it too."""


def shortened(request: Request, faults: Faults, size: int) -> int:
    """The size of a page that a fault may make shorter."""
    fault = faults.take("short_pages", request.method, request.url.path)
    return min(size, fault.size) if fault else size


@dataclass(frozen=True, slots=True)
class Pages:
    """How a list is paged by number: at most `most` rows, under `key` (None: the rows alone)."""

    most: int = 50
    default: int = 50
    key: str | None = "values"
    says_last: bool = True

    def window(self, request: Request, faults: Faults) -> tuple[int, int]:
        """The first row and the number of rows that a request gets."""

        def number(name: str, otherwise: int) -> int:
            text = request.query_params.get(name, "")
            return int(text) if text.isdecimal() else otherwise

        size = min(number("maxResults", self.default), self.most)
        return number("startAt", 0), shortened(request, faults, size)

    def answer[T](
        self,
        request: Request,
        faults: Faults,
        found: Sequence[T],
        make: Callable[[T], Row],
        *,
        base_url: str | None = None,
    ) -> Response:
        """The page that a request asked for; with `base_url`, it links itself and the next."""
        start, size = self.window(request, faults)
        rows = [make(one) for one in found[start : start + size]]
        request.scope[OBJECTS] = len(rows)
        if self.key is None:
            return JSONResponse(rows)
        last = start + size >= len(found)
        page: Row = {"maxResults": size, "startAt": start, "total": len(found)}
        if self.says_last:
            page["isLast"] = last
        if base_url is not None:
            here = f"{base_url}{request.url.path}"
            page["self"] = f"{here}?{request.url.query}"
            if not last:
                rest = [item for item in request.query_params.multi_items() if item[0] != "startAt"]
                page["nextPage"] = f"{here}?{urlencode([*rest, ('startAt', str(start + size))])}"
        return JSONResponse(page | {self.key: rows})


PAGES = Pages()


@dataclass(frozen=True, slots=True)
class PlainList[T]:
    """A kind that is read by one list and by id: paths, what is there, and its row.

    `found` gives all that may be seen and fits the request's parameters, or refuses them. Without
    `one` nothing is served by id.
    """

    path: str
    one: str | None
    found: Callable[[Request], Iterable[T] | Response]
    find: Callable[[str], T | None]
    make: Callable[[Request, T], Row]
    gone: str
    pages: Pages = PAGES

    def routes(self, faults: Faults) -> list[Route]:
        """The list, and one by its `{id}`. Bad credentials see an empty list, and nothing by id."""

        async def every(request: Request) -> Response:
            found = self.found(request) if knows(request) else ()
            if isinstance(found, Response):
                return found
            return self.pages.answer(request, faults, list(found), partial(self.make, request))

        async def one(request: Request) -> Response:
            item = self.find(request.path_params["id"]) if knows(request) else None
            if item is None:
                return refuse(404, self.gone)
            return JSONResponse(self.make(request, item))

        routes = [Route(self.path, every)]
        return [*routes, Route(self.one, one)] if self.one else routes
