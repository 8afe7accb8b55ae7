"""What a request costs where Jira counts points: decided over the endpoint and the answer.

A request is one point, and each object in its answer another one; people and what they may are two.
https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
"""

from collections.abc import Mapping
from typing import Any

OF_A_REQUEST = 1
OF_AN_OBJECT = 1
OF_AN_IDENTITY = 2

IDENTITIES = frozenset(
    (
        "/rest/api/3/myself",
        "/rest/api/3/mypermissions",
        "/rest/api/3/user",
        "/rest/api/3/users/search",
        "/gateway/api/public/teams/v1/org/{org}/teams/{team}/members",
    )
)
"""The paths that answer with people, or with what they may."""
LISTS = ("issues", "values", "worklogs", "entities", "results")
"""What the rows of a page stand under. Other lists are parts of the one object of an answer."""
NAMES = ("issueIdsOrKeys", "ids")
"""What the names stand under that a request asks for."""
MOST = ("maxResults", "first")
"""What a request says by how many rows it takes at most."""
READS_BY_POST = ("/search/jql", "/issue/bulkfetch", "/worklog/list", "/members")


def points_of(endpoint: str, answer: Any) -> int:
    """What an answer has cost, of an endpoint (method and path template)."""
    return OF_A_REQUEST + _objects(endpoint, answer) * _of_one(endpoint)


def points_at_most(
    endpoint: str, query: Mapping[str, Any] | None, body: Mapping[str, Any] | None
) -> int:
    """What a request may cost, before there is an answer."""
    if not _reads(endpoint):
        return OF_A_REQUEST
    asked = {**(query or {}), **(body or {})}
    named = [len(asked[name]) for name in NAMES if isinstance(asked.get(name), list)]
    rows = [int(asked[name]) for name in MOST if isinstance(asked.get(name), int)]
    return OF_A_REQUEST + max([1, *named, *rows]) * _of_one(endpoint)


def _objects(endpoint: str, answer: Any) -> int:
    if not _reads(endpoint) or answer is None:
        return 0
    if isinstance(answer, list):
        return len(answer)
    if not isinstance(answer, Mapping):
        return 1
    lists = [answer[name] for name in LISTS if isinstance(answer.get(name), list)]
    return max(map(len, lists)) if lists else 1


def _of_one(endpoint: str) -> int:
    return OF_AN_IDENTITY if endpoint.partition(" ")[2] in IDENTITIES else OF_AN_OBJECT


def _reads(endpoint: str) -> bool:
    method, _, path = endpoint.partition(" ")
    return method == "GET" or (method == "POST" and path.endswith(READS_BY_POST))
