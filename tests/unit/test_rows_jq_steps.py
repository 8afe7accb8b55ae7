"""Expressions taken apart where jq would go from one step to the next."""

import pytest

from port.mapping.expressions import UnclearError
from port.rows.jq_steps import (
    Condition,
    argument_of,
    condition_of,
    listed_of,
    parts_of,
    path_of,
    paths_in,
    unwrapped,
)


@pytest.mark.parametrize(
    ("expression", "inside"),
    [
        ("(.a)", ".a"),
        (" ( (.a | .b) ) ", ".a | .b"),
        ("(.a) + (.b)", "(.a) + (.b)"),
        ('(")")', '")"'),
        (".a", ".a"),
    ],
)
def test_parentheses_around_all_of_it_are_taken_off(expression: str, inside: str) -> None:
    assert unwrapped(expression) == inside


@pytest.mark.parametrize(
    ("expression", "operator", "parts"),
    [
        (".a|.b | .c", "|", [".a", ".b", ".c"]),
        (".a | map(.b | .c)", "|", [".a", "map(.b | .c)"]),
        ('.a | split("|") | .[0]', "|", [".a", 'split("|")', ".[0]"]),
        ("if .a | .b then .c else .d end | .e", "|", ["if .a | .b then .c else .d end", ".e"]),
        (".a // .b // null", "//", [".a", ".b", "null"]),
        (".a | .b // .c", "//", [".a | .b", ".c"]),
        (".a as $x | .b", "|", [".a as $x | .b"]),
        ("reduce .[] as $x (0; . + $x) | .b", "|", ["reduce .[] as $x (0; . + $x) | .b"]),
        (".a", "+", [".a"]),
    ],
)
def test_operators_outside_of_parentheses_divide(
    expression: str, operator: str, parts: list[str]
) -> None:
    assert parts_of(expression, operator) == parts


@pytest.mark.parametrize(
    ("expression", "codes", "names"),
    [
        (".", [], []),
        (".a.b", [".a", ".b"], ["a", "b"]),
        ('.a."b c"[0]', [".a", '."b c"', ".[0]"], ["a", "b c", None]),
        ('.["a"].[1:]?', ['.["a"]', ".[1:]?"], ["a", None]),
        (".a[].b?", [".a", ".[]", ".b?"], ["a", None, "b"]),
        (".a[.n[0]].b", [".a", ".[.n[0]]", ".b"], ["a", None, "b"]),
    ],
)
def test_a_path_is_a_list_of_steps(
    expression: str, codes: list[str], names: list[str | None]
) -> None:
    steps = path_of(expression)
    assert steps is not None
    assert [step.code for step in steps] == codes
    assert [step.name for step in steps] == names


@pytest.mark.parametrize("expression", ["[.a]", ".a | .b", ".a + 1", '"a"', "first(.a)", ".a == 1"])
def test_what_is_no_path_is_none(expression: str) -> None:
    assert path_of(expression) is None


@pytest.mark.parametrize(
    ("expression", "paths"),
    [
        (".a == .b.c", [".a", ".b.c"]),
        (".a == null and (.b | not)", [".a"]),
        (".a | .b", [".a"]),
        ("map(.a)", []),
        ("env.A + $x.b + .c", [".c"]),
        ('if .a then .b else "x" end', []),
        (". != 1", []),
        ("(.a).b", []),
    ],
)
def test_paths_that_begin_with_the_input_are_found(expression: str, paths: list[str]) -> None:
    found = ["".join(step.code for step in steps) for steps in paths_in(expression)]
    assert found == paths


@pytest.mark.parametrize(
    ("expression", "condition"),
    [
        ("if .a then .b else .c end", Condition([(".a", ".b")], ".c")),
        ("if .a then .b end", Condition([(".a", ".b")], None)),
        (
            "if .a then 1 elif .b then if .x then 2 else 3 end else null end",
            Condition([(".a", "1"), (".b", "if .x then 2 else 3 end")], "null"),
        ),
        ("if .a then 1 else 2 end + if .b then 1 else 2 end", None),
        (".a", None),
    ],
)
def test_an_if_has_branches(expression: str, condition: Condition | None) -> None:
    assert condition_of(expression) == condition


def test_a_call_has_an_argument_and_a_list_what_it_is_made_of() -> None:
    assert argument_of("first(.a | .b)", ["first"]) == ".a | .b"
    assert argument_of("last(.a)", ["first"]) is None
    assert argument_of("first(.a) + first(.b)", ["first"]) is None
    assert listed_of("[.a[] | .b]") == ".a[] | .b"
    assert listed_of("[.a] + [.b]") is None
    assert listed_of(".a") is None


@pytest.mark.parametrize("expression", [".a)", "(.a", "@base64", "'a'", '"a\\'])
def test_what_can_not_be_read_is_unclear(expression: str) -> None:
    with pytest.raises(UnclearError):
        parts_of(expression, "|")
