"""What Port can hold of an entity: a single bad value must not cost others, nor the rest of it."""

from typing import Any

import pytest
from port_ocean.core.models import Entity

from port.mapping.writable import MAX_NAME, MAX_SAID, LeftOut, SaidOnce, is_name, writable
from tests.unit.helpers.fake_client import mapping

RULES = {"combinator": "and", "rules": []}
NAMES = [
    "AB-1",
    "a@b.com",
    "a/b\\c:d=e+f_g",
    "...",
    ".a",
    "é",
    "Ω-1",
    "日本語",
    "x" * MAX_NAME,
    "0",
]
NO_NAMES = [
    "",
    ".",
    "..",
    "a b",
    "port-c#",
    "a&b",
    "(a)",
    "a,b",
    "it's",
    "a\n",
    "\n",
    "٣",
    "½",
    "😀",
    "x" * (MAX_NAME + 1),
    7,
    True,
    1.5,
    [],
    {},
    None,
]


def entity(**more: Any) -> Entity:
    return Entity.parse_obj({"identifier": "AB-1", "blueprint": "issue", "title": "A", **more})


@pytest.mark.parametrize("value", NAMES)
def test_what_port_takes_as_a_name(value):
    assert is_name(value)


@pytest.mark.parametrize("value", NO_NAMES, ids=repr)
def test_what_port_takes_not_as_a_name(value):
    assert not is_name(value)


@pytest.mark.parametrize("value", [value for value in NO_NAMES if value is not None], ids=repr)
def test_an_entity_is_written_without_a_target_that_is_no_name(value):
    if isinstance(value, (list, dict)):
        value = [value]
    kept, left_out = writable(
        entity(relations={"one": value, "many": ["AB-2", *([value] if value != [] else []), "é"]}),
        titled=True,
    )
    assert kept is not None
    bad = value[0] if isinstance(value, list) else value
    assert kept.relations["one"] == ([] if isinstance(value, list) else None)
    assert kept.relations["many"][0] == "AB-2"
    assert kept.relations["many"][-1] == "é"
    assert len(kept.relations["many"]) == 2
    assert LeftOut("relations.one", bad, "issue", "AB-1") in left_out


@pytest.mark.parametrize("value", [None, "AB-2", [], ["AB-2", "AB-3"], RULES], ids=repr)
def test_a_relation_that_port_takes_stays_as_it_is(value):
    kept, left_out = writable(entity(relations={"of": value}), titled=True)
    assert kept is not None
    assert kept.relations == {"of": value}
    assert left_out == []


def test_a_null_in_a_list_is_nobody_and_not_worth_a_word():
    kept, left_out = writable(entity(relations={"of": [None, "AB-2"]}), titled=True)
    assert kept is not None
    assert (kept.relations["of"], left_out) == (["AB-2"], [])


@pytest.mark.parametrize("value", [v for v in NO_NAMES if not isinstance(v, dict)], ids=repr)
def test_what_has_no_name_is_left_out(value):
    kept, [left_out] = writable(entity(identifier=value), titled=True)
    assert kept is None
    assert (left_out.where, left_out.value) == ("identifier", value)


def test_what_port_searches_for_by_rules_is_left_to_it():
    kept, left_out = writable(entity(identifier=RULES, title=None), titled=True)
    assert kept is not None
    assert kept.dict(exclude_unset=True) == {"identifier": RULES, "blueprint": "issue"}
    assert left_out == []


@pytest.mark.parametrize(
    ("title", "titled", "written"),
    [
        ("A", True, "A"),
        ("", True, ""),
        (None, True, "AB-1"),
        (7, True, "7"),
        (True, True, "true"),
        (["é"], True, '["é"]'),
    ],
)
def test_a_title_is_a_text(title, titled, written):
    kept, _ = writable(entity(title=title), titled=titled)
    assert kept is not None
    assert kept.dict(exclude_unset=True)["title"] == written


def test_where_the_mapping_has_no_title_none_is_written():
    kept, _ = writable(entity(title=None), titled=False)
    assert kept is not None
    assert "title" not in kept.dict(exclude_unset=True)


def resource(**relations: str) -> Any:
    made = mapping("issue").resources[0]
    made.port.entity.mappings.relations = dict(relations)
    return made


def test_each_value_is_said_once_with_its_expression_and_whose_it_was():
    said: list[str] = []
    once = SaidOnce(said.append)
    of = resource(service=".fields.labels")
    for number in range(3):
        once.tell(LeftOut("relations.service", "port-c#", "issue", f"AB-{number}"), of)
    once.tell(LeftOut("relations.service", "a b", "issue", "AB-1"), of)
    assert len(said) == 2
    assert "not 'port-c#', which .fields.labels gave for relations.service" in said[0]
    assert "issue/AB-0 is written without it" in said[0]


def test_a_number_is_said_with_what_makes_a_name_of_it():
    said: list[str] = []
    SaidOnce(said.append).tell(LeftOut("relations.board", 7, "issue", "AB-1"), resource())
    assert "`| tostring`" in said[0]


def test_what_was_said_is_remembered_within_bounds():
    said: list[str] = []
    once = SaidOnce(said.append)
    for number in range(MAX_SAID + 1):
        once.tell(LeftOut("relations.of", f"# {number}", "issue", "AB-1"), resource())
    once.tell(LeftOut("relations.of", "# 0", "issue", "AB-1"), resource())
    once.tell(LeftOut("relations.of", f"# {MAX_SAID}", "issue", "AB-1"), resource())
    assert len(said) == MAX_SAID + 2
