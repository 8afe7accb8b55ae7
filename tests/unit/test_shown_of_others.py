"""What a mapping shows of other issues: too much is slow, too little is a wrong catalog."""

import json
import random
from typing import Any

import jq
import pytest

from port.mapping.shown_of_others import (
    Relation,
    shown_beside_relations,
    shown_by,
    shown_of_others,
    shows,
)
from tests.unit.helpers.fake_client import mapping
from tests.unit.test_examples import mapped

PARENT, SUBTASKS, LINKS = Relation.PARENT, Relation.SUBTASKS, Relation.LINKS
SUMS, INSIGHT = Relation.SUMS, Relation.INSIGHT

STATUS = {"status"}
WHATEVER = dict.fromkeys(Relation)


def read(*expressions: str, items: str | None = None) -> dict[Relation, set[str] | None]:
    found = shown_by(expressions, items)
    return {of: None if names is None else set(names) for of, names in found.items()}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (".fields.summary", {}),
        (".fields.status.name // .fields.priority.name", {}),
        (".fields.parent.key", {PARENT: {"key"}}),
        # As a board shows the parent.
        (".fields.epic.name", {PARENT: None}),
        (".fields.parent.id", {PARENT: set()}),
        (".fields.parent != null", {PARENT: set()}),
        ("if .fields.parent then 1 else 2 end", {PARENT: set()}),
        (".fields.parent.fields.summary", {PARENT: {"summary"}}),
        (".fields?.parent?.fields?.summary?", {PARENT: {"summary"}}),
        ('.fields["parent"].fields["summary"]', {PARENT: {"summary"}}),
        ('.fields."parent"."fields".status.name', {PARENT: STATUS}),
        (".fields.parent | .fields | .summary", {PARENT: {"summary"}}),
        (".fields.parent as $p | $p.fields.summary", {PARENT: {"summary"}}),
        (". as $row | $row.fields.parent.fields.summary", {PARENT: {"summary"}}),
        ('"\\(.key): \\(.fields.parent.fields.summary)"', {PARENT: {"summary"}}),
        ("try .fields.parent.fields.summary catch 1", {PARENT: {"summary"}}),
        ("{a: .fields.parent} | .a.fields.summary", {PARENT: {"summary"}}),
        ("{key, fields} | .fields.parent.key", {PARENT: {"key"}}),
        ("[.fields.parent][0].fields.summary", {PARENT: {"summary"}}),
        (".fields.parent", {PARENT: None}),
        (".fields.parent.fields", {PARENT: None}),
        (".fields.parent | tostring", {PARENT: None}),
        (".fields.parent == .fields.other", {PARENT: None}),
        (".fields.parent | keys", {PARENT: None}),
        (".fields.parent[.key]", {PARENT: None}),
        ("[.fields.parent] | unique | .[0].key", {PARENT: None}),
        ('"\\(.fields.parent)"', {PARENT: None}),
        (".fields.subtasks | length", {SUBTASKS: set()}),
        (".fields.subtasks == []", {SUBTASKS: None}),
        (".fields.subtasks | map(.key)", {SUBTASKS: {"key"}}),
        (".fields.subtasks // [] | map(.fields.status.name)", {SUBTASKS: STATUS}),
        ("[.fields.subtasks[]? | .fields.status.name]", {SUBTASKS: STATUS}),
        (".fields.subtasks[0].fields.status.name", {SUBTASKS: STATUS}),
        (".fields.subtasks[1:] | map(.fields.status.name)", {SUBTASKS: STATUS}),
        (".fields.subtasks | first.fields.status", {SUBTASKS: STATUS}),
        (".fields.subtasks | sort_by(.fields.status) | .[0].key", {SUBTASKS: {"key", *STATUS}}),
        ("[.fields.subtasks[] | select(.fields.status.name == 1)] | length", {SUBTASKS: STATUS}),
        (".fields.subtasks | map(select(.key)) | map({key})", {SUBTASKS: {"key"}}),
        (".fields.subtasks | any(.fields.status.name != 1)", {SUBTASKS: STATUS}),
        ("[.fields.subtasks] | flatten | map(.key)", {SUBTASKS: None}),
        (".fields.subtasks | map(.fields)", {SUBTASKS: None}),
        (".fields.subtasks | group_by(.key)", {SUBTASKS: None}),
        (".fields.subtasks | map(to_entries)", {SUBTASKS: None}),
        (".fields.issuelinks | map(.outwardIssue.fields.status.name)", {LINKS: STATUS}),
        (".fields.issuelinks | map((.outwardIssue // .inwardIssue).key)", {LINKS: {"key"}}),
        (".fields.issuelinks | map(select(.type.name == 1) | .id)", {LINKS: set()}),
        (".fields.issuelinks", {LINKS: None}),
        (".fields.parent.key + .fields.issuelinks[0].id", {PARENT: {"key"}, LINKS: set()}),
        (".fields.aggregatetimespent", {SUMS: {"times"}}),
        (".fields.aggregateprogress.percent", {SUMS: {"times"}}),
        (".fields.timespent", {}),
        (".insight.totalIssueCount", {INSIGHT: {"totalIssueCount"}}),
        (".insight.lastIssueUpdateTime", {INSIGHT: {"lastIssueUpdateTime"}}),
        (".insight", {INSIGHT: None}),
    ],
)  # fmt: skip
def test_what_an_expression_shows_of_others(expression, expected):
    assert read(".key", expression) == expected


