"""Which fields a mapping reads: too many is slow, too few is a wrong catalog."""

from typing import Any

import jq
import pytest

from port.mapping.fields_read import fields_read, may_read
from tests.unit.helpers.fake_client import mapping
from tests.unit.helpers.jq_expressions import ROW, WHOLE, Expressions, reduced
from tests.unit.test_examples import mapped


def resource(*expressions: str, **mappings: Any) -> Any:
    properties = {f"p{n}": text for n, text in enumerate(expressions)}
    [found] = mapping("issue", properties=properties, **mappings).resources
    return found


def read(*expressions: str, **mappings: Any) -> set[str] | None:
    found = fields_read(resource(*expressions, **mappings))
    return None if found is None else set(found)


@pytest.mark.parametrize(
    ("expression", "fields"),
    [
        (".key", set()),
        (".id | tostring", set()),
        ('(.self | split("/") | .[:3] | join("/")) + "/browse/" + .key', set()),
        (".changelog.histories | length", set()),
        (".fields.summary", {"summary"}),
        (" .fields .summary ", {"summary"}),
        ('.fields["summary"]', {"summary"}),
        ('.fields["a b"].name', {"a b"}),
        ('.fields."summary"', {"summary"}),
        ('.fields?["summary"]?.x', {"summary"}),
        ('.fields["caf\\u00e9"]', {"café"}),
        ('.fields["a" + "b"]', None),
        ('.fields["a", "b"]', None),
        ('.fields["\\(.key)"]', None),
        ('.fields."\\(.key)"', None),
        (".fields[.key]", None),
        (".fields[0]", None),
        (".fields.labels[.key]", {"labels"}),
        (".fields.status.name", {"status"}),
        (".fields.status.fields.name", {"status"}),
        (".fields?.status?.name?", {"status"}),
        (".fields.customfield_10020", {"customfield_10020"}),
        (".fields.labels[0]", {"labels"}),
        (".fields.labels[]", {"labels"}),
        (".fields.labels[.fields.index]", {"labels", "index"}),
        (".fields.status.name // .fields.priority.name", {"status", "priority"}),
        (".fields.subtasks | map(.key)", {"subtasks"}),
        (".fields.parent | .fields.summary", {"parent"}),
        (".fields.parent | {key, fields: .fields}", None),
        ("if .fields.a then .fields.b end | .fields.c", None),
        ("if .fields.a then 1 elif .fields.b then 2 end", None),
        ("if .fields.a then .fields.b else .fields.c end", {"a", "b", "c"}),
        ("{if: .fields.a | tostring, z: .fields.b}", {"a", "b"}),
        ("{if: .key | tostring, fields}", None),
        ("\"x '+.fields.b+' y\"", None),
        (".fields.components | map({name: .name, x: .fields})", {"components"}),
        ("[.fields.a, .fields.b] | .[0].c", {"a", "b"}),
        ("{a: .fields.x, b: .fields.y.z}", {"x", "y"}),
        ("{a: .fields.x | .y, b: .fields.z}", {"x", "z"}),
        ('{"a": .fields.x, (.fields.y): 1}', {"x", "y"}),
        ("if .fields.a == null then .fields.b else .fields.c end", {"a", "b", "c"}),
        ("if .fields.a | . > 0 then .fields.b elif .fields.c then 1 else 2 end", {"a", "b", "c"}),
        (".fields.a as $a | .fields.b | $a + .", {"a", "b"}),
        (".fields.a as [$x, $y] | .fields.b", {"a", "b"}),
        (".fields.a as {x: $x} | .fields.b", {"a", "b"}),
        ("1 as $x | 2 as $y | .fields.b", {"b"}),
        ("try .fields.a catch null", {"a"}),
        ('"text .fields.summary"', set()),
        ('"a" == .key and .fields.flag or true', {"flag"}),
        (".fields.a, .fields.b | .c", {"a", "b"}),
        (".fields.a | test(.b) as $x | .fields, .names", {"a"}),
        ("[.fields.a | .b] | length as $n | .fields, .", {"a"}),
        ("now", set()),
        ("null", set()),
        ("", set()),
    ],
)
def test_plain_expressions_name_their_fields(expression, fields):
    assert read(expression) == fields


