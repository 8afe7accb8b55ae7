"""What is held of an entity that Port listed: little, whatever it contains."""

import sys

from port.listed import Listed, Shared
from port.parts import Parts
from tests.unit.helpers.catalog_fakes import entity
from tests.unit.helpers.fake_client import mapping

RELATIONS = ("project", "assignee", "reporter", "parent", "sprint", "type")
MAPPING = mapping(
    "issue",
    title=".t",
    properties={name: f".{name}" for name in ("status", "created", "text")},
    relations={name: f".{name}" for name in RELATIONS},
)
PARTS = Parts(MAPPING)
MOST_BYTES = 400


def row(number: int, text: str = "x" * 4000):
    return entity(
        f"PROJECT{number % 50}-{number}",
        title="An issue",
        properties={"status": "To Do", "created": "2026-11-28", "text": text},
        relations={
            "project": f"PROJECT{number % 50}",
            "assignee": f"user-{number % 100}",
            "reporter": f"user-{number % 90}",
            "parent": f"PROJECT{number % 50}-{number % 700}",
            "sprint": None,
            "type": ["Task"],
        },
    )


def size_of(every: list[Listed]) -> int:
    """All that is held by them, each object once."""
    held: dict[int, int] = {}
    for one in every:
        parts = (one, one.blueprint, one.identifier, one.targets, *one.targets, one.digests)
        held |= {id(part): sys.getsizeof(part) for part in parts}
    return sum(held.values())


def test_an_entity_takes_a_few_hundred_bytes_however_much_it_contains():
    """With 100,000 of them a sweep has to stay small."""
    shared = Shared()
    every = [shared.listed(row(n), PARTS.shown_by(row(n))) for n in range(2000)]
    assert size_of(every) / len(every) < MOST_BYTES


def test_texts_that_come_again_are_held_once():
    shared = Shared()
    one, other = shared.listed(row(1), None), shared.listed(row(1), None)
    assert one.targets is other.targets
    assert one.blueprint is other.blueprint


def test_what_it_relates_to_is_held_once_each_and_nothing_is_nothing():
    of = entity("A", relations={"a": "X", "b": ["Y", "X", None], "c": None})
    assert Shared().listed(of, None).targets == ("X", "Y")


def test_it_shows_what_it_contained():
    one = Shared().listed(row(1), PARTS.shown_by(row(1)))
    assert one.shows(PARTS.written_by(row(1)))
    assert not one.shows(PARTS.written_by(row(1, "another text")))


def test_where_it_was_not_looked_at_or_nobody_can_say_it_shows_nothing():
    written = PARTS.written_by(row(1))
    assert not Shared().listed(row(1), None).shows(written)
    assert not Shared().listed(row(1), PARTS.shown_by(row(1))).shows(None)


def test_what_has_a_name_alone_is_a_stub():
    stub = Shared().listed(entity("A", title="A"), None)
    assert (stub.is_stub, stub.is_bare, stub.has_details) == (True, True, False)
    full = Shared().listed(row(1), None)
    assert (full.is_stub, full.is_bare, full.has_details) == (False, False, True)
    related = Shared().listed(entity("A", relations={"to": "B"}), None)
    assert (related.is_stub, related.is_bare, related.has_details) == (False, True, True)


def test_as_an_entity_it_has_its_name():
    of = Shared().listed(row(1), None).entity
    assert (of.blueprint, of.identifier) == ("issue", "PROJECT1-1")
