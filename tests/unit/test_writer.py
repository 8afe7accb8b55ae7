"""Port's catalog: what is written again, what is deleted, and what is ours there."""

import time
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from port_ocean.clients.port.mixins import entities as mixins
from port_ocean.core.models import Entity

from port import writer as module
from port.accounts import ABSENT_SECONDS
from port.entities import PortRefusedError
from port.writer import PortWriter
from tests.unit.helpers.fake_client import mapping
from tests.unit.helpers.stand_in_port import StandInPort
from tests.unit.helpers.strict_port import OPTIONS, StrictPort, configured, entity, status_error

MAPPING = mapping("issue", blueprint=".fields.kind")
"""One that computes its blueprints: what relates to what is read of everything."""


@pytest.fixture(autouse=True)
def _framework(monkeypatch: pytest.MonkeyPatch) -> None:
    configured(monkeypatch)


def writer(port: StrictPort) -> PortWriter:
    return PortWriter(port.client)


def listed(*ours: Entity) -> StrictPort:
    port = StrictPort()
    port.ours = list(ours)
    return port


def names(entities: Any) -> list[str]:
    return [str(entity.identifier) for entity in entities]


@pytest.mark.parametrize("call", ["upsert", "delete", "ours", "stubs_called"])
async def test_nothing_to_do_is_no_request(call):
    port = StrictPort()
    more = [OPTIONS] if call in ("upsert", "delete") else []
    assert await getattr(writer(port), call)([], *more) == []
    assert (port.bulks, port.deletes, port.searches) == ([], [], [])


async def test_what_may_pass_is_written_again_after_all_others():
    """What it relates to may have been written after it."""
    port = StrictPort()
    port.refused = {"AB-2": 404}
    with pytest.raises(PortRefusedError):
        await writer(port).upsert([entity("AB-2"), entity("AB", "project")], OPTIONS)
    assert port.bulks == [["AB-2"], ["AB"], ["AB-2"]]


async def test_it_is_written_again_as_long_as_that_brings_more_of_it_there(monkeypatch):
    port = StrictPort()
    monkeypatch.setattr(port, "_status", lambda name, _: None if _before(port, name) else 404)
    taken = await writer(port).upsert([entity(str(n)) for n in (4, 3, 2, 1)], OPTIONS)
    assert sorted(names(taken)) == ["1", "2", "3", "4"]


def _before(port: StrictPort, name: str) -> bool:
    """A chain, of which one more is taken each time."""
    return name == "1" or str(int(name) - 1) in port.there


async def test_what_is_refused_for_good_is_named_and_not_written_again():
    port = StrictPort()
    port.refused, port.bad = {"AB-1": 422}, {"AB-3"}
    with pytest.raises(PortRefusedError) as raised:
        await writer(port).upsert([entity(f"AB-{n}") for n in (1, 2, 3)], OPTIONS)
    assert sorted(names(raised.value.entities)) == ["AB-1", "AB-3"]
    assert "AB-1 is refused" in str(raised.value)
    assert "must match pattern" in str(raised.value)
    assert port.there == {"AB-2"}


async def test_a_blueprint_that_port_refuses_is_named_with_what_port_said():
    port = StrictPort()
    port.blueprint_status = {"gone": 404}
    with pytest.raises(PortRefusedError) as raised:
        await writer(port).upsert([entity("X", "gone"), entity("AB-1")], OPTIONS)
    assert raised.value.blueprints == {"gone": "404 no such blueprint"}
    assert (names(raised.value.entities), port.there) == (["X"], {"AB-1"})


async def test_entities_are_deleted_by_blueprint():
    port = StrictPort("AB-1", "AB-2", "AB")
    doomed = [entity("AB-1"), entity("AB", "project"), entity("AB-2")]
    assert await writer(port).delete(doomed, OPTIONS) == []
    assert port.deletes == [["AB-1", "AB-2"], ["AB"]]


async def test_at_most_a_hundred_are_deleted_together():
    every = [f"AB-{n}" for n in range(250)]
    port = StrictPort(*every)
    await writer(port).delete([entity(name) for name in every], OPTIONS)
    assert [len(part) for part in port.deletes] == [100, 100, 50]


