"""What is read again besides an event's own subject, and what is left alone."""

from collections.abc import AsyncIterator, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent, WebhookEventRawResults
from port_ocean.core.models import Entity

from client import JiraClient
from jira.errors import JiraUnavailableError
from jira.kinds.issue_reader import IssueQuery
from jira.kinds.selectors import JiraPortAppConfig
from port.related_rows import (
    blueprint_of,
    identity_only,
    kind_of,
    project_issues,
    projects_of,
    related,
)
from tests.unit.helpers.fake_client import FakeClient, mapping

Row = dict[str, Any]


def event(name: Any, **payload: Any) -> WebhookEvent:
    return WebhookEvent("trace", {"webhookEvent": name, **payload}, {})


def about_project(name: str, project_id: Any, key: str = "AB") -> WebhookEvent:
    return event(name, project={"id": project_id, "key": key})


@pytest.mark.parametrize(
    "name",
    [
        "project_created",
        "project_updated",
        "project_deleted",
        "project_restored_deleted",
        "project_archived",
    ],
)
def test_a_project_event_is_about_all_of_its_issues(name):
    assert projects_of([about_project(name, 10)]) == ["10"]


def test_a_project_that_several_events_are_about_is_named_once():
    events = [about_project("project_updated", number) for number in ("10", 11, 10, "11")]
    assert projects_of(events) == ["10", "11"]


@pytest.mark.parametrize(
    "other",
    [
        event("jira:issue_created", issue={"id": "1", "fields": {"project": {"id": "10"}}}),
        event("user_updated", project={"id": "10", "key": "AB"}),
        event("project_updated", project={"key": "AB"}),
        event("project_updated", project={"id": True}),
        event("project_updated"),
        event(None, project={"id": "10"}),
    ],
    ids=["issue", "user", "no-id", "odd-id", "no-project", "no-name"],
)
def test_other_events_are_about_no_project(other):
    """An issue's event would have a whole project read again."""
    assert projects_of([other]) == []


class Site:
    """Live projects, and what its issues are asked for."""

    def __init__(self, *live: str, pages: Sequence[Any] = ()) -> None:
        self.live = live
        self.answers = pages
        self.asked: list[IssueQuery] = []
        self.projects = SimpleNamespace(find=self.find)
        self.issues = SimpleNamespace(pages=self.pages)

    async def find(self, ids: Sequence[str], expand: str) -> dict[str, Row]:
        return {project_id: {"id": project_id} for project_id in ids if project_id in self.live}

    async def issue_selector(self, resource: Any) -> Any:
        return resource.selector

    async def pages(self, query: IssueQuery) -> AsyncIterator[list[Row]]:
        self.asked.append(query)
        for answer in self.answers:
            if isinstance(answer, Exception):
                raise answer
            yield answer

    async def read(self, project_id: str, of: JiraPortAppConfig) -> list[WebhookEventRawResults]:
        pages = project_issues(cast(JiraClient, self), project_id, of)
        return [results async for page in pages for results in page]


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
        IssueQuery('(type = Bug) AND project in ("10")', ("summary",), ("names",)),
        IssueQuery('project in ("10")'),
    ]
    assert [found.resource_index for found in results] == [1, 4]


async def test_a_read_of_a_projects_issues_that_breaks_off_is_an_error():
    site = Site("10", pages=[[{"id": "1"}], JiraUnavailableError("503")])
    with pytest.raises(JiraUnavailableError):
        await site.read("10", mapping("issue"))


def entity(blueprint: Any, identifier: Any) -> Entity:
    return Entity.parse_obj({"identifier": identifier, "blueprint": blueprint})


async def read_again(
    jira: FakeClient, of: JiraPortAppConfig, *entities: Entity
) -> tuple[dict[int | None, list[str]], list[tuple[str, str]]]:
    """The keys of the rows that are there, by resource; blueprint and name of what is gone."""
    results, gone = await related(jira.client, entities, of)
    rows = {
        r.resource_index: [row.get("key") or row["accountId"] for row in r.updated_raw_results]
        for r in results
    }
    assert all(r.resource is of.resources[r.resource_index or 0] for r in results)
    assert all(r.deleted_raw_results == [] for r in results)
    return rows, [(e.blueprint, e.identifier) for e in gone]


@pytest.fixture
def jira():
    client = FakeClient()
    client.issue("1", "AB-1")
    client.issue("2", "CD-2", former=["AB-2"])
    client.project("10", "AB")
    client.accounts["user-1"] = {"accountId": "user-1"}
    return client


