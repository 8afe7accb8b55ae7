"""What a resync's end compares with: every name the framework would list, and little of each."""

import gc
import inspect
import tracemalloc
from typing import Any

import httpx
import pytest
from port_ocean.clients.port.types import UserAgentType
from port_ocean.core.integrations.mixins.sync_raw import SyncRawMixin
from port_ocean.core.models import Entity

from port.name_alone import NameAlone
from port.names_listed import keep_names, list_names
from port.resync import resync
from tests.unit.helpers.catalog_fakes import entity
from tests.unit.helpers.stand_in_port import StandInPort

AGENT = UserAgentType.exporter
LATER = "2099-01-01T00:00:00+00:00"


@pytest.fixture
def port() -> StandInPort:
    made = StandInPort()
    made.api.entity_routes.lean_listing = False
    for number in range(7):
        made.has(f"A-{number}", title="x" * 4000, parent="A-0")
    made.has("B-1", source="port-ocean/jira/1.0.0/another/exporter")
    made.catalog.upsert(
        "project", {"identifier": "A"}, user_agent="port-ocean/jira/1.0.0/mine/exporter"
    )
    return made


async def listed(port: StandInPort, **asked: Any) -> list[Entity]:
    found: list[Entity] = await port.client.search_entities(AGENT, **asked)
    return found


def keys(entities: list[Entity]) -> list[tuple[str, str]]:
    return sorted((str(entity.blueprint), str(entity.identifier)) for entity in entities)


@pytest.mark.parametrize("page", [1, 3, 7, 8, 5000])
async def test_it_is_what_the_framework_lists(port: StandInPort, page: int) -> None:
    port.api.entity_routes.max_datasource_page = page
    as_the_framework = keys(await listed(port, before=LATER))
    list_names(port.client)
    assert keys(await listed(port, before=LATER)) == as_the_framework
    assert ("issue", "A-3") in as_the_framework
    assert ("issue", "B-1") not in as_the_framework


async def test_what_was_written_since_is_not_among_it(port: StandInPort) -> None:
    list_names(port.client)
    assert await listed(port, before="2000-01-01T00:00:00+00:00") == []


async def test_whoever_asks_otherwise_is_answered_as_before(port: StandInPort) -> None:
    list_names(port.client)
    assert {len(entity.title or "") for entity in await listed(port)} >= {4000}
    query: dict[str, Any] = {
        "combinator": "and",
        "rules": [{"property": "$identifier", "operator": "=", "value": "A-3"}],
    }
    found = await listed(port, query=query, parameters_to_include=["identifier", "title"])
    assert [(entity.identifier, len(entity.title or "")) for entity in found] == [("A-3", 4000)]


@pytest.mark.parametrize("fails_at", [0, 1])
@pytest.mark.parametrize("status", [401, 404, 422, 500])
async def test_where_a_page_fails_no_shorter_list_is_given(
    port: StandInPort, status: int, fails_at: int
) -> None:
    port.api.entity_routes.max_datasource_page = 3
    list_names(port.client)
    pages: list[str] = []

    async def refuse(response: httpx.Response) -> None:
        if response.url.path.endswith("/datasource-entities"):
            pages.append(response.url.path)
            if len(pages) > fails_at:
                response.status_code = status

    port.client.client.event_hooks["response"] = [refuse]
    with pytest.raises(httpx.HTTPStatusError):
        await listed(port, before=LATER)
    assert len(pages) == fails_at + 1


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>Sign in</html>",
        b"null",
        b"[]",
        b"{}",
        b'{"entities": null}',
        b'{"entities": [{}]}',
        b'{"entities": ["A-1"]}',
    ],
)
async def test_what_is_no_list_is_not_taken_for_an_empty_one(
    port: StandInPort, answer: bytes
) -> None:
    list_names(port.client)

    async def another(response: httpx.Response) -> None:
        if response.url.path.endswith("/datasource-entities"):
            await response.aread()
            response._content = answer

    port.client.client.event_hooks["response"] = [another]
    with pytest.raises(ValueError, match=r"none|JSON|Expecting"):
        await listed(port, before=LATER)


async def test_an_entity_takes_less_than_a_kilobyte_whatever_it_contains(
    port: StandInPort,
) -> None:
    for number in range(400):
        port.has(f"C-{number}", title="x" * 8000, parent="A-0")
    list_names(port.client)
    tracemalloc.start()
    try:
        found = await listed(port, before=LATER)
        n_found = len(found)
        gc.collect()
        with_them, _ = tracemalloc.get_traced_memory()
        del found
        gc.collect()
        without_them, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert n_found > 400
    assert (with_them - without_them) / n_found < 1000


async def test_in_a_resync_the_framework_keeps_little_of_what_is_written(port: StandInPort) -> None:
    keep_names(port.client)
    whole = entity("AB-1", title="Title", relations={"parent": "AB-2"})
    async with resync():
        kept = port.client._reduce_entity(whole)
    assert isinstance(kept, NameAlone)
    assert (kept.identifier, kept.relations) == ("AB-1", {"parent": "AB-2"})
    assert isinstance(port.client._reduce_entity(whole), Entity), (
        "whoever writes it goes on with it"
    )


def test_the_framework_reduces_what_a_resync_wrote_by_what_is_replaced() -> None:
    source = inspect.getsource(SyncRawMixin)
    assert "ocean.port_client._reduce_entity(entity)" in source
