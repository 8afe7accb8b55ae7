"""How issues are asked for by all kinds that read them: the ids of some, and rows."""

from jira.asks import FEW, Ask
from jira.jql import bounded
from jira.kinds.issue_reader import BULK_FETCH, ONE, SEARCH, SMALLEST

ISSUES = Ask(
    SEARCH,
    "issues",
    body=lambda _: {"jql": bounded(None), "fields": ["key"], "maxResults": FEW},
)
ISSUE_ASKS = (
    ISSUES,
    Ask(
        BULK_FETCH,
        "issues",
        body=lambda name: {"issueIdsOrKeys": [name], "fields": list(SMALLEST)},
        under=ISSUES,
    ),
    Ask(ONE, query=lambda _: {"fields": ",".join(SMALLEST)}, under=ISSUES),
)