async def test_entities_are_read_by_the_kind_that_their_blueprint_is_made_of(jira):
    of = mapping("issue", "project", "user")
    rows, gone = await read_again(
        jira,
        of,
        entity("issue", "AB-1"),
        entity("project", "AB"),
        entity("user", "user-1"),
    )
    assert rows == {0: ["AB-1"], 1: ["AB"], 2: ["user-1"]}
    assert gone == []


async def test_what_nothing_in_jira_is_called_any_more_is_gone(jira):
    of = mapping("issue", "project", "user")
    rows, gone = await read_again(
        jira,
        of,
        *(entity("issue", name) for name in ("AB-1", "AB-2", "AB-9")),
        entity("project", "OLD"),
        entity("user", "user-9"),
    )
    assert rows == {0: ["AB-1", "CD-2"], 1: [], 2: []}
    assert gone == [
        ("issue", "AB-2"),
        ("issue", "AB-9"),
        ("project", "OLD"),
        ("user", "user-9"),
    ]


async def test_only_resources_of_the_entitys_blueprint_are_asked(jira):
    """A project and an issue type may have the same name."""
    rows, gone = await read_again(jira, mapping("issue", "project"), entity("project", "AB"))
    assert (rows, gone) == ({1: ["AB"]}, [])
    assert jira.keys_asked == []


async def test_an_entity_of_a_blueprint_that_two_resources_make_is_asked_for_in_both(jira):
    jira.outside = {"1"}
    rows, gone = await read_again(jira, mapping("issue", "issue"), entity("issue", "AB-1"))
    assert rows == {0: [], 1: []}
    assert set(gone) == {("issue", "AB-1")}


@pytest.mark.parametrize("blueprint", ['if .x then "issue" else "bug" end', ".kind", '""'])
async def test_a_computed_blueprint_is_nobodys(jira, blueprint):
    """Whether an entity is made of it can't be told from the mapping: it is left as it is."""
    of = mapping("issue", blueprint=blueprint)
    assert await read_again(jira, of, entity("issue", "AB-9")) == ({}, [])


async def test_an_entity_of_a_kind_that_is_not_ours_is_left_as_it_is(jira):
    of = mapping("elsewhere", blueprint='"issue"')
    assert await read_again(jira, of, entity("issue", "AB-9")) == ({}, [])


async def test_nothing_to_read_again_asks_nobody(jira):
    jira.down = True
    assert await read_again(jira, mapping("issue", "project", "user")) == ({}, [])


async def test_while_jira_is_down_nothing_is_taken_for_gone(jira):
    jira.down = True
    with pytest.raises(JiraUnavailableError):
        await related(jira.client, [entity("issue", "AB-1")], mapping("issue"))


FULL = {
    "identifier": ".key",
    "title": ".fields.summary",
    "blueprint": '"issue"',
    "icon": '"Jira"',
    "team": ".fields.team",
    "properties": {"status": ".fields.status.name"},
    "relations": {"project": ".fields.project.key"},
}


def test_to_delete_nothing_but_the_identity_is_mapped():
    resource = mapping("issue", **FULL).resources[0]
    identity = identity_only(resource)
    assert identity.port.entity.mappings.dict(exclude_none=True) == {
        "identifier": ".key",
        "blueprint": '"issue"',
        "properties": {},
        "relations": {},
    }
    assert (identity.kind, identity.selector) == (resource.kind, resource.selector)


def test_the_mapping_itself_stays_as_it_is():
    """The framework keeps it for all events and resyncs."""
    resource = mapping("issue", **FULL).resources[0]
    identity_only(resource)
    assert resource.port.entity.mappings.dict() == FULL


def test_an_identity_that_is_a_search_stays_one():
    rules = [{"property": "jiraKey", "operator": "=", "value": ".key"}]
    search = {"combinator": "and", "rules": rules}
    resource = mapping("issue", identifier=search).resources[0]
    assert identity_only(resource).port.entity.mappings.is_using_search_identifier


@pytest.mark.parametrize(
    ("expression", "blueprint"),
    [
        ('"issue"', "issue"),
        ("'issue'", "issue"),
        (' "jira issue" ', "jira issue"),
        (".fields.type", None),
        ("issue", None),
        ('"issue" + .suffix', None),
        ('if .x then "a" else "b" end', None),
        ('"issue', None),
        ('""', None),
        ("", None),
    ],
)
def test_the_blueprint_that_a_resource_always_maps_to(expression, blueprint):
    resource = mapping("issue", blueprint=expression).resources[0]
    assert blueprint_of(resource) == blueprint


def test_a_kind_that_nobody_knows_is_none_of_ours():
    ours, theirs = mapping("issue", "elsewhere").resources
    assert kind_of(ours) is not None
    assert kind_of(theirs) is None