async def test_one_that_others_depend_on_costs_no_other_its_delete_and_is_named(log):
    every = [f"AB-{n}" for n in range(100)]
    port = StrictPort(*every, "other")
    port.depends = {"AB-42": {"other"}}
    left = await writer(port).delete([entity(name) for name in every], OPTIONS)
    assert names(left) == ["AB-42"]
    assert port.there == {"AB-42", "other"}
    [line] = log
    assert "Port doesn't delete issue/AB-42: 409 has dependents" in line


async def test_what_depends_on_each_other_goes_in_as_many_rounds_as_it_takes():
    port = StrictPort("1", "2", "3")
    port.depends = {"1": {"2"}, "2": {"3"}}
    assert await writer(port).delete([entity(n) for n in "123"], OPTIONS) == []
    assert port.there == set()


async def test_a_blueprint_that_port_refuses_costs_no_other_its_deletes():
    port = StrictPort("AB-1", "X")
    port.blueprint_status = {"gone": 404}
    left = await writer(port).delete([entity("X", "gone"), entity("AB-1")], OPTIONS)
    assert (names(left), port.there) == (["X"], {"X"})


async def test_only_what_is_in_port_and_ours_is_to_be_deleted():
    """Somebody else's entity may have the same identifier, or ours may be gone already."""
    port = listed(entity("AB-1"), entity("AB-3", "ticket"), entity("AB", "project"))
    asked = [entity("AB-1"), entity("AB-2"), entity("AB-3"), entity("AB", "project")]
    assert await writer(port).ours(asked) == [entity("AB-1"), entity("AB", "project")]


async def test_many_are_asked_for_in_parts_that_a_body_can_hold():
    port = StrictPort()
    await writer(port).ours([entity(str(n)) for n in range(70_000)])
    assert max(len(rules[1]["value"]) for rules in port.searches) == 1000
    assert len(port.searches) == 2 * 70, "written by us, and made for us by Port"


async def test_what_was_not_asked_for_is_not_ours_even_if_port_names_it(monkeypatch):
    async def too_much(*_: Any) -> list[Entity]:
        return [entity("AB-1"), entity("AB-9"), entity("AB-1", "ticket")]

    monkeypatch.setattr(module, "search", too_much)
    assert await writer(StrictPort()).ours([entity("AB-1")]) == [entity("AB-1")]


@pytest.fixture
def stand_in() -> StandInPort:
    """One whose entities belong to whoever made them."""
    account = StandInPort()
    account.catalog.creator_owns = True
    return account


async def test_what_port_made_for_us_and_we_filled_in_is_ours_and_a_stub_is_not(stand_in):
    stand_in.has("AB-2", parent="AB-1")
    stand_in.has("AB-3", parent="AB-9")
    stand_in.has("AB-1", title="Filled in")
    written = PortWriter(stand_in.client)
    asked = [entity("AB-1"), entity("AB-2"), entity("AB-9")]
    assert names(await written.ours(asked)) == ["AB-1", "AB-2"]
    listed = await written.everything(mapping("issue"))
    assert sorted(names(listed)) == ["AB-1", "AB-2", "AB-3"]


async def test_of_what_no_search_for_ours_shows_the_delete_is_waited_for(stand_in, monkeypatch):
    config = SimpleNamespace(delete_entities_max_batch_size=100)
    monkeypatch.setattr(mixins, "ocean", SimpleNamespace(config=config))
    stand_in.has("AB-2", parent="AB-1")
    stand_in.has("AB-1", title="Filled in")
    written = PortWriter(stand_in.client)
    [filled] = await written.ours([entity("AB-1")])
    await written.delete([filled], OPTIONS)
    written.going.see(await written.shown([filled]))
    assert written.going


async def test_an_identifier_that_is_a_number_is_asked_for_as_text():
    """Port has texts only."""
    assert await writer(listed(entity("10"))).ours([entity(10)]) == [entity("10")]


