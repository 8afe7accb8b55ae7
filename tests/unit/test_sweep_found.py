"""What a sweep finds wrong in Port, by what it shows and by what was written last."""

from collections.abc import AsyncIterator

import pytest
from port_ocean.core.models import Entity

from background.at_port import AtPort
from background.sweep_found import differs, is_missing, wrong_of
from port.compared import Compared
from port.known import Known
from port.listed import Listed, Shared
from tests.unit.helpers.catalog_fakes import FakeWriter, entity, listed
from tests.unit.helpers.fake_client import mapping
from tests.unit.helpers.sweep_site import full

RELATIONS = {name: f".{name}" for name in ("parent", "team")}


def stub(identifier: str) -> Entity:
    return entity(identifier, title=identifier)


def held(row: Entity, compared: Compared) -> Listed:
    parts = compared.known.under(MAPPING)
    return Shared().listed(row, parts.shown_by(row))


MAPPING = mapping("issue", properties={"name": ".name"}, relations=RELATIONS)


@pytest.fixture
def compared() -> Compared:
    made = FakeWriter().compared
    made.known.under(MAPPING)
    return made


async def at_port(compared: Compared, *rows: Entity) -> AtPort:
    async def list_of(_: str) -> AsyncIterator[list[Listed]]:
        yield [held(row, compared) for row in rows]

    made = AtPort(list_of)
    await made.load(["issue"])
    return made


@pytest.mark.parametrize(
    ("row", "detailed", "expected"),
    [
        pytest.param(None, True, True, id="not there"),
        pytest.param(full("A"), True, False, id="there"),
        pytest.param(stub("A"), True, True, id="a stub"),
        pytest.param(stub("A"), False, False, id="a name, where Port tells no more"),
    ],
)
def test_what_port_lacks(row, detailed, expected):
    [found] = listed(row) if row else [None]
    assert is_missing(full("A"), found, detailed=detailed) is expected


async def test_what_is_of_another_blueprint_is_not_there(compared):
    found = await at_port(compared, full("A"))
    assert found.get(("project", "A")) is None


def test_what_has_nothing_but_a_name_is_no_stub():
    [found] = listed(stub("A"))
    assert not is_missing(entity("A"), found, detailed=True)


def wanted(identifier: str) -> Entity:
    """As the mapping makes it: with each of its fields."""
    return full(identifier, parent="B", team=None)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param(full("A", parent="B"), False, id="as it should be"),
        pytest.param(full("A", parent="C"), True, id="another relation"),
        pytest.param(full("A"), True, id="a relation less"),
        pytest.param(full("A", parent="B", team="T"), True, id="a relation more"),
        pytest.param(full("A", parent="B", other="T"), False, id="and what others write"),
        pytest.param(
            entity("A", properties={"name": "B"}, relations={"parent": "B"}),
            True,
            id="another property",
        ),
        pytest.param(stub("A"), True, id="a name alone"),
    ],
)
def test_where_nobody_knows_what_was_written_what_port_shows_counts(compared, row, expected):
    assert differs(wanted("A"), held(row, compared), compared) is expected


def test_what_was_not_compared_when_it_was_listed_differs(compared):
    """What it had was known then, and no longer is."""
    [found] = listed(full("A"))
    assert differs(full("A"), found, compared)


def written(known: Known, *entities: Entity) -> None:
    with known.writing(entities):
        known.written(entities, merge=True)


def test_what_was_written_last_is_trusted_whatever_port_shows(compared):
    written(compared.known, wanted("A"))
    other = held(full("A", parent="C"), compared)
    assert not differs(wanted("A"), other, compared)
    assert differs(full("A", parent="C", team=None), other, compared)


async def test_what_somebody_took_away_is_no_longer_taken_for_written(compared):
    written(compared.known, wanted("A"), wanted("B"))
    found = await at_port(compared, full("A", parent="B"))
    assert wrong_of([wanted("A"), wanted("B")], found, compared) == [wanted("B")]
    assert compared.known.has(wanted("A")) is True
    assert compared.known.has(wanted("B")) is None, "it has to be written again"


async def test_what_port_shows_as_it_should_be_is_known_from_then_on(compared):
    found = await at_port(compared, full("A", parent="B"))
    assert wrong_of([wanted("A")], found, compared) == []
    assert compared.known.has(wanted("A")) is True
