"""Writing in bulk: one entity that Port refuses costs no other, however Port says so."""

import httpx
import pytest
from port_ocean.clients.port.types import UserAgentType

from port.bulk import REFUSED_IN_A_ROW, Bulk, Written, json_of, packed
from tests.unit.helpers.strict_port import OPTIONS, Counted, StrictPort, configured, entity

AGENT = UserAgentType.exporter
RULES = {"combinator": "and", "rules": [{"property": "$title", "operator": "=", "value": "x"}]}


@pytest.fixture(autouse=True)
def counted(monkeypatch) -> Counted:
    return configured(monkeypatch)


async def write(port: StrictPort, *entities) -> Written:
    return await Bulk(port.client).write(entities, OPTIONS, AGENT)


def names(entities) -> list[str]:
    return sorted(str(entity.identifier) for entity in entities)


async def test_entities_of_a_blueprint_are_written_together_twenty_at_a_time():
    port = StrictPort()
    written = await write(port, entity("AB", "project"), *(entity(f"AB-{n}") for n in range(45)))
    assert [len(bulk) for bulk in port.bulks] == [1, 20, 20, 5]
    assert len(written.taken) == 46


async def test_nothing_to_write_is_no_request():
    port = StrictPort()
    await write(port)
    assert port.bulks == []


async def test_only_what_was_set_is_sent():
    port = StrictPort()
    await write(port, entity("AB-1", properties={"a": None}))
    assert port.bodies == [{"identifier": "AB-1", "blueprint": "issue", "properties": {"a": None}}]


@pytest.mark.parametrize("places", [[0], [19], [3, 4], [0, 10, 19], list(range(0, 400, 33))])
async def test_what_has_a_whole_bulk_refused_is_told_apart_and_all_others_are_written(places):
    port = StrictPort()
    every = [f"AB-{n}" for n in range(400)]
    port.bad = {every[place] for place in places}
    written = await write(port, *map(entity, every))
    assert names(written.taken) == sorted({*every} - port.bad)
    assert names(refused.entity for refused in written.refused) == sorted(port.bad)
    assert all("must match pattern" in refused.reason for refused in written.refused)
    assert not any(refused.may_pass for refused in written.refused)
    assert len(port.bulks) <= 20 + 10 * len(places)


async def test_a_blueprint_of_which_everything_is_refused_is_given_up_soon():
    port = StrictPort()
    every = [f"AB-{n}" for n in range(1000)]
    port.bad = set(every)
    written = await write(port, *map(entity, every), entity("AB", "project"))
    assert names(written.taken) == ["AB"]
    assert written.blueprints.keys() == {"issue"}
    assert len(written.blocked) + len(written.refused) == 1000
    assert len(port.bulks) < 50 + 3 * REFUSED_IN_A_ROW


@pytest.mark.parametrize("status", [403, 404, 409])
async def test_a_blueprint_that_port_refuses_costs_what_is_of_it_and_nothing_else(status):
    """Somebody renamed it, say."""
    port = StrictPort()
    port.blueprint_status = {"issue": status}
    written = await write(port, entity("AB-1"), entity("AB", "project"), entity("AB-2"))
    assert names(written.taken) == ["AB"]
    assert names(written.blocked) == ["AB-1", "AB-2"]
    assert written.blueprints == {"issue": f"{status} no such blueprint"}


async def test_what_port_refuses_of_a_bulk_has_its_reason_and_its_status():
    port = StrictPort()
    port.refused = {"AB-2": 422, "AB-3": 404, "AB-4": 500}
    written = await write(port, *(entity(f"AB-{n}") for n in range(1, 6)))
    assert names(written.taken) == ["AB-1", "AB-5"]
    said = {str(refused.entity.identifier): refused for refused in written.refused}
    assert said["AB-2"].reason == "AB-2 is refused"
    assert {name for name, refused in said.items() if refused.may_pass} == {"AB-3", "AB-4"}


@pytest.mark.parametrize("error", [httpx.ConnectError("down"), httpx.ReadTimeout("slow")], ids=repr)
async def test_what_port_could_not_be_given_is_no_refusal_and_no_other_is_asked_for(error):
    port = StrictPort()
    port.down = error
    written = await write(port, entity("AB-1"), entity("AB", "project"))
    assert (written.error, names(written.failed)) == (error, ["AB", "AB-1"])
    assert (written.refused, written.blocked) == ([], [])


@pytest.mark.parametrize("status", [401, 429, 500, 503])
async def test_a_failure_of_port_is_no_refusal(status):
    port = StrictPort()
    port.blueprint_status = {"issue": status}
    written = await write(port, entity("AB-1"))
    assert isinstance(written.error, httpx.HTTPStatusError)
    assert names(written.failed) == ["AB-1"]


async def test_an_answer_that_is_no_answer_is_a_failure(monkeypatch):
    port = StrictPort()
    monkeypatch.setattr(port, "_bulk", lambda *_: httpx.Response(200, text="<html>"))
    port.client.client = httpx.AsyncClient(transport=httpx.MockTransport(port._answer))
    written = await write(port, entity("AB-1"))
    assert isinstance(written.error, httpx.DecodingError)


async def test_what_port_finds_by_rules_is_named_as_port_calls_it():
    port = StrictPort()
    found = entity(RULES)
    written = await write(port, found)
    assert list(written.names.values()) == ["found"]
    assert written.taken == [found]


async def test_an_entity_that_is_there_twice_is_sent_once_with_all_that_is_known_of_it():
    port = StrictPort()
    await write(
        port,
        entity("AB-1", title="old", properties={"a": 1, "b": 1}, relations={"x": "1"}),
        entity("AB-1", title="new", properties={"b": 2}, relations={"y": "2"}),
    )
    [body] = port.bodies
    assert (body["title"], body["properties"], body["relations"]) == (
        "new",
        {"a": 1, "b": 2},
        {"x": "1", "y": "2"},
    )


async def test_the_framework_counts_what_became_of_them(counted):
    port = StrictPort()
    port.refused = {"AB-2": 422}
    await write(port, entity("AB-1"), entity("AB-2"), entity("AB-3"))
    assert counted.counts == {"loaded": 2, "failed": 1}


def test_a_bulk_is_no_larger_than_port_takes():
    entities = [entity(f"AB-{n}", title="x" * size) for n, size in enumerate((10, 900, 90, 2000))]
    parts = packed(entities, most=20, most_bytes=1100)
    assert [[str(s.entity.identifier) for s in part] for part in parts] == [
        ["AB-0", "AB-1"],
        ["AB-2"],
        ["AB-3"],
    ]
    for part in parts[:-1]:
        assert len(b'{"entities":[]}' + b",".join(s.body for s in part)) <= 1100


@pytest.mark.parametrize("text", ["é", "\ud83d", "😀", "\u0000"], ids=ascii)
def test_any_text_can_be_sent(text):
    assert json_of(entity("AB-1", title=text)).isascii() or text in "é😀"