@pytest.mark.parametrize(
    "expression",
    [
        *(".", "..", ".fields", ".fields | to_entries", "[.fields]", "{fields}", ".[]", "tojson"),
        *("reduce .fields.a as $x (0; 1)", "def f: .; f", ".fields as {a: $x} | $x", "$who.x"),
        *(".key # a comment", "'.key'", "@json", ".fields.a = 1", ")", "", "del(.key)", "(.key"),
        *("if .key then .fields.summary end", ".fields | .[.x]", '"\\(.a | join(","))"', ".. | .a"),
        *(".fields.a as [$x] ?// $x | $x", "input", ".fields - 1", "-.", "try error(.) catch ."),
    ],
)
def test_what_is_handed_on_whole_or_not_followed_may_show_anything(expression):
    assert read(".key", expression) == WHATEVER


@pytest.mark.parametrize(
    ("items", "expression", "expected"),
    [
        (".fields.subtasks", ".item.key", {SUBTASKS: {"key"}}),
        (".fields.subtasks", ".item.fields.status.name", {SUBTASKS: STATUS}),
        (".fields.issuelinks", ".item.inwardIssue.fields.summary", {LINKS: {"summary"}}),
        (".fields.labels", ".item", {}),
        (".fields.subtasks", ".item", {SUBTASKS: None}),
        ("[.fields.parent]", ".item.fields.summary", {PARENT: {"summary"}}),
        ("[.]", ".item", WHATEVER),
    ],
)
def test_items_are_followed_to_where_they_come_from(items, expression, expected):
    assert read(expression, items=items) == expected


def test_everything_that_a_resource_says_counts():
    [of] = mapping(
        "issue",
        title=".fields.parent.fields.summary",
        relations={"r": ".fields.subtasks | map(.fields.status.name)"},
    ).resources
    of.selector.query = ".fields.issuelinks[0].outwardIssue.fields.priority.name != null"
    assert dict(shown_of_others(of)) == {
        PARENT: frozenset(["summary"]),
        SUBTASKS: frozenset(STATUS),
        LINKS: frozenset(["priority"]),
    }


def test_the_default_mapping_shows_nothing_but_keys():
    """Else every site would pay for reading relatives."""
    [of] = mapping("issue", **mapped("issue")).resources
    assert dict(shown_of_others(of)) == dict.fromkeys((PARENT, SUBTASKS), frozenset(["key"]))


def test_what_relations_alone_show_port_tells():
    [of] = mapping("issue", **mapped("issue")).resources
    assert shown_beside_relations(of) == {}
    search = {
        "combinator": '"and"',
        "rules": [{"property": '"x"', "operator": '"="', "value": ".fields.parent.key"}],
    }
    [of] = mapping("issue", relations={"a": ".fields.subtasks[0].key", "b": search}).resources
    assert dict(shown_beside_relations(of)) == {PARENT: frozenset(["key"])}


