"""Why something failed, in words of ours alone: for whoever may see no more than that.

What Jira or Port said may hold what somebody wrote, and is for the log.
"""

import httpx

from jira.errors import (
    JiraAnswerError,
    JiraAuthenticationError,
    JiraForeignAnswerError,
    JiraNotFoundError,
    JiraPartlyUnavailableError,
    JiraPermissionError,
    JiraRequestError,
    JiraUnavailableError,
    MappingError,
)
from port.entities import PortBlueprintError

MYSELF = "GET /rest/api/3/myself"
"""What every token may ask: refused there, it is the token that isn't good."""
NOTHING_IS_LOST = "Its events wait here, and are done when it is over."
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (JiraPermissionError, "The account may not do this in Jira (403)."),
    (JiraNotFoundError, "It isn't there in Jira, or not for this account (404)."),
    (JiraUnavailableError, "Jira can't be reached, or answers with 408, 429 or 5xx."),
    (JiraForeignAnswerError, "Something between Jira and here answered, such as a sign-on page."),
    (JiraAnswerError, "Jira's answer isn't what its endpoint promises."),
    (MappingError, "The mapping has a mistake, or doesn't fit what Jira has."),
    (PortBlueprintError, "Port refuses whatever is of this blueprint."),
    (httpx.HTTPError, "Port can't be reached."),
    (TimeoutError, "It took too long."),
)


def reason(error: Exception) -> str:
    """A sentence; of the error itself it has an endpoint's template, a status and a sort."""
    match error:
        case JiraPartlyUnavailableError():
            return f"All was read but {len(error.missing)} of it. {reason(error.cause)}"
        case JiraAuthenticationError(endpoint=str(endpoint)) if endpoint != MYSELF:
            return f"Jira doesn't accept the credentials for {endpoint} (401)."
        case JiraAuthenticationError():
            return "Jira doesn't accept the credentials (401)."
        case JiraRequestError():
            return f"Jira refuses what it is asked ({error.status})."
        case httpx.HTTPStatusError():
            return f"Port answers with {error.response.status_code}."
    known = (sentence for sort, sentence in _REASONS if isinstance(error, sort))
    return next(known, f"Something unexpected: {type(error).__name__}.")


def to_do_meanwhile(error: Exception) -> str:
    """What to do while something waits."""
    if isinstance(error, JiraAuthenticationError):
        return f"Give the integration a token that Jira accepts. {NOTHING_IS_LOST}"
    if isinstance(error, MappingError):
        return f"Put the mapping right in Port. {NOTHING_IS_LOST}"
    return (
        "Nothing, if the status page of Jira or Port says so; otherwise see to the network. "
        f"{NOTHING_IS_LOST}"
    )
