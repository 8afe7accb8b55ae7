"""What an answer of Jira means: the one place that looks at a status."""

import json
from collections.abc import Mapping
from typing import Any

from jira.errors import (
    JiraAnswerError,
    JiraAuthenticationError,
    JiraError,
    JiraForeignAnswerError,
    JiraNotFoundError,
    JiraPermissionError,
    JiraRequestError,
    JiraUnavailableError,
)
from jira.http.bodies import parsed

CHECK_CREDENTIALS = (
    "Check atlassianUserEmail and atlassianUserToken: the token may have expired "
    "(they live at most a year), and jiraHost must be the site it was made for."
)
REJECTED_LOGINS = ("AUTHENTICATED_FAILED", "AUTHENTICATION_DENIED")
"""The second one means a CAPTCHA after failed logins: somebody has to log in with a browser."""
MAX_WORDS = 300


def read_answer(
    method: str, path: str, status: int, headers: Mapping[str, str], body: bytes
) -> Any:
    """The JSON of a good answer; None for an empty one (204). Raises a JiraError for all others.

    Anonymous answers look like an empty site, and sign-on pages come with status 200:
    https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/#authentication
    """
    asked = f"{method} {path}"
    reason = headers.get("x-seraph-loginreason", "").upper()
    if any(rejected in reason for rejected in REJECTED_LOGINS):
        raise JiraAuthenticationError(
            f"Jira rejected the credentials for {asked} (status {status}, {reason}).",
            CHECK_CREDENTIALS,
        )
    if status >= 300:
        raise _refusal(asked, status, headers, body)
    if not body:
        return None
    if _is_html(headers, body):
        raise JiraForeignAnswerError(
            f"{asked} was answered with an HTML page instead of JSON (status {status}): a proxy "
            "or sign-on page stands between us and Jira. Check jiraHost and the proxy settings."
        )
    try:
        return parsed(body)
    except ValueError as error:
        raise JiraAnswerError(
            f"{asked} was answered with broken JSON ({len(body)} bytes, status {status}): {error}."
        ) from error


def _refusal(asked: str, status: int, headers: Mapping[str, str], body: bytes) -> JiraError:
    said = words(headers, body)
    message = f"{asked} was answered with {status}" + (f": {said}" if said else ".")
    if status == 401:
        return JiraAuthenticationError(message, CHECK_CREDENTIALS)
    if status == 403:
        return JiraPermissionError(
            f"{message} The account lacks a permission for this; docs/permissions.md lists them "
            "per kind."
        )
    if status == 404:
        return JiraNotFoundError(message)
    if status in (408, 425, 429) or status >= 500:
        return JiraUnavailableError(f"{message} Jira is overloaded or down.")
    if status < 400:
        return JiraForeignAnswerError(
            f"{message} A redirect: jiraHost should be the address Jira itself uses."
        )
    return JiraRequestError(message, status)


def words(headers: Mapping[str, str], body: bytes) -> str:
    """Jira's own words in an error, in one short line; empty where it said nothing readable."""
    if not body or _is_html(headers, body):
        return ""
    try:
        said = json.loads(body)
    except ValueError:
        return ""
    if not isinstance(said, dict):
        return ""
    messages = said.get("errorMessages")
    parts = (
        [text for text in messages if isinstance(text, str)] if isinstance(messages, list) else []
    )
    errors = said.get("errors")
    if isinstance(errors, dict):
        parts += [f"{name}: {text}" for name, text in errors.items()]
    if isinstance(said.get("message"), str):
        parts.append(said["message"])
    return " ".join(" ".join(parts).split())[:MAX_WORDS]


def _is_html(headers: Mapping[str, str], body: bytes) -> bool:
    start = body[:200].lstrip().lower()
    return "text/html" in headers.get("content-type", "").lower() or start.startswith(b"<")
