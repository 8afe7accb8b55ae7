"""The kind `issue`: what a resync reads, and what an event means (reading: issue_reader)."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from port_ocean.core.handlers.port_app_config.models import ResourceConfig

from jira.jql import both, bounded
from jira.kinds.found import known_of_issues
from jira.kinds.issue_reader import ROWS_TOGETHER, IssueQuery, ids_of
from jira.kinds.kind import Found, Kind, Known
from jira.kinds.selectors import JiraIssueConfig, JiraIssueSelector
from jira.payloads import IssueSubject, Row, issue_subjects
from kinds import Kinds

if TYPE_CHECKING:
    from client import JiraClient


async def read_all(client: "JiraClient", resource: ResourceConfig) -> AsyncIterator[list[Row]]:
    """Every issue of the resource's selector."""
    selector = await _selector(client, resource)
    async for page in client.get_paginated_issues(
        {"jql": selector.jql, "fields": selector.fields, "expand": selector.expand}
    ):
        yield page


async def resolve(
    client: "JiraClient", subjects: Sequence[IssueSubject], resource: ResourceConfig
) -> Found:
    """Read the issues under the selector: one that is there is updated.

    One that isn't is deleted under every key the event names, as are keys that an issue no longer
    has. An issue that the event isn't about is deleted only where Jira no longer has it at all:
    outside the selector Port may hold a stub of it.
    """
    selector = await _selector(client, resource)
    rows = await client.find_issues([subject.id for subject in subjects], selector)
    deleted: list[Row] = []
    doubtful: dict[str, Row] = {}
    for subject in subjects:
        row = rows.get(subject.id)
        for key in subject.keys:
            if row is None or key != row["key"]:
                gone = {**subject.row, "id": subject.id, "key": key}
                if subject.related:
                    doubtful[key] = gone
                else:
                    deleted.append(gone)
    if doubtful:
        left = {row["key"] for row in await client.issues.by_keys(doubtful)}
        deleted += [row for key, row in doubtful.items() if key not in left]
    return Found(list(rows.values()), deleted)


async def by_identifiers(
    client: "JiraClient", identifiers: list[str], resource: ResourceConfig
) -> Known:
    """Read issues that Port has under these keys or ids; gone is what no issue is called now."""
    usable, ids = await ids_of(client.issues, identifiers)
    rows = await client.find_issues(ids, await _selector(client, resource))
    return known_of_issues(usable, rows)


async def read_names(client: "JiraClient", resource: ResourceConfig) -> AsyncIterator[list[Row]]:
    """Id and key of every issue of the resource's selector."""
    async for page in client.issues.names(await query_of(client, resource)):
        yield page


async def read_named(
    client: "JiraClient", rows: list[Row], resource: ResourceConfig
) -> AsyncIterator[list[Row]]:
    """The whole rows, as they are now, of issues that `read_names` gave."""
    selector = await _selector(client, resource)
    for start in range(0, len(rows), ROWS_TOGETHER):
        ids = [str(row["id"]) for row in rows[start : start + ROWS_TOGETHER]]
        yield list((await client.find_issues(ids, selector)).values())


async def read_changed(
    client: "JiraClient", resource: ResourceConfig, minutes: int
) -> AsyncIterator[list[Row]]:
    """The whole rows of issues of the selector that changed lately.

    Relative, since dates in JQL are read in the account's time zone.
    """
    query = await query_of(client, resource)
    recent = f"({bounded(query.jql)}) AND updated >= -{minutes}m"
    async for page in client.issues.pages(replace(query, jql=recent)):
        yield page


async def query_of(
    client: "JiraClient", resource: ResourceConfig, clause: str | None = None
) -> IssueQuery:
    """What a resource reads; with `clause`, only those issues for which that holds, too."""
    selector = await _selector(client, resource)
    jql = both(clause, selector.jql) if clause else selector.jql
    return IssueQuery.of(jql, selector.fields, selector.expand)


async def _selector(client: "JiraClient", resource: ResourceConfig) -> JiraIssueSelector:
    return await client.issue_selector(cast(JiraIssueConfig, resource))


ISSUE = Kind(
    kind=Kinds.ISSUE,
    events=(
        "jira:issue_created",
        "jira:issue_updated",
        "jira:issue_deleted",
        "issuelink_created",
        "issuelink_deleted",
        "comment_created",
        "comment_updated",
        "comment_deleted",
        "worklog_created",
        "worklog_updated",
        "worklog_deleted",
        "attachment_created",
        "attachment_deleted",
    ),
    touched_by=("jira:issue_", "issuelink_", "comment_", "worklog_", "attachment_"),
    subjects=issue_subjects,
    read_all=read_all,
    resolve=resolve,
    by_identifiers=by_identifiers,
    read_names=read_names,
    read_named=read_named,
    read_changed=read_changed,
)
