"""Which of Port's limits a request counts towards, and how high each is.

https://docs.port.io/api-reference/rate-limits/
"""

import re
from dataclasses import dataclass
from math import inf

PERIOD_SECONDS = 300.0
"""Port counts in windows of so long."""


@dataclass(frozen=True)
class Group:
    """Routes that Port counts together, for everybody in an organization.

    `limit` are requests in a window, `burst` those that may come at once. `most_burst` and
    `most_a_second` are what one process asks for at most, whatever its share.
    """

    name: str
    limit: int
    burst: int
    most_burst: float = inf
    most_a_second: float = inf


BULK_UPSERTS = Group("bulk upserts", 35_000, 3_500)
SEARCHES = Group("entity searches", 35_000, 3_500)
ENTITIES = Group("other requests for entities", 35_000, 3_500)
UPSERTS = Group("upserts of single entities", 10_000, 200)
BLUEPRINTS = Group("requests for blueprints", 15_000, 1_500)
# A token lives for hours. Whatever goes wrong, all others of the organization need theirs, too.
TOKENS = Group("access tokens", 100, 10, most_burst=3, most_a_second=1 / 60)
OTHERS = Group("all other requests", 15_000, 1_500)

_ROUTES = [
    (re.compile(pattern), group)
    for pattern, group in (
        (r"POST /auth/access_token", TOKENS),
        (r"POST /blueprints/[^/]+/entities/bulk", BULK_UPSERTS),
        (r"POST /entities/search|POST /blueprints/[^/]+/entities/search", SEARCHES),
        (r"POST /blueprints/[^/]+/entities|(PUT|PATCH) /blueprints/[^/]+/entities/.+", UPSERTS),
        (r"\w+ /blueprints/[^/]+/(entities|bulk/entities|all-entities)(/.*)?", ENTITIES),
        (r"\w+ /blueprints/entities/.+|\w+ /entities(/.*)?", ENTITIES),
        (r"\w+ /blueprints(/[^/]+)?", BLUEPRINTS),
    )
]
_API = re.compile(r"^.*?/v\d+(?=/)")


def group_of(method: str, path: str) -> Group | None:
    """The group of a request; None for Port's other services, which take logs and figures."""
    api = _API.match(path)
    if api is None:
        return None
    route = f"{method} {path[api.end() :]}"
    return next((group for pattern, group in _ROUTES if pattern.fullmatch(route)), OTHERS)
