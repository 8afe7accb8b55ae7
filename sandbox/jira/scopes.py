"""What a token with scopes may ask, as Atlassian publishes it."""

import re
from collections.abc import Collection
from functools import cache

from sandbox.openapi import OpenApiCheck

_BOARD = "read:board-scope:jira-software"
_NEVER = ("/gateway/", "/rest/webhooks/")
# Where the OpenAPI leaves the scopes out, Atlassian's page of the endpoint names them.
_BY_PAGES = (
    (re.compile(r"/rest/agile/1\.0/board"), [[_BOARD, "read:project:jira"]]),
    (re.compile(r"/rest/software/1\.0/board/\d+/backlog"), [[_BOARD, "read:issue-details:jira"]]),
)


@cache
def _published() -> OpenApiCheck:
    return OpenApiCheck()


def may_ask(scopes: Collection[str], method: str, path: str) -> bool:
    """Whether a token that has these scopes may ask this."""
    if path.startswith(_NEVER):
        return False
    by_pages = next((sets for pattern, sets in _BY_PAGES if pattern.fullmatch(path)), None)
    ways = by_pages or _published().scopes(method, path)
    return not ways or any(set(way) <= set(scopes) for way in ways)
