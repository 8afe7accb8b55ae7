"""What it takes to read a kind, and what Jira's answers say of it: decided without I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from jira.answers import REFUSALS
from jira.asks import Ask, Told
from jira.errors import (
    JiraAnswerError,
    JiraAuthenticationError,
    JiraError,
    JiraPermissionError,
)
from jira.scopes import scope_of


class Permission(StrEnum):
    """Permissions of Jira, by their keys.

    https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions/
    """

    BROWSE_PROJECTS = "BROWSE_PROJECTS"
    BROWSE_USERS = "USER_PICKER"
    ADMINISTER = "ADMINISTER"

    @property
    def in_words(self) -> str:
        """As Jira's administration calls it."""
        return _IN_WORDS[self]


_IN_WORDS = {
    Permission.BROWSE_PROJECTS: "the permission 'Browse projects', in each project to be read",
    Permission.BROWSE_USERS: "the global permission 'Browse users and groups'",
    Permission.ADMINISTER: "the global permission 'Administer Jira'",
}


@dataclass(frozen=True)
class Finding:
    """Whether a need is met (None: nobody can say), and else what is missing, in words."""

    met: bool | None
    words: str = ""


def granted_of(answer: Any) -> dict[str, bool]:
    """Which of the permissions that were asked for the account has. Raises JiraAnswerError."""
    rows = answer.get("permissions") if isinstance(answer, Mapping) else None
    if not isinstance(rows, Mapping) or not all(isinstance(row, Mapping) for row in rows.values()):
        raise JiraAnswerError("The account's permissions were answered without 'permissions'.")
    return {key: row.get("havePermission") is True for key, row in rows.items()}


def of_permission(
    permission: Permission, granted: Mapping[str, bool], *, shown: bool = False
) -> Finding:
    """By what Jira says the account has; `shown` is a row that nobody sees without it."""
    has = granted.get(permission)
    if has is None:
        has = True if shown else None
    if has is None:
        return Finding(None, f"Jira doesn't say whether the account has {permission.in_words}.")
    return Finding(has, "" if has else f"The account needs {permission.in_words}.")


def of_ask(ask: Ask, told: Told, *, by_scopes: bool = False) -> Finding:
    """By what an endpoint answered. With a token that goes `by_scopes`, one that couldn't be tried
    is told.

    What Jira refuses of single rows is theirs: a board that has no sprints answers 400. Not so a
    401 or 403, where all that were tried say the same.
    """
    error = told.error
    if by_scopes and not told.tried:
        words = f"Nothing is there to try {ask.endpoint} with; it needs {scope_of(ask.endpoint)}."
        return Finding(True, words)
    if error is None:
        return Finding(True)
    if isinstance(error, JiraAuthenticationError):
        scope = scope_of(ask.endpoint) or "another scope"
        return Finding(False, f"The token needs {scope}, for {ask.endpoint}.")
    if isinstance(error, JiraPermissionError):
        needs = f"The account needs {ask.needs}: {ask.endpoint} was answered with 403."
        return Finding(False, needs if ask.needs else str(error))
    if isinstance(error, REFUSALS):
        return Finding(ask.under is not None, "" if ask.under is not None else str(error))
    return Finding(None, str(error))


def unknown_account(error: JiraError, *, uses_gateway: bool) -> str:
    """What it may be that Jira doesn't say who we are: the gateway answers 401 to either."""
    if not uses_gateway or not isinstance(error, JiraAuthenticationError):
        return str(error)
    scope = scope_of(error.endpoint or "")
    return f"{error} Or the token is good and lacks {scope}." if scope else str(error)