@pytest.mark.parametrize(
    "expression",
    [
        *WHOLE,
        ".renderedFields.summary",
        ".names",
        ".fields | .summary",
        ".fields | to_entries",
        ".fields\n",
        ".fields?",
        ".fields? | .summary",
        ".fields??.summary",
        ".fields // .summary",
        ".fields.a as $x | .",
        ".fields.a as $x | .fields.b as $y | .names",
        ".key as $k | .fields[$k]",
        "(.key, .id) as $x | .fields",
        "(.fields.a | .b), .c",
        "if .fields.a | .b then .c else 1 end",
        "if .fields.a then 1 else .fields end",
        "{a: .fields.x | .y, b: .z}",
        "{a: .fields.x, fields}",
        '{a: .fields.x, "fields"}',
        "{a: .fields.x, $__loc__, fields}",
        "{(.fields.x | .y): .z}",
        ".fields.labels[.index]",
        ".fields.a | input",
        ".fields.a | def f: .b; f",
        "env.HOME as $x | .",
        "test(.fields)",
        ".fields.summary # a comment",
        ".fields.a | @base64",
        ".fields.a = 1",
        "'.fields'",
        "'issue'",
        "unknown_function",
        ")",
        ".é",
    ],
)
def test_where_it_is_not_plain_any_field_may_be_read(expression):
    """An expression that isn't even valid belongs here: it costs nothing to read too much."""
    assert read(".key", expression, ".fields.summary") is None


def test_every_expression_of_a_resource_counts():
    found = read(
        ".fields.p",
        identifier=".fields.i",
        title=".fields.t",
        icon=".fields.c",
        team=".fields.m",
        relations={"r": ".fields.r"},
    )
    assert found == {"p", "i", "t", "c", "m", "r"}
    assert read(blueprint=".fields.b") == {"b"}


def test_the_query_of_the_selector_counts():
    of = resource(".fields.a")
    of.selector.query = '.fields.b == "x"'
    assert fields_read(of) == frozenset(("a", "b"))
    of.selector.query = ".fields | length > 0"
    assert fields_read(of) is None


def test_items_to_parse_may_be_anywhere():
    of = resource(".fields.a")
    of.port.items_to_parse = ".fields.subtasks"
    assert fields_read(of) is None


def test_an_identifier_or_relation_that_is_a_search_counts():
    rules = [{"property": '"jiraKey"', "operator": '"="', "value": ".fields.parent.key"}]
    search = {"combinator": '"and"', "rules": rules}
    assert read(relations={"parent": search}) == {"parent"}
    assert read(identifier=search) == {"parent"}
    plain = search | {"rules": [rules[0] | {"operator": "="}]}
    assert read(relations={"parent": plain}) is None, "words that are no expressions"


def test_the_default_mapping_is_plain():
    """Else every site would pay for all fields."""
    [of] = mapping("issue", **mapped("issue")).resources
    assert sorted(fields_read(of) or ()) == sorted(
        (
            *("summary", "status", "issuetype", "components", "creator", "priority", "labels"),
            *("created", "updated", "resolutiondate", "project", "parent", "subtasks"),
            *("assignee", "reporter"),
        )
    )


@pytest.mark.parametrize(
    ("expression", "names", "expected"),
    [
        (".fields.versions", ["fixVersions", "versions"], True),
        (".fields.versions", ["fixVersions"], False),
        (".fields.versions", ["version"], False),
        (".fields.versions", [], False),
        (".fields.customfield_10020", ["customfield_*"], True),
        (".fields.custom", ["customfield_*"], False),
        (".fields.sprint", ["customfield_*", "sprint"], True),
        (".key", ["sprint"], False),
        (".fields", ["sprint"], True),
        (".fields", [], True),
    ],
)
def test_whether_one_of_some_fields_may_be_read(expression, names, expected):
    assert may_read(resource(expression), names) is expected


def outcomes(expressions: list[str], row: Any) -> list[Any]:
    """All outputs of each, or its error; compiled together, since that takes longest."""
    parts = ", ".join(f"(try [{text}\n] catch {{error: .}})" for text in expressions)
    found: list[Any] = jq.compile(f"[{parts}]").input_value(row).first()
    return found


@pytest.mark.parametrize("seed", range(10))
def test_a_row_of_the_named_fields_alone_gives_what_the_whole_row_gives(seed):
    make = Expressions(seed, whole=0.02)
    plain = [
        (text, names)
        for text in (make.row(3) for _ in range(120))
        if (names := fields_read(resource(text))) is not None
    ]
    assert len(plain) >= 40, "too few to tell anything"
    whole = outcomes([text for text, _ in plain], ROW)
    by_names: dict[frozenset[str], list[tuple[str, Any]]] = {}
    for (text, names), expected in zip(plain, whole, strict=True):
        by_names.setdefault(names, []).append((text, expected))
    for names, group in by_names.items():
        found = outcomes([text for text, _ in group], reduced(names))
        for (text, expected), outcome in zip(group, found, strict=True):
            assert outcome == expected, f"{text} reads more than {sorted(names)}"


def test_the_generated_expressions_would_show_a_field_that_is_missing():
    """Else the comparison above could not fail."""
    make = Expressions(1, whole=0.0)
    texts = [make.row(3) for _ in range(120)]
    whole, bare = outcomes(texts, ROW), outcomes(texts, reduced(frozenset()))
    assert sum(a != b for a, b in zip(whole, bare, strict=True)) >= 40
