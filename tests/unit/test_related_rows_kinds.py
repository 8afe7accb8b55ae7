"""What events entail beside their subjects: whole kinds to compare, issues to read again."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent

from client import JiraClient
from jira.kinds.issue_reader import IssueQuery
from jira.kinds.registry import webhook_events
from port.related_rows import compared_after, issues_where, reads
from tests.unit.helpers.fake_client import mapping

Row = dict[str, Any]


def events(*names: Any) -> list[WebhookEvent]:
    return [WebhookEvent("trace", {"webhookEvent": name}, {}) for name in names]


@pytest.mark.parametrize(
    ("names", "kinds"),
    [
        (["board_created"], {"sprint", "backlog", "epic"}),
        (["board_deleted"], {"sprint", "backlog", "epic"}),
        (["board_configuration_changed"], {"sprint", "backlog", "epic"}),
        (["sprint_started"], {"backlog"}),
        (["sprint_deleted"], {"backlog"}),
        (["sprint_closed", "board_updated"], {"sprint", "backlog", "epic"}),
        (["jira:issue_updated"], set()),
        (["jira:version_deleted", "project_deleted", "user_updated"], set()),
        (["worklog_created"], set()),
        ([None, "", "unknown"], set()),
        ([], set()),
    ],
)
def test_the_kinds_of_which_events_tell_that_something_changed_but_not_what(names, kinds):
    found = compared_after(events(*names))
    assert set(found) == kinds
    assert len(found) == len(kinds)


def test_what_has_a_kind_compared_is_registered_in_jira():
    assert [name for name in webhook_events() if compared_after(events(name))] == [
        *(f"board_{what}" for what in ("configuration_changed", "created", "deleted", "updated")),
        *(f"sprint_{what}" for what in ("closed", "created", "deleted", "started", "updated")),
    ]


class Site:
    """Notes the queries for issues."""

    def __init__(self) -> None:
        self.asked: list[IssueQuery] = []
        self.issues = SimpleNamespace(pages=self.pages)

    async def pages(self, query: IssueQuery) -> AsyncIterator[list[Row]]:
        self.asked.append(query)
        yield [{"id": "1"}]
        yield [{"id": "2"}]

    async def issue_selector(self, resource: Any) -> Any:
        return resource.selector

    async def read(self, of: Any, *fields: str) -> list[tuple[Any, str]]:
        client = cast(JiraClient, self)
        return [
            (result.resource_index, row["id"])
            async for page in issues_where(client, "sprint in (3)", of, fields)
            for result in page
            for row in result.updated_raw_results
        ]


async def test_only_resources_of_issues_are_read_each_by_its_own_selector():
    of: Any = mapping("project", "issue", "worklog", "issue")
    of.resources[1].selector.jql = "a = 1 OR b = 2 ORDER BY key"
    of.resources[1].selector.fields = "summary"
    of.resources[3].selector.jql = ""
    of.resources[3].selector.expand = "names"
    site = Site()
    assert await site.read(of) == [(1, "1"), (1, "2"), (3, "1"), (3, "2")]
    assert site.asked == [
        IssueQuery("(a = 1 OR b = 2) AND sprint in (3)", ("summary",)),
        IssueQuery("sprint in (3)", expand=("names",)),
    ]


async def test_with_fields_only_resources_that_may_read_one_are_read():
    of: Any = mapping("issue", "issue")
    of.resources[1].port.entity.mappings.properties = {"x": ".fields.fixVersions"}
    site = Site()
    assert await site.read(of, "fixVersions", "versions") == [(1, "1"), (1, "2")]


@pytest.mark.parametrize(
    ("kinds", "expression", "expected"),
    [
        (["issue"], ".fields.components | map(.name)", True),
        (["issue"], ".fields.summary", False),
        (["issue"], ".fields", True),
        (["backlog", "worklog", "project"], ".fields.components", False),
        (["project", "issue"], ".fields.components", True),
        ([], ".fields.components", False),
    ],
)
def test_whether_a_mapping_of_issues_may_read_a_field(kinds, expression, expected):
    assert reads(mapping(*kinds, properties={"x": expression}), ["components"]) is expected
