"""What can go wrong with Jira, as exceptions.

None of them derives from httpx's errors: the framework swallows those in some places
(a failed credential check before a resync would go unnoticed) and never these.
"""


class JiraError(Exception):
    """Something about Jira or its settings went wrong; the message says what to do."""


class SettingsError(JiraError):
    """A setting of the integration is missing or wrong."""


class MappingError(JiraError):
    """The mapping has a mistake, and nothing can be read by it."""


class JiraAuthenticationError(JiraError):
    """Jira does not accept the credentials."""


class JiraPermissionError(JiraError):
    """The account may not do this (403)."""


class JiraNotFoundError(JiraError):
    """What was asked for is not there, or not visible to the account (404)."""


class JiraRequestError(JiraError):
    """Jira refuses the request itself (400 and other 4xx)."""


class JiraUnavailableError(JiraError):
    """Jira could not be reached or answered 408, 429 or 5xx, retries included."""


class JiraAnswerError(JiraError):
    """Jira answered with something that is not what the endpoint promises."""


TRANSIENT_ERRORS = (
    JiraUnavailableError,
    JiraAuthenticationError,
    JiraAnswerError,
    MappingError,
)
"""What can be over by itself or by an administrator's hand: worth another try later."""
