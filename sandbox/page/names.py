"""What an event of Jira's names, and what an entity of Port's is about: by the same names."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

KINDS = {
    "jiraProject": "project",
    "jiraUser": "user",
    "jiraBoard": "board",
    "jiraRelease": "version",
    "jiraIssue": "issue",
    "jiraBacklog": "issue",
    "jiraEpic": "issue",
    "jiraSprint": "sprint",
    "jiraWorklog": "worklog",
}
"""What each blueprint of the examples has entities of."""
_BY = {"project": ("id", "key"), "issue": ("id", "key"), "user": ("accountId",)}
_LINKED = ("sourceIssueId", "destinationIssueId")


def named_in(payload: Mapping[str, Any], key_of: Callable[[str], str | None]) -> frozenset[str]:
    """What an event names, such as `issue:AB-1`; `key_of` knows the key of an issue's id."""
    return frozenset(_named(payload, key_of))


def _named(payload: Mapping[str, Any], key_of: Callable[[str], str | None]) -> Iterator[str]:
    for kind in set(KINDS.values()):
        row = payload.get(kind)
        # A user beside something else is the one who did it.
        if isinstance(row, dict) and not (kind == "user" and "issue" in payload):
            yield from (f"{kind}:{row[name]}" for name in _BY.get(kind, ("id",)) if name in row)
    issues = [str(payload.get("worklog", {}).get("issueId", ""))]
    issues += [str(payload.get("issueLink", {}).get(name, "")) for name in _LINKED]
    for issue in filter(None, issues):
        yield from (f"issue:{name}" for name in (issue, key_of(issue)) if name)
    for item in payload.get("changelog", {}).get("items", ()):
        if item["field"] == "Key":
            yield from (f"issue:{item[side]}" for side in ("fromString", "toString"))


def own_names(blueprint: str, identifier: str) -> frozenset[str]:
    """What an entity itself is called."""
    return frozenset({f"{KINDS[blueprint]}:{identifier}"} if blueprint in KINDS else ())


def related_names(
    blueprint: Mapping[str, Any], relations: Mapping[str, str | list[str] | None]
) -> frozenset[str]:
    """What an entity relates to is called."""
    found: set[str] = set()
    for name, value in relations.items():
        kind = KINDS.get(blueprint["relations"][name]["target"])
        if kind is not None and value:
            found.update(f"{kind}:{one}" for one in ([value] if isinstance(value, str) else value))
    return frozenset(found)