async def test_what_points_at_an_entity():
    one = entity("AB-2", relations={"parent": "AB-1"})
    many = entity("AB-3", relations={"subtasks": ["AB-9", "AB-1"]})
    other = entity("AB-4", relations={"parent": "AB-9", "nobody": None, "odd": {"rules": []}})
    port = listed(entity("AB-1"), one, many, other)
    assert await writer(port).pointing_at([entity("AB-1")], MAPPING) == ([one, many], True)


async def test_where_port_tells_nothing_but_names_nobody_knows_what_points_at_what():
    """But for what was just written, which is known here."""
    written = writer(listed(entity("AB-1"), entity("AB-2")))
    child = entity("AB-3", relations={"parent": "AB-1"})
    await written.upsert([child], OPTIONS)
    assert await written.pointing_at([entity("AB-1")], MAPPING) == ([child], False)


async def test_what_goes_itself_is_not_among_those_that_point():
    child = entity("AB-2", relations={"parent": "AB-1"})
    port = listed(entity("AB-1", relations={"self": "AB-1"}), child)
    assert await writer(port).pointing_at([entity("AB-1"), child], MAPPING) == ([], True)


@pytest.mark.parametrize("ours", [True, False])
async def test_stubs_are_looked_for_under_the_data_source_that_port_gives_them(ours):
    port = StrictPort()
    await writer(port).stubs(["issue", "project"], ours=ours)
    [[blueprints, *sources]] = port.searches
    assert [rule["value"] for rule in blueprints["rules"]] == ["issue", "project"]
    assert {rule["property"] for rule in sources} == {"$datasource"}
    values = [rule["value"] for rule in sources]
    assert values == (["port-auto-", "/mine/"] if ours else ["port-auto-"])


CALLS = {
    "ours": lambda port: port.ours([entity("AB-1")]),
    "pointing_at": lambda port: port.pointing_at([entity("AB-1")], MAPPING),
    "stubs": lambda port: port.stubs(["issue"]),
    "stubs_called": lambda port: port.stubs_called([entity("AB-1")]),
    "delete": lambda port: port.delete([entity("AB-1")], OPTIONS),
    "upsert": lambda port: port.upsert([entity("AB-1")], OPTIONS),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("error", [httpx.ConnectError("down"), status_error(503)], ids=repr)
async def test_a_failure_of_port_is_raised_from_every_call(call, error):
    """Taken for an empty answer, it would lose what points at a deleted entity."""
    port = StrictPort("AB-1")
    port.down = error
    with pytest.raises(type(error)):
        await call(writer(port))


OWN = mapping("issue", title=".t", relations={"assignee": ".a"})


def issue(name: str, **relations: Any) -> Entity:
    return entity(name, title="T", relations=relations)


async def test_what_port_took_is_known_and_what_it_refused_or_deleted_is_not():
    port = StrictPort()
    port.refused = {"AB-2": 404}
    made = writer(port)
    made.compared.known.under(OWN)
    both = [issue("AB-1", assignee=None), issue("AB-2", assignee=None)]
    await made.write(both, OPTIONS)
    assert [made.compared.is_as_written(one) for one in both] == [True, None]
    await made.delete(both[:1], OPTIONS)
    assert [made.compared.is_as_written(one) for one in both] == [None, None]


async def test_what_was_written_without_an_account_is_as_it_was_until_that_has_come():
    """And a resync asks again before it takes that for granted."""
    port = StrictPort()
    made = writer(port)
    made.compared.known.under(OWN)
    one = issue("AB-1", assignee="user@example.com")
    await made.write([one], OPTIONS)
    assert port.bodies[-1]["relations"] == {"assignee": None}
    assert made.compared.is_as_written(one) is True
    assert made.compared.is_there(one)
    made._accounts._now = lambda: time.monotonic() + ABSENT_SECONDS
    assert made.compared.is_as_written(one) is True
    assert not made.compared.is_there(one)
    port.accounts = {"user@example.com"}
    assert await made.accounts_that_came() == {"issue"}
    assert made.compared.is_as_written(one) is False
