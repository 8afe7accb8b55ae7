"""What is known of Port: what it showed and what was written; in doubt nothing."""

import tracemalloc
from typing import Any

import pytest
from port_ocean.core.models import Entity

from port.entities import key_of
from port.known import Known
from tests.unit.helpers.catalog_fakes import entity
from tests.unit.helpers.fake_client import mapping
from tests.unit.test_parts import TWO


def one(value: Any = 1, name: str = "A-1") -> Entity:
    return entity(name, properties={"a": value})


def made(most: int = 100) -> Known:
    known = Known(most)
    known.under(mapping("issue", "project", properties={"a": ".a"}))
    return known


@pytest.fixture
def known() -> Known:
    return made()


def write(known: Known, *entities: Entity, merge: bool = True) -> None:
    with known.writing(entities):
        known.written(entities, merge=merge)


def look(known: Known, *rows: Entity) -> None:
    with known.looking("issue") as what:
        known.see(what, rows)


def test_what_nobody_wrote_is_not_known(known):
    assert known.has(one()) is None


def test_without_a_mapping_nothing_is_known():
    known = Known()
    write(known, one())
    look(known, one())
    assert known.has(one()) is None


def test_what_was_written_is_there_as_it_was_written(known):
    write(known, one())
    assert known.has(one()) is True
    assert known.has(one(2)) is False
    assert known.has(one(name="A-2")) is None
    assert known.has(entity("A-1", "project", properties={"a": 1})) is None
    write(known, one(2))
    assert known.has(one()) is False


def test_what_is_being_written_is_not_known(known):
    write(known, one())
    with known.writing([one(2)]):
        assert (known.has(one()), known.has(one(2))) == (None, None)


def test_what_port_did_not_take_is_not_known(known):
    write(known, one())
    with known.writing([one(2), one(name="A-2")]):
        known.written([one(name="A-2")], merge=True)
    assert (known.has(one()), known.has(one(2)), known.has(one(name="A-2"))) == (None, None, True)


@pytest.mark.parametrize("first_ends_first", [True, False])
def test_of_two_writes_at_once_nobody_knows_which_came_last(known, first_ends_first):
    first, second = known.writing([one(1)]), known.writing([one(2)])
    first.__enter__()
    second.__enter__()
    for value, writing in sorted(((1, first), (2, second)), reverse=not first_ends_first):
        known.written([one(value)], merge=True)
        writing.__exit__(None, None, None)
    assert (known.has(one(1)), known.has(one(2))) == (None, None)
    write(known, one(3))
    assert known.has(one(3)) is True


def test_two_writes_of_the_same_at_once_leave_it_known(known):
    with known.writing([one()]), known.writing([one()]):
        known.written([one()], merge=True)
        known.written([one()], merge=True)
    assert known.has(one()) is True


def test_what_is_deleted_is_forgotten(known):
    write(known, one(), one(name="A-2"))
    known.forget([key_of(one())])
    assert (known.has(one()), known.has(one(name="A-2"))) == (None, True)
    assert len(known) == 1


def test_what_port_finds_by_rules_is_never_known(known):
    found = Entity(identifier={"rules": []}, blueprint="issue", icon=None, title=None)
    write(known, found)
    assert known.has(found) is None
    assert len(known) == 0


FIRST = entity("A-1", title="T", properties={"a": 1})
SECOND = entity("A-1", title="T", properties={"b": 2})


@pytest.fixture
def shared() -> Known:
    """Two resources write an entity, and both its title."""
    known = Known()
    known.under(TWO)
    write(known, FIRST)
    write(known, SECOND)
    return known


def test_what_several_resources_write_is_known_of_each(shared):
    assert (shared.has(FIRST), shared.has(SECOND)) == (True, True)


def test_another_value_of_what_both_write_is_none_of_either(shared):
    write(shared, SECOND.copy(update={"title": "U"}))
    assert (shared.has(FIRST), shared.has(SECOND)) == (False, False)


def test_what_one_has_written_anew_leaves_the_other_as_it_was(shared):
    write(shared, FIRST.copy(update={"properties": {"a": 9}}))
    assert (shared.has(FIRST), shared.has(SECOND)) == (False, True)


def test_without_merging_what_the_other_wrote_is_gone(shared):
    write(shared, FIRST, merge=False)
    assert (shared.has(FIRST), shared.has(SECOND)) == (True, None)


