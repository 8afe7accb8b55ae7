"""Which entities the rows of a batch come to, and which of them may go."""

from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from port_ocean.core.handlers.entity_processor.base import BaseEntityProcessor
from port_ocean.core.handlers.port_app_config.models import ResourceConfig
from port_ocean.core.handlers.webhook.webhook_event import WebhookEventRawResults

from port.deletions import without
from port.mapped_results import map_results
from port.mapping.row_mapper import RowMapper
from tests.unit.helpers.catalog_fakes import FakeProcessor, Row, entity, expand, results
from tests.unit.helpers.fake_client import mapping


def row(key: str, **more: Any) -> Row:
    return {"key": key, **more}


@pytest.fixture
def processor():
    return FakeProcessor()


async def mapped(
    processor: FakeProcessor, *of: WebhookEventRawResults, expand: Any = expand
) -> tuple[list[str], list[str]]:
    """The identifiers to upsert and to delete."""
    found = await map_results(of, RowMapper(cast(BaseEntityProcessor, processor), expand))
    return [e.identifier for e in found.upserts], [e.identifier for e in found.goes]


@pytest.fixture
def issues():
    return mapping("issue").resources[0]


async def test_rows_that_are_there_are_written_and_those_that_are_gone_deleted(processor, issues):
    both = results(issues, [row("AB-1"), row("AB-2")], ["AB-3"])
    assert await mapped(processor, both) == (["AB-1", "AB-2"], ["AB-3"])


async def test_a_row_that_the_selectors_query_leaves_out_is_deleted(processor, issues):
    assert await mapped(processor, results(issues, [row("AB-1", left_out="true")])) == (
        [],
        ["AB-1"],
    )


async def test_a_gone_row_is_deleted_whatever_the_selectors_query_says(processor, issues):
    """It was in the catalog once, and the query may depend on fields that the event lacks."""
    gone = results(issues, deleted=[row("AB-1", left_out="true"), row("AB-2")])
    assert await mapped(processor, gone) == ([], ["AB-2", "AB-1"])


async def test_a_row_that_another_resource_maps_is_not_deleted(processor):
    one, other = mapping("issue", "issue").resources
    other.selector = other.selector.copy(update={"query": "other"})
    found = row("AB-1", left_out="true")
    for order in ((one, other), (other, one)):
        assert await mapped(processor, *(results(r, [found]) for r in order)) == (["AB-1"], [])


async def test_a_row_that_every_resource_leaves_out_is_deleted(processor):
    one, other = mapping("issue", "issue").resources
    found = [results(one, [row("AB-1", left_out="true")]), results(other, deleted=["AB-1"])]
    upserts, deletes = await mapped(processor, *found)
    assert upserts == []
    assert set(deletes) == {"AB-1"}


async def test_an_entity_of_the_same_name_in_another_blueprint_saves_nobody(processor):
    issue, project = mapping("issue", "project").resources
    both = [results(issue, deleted=["AB"]), results(project, [row("AB")])]
    assert await mapped(processor, *both) == (["AB"], ["AB"])


async def test_a_key_that_one_event_gives_up_and_another_takes_stays(processor, issues):
    """An issue moved away, and another one moved there."""
    both = [results(issues, deleted=["AB-1"]), results(issues, [row("AB-1")])]
    assert await mapped(processor, *both) == (["AB-1"], [])


async def test_a_row_that_several_events_share_is_mapped_once(processor, issues):
    shared, gone = row("AB-1"), row("AB-9")
    events = [results(issues, [shared], [gone]) for _ in range(20)]
    assert await mapped(processor, *events) == (["AB-1"], ["AB-9"])
    assert [rows for _, rows in processor.mapped] == [[shared], [gone]]


async def test_all_rows_of_a_resource_are_mapped_together(processor):
    one, other = mapping("issue", "issue").resources
    events = [results(r, [row(f"AB-{n}")]) for n in range(5) for r in (one, other)]
    await mapped(processor, *events)
    assert [len(rows) for _, rows in processor.mapped] == [5, 5]


async def test_a_row_that_two_resources_share_is_mapped_by_both(processor):
    one, other = mapping("issue", "project").resources
    shared = row("AB-1")
    await mapped(processor, results(one, [shared]), results(other, [shared]))
    assert [resource for resource, _ in processor.mapped] == [one, other]


async def test_of_a_gone_row_no_property_is_computed(processor):
    """It is what the event carried: mostly without the fields."""
    [issues] = mapping("issue", properties={"summary": ".fields.summary"}).resources
    there = row("AB-1", fields={"summary": "now"})
    assert await mapped(processor, results(issues, [there], ["AB-9"])) == (["AB-1"], ["AB-9"])
    (whole, _), (identity, _) = processor.mapped
    assert whole is issues
    assert identity.port.entity.mappings.properties == {}


async def test_a_row_becomes_the_rows_that_it_is_expanded_to(processor, issues):
    async def by_item(found: Row, resource: ResourceConfig) -> AsyncIterator[list[Row]]:
        assert resource.kind == "issue"
        yield [row(f"{found['key']}-a"), row(f"{found['key']}-b")]
        yield [row(f"{found['key']}-c")]

    both = results(issues, [row("X")], ["Y"])
    assert await mapped(processor, both, expand=by_item) == (
        ["X-a", "X-b", "X-c"],
        ["Y-a", "Y-b", "Y-c"],
    )


@pytest.mark.parametrize("with_resource", [True, False])
async def test_nothing_to_map_maps_nothing(processor, issues, with_resource):
    """The framework leaves out the resource where an event was of no kind."""
    nothing = results(issues) if with_resource else results(None, [row("AB-1")], ["AB-2"])
    assert await mapped(processor, nothing) == ([], [])
    assert processor.mapped == []


def test_an_entity_is_among_others_by_blueprint_and_identifier():
    entities = [entity("1"), entity("1", "project"), entity("2")]
    assert without(entities, [entity("1", title="another"), entity("3")]) == entities[1:]
