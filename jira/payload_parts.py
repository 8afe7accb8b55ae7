"""The parts of a webhook's payload, each taken with distrust: what isn't as expected is absent."""

import re
from collections.abc import Mapping
from typing import Any

from jira.events import JiraEvent, documented

Row = dict[str, Any]

_ID = re.compile(r"[0-9]{1,19}")
_ISSUE_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,254}-[0-9]{1,19}")
_PROJECT_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,254}")
_ACCOUNT_ID = re.compile(r"[A-Za-z0-9:_.-]{1,128}")
_LATEST = 1e14
"""Milliseconds since 1970; no moment that is told is later than in some thousand years."""
_ISSUE_IN_LINK = re.compile(r"/api/[^/?#]+/issue/([^/?#]+)(?:[/?#]|$)")


def event_name(payload: Any) -> str:
    """The event's name as documented, such as `jira:issue_updated`; empty where there is none.

    An account id with nothing around it is how a user that was deleted can be told.
    """
    if not isinstance(payload, Mapping):
        return ""
    name = payload.get("webhookEvent")
    if isinstance(name, str) and name:
        return documented(name)
    alone = not any(isinstance(value, dict) for value in payload.values())
    return JiraEvent.USER_DELETED if alone and is_account_id(payload.get("accountId")) else ""


def happened_at(payload: Any) -> float | None:
    """The moment that an event names, in seconds since 1970; None where it names none."""
    moment = payload.get("timestamp") if isinstance(payload, Mapping) else None
    if isinstance(moment, bool) or not isinstance(moment, int | float):
        return None
    return moment / 1000 if 0 < moment < _LATEST else None


def part_of(payload: Any, name: str) -> Row:
    """An object inside of a payload; empty where there is none."""
    part = payload.get(name) if isinstance(payload, Mapping) else None
    return part if isinstance(part, dict) else {}


def list_of(payload: Any, name: str) -> list[Any]:
    """A list inside of a payload; empty where there is none."""
    part = payload.get(name) if isinstance(payload, Mapping) else None
    return part if isinstance(part, list) else []


def plausible_id(value: Any) -> str | None:
    """A numeric id as text, given as number or text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return _matching(_ID, str(value))


def issue_key(value: Any) -> str | None:
    """A text that has the form of an issue key; None for anything else."""
    return _matching(_ISSUE_KEY, value)


def is_issue_key(value: Any) -> bool:
    """Whether a text has the form of an issue key."""
    return issue_key(value) is not None


def bare_project_key(value: Any) -> str | None:
    """A text that has the form of a project's key; None for anything else."""
    return _matching(_PROJECT_KEY, value)


def is_account_id(value: Any) -> bool:
    """Whether a text has the form of an account id."""
    return _matching(_ACCOUNT_ID, value) is not None


def project_key(name: str) -> str | None:
    """The project's key in an issue's key, or a text that is one itself; None for anything else."""
    if issue_key(name):
        return name.rpartition("-")[0]
    return bare_project_key(name)


def issue_named(value: Any) -> Row | None:
    """An issue by what names it: its id, as number or text, or its key; None for anything else."""
    if (issue_id := plausible_id(value)) is not None:
        return {"id": issue_id}
    key = issue_key(value)
    return {"key": key} if key else None


def issue_in_link(row: Row) -> Row | None:
    """The issue that a row's own link leads through, such as that of a comment or a worklog."""
    link = row.get("self")
    found = _ISSUE_IN_LINK.search(link) if isinstance(link, str) else None
    return issue_named(found[1]) if found else None


def _matching(pattern: re.Pattern[str], value: Any) -> str | None:
    return value if isinstance(value, str) and pattern.fullmatch(value) else None
