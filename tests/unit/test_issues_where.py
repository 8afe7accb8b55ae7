"""Issues that are read again for a clause or a project, each within the selectors."""

from collections.abc import AsyncIterator, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest
from port_ocean.core.handlers.webhook.webhook_event import WebhookEventRawResults

from background.issues_showing import issues_where, project_issues, reads
from client import JiraClient
from jira.errors import JiraError, JiraUnavailableError
from jira.kinds.issue import IssueKind
from jira.kinds.issue_reader import IssueQuery, IssueReader
from jira.kinds.project import ProjectKind
from port.mapping.resources import JiraPortAppConfig
from tests.unit.helpers.fake_client import mapping

Row = dict[str, Any]


class Site:
    """Live projects, and what its issues are asked for."""

    def __init__(self, *live: str, pages: Sequence[Any] = ()) -> None:
        self.are_live = live
        self.answers = pages
        self.asked: list[IssueQuery] = []
        self.projects = SimpleNamespace(live=self.live)
        self.issues = IssueKind(cast(IssueReader, self), cast(ProjectKind, None))
        self.failed: list[tuple[str, str]] = []

    async def note(self, resource: str, error: JiraError) -> None:
        self.failed.append((resource, str(error)))

    async def live(self, ids: Sequence[str]) -> dict[str, Row]:
        return {project_id: {"id": project_id} for project_id in ids if project_id in self.are_live}

    async def pages(self, query: IssueQuery) -> AsyncIterator[list[Row]]:
        self.asked.append(query)
        for answer in self.answers:
            if isinstance(answer, Exception):
                raise answer
            yield answer

    async def read(self, project_id: str, of: JiraPortAppConfig) -> list[WebhookEventRawResults]:
        pages = project_issues(cast(JiraClient, self), project_id, of, self.note)
        return [results async for page in pages for results in page]

    async def where(self, of: Any, *fields: str) -> list[tuple[Any, str]]:
        client = cast(JiraClient, self)
        return [
            (result.resource_index, row["id"])
            async for page in issues_where(client, "sprint in (3)", of, self.note, fields)
            for result in page
            for row in result.updated_raw_results
        ]


async def test_the_issues_of_a_project_that_is_not_live_are_not_read():
    """They went with it; its own event deletes it."""
    site = Site("11", pages=[[{"id": "1"}]])
    assert await site.read("10", mapping("issue")) == []
    assert site.asked == []


async def test_the_issues_of_a_live_project_come_page_by_page():
    first, second = [{"id": "1"}, {"id": "2"}], [{"id": "3"}]
    of = mapping("issue")
    results = await Site("10", pages=[first, second]).read("10", of)
    assert [found.updated_raw_results for found in results] == [first, second]
    assert [found.deleted_raw_results for found in results] == [[], []]
    assert all(found.resource is of.resources[0] for found in results)


async def test_only_issue_resources_are_read_each_within_its_selector():
    of = mapping("project", "issue", "user", "elsewhere", "issue")
    of.resources[1].selector = of.resources[1].selector.copy(
        update={"jql": "type = Bug ORDER BY key", "fields": "summary", "expand": "names"}
    )
    of.resources[4].selector = of.resources[4].selector.copy(update={"jql": ""})
    site = Site("10", pages=[[{"id": "1"}]])
    results = await site.read("10", of)
    assert site.asked == [
        IssueQuery('(type = Bug) AND project in ("10") ORDER BY key', ("summary",), ("names",)),
        IssueQuery('project in ("10")'),
    ]
    assert [found.resource_index for found in results] == [1, 4]


async def test_a_resource_whose_read_breaks_off_is_told_and_the_others_go_on():
    site = Site("10", pages=[[{"id": "1"}], JiraUnavailableError("503")])
    results = await site.read("10", mapping("issue", "project", "issue"))
    assert [found.resource_index for found in results] == [0, 2]
    assert site.failed == [
        ("issue (resource 1 of the mapping)", "503"),
        ("issue (resource 3 of the mapping)", "503"),
    ]


async def test_a_failure_that_is_not_the_resources_own_ends_the_read():
    site = Site("10", pages=[JiraUnavailableError("503")])

    async def down(resource: str, error: JiraError) -> None:
        raise error

    site.note = down  # type: ignore[method-assign]
    with pytest.raises(JiraUnavailableError):
        await site.read("10", mapping("issue"))


TWO_PAGES = ([{"id": "1"}], [{"id": "2"}])


async def test_only_resources_of_issues_are_read_each_by_its_own_selector():
    of: Any = mapping("project", "issue", "worklog", "issue")
    of.resources[1].selector.jql = "a = 1 OR b = 2 ORDER BY key"
    of.resources[1].selector.fields = "summary"
    of.resources[3].selector.jql = ""
    of.resources[3].selector.expand = "names"
    site = Site(pages=TWO_PAGES)
    assert await site.where(of) == [(1, "1"), (1, "2"), (3, "1"), (3, "2")]
    assert site.asked == [
        IssueQuery("(a = 1 OR b = 2) AND sprint in (3) ORDER BY key", ("summary",)),
        IssueQuery("sprint in (3)", expand=("names",)),
    ]


async def test_with_fields_only_resources_that_may_read_one_are_read():
    of: Any = mapping("issue", "issue")
    of.resources[1].port.entity.mappings.properties = {"x": ".fields.fixVersions"}
    site = Site(pages=TWO_PAGES)
    assert await site.where(of, "fixVersions", "versions") == [(1, "1"), (1, "2")]


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
