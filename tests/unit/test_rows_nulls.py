"""Why an expression gives null: the step that leads nowhere, and no other."""

import re
from typing import Any

import jq
import pytest

from port.rows.nulls import near_in_name, why_null
from tests.unit.helpers.jq_expressions import ROW as RANDOM_ROW
from tests.unit.helpers.jq_expressions import Expressions

ROW: dict[str, Any] = {
    "key": "AB-2",
    "fields": {
        "summary": "A story",
        "labels": ["security", "service:login"],
        "components": [],
        "duedate": None,
        "assignee": {"displayName": "User 1", "emailAddress": "user1@example.com"},
        "parent": {"key": "AB-1", "fields": {"issuetype": {"hierarchyLevel": 0}}},
        "customfield_10016": 3.0,
        "customfield_10017": None,
        "customfield_10020": [{"id": 1, "name": "Sprint"}],
    },
}


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        (
            ".fields.customfield_10028",
            [
                "the row has no .fields.customfield_10028; near in name: "
                ".fields.customfield_10020, .fields.customfield_10016"
            ],
        ),
        (".summary", ["the row has no .summary; near in name: .fields.summary"]),
        (".fields.key", ["the row has no .fields.key; near in name: .key"]),
        (".fields.sumary", ["the row has no .fields.sumary; near in name: .fields.summary"]),
        (
            ".fields.assignee.email",
            ["the row has no .fields.assignee.email; near in name: .fields.assignee.emailAddress"],
        ),
        (".fields.duedate", [".fields.duedate is there, and null"]),
        (".fields.duedate.day", [".fields.duedate is there, and null"]),
        (".nope.more.of.it", ["the row has no .nope"]),
        ('.fields["x y"]', ['the row has no .fields["x y"]']),
        (".fields.components[0].name", [".fields.components is an empty list"]),
        (".fields.labels[5]", [".fields.labels has 2 items, and no [5]"]),
        (".fields.customfield_10020[1]", [".fields.customfield_10020 has 1 item, and no [1]"]),
        (".fields.labels.name", [".fields.labels is a list, and .name can't be read of that"]),
        (".key.x", [".key is a text, and .x can't be read of that"]),
        (
            ".fields.customfield_10016[0]?",
            [".fields.customfield_10016 is a number, which has no item"],
        ),
        (
            ".fields.foo // .fields.bar",
            ["the row has no .fields.foo", "the row has no .fields.bar"],
        ),
        (".fields.foo // null", ["the row has no .fields.foo"]),
        (".fields.foo + .fields.bar", ["the row has no .fields.foo", "the row has no .fields.bar"]),
        ("(.fields.duedate)", [".fields.duedate is there, and null"]),
        (".fields.duedate | .[:10]", [".fields.duedate is there, and null"]),
        (".fields | .nope", ["what `.fields` gives has no .nope"]),
        (
            '.fields.duedate[:19] + "Z" | fromdate',
            [
                '`fromdate` fails for what `.fields.duedate[:19] + "Z"` gives: '
                'date "Z" does not match format "%Y-%m-%dT%H:%M:%SZ"',
                ".fields.duedate is there, and null",
            ],
        ),
        (
            "[.fields.components[].name] | first",
            [
                "what `[.fields.components[].name]` gives is an empty list",
                ".fields.components is an empty list, which has no item",
            ],
        ),
        (
            '[.fields.labels[] | select(startswith("svc:"))] | first',
            [
                'what `[.fields.labels[] | select(startswith("svc:"))]` gives is an empty list',
                'none of the 2 values of `.fields.labels[]` passes `select(startswith("svc:"))`',
            ],
        ),
        (
            'first(.fields.labels[] | select(. == "x"))',
            ['none of the 2 values of `.fields.labels[]` passes `select(. == "x")`'],
        ),
        (
            ".fields.assignee | select(.accountType) | .displayName",
            ["what `.fields.assignee` gives doesn't pass `select(.accountType)`"],
        ),
        (
            "if .fields.foo == null then null else .fields.foo end",
            ["`.fields.foo == null` holds, which gives `null`", "the row has no .fields.foo"],
        ),
        (
            "if .fields.foo then 1 else null end",
            ["`.fields.foo` doesn't hold, which gives `null`", "the row has no .fields.foo"],
        ),
        (
            "if .key == 1 then 1 elif .key == 2 then 2 else null end",
            ["`.key == 1`, `.key == 2` don't hold, which gives `null`"],
        ),
        ("if .key then .fields.foo else 1 end", ["the row has no .fields.foo"]),
        ("if .nope then 1 else .fields.foo end", ["the row has no .fields.foo"]),
        (
            ".fields.parent | if .fields.issuetype.hierarchyLevel == 1 then .key else null end",
            ["`.fields.issuetype.hierarchyLevel == 1` doesn't hold, which gives `null`"],
        ),
        (
            '.fields.assignee.displayName | split(" ") | .[7]',
            ['what `.fields.assignee.displayName | split(" ")` gives has 2 items, and no [7]'],
        ),
        ("null", ["`null` is what it says"]),
        (".nope as $x | $x.foo", ["the row has no .nope"]),
        (". as $x | $x.foo", ["`. as $x | $x.foo` gives null for the row"]),
        ("empty", ["`empty` is what it says"]),
    ],
)
def test_the_step_that_leads_nowhere_is_named(expression: str, why: list[str]) -> None:
    assert why_null(expression, ROW) == why


def test_what_is_no_expression_says_so() -> None:
    [why] = why_null("foo(", ROW)
    assert why.startswith("`foo(` fails for the row: jq: error: syntax error")


@pytest.mark.parametrize("expression", [".key", ".fields.foo // 1", "[.fields.foo]", "false"])
def test_what_is_not_null_has_no_reason(expression: str) -> None:
    assert why_null(expression, ROW) == []


def test_a_hint_is_given_for_what_the_row_lacks() -> None:
    def hint(names: Any) -> str:
        return f"Look for {'/'.join(names)}"

    assert why_null(".changelog.histories", ROW, hint) == [
        "the row has no .changelog. Look for changelog"
    ]
    assert why_null(".fields.duedate", ROW, hint) == [".fields.duedate is there, and null"]


def test_near_is_what_looks_alike_and_has_a_value() -> None:
    there = {"customfield_10016": 1, "customfield_10017": None, "summary": "", "Sprint": 1}
    assert near_in_name("customfield_10018", there) == ["customfield_10016"]
    assert near_in_name("sprint", there) == ["Sprint"]
    assert near_in_name("customfieldx", there) == ["customfield_10016"]
    assert near_in_name("zzz", there) == []


def given(expression: str) -> Any:
    """What jq gives first; None for nothing, and for an error."""
    try:
        return next(iter(jq.compile(expression).input_value(RANDOM_ROW)), None)
    except ValueError:
        return None


@pytest.mark.parametrize("seed", range(150))
def test_whatever_gives_null_has_a_reason_that_is_true(seed: int) -> None:
    """And what doesn't has none."""
    expression = Expressions(seed, whole=0.1).row(4)
    found = why_null(expression, RANDOM_ROW)
    assert bool(found) == (given(expression) is None), expression
    for sentence in found:
        if missing := re.match(r"the row has no ([^;\s]*[^;\s.])", sentence):
            path, _, name = missing[1].rpartition(".")
            there = given(path or ".")
            assert isinstance(there, dict), (expression, sentence)
            assert name not in there, (expression, sentence)
