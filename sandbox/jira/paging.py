"""Pages by number, as many endpoints of Jira give them."""

from starlette.requests import Request

DEFAULT_PAGE = 50


def page_of(request: Request, most: int, default: int = DEFAULT_PAGE) -> tuple[int, int]:
    """The first row and the number of rows that a request asks for, at most `most`."""

    def number(name: str, otherwise: int) -> int:
        text = request.query_params.get(name, "")
        return int(text) if text.isdecimal() else otherwise

    return number("startAt", 0), min(number("maxResults", default), most)