@pytest.mark.parametrize(
    ("names", "changed", "expected"),
    [
        (frozenset(STATUS), STATUS, True),
        (frozenset(STATUS), {"summary"}, False),
        (frozenset(STATUS), set(), False),
        (frozenset(STATUS), None, True),
        (None, {"summary"}, True),
        (frozenset(), {"summary"}, False),
        (frozenset(), None, True),
        (None, None, True),
        (None, set(), False),
    ],
)
def test_whether_a_change_shows(names, changed, expected):
    assert shows({PARENT: names}, PARENT, changed) is expected
    assert not shows({PARENT: names}, SUBTASKS, changed)


# Held against jq itself: what isn't said to be read makes no difference to what jq gives.

ISSUE: dict[str, Any] = {
    "id": "2",
    "key": "AB-2",
    "fields": {"summary": "s", "status": {"name": "Open"}, "priority": {"name": "High"}},
}
ROW: dict[str, Any] = {
    "id": "1",
    "key": "AB-1",
    "fields": {
        "summary": "own",
        "labels": ["a"],
        "parent": ISSUE,
        "subtasks": [ISSUE, ISSUE | {"key": "AB-3"}],
        "issuelinks": [{"id": "7", "outwardIssue": ISSUE}, {"id": "8", "inwardIssue": ISSUE}],
    },
}
BEGINS = (".", ".fields", ".fields.parent", ".fields.subtasks", ".fields.issuelinks", ".key")
STEPS = (
    *(".fields", ".key", ".parent", ".subtasks", ".issuelinks", ".outwardIssue", ".inwardIssue"),
    *(".summary", ".status", ".status.name", ".[]", ".[0]", ".[1:]", ".[:1]", '.["fields"]'),
    *("map(.fields)", "map(.key)", "map(.fields.status.name)", "map(.outwardIssue)", "first"),
    *("last", "length", "tostring", "tojson", "keys", "not", "add", "reverse", "flatten", "type"),
    *("select(.key)", "select(.fields.status.name == \"Open\")", "sort_by(.key)", "unique"),
    *("group_by(.fields.status)", "min_by(.key)", "any(.key)", "has(\"fields\")", "to_entries"),
    *("{key}", "{fields}", "{a: .fields}", "[.]", "[.[]]", ". == null", "(. as $x | $x.fields)"),
    *("if .key then .fields else . end", "values", "objects", "map_values(.fields)", "del(.key)"),
    *(".a", ".[-1:]", "join(\",\")", "ascii_downcase", "{(.key): 1}", "\"\\(.key) x\"", "-1"),
)  # fmt: skip


def expression_of(rng: random.Random) -> str:
    def chain(depth: int) -> str:
        steps = [rng.choice(STEPS) for _ in range(rng.randrange(depth + 1))]
        text = " | ".join(f"({step})?" for step in (rng.choice(BEGINS), *steps))
        if depth > 2 and rng.random() < 0.4:
            joiner = rng.choice((" // ", ", ", " + ", " == ", " and ", " as $y | $y | ", " - "))
            return f"({text}){joiner}({chain(depth - 1)})"
        return text

    return f"[{chain(4)}]"


def with_other(of: Relation, name: str) -> dict[str, Any]:
    row: dict[str, Any] = json.loads(json.dumps(ROW))
    others = {
        PARENT: [row["fields"]["parent"]],
        SUBTASKS: row["fields"]["subtasks"],
        LINKS: [part for link in row["fields"]["issuelinks"] for part in link.values()],
    }[of]
    for other in others:
        if isinstance(other, dict):
            fields = other["fields"]
            fields[name] = "other" if name == "summary" else {"name": "other"}
    return row


def test_jq_gives_the_same_whatever_becomes_of_what_is_not_read():
    rng = random.Random(5)
    told = 0
    for _ in range(1000):
        expression = expression_of(rng)
        found = read(expression)
        try:
            program = jq.compile(expression)
            before = json.dumps(program.input_value(ROW).all())
        except ValueError:
            continue
        for of in (PARENT, SUBTASKS, LINKS):
            names = found.get(of, set())
            for name in ("summary", "status", "priority"):
                if names is not None and name not in names:
                    after = json.dumps(program.input_value(with_other(of, name)).all())
                    assert before == after, (expression, of, name)
                    told += 1
    assert told > 1000
