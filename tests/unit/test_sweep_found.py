"""What a sweep finds wrong in Port, by what it shows and by what was written last."""

import pytest
from port_ocean.core.models import Entity

from background.sweep_found import differs, is_missing, wrong_of
from port.entities import key_of
from port.known import Known
from tests.unit.helpers.catalog_fakes import FakeWriter, entity
from tests.unit.helpers.fake_client import mapping
from tests.unit.helpers.sweep_site import full


def stub(identifier: str) -> Entity:
    return entity(identifier, title=identifier)


@pytest.mark.parametrize(
    ("row", "detailed", "expected"),
    [
        pytest.param(None, True, True, id="not there"),
        pytest.param(full("A"), True, False, id="there"),
        pytest.param(full("A", "project"), True, True, id="of another blueprint"),
        pytest.param(stub("A"), True, True, id="a stub"),
        pytest.param(stub("A"), False, False, id="a name, where Port tells no more"),
    ],
)
def test_what_port_lacks(row, detailed, expected):
    at_port = {key_of(row): row} if row else {}
    assert is_missing(full("A"), at_port, detailed=detailed) is expected


def test_what_has_nothing_but_a_name_is_no_stub():
    assert not is_missing(entity("A"), {key_of(entity("A")): stub("A")}, detailed=True)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param(full("A", parent="B"), False, id="as it should be"),
        pytest.param(full("A", parent="C"), True, id="another relation"),
        pytest.param(full("A"), True, id="a relation less"),
        pytest.param(full("A", parent="B", team="T"), False, id="and what others write"),
        pytest.param(
            entity("A", properties={"name": "B"}, relations={"parent": "B"}),
            True,
            id="another property",
        ),
        pytest.param(stub("A"), True, id="a name alone"),
    ],
)
def test_where_nobody_knows_what_was_written_what_port_shows_counts(row, expected):
    assert differs(full("A", parent="B"), row, None) is expected


@pytest.mark.parametrize("as_written", [True, False])
def test_what_was_written_last_is_trusted_whatever_port_shows(as_written):
    assert differs(full("A"), full("A", parent="C"), as_written) is not as_written
    assert differs(full("A"), full("A"), as_written) is not as_written


@pytest.fixture
def port() -> FakeWriter:
    made = FakeWriter()
    made.compared.known.under(mapping("issue", properties={"name": ".name"}))
    return made


def written(known: Known, *entities: Entity) -> None:
    with known.writing(entities):
        known.written(entities, merge=True)


def test_what_somebody_took_away_is_no_longer_taken_for_written(port):
    written(port.compared.known, full("A"), full("B"))
    at_port = {key_of(full("A")): full("A")}
    wrong = wrong_of([full("A"), full("B")], at_port, port.compared, detailed=True)
    assert wrong == [full("B")]
    assert port.compared.known.has(full("A")) is True
    assert port.compared.known.has(full("B")) is None, "it has to be written again"


def test_what_port_shows_as_it_should_be_is_known_from_then_on(port):
    at_port = {key_of(full("A")): full("A")}
    assert wrong_of([full("A")], at_port, port.compared, detailed=True) == []
    assert port.compared.known.has(full("A")) is True
