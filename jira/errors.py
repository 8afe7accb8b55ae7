"""What can go wrong with Jira, as exceptions.

None of them derives from httpx's errors: the framework swallows those in some places
(a failed credential check before a resync would go unnoticed) and never these.
"""

from collections.abc import Mapping

NAMED = 3
"""How many of those that are missing a message names."""


class JiraError(Exception):
    """Something about Jira or its settings went wrong; the message says what to do."""


class SettingsError(JiraError):
    """A setting of the integration is missing or wrong."""


class MappingError(JiraError):
    """The mapping has a mistake, and nothing can be read by it."""


class JiraAuthenticationError(JiraError):
    """Jira does not accept the credentials (401).

    `endpoint` is the method and path template that was asked, None where nothing was: a good
    token that lacks an endpoint's scope is turned away by that one alone. `said` is what happened,
    without what to do if it is the token itself.
    """

    endpoint: str | None = None

    def __init__(self, said: str = "", to_do: str = "") -> None:
        super().__init__(f"{said} {to_do}".strip())
        self.said = said


class JiraPermissionError(JiraError):
    """The account may not do this (403)."""


class JiraNotFoundError(JiraError):
    """What was asked for is not there, or not visible to the account (404)."""


class JiraRequestError(JiraError):
    """Jira refuses the request itself (400 and other 4xx), with that `status`."""

    def __init__(self, message: str = "", status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class JiraUnavailableError(JiraError):
    """Jira could not be reached or answered 408, 429 or 5xx, retries included."""


class JiraAnswerError(JiraError):
    """Jira answered with something that is not what the endpoint promises."""


class JiraForeignAnswerError(JiraAnswerError):
    """Somebody between us and Jira answered: a sign-on page, a proxy, a redirect."""


class JiraPartlyUnavailableError(JiraError):
    """Everything was read and handed on but what is `missing`, which failed again and again.

    Raised at the end of a read of all: nothing may be deleted because it wasn't read.
    """

    def __init__(self, missing: Mapping[str, JiraError]) -> None:
        """`missing` is what could not be read, in words, with what became of it."""
        self.missing = dict(missing)
        self.names = list(missing)[:NAMED]
        self.cause = next(iter(missing.values()))
        more = len(missing) - len(self.names)
        super().__init__(
            f"All was read but the {', the '.join(self.names)}"
            + (f" and {more} more" if more else "")
            + f": {self.cause} What is missing stays as it is."
        )


TRANSIENT_ERRORS = (
    JiraUnavailableError,
    JiraAuthenticationError,
    JiraAnswerError,
    MappingError,
    JiraPartlyUnavailableError,
)
"""What can be over by itself or by an administrator's hand: worth another try later."""
