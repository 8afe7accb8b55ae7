"""Which webhooks an OAuth app has to have in Jira, and which of those it has: without I/O.

Jira wants a filter, of a part of JQL that can't say "all issues". What says as much is a project
that isn't this one; where Jira knows no such project, one that is there, in a webhook of its own
beside one for all others.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from jira.webhook_choice import is_same_url

Hook = Mapping[str, Any]
EVENTS = frozenset(
    (
        *("jira:issue_created", "jira:issue_updated", "jira:issue_deleted"),
        *("comment_created", "comment_updated", "comment_deleted"),
    )
)
"""What Jira tells apps of, and we take: nothing of projects, users, boards, sprints, versions."""
MOST, LARGEST_SET = 5, 2
"""So many Jira allows a user of an app, and so many we need."""
NOBODY = "NO_PROJECT_HAS_THIS_KEY"
_FILTER = re.compile(
    r"""\s*project\s*(?P<other>!)?=\s*(?P<quote>["']?)(?P<key>[^"'\s]+)(?P=quote)\s*""", re.I
)


@dataclass(frozen=True)
class WantedAppWebhooks:
    """Where they send, and what."""

    url: str
    events: tuple[str, ...]

    @classmethod
    def of(cls, url: str, events: Iterable[str]) -> "WantedAppWebhooks":
        """Those of some events that Jira tells apps of."""
        return cls(url, tuple(sorted(EVENTS.intersection(events))))

    def body(self, filters: Iterable[str]) -> dict[str, Any]:
        """What Jira is sent to register one with each of these filters."""
        hooks = [{"events": list(self.events), "jqlFilter": jql} for jql in filters]
        return {"url": self.url, "webhooks": hooks}


@dataclass(frozen=True)
class AppChoice:
    """Ids of those to keep alive, which together send all; and of those to remove.

    `moved`: of these, one sends to another address, of which Jira allows an app a single one.
    `key` is the project that the filters name.
    """

    keep: list[int] = field(default_factory=list)
    remove: list[int] = field(default_factory=list)
    moved: bool = False
    key: str = ""

    @property
    def fill_all(self) -> bool:
        """Whether those that are to be removed leave no place for a new set."""
        return len(self.remove) + LARGEST_SET > MOST


def filters_by(key: str = NOBODY) -> list[str]:
    """Filters that all issues pass together, each by one of them alone."""
    others = f'project != "{key}"'
    return [others] if key == NOBODY else [others, f'project = "{key}"']


def choose_of_app(hooks: Iterable[Hook], wanted: WantedAppWebhooks) -> AppChoice:
    """Keep one set that is whole, of one address, with our events; all others go."""
    known = [hook for hook in hooks if isinstance(hook.get("id"), int)]
    fitting: dict[tuple[bool, str], int] = {}
    for hook in known:
        named = _named(hook.get("jqlFilter"))
        if named is not None and _fits(hook, wanted):
            fitting.setdefault(named, hook["id"])
    keep, key = _whole(fitting)
    remove = [hook for hook in known if hook["id"] not in keep]
    moved = any(not is_same_url(hook.get("url"), wanted.url) for hook in remove)
    return AppChoice(keep, [hook["id"] for hook in remove], moved, key)


def registered(answer: Any, count: int) -> tuple[list[int], list[str]]:
    """The ids that Jira gave, and what it said of those that it refused: with 200, too."""
    results = answer.get("webhookRegistrationResult") if isinstance(answer, Mapping) else None
    rows: Sequence[Any] = results if isinstance(results, list) else []
    ids: list[int] = []
    errors: list[str] = []
    for row in rows:
        made = row.get("createdWebhookId") if isinstance(row, Mapping) else None
        said = row.get("errors") if isinstance(row, Mapping) else None
        if isinstance(made, int) and not said:
            ids.append(made)
        else:
            errors += [str(text) for text in said] if isinstance(said, list) else []
    if len(ids) < count and not errors:
        errors.append(f"it told of {len(ids)} of {count} webhooks")
    return ids, errors


def ends_at(value: object) -> float | None:
    """When a webhook ends, in seconds since 1970: Jira tells milliseconds, or writes a date."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value / 1000
    try:
        return datetime.fromisoformat(str(value)).timestamp()
    except ValueError:
        return None


def _named(jql: object) -> tuple[bool, str] | None:
    """Whether a filter leaves one project out, and which one it names; None for any other."""
    found = _FILTER.fullmatch(jql) if isinstance(jql, str) else None
    return None if found is None else (bool(found["other"]), found["key"])


def _fits(hook: Hook, wanted: WantedAppWebhooks) -> bool:
    events = hook.get("events")
    if hook.get("fieldIdsFilter") or not isinstance(events, list):
        return False
    return sorted(map(str, events)) == sorted(wanted.events) and hook.get("url") == wanted.url


def _whole(fitting: Mapping[tuple[bool, str], int]) -> tuple[list[int], str]:
    for (others, key), hook_id in fitting.items():
        if others and key == NOBODY:
            return [hook_id], key
        if others and (False, key) in fitting:
            return [hook_id, fitting[False, key]], key
    return [], ""
