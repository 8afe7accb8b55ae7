"""Mappings of the forms that people publish give what the framework's own mapper gives."""

from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from port_ocean.context.ocean import ocean
from port_ocean.core.handlers.entity_processor.jq_entity_processor import JQEntityProcessor
from port_ocean.core.handlers.port_app_config.models import ResourceConfig
from port_ocean.core.integrations.mixins.utils import handle_items_to_parse
from port_ocean.core.models import Entity

from client import JiraClient
from jira.http.api import JiraApi
from jira.http.auth import BasicAuthentication
from jira.payloads import Row
from kinds import Kinds
from port.mapping.entity_processor import mapper
from port.mapping.resources import JiraPortAppConfig
from sandbox.jira.api import JiraApi as StandIn
from sandbox.jira.site import JiraSite

HERE = Path(__file__).resolve().parent
DEFAULT = HERE.parents[1] / ".port/resources/port-app-config.yaml"
FILES = {"default": DEFAULT, **{path.stem: path for path in sorted(HERE.glob("*.yaml"))}}
EMAIL, TOKEN = "account@example.com", "right"


@pytest.fixture(scope="module")
def site() -> JiraSite:
    """A site that has something of every kind, and issues of every odd sort."""
    site = JiraSite()
    site.fill_every_kind(30)
    issues = list(site.issues.values())
    for issue in issues[::5]:
        site.comment_issue(issue.key, f"A remark on {issue.key}")
    issues[1].summary = 'A "quoted" summary \\ with ünï ✓'
    site.forget_rows(issues)
    return site


async def rows_of(site: JiraSite, resource: ResourceConfig) -> list[Row]:
    """What the client reads of the stand-in for a resource."""
    api = StandIn(site, email=EMAIL, token=TOKEN)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=api.app)) as http:
        authentication = BasicAuthentication(site.base_url, EMAIL, TOKEN)
        client = JiraClient(JiraApi(http, authentication, site.base_url), site.organization_id)
        pages = client.read_all(Kinds(resource.kind), resource.selector)
        return [row async for page in pages for row in page]


async def mapped(
    framework: Any, processor: JQEntityProcessor, resource: ResourceConfig, rows: list[Row]
) -> dict[str, Any]:
    """All that a mapper says of rows, those of `itemsToParse` among them."""
    framework.integration.entity_processor = processor
    port = resource.port
    if port.items_to_parse:
        batches = handle_items_to_parse(
            rows,
            port.items_to_parse_name,
            port.items_to_parse,
            port.items_to_parse_top_level_transform,
        )
        rows = [item async for batch in batches for item in batch]
    said = await processor.parse_items(resource, rows, parse_all=True)

    def told(entities: list[Entity]) -> list[str]:
        return [repr(entity.dict()) for entity in entities]

    return {
        "items": len(rows),
        "passed": told(said.entity_selector_diff.passed),
        "left out": told(said.entity_selector_diff.failed),
        "errors": [repr(error) for error in said.errors],
        "misconfigured": dict(sorted(said.misconfigured_entity_keys.items())),
    }


def resources(name: str) -> list[ResourceConfig]:
    found = JiraPortAppConfig.parse_obj(yaml.safe_load(FILES[name].read_text()))
    return list(found.resources)


@pytest.mark.parametrize("name", FILES)
async def test_the_entities_are_those_of_the_frameworks_own_mapper(
    framework: Any, site: JiraSite, name: str
) -> None:
    framework.config.yield_items_to_parse_batch_size = 50
    for resource in resources(name):
        rows = await rows_of(site, resource)
        assert rows, resource.kind
        theirs, ours = [
            await mapped(framework, mapper(single_pass=single_pass)(ocean), resource, rows)
            for single_pass in (False, True)
        ]
        assert ours == theirs
        assert ours["errors"] == []
        assert ours["passed"], f"{name}: nothing of {resource.kind} passes"


def test_each_thing_that_people_publish_is_there() -> None:
    """A mapping that lost what it is here for would prove nothing."""
    every = {name: path.read_text() for name, path in FILES.items()}
    for name, what in {
        "sprints_by_custom_field": ".fields.customfield_10020[-1].name",
        "search_relations": "combinator:",
        "users": '"_user"',
        "comments": "itemsToParse: .fields.comment.comments",
        "labels": "itemsToParse: .fields.labels",
        "boards": "kind: board",
        "backlogs_by_board": ".__boardId | tostring",
        "worklogs": "kind: worklog",
        "components": "kind: component",
        "default": "kind: team",
    }.items():
        assert what in every.pop(name), name
    assert every == {}
