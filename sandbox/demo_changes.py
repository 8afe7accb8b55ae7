"""The changes of the demo: what somebody does in Jira, and what the catalog then has to show."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.jira.entities import Issue
from sandbox.jira.site import JiraSite
from sandbox.port.catalog import PortCatalog


@dataclass(frozen=True)
class Change:
    """One change with its sign of arrival."""

    label: str
    make: Callable[[], Any]
    arrived: Callable[[], bool]


def changes(site: JiraSite, catalog: PortCatalog) -> Iterator[Change]:
    """One change after the other; each is made before the next is asked for."""

    def shown(blueprint: str, identifier: str) -> dict[str, Any]:
        return catalog.get(blueprint, identifier) or {}

    def gone(blueprint: str, identifier: str) -> bool:
        return catalog.get(blueprint, identifier) is None

    def of_project(key: str) -> list[dict[str, Any]]:
        issues = catalog.entities("jiraIssue")
        return [e for e in issues if e.get("relations", {}).get("project") == key]

    created: list[Issue] = []
    yield Change(
        "an issue is created in AB",
        lambda: created.append(site.create_issue("AB", summary="Made while you watch")),
        lambda: bool(created) and not gone("jiraIssue", created[0].key),
    )
    issue = created[0]
    yield Change(
        f"{issue.key} gets another summary",
        lambda: site.edit_issue(issue.id, summary="Edited while you watch"),
        lambda: shown("jiraIssue", issue.key).get("title") == "Edited while you watch",
    )
    yield Change(
        f"{issue.key} moves to In Progress",
        lambda: site.transition_issue(issue.id, "In Progress"),
        lambda: shown("jiraIssue", issue.key)["properties"].get("status") == "In Progress",
    )
    before = issue.key
    yield Change(
        f"{before} is moved to the project CD",
        lambda: site.move_issue(issue.id, "CD"),
        lambda: (
            issue.key != before and gone("jiraIssue", before) and not gone("jiraIssue", issue.key)
        ),
    )
    now = issue.key
    yield Change(
        f"{now} is deleted",
        lambda: site.delete_issue(issue.id),
        lambda: gone("jiraIssue", now),
    )
    yield Change(
        "the project AS gets another name",
        lambda: site.rename_project("AS", name="Renamed while you watch"),
        lambda: shown("jiraProject", "AS").get("title") == "Renamed while you watch",
    )
    yield Change(
        "the project AS is archived, its issues leave",
        lambda: site.archive_project("AS"),
        lambda: gone("jiraProject", "AS") and not of_project("AS"),
    )
    yield Change(
        "the project AS is restored, its issues come back",
        lambda: site.restore_project("AS"),
        lambda: (
            shown("jiraProject", "AS").get("title") == "Renamed while you watch"
            and len(of_project("AS")) == len(site.search("project = 'AS'"))
        ),
    )
    user = next(user for user in site.users.values() if user is not site.me)
    yield Change(
        f"{user.name} changes the display name",
        lambda: site.change_user(user.account_id, name="User Renamed"),
        lambda: shown("jiraUser", user.account_id).get("title") == "User Renamed",
    )
    yield Change(
        "User Renamed is deleted",
        lambda: site.delete_user(user.account_id),
        # Issues may still name the account: then Port keeps a stub of it, without properties.
        lambda: not shown("jiraUser", user.account_id).get("properties"),
    )