def test_what_port_shows_replaces_what_was_known(known):
    write(known, one(), one(name="A-2"))
    look(known, one(5))
    assert known.has(one(5)) is True, "somebody changed it"
    assert known.has(one(name="A-2")) is None, "somebody deleted it"


def test_what_is_written_while_port_is_asked_is_not_as_it_shows(known):
    write(known, one(), one(name="A-2"))
    with known.looking("issue") as what:
        known.see(what, [one(), one(name="A-3")])
        write(known, one(2))
        known.forget([key_of(one(name="A-3"))])
        write(known, one(4, "A-2"))
        known.see(what, [one(name="A-2")])
    assert known.has(one(2)) is True
    assert known.has(one(4, "A-2")) is True
    assert known.has(one(name="A-3")) is None


def test_what_is_under_way_when_port_is_asked_is_not_as_it_shows(known):
    with known.writing([one(2)]):
        with known.looking("issue") as what:
            known.see(what, [one()])
        assert known.has(one()) is None
        known.written([one(2)], merge=True)
    assert known.has(one(2)) is True


@pytest.mark.parametrize(("shown", "is_known"), [(2, True), (1, None), (None, None)])
def test_what_was_written_lately_is_known_where_port_shows_it(known, shown, is_known):
    """Else it may be late, or somebody changed it: whoever has to know writes it again."""
    write(known, one(2))
    with known.looking("issue", [key_of(one())]) as what:
        known.see(what, [one(shown)] if shown else [])
    assert known.has(one(2)) is is_known
    assert not known.has(one(1))


def test_of_what_was_written_lately_all_parts_are_known_that_port_shows(shared):
    write(shared, FIRST, merge=False)
    both = entity("A-1", title="T", properties={"a": 1, "b": 2})
    with shared.looking("issue", [key_of(both)]) as what:
        shared.see(what, [both])
    assert (shared.has(FIRST), shared.has(SECOND)) == (True, True)


def test_what_has_nothing_but_a_name_is_known_as_well():
    known = Known()
    known.under(mapping("issue"))
    bare = [entity("A-1"), entity("A-2")]
    write(known, *bare)
    with known.looking("issue", [key_of(one) for one in bare]) as what:
        known.see(what, bare[:1])
    assert [known.has(one) for one in bare] == [True, None]


def test_what_is_going_is_not_known_whatever_port_shows(known):
    write(known, one(), one(name="A-2"))
    with known.looking("issue", going=[key_of(one()), ("project", "A-2")]) as what:
        known.see(what, [one(), one(name="A-2")])
    assert (known.has(one()), known.has(one(name="A-2"))) == (None, True)


def test_where_port_can_not_be_asked_nothing_is_known_of_that_blueprint(known):
    other = entity("A-1", "project", properties={"a": 1})
    write(known, one(), other)
    looking = known.looking("issue")
    known.see(looking.__enter__(), [one()])
    assert not looking.__exit__(ValueError, ValueError("no"), None), "it is raised"
    assert (known.has(one()), known.has(other)) == (None, True)


def test_another_mapping_forgets_what_its_parts_are_not(known):
    write(known, one())
    known.under(mapping("issue", "project", properties={"a": ".other"}))
    assert known.has(one()) is True, "it tells of Port, whatever it is made from"
    with known.writing([one(3)]), known.looking("issue") as what:
        known.see(what, [one()])
        known.under(mapping("issue", properties={"a": ".a", "b": ".b"}))
        known.written([one(3)], merge=True)
    assert len(known) == 0


def test_what_was_shown_a_while_ago_counts_where_nothing_else_is_known(known):
    known.showed(one())
    assert known.has(one()) is True
    known.showed(one(2))
    assert known.has(one()) is True
    with known.writing([one(name="A-2")]):
        known.showed(one(name="A-2"))
        assert known.has(one(name="A-2")) is None


def test_no_more_is_remembered_than_the_most():
    known = made(most=3)
    write(known, *(one(name=f"A-{number}") for number in range(5)))
    look(known, *(one(name=f"A-{number}") for number in range(5)))
    assert len(known) == 3
    assert [known.has(one(name=f"A-{number}")) for number in range(5)] == [None, None, *[True] * 3]
    write(known, entity("A", "project", properties={"a": 1}))
    assert len(known) == 3


def test_a_hundred_thousand_take_less_than_twenty_megabytes():
    """A tenth of them, to be quick; dictionaries grow by doubling."""
    known = made(most=100_000)
    entities = [one(number, f"A-{number}") for number in range(10_000)]
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    write(known, *entities)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (after - before) / len(entities) < 200
