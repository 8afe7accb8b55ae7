"""The plainest expressions without jq: the same as with it, or left to it."""

import json
import random
from typing import Any

import jq
import pytest

from port.mapping.jq_program import reducer
from port.mapping.plain_jq import NotPlainError, as_jq_gives_it, plain
from tests.unit.helpers.jq_expressions import ROW, Expressions


@pytest.mark.parametrize(
    "expression",
    [
        *(".a", " .a ", ".a.b", ".fields.customfield_10020", "\n.key\n", '"text"', "true", "null"),
        *(".a[0]", ".a[0].b", ".[0]", ".a .b", ".a | .b", '"a" + "b"', ".a + .b + .c", "(.a)"),
        *(".a | map(.b)", ".a|map(.b + .c)", '.a | split("/") | .[:3] | join("/")', ".a[1:2]"),
        '(.self | split("/") | .[:3] | join("/")) + "/browse/" + .key',
    ],
)
def test_what_is_plain(expression: str) -> None:
    assert plain(expression) is not None


@pytest.mark.parametrize(
    "expression",
    [
        *(".", "..", ".[]", ".a?", ".a[-1]", '."a"', '.["a"]', ".a | b", ".a, .b", ".a // 1"),
        *("(.a).b", ".a | map", "map .a", ".a | length", '.a | split("")', '.a | split("a"; "g")'),
        *("[0]", ".a | [0]", ".[:]", ".a +", "+ .a", ".a | ", "((.a)", ".a)", '"a".b', "true.a"),
        *(".a.[1:]", ".a[0].[:1]", '"\ud800"'),
        *(".a\u00a0", "\u2003.a", ".a\f", ".a - .b", ".a | map(.b) | add", "(" * 9000),
        *('"\\(.a)"', '"a\\n"', "'a'", '"it\'s"', "1", "-1", "[.a]", ".a # x", "key", ". a"),
        *("", " ", "true and false", ".a.", ".1"),
    ],
)
def test_what_is_not(expression: str) -> None:
    assert plain(expression) is None


class Values:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def value(self, depth: int) -> Any:
        pick = self.random.choice
        inner = self.random.randrange(4) if depth else 0
        return pick(
            (
                *(None, True, False, "", "text", "ünï ✓ \U0001f600 \0", "\u2028"),
                *(0, -0.0, 1.0, 2.5, 0.1, 1e14, 123456789.125, 3, -7, 10**14, 1e-5),
                self.random.random() * 10 ** self.random.randrange(-9, 16),
                self.random.randrange(-(10**15), 10**15),
                [self.value(depth - 1) for _ in range(inner)],
                {pick("abc"): self.value(depth - 1) for _ in range(inner)},
                {pick("abc"): self.value(depth - 1) for _ in range(inner)},
                {"a": {"b": self.value(depth - 1 if inner else 0)}},
            )
            if depth
            else (None, True, "x", 0.5, 1.0, 12)
        )

    def expression(self, depth: int) -> str:
        pick = self.random.choice
        names = "".join(f".{pick('abc')}" for _ in range(self.random.randrange(1, 4)))
        if depth <= 0:
            return names
        one, two = self.expression(depth - 1), self.expression(depth - 1)
        return pick(
            (
                *(names, names, f"{names}[{pick('012')}]", f"{names}[{pick('01')}:]"),
                *(f".[{pick('01')}]", f".[:{pick('12')}].a", f"{names}[0]{names}"),
                *(f"({one})", f"{one} | {two}", f"({one} | {two})", f"{names} + {names}"),
                *(f"({one}) + ({two})", f'"{pick("xy/")}" + {names}', f"{one} | map({two})"),
                *(f'{one} | split("{pick("e/x ")}")', f'{one} | join("{pick(",/")}")'),
                *(f'{names} | map({names}) | join("-")', pick(("null", "true", '"x"'))),
            )
        )


def outcomes(expression: str, row: Any) -> tuple[Any, Any]:
    """What we give and what jq gives; NotPlainError, and jq's error as None."""
    done = plain(expression)
    assert done is not None, expression
    try:
        theirs = jq.compile(expression).input_text(json.dumps(row)).first()
    except ValueError:
        theirs = None
    try:
        return done(row), theirs
    except NotPlainError:
        return NotPlainError, theirs


@pytest.mark.parametrize("seed", range(300))
def test_a_plain_expression_gives_what_jq_gives_or_nothing(seed: int) -> None:
    values = Values(seed)
    row = {"a": values.value(3), "b": values.value(2)}
    paths = (".a", ".b", ".a.b", ".b.a", ".a.b.c", ".c", ".c.a")
    for expression in (*paths, *(values.expression(2) for _ in range(3))):
        ours, theirs = outcomes(expression, row)
        assert ours is NotPlainError or repr(ours) == repr(theirs), expression


@pytest.mark.parametrize(
    ("expression", "row"),
    [
        (".a | map(.b)", {"a": [{"b": 1}, {"b": None}, {}, None]}),
        (".a | map(.b)", {"a": []}),
        ('.a | split("/")', {"a": "x/y//"}),
        ('.a | split("/")', {"a": ""}),
        ('.a | split("/") | .[:3] | join("/")', {"a": "https://x/y/z"}),
        ('.a | join(", ")', {"a": []}),
        ('.a | join(", ")', {"a": ["ü", "✓"]}),
        (".a[:1]", {"a": None}),
        (".a[5]", {"a": [1]}),
        (".a[1:5]", {"a": [1, 2]}),
        (".a + .b", {"a": None, "b": "x"}),
        (".a + .b", {"a": {"k": 1}}),
        ('"(" + .a + ")"', {"a": "x"}),
    ],
)
def test_what_is_plain_is_not_left_to_jq(expression: str, row: Any) -> None:
    """Else it would be as slow as before."""
    ours, theirs = outcomes(expression, row)
    assert repr(ours) == repr(theirs)


@pytest.mark.parametrize(
    ("expression", "row"),
    [
        (".a | map(.b)", {"a": None}),
        (".a | map(.b)", {"a": {"x": {"b": 1}}}),
        (".a.b", {"a": "text"}),
        (".a[0]", {"a": "text"}),
        (".a[:1]", {"a": "text"}),
        ('.a | split("/")', {"a": None}),
        ('.a | join(",")', {"a": ["x", 1]}),
        ('.a | join(",")', {"a": [None, "x"]}),
        (".a + .b", {"a": 1, "b": 2}),
        (".a + .b", {"a": [1], "b": [2]}),
        (".a + .b", {"a": "x", "b": 2}),
    ],
)
def test_what_takes_more_is_left_to_jq(expression: str, row: Any) -> None:
    assert outcomes(expression, row)[0] is NotPlainError


@pytest.mark.parametrize(
    "value",
    [
        *(2**53 + 1, -(10**20), 1e300, 1e-20, float("nan"), float("inf"), -float("inf")),
        *("\ud800", ["\udfff"], {"\ud800": 1}, {1: 2}, object(), (1,), b"x", {"a": {1}}),
    ],
)
def test_what_jq_may_see_otherwise_is_left_to_it(value: Any) -> None:
    with pytest.raises(NotPlainError):
        as_jq_gives_it(value)


def test_what_is_nested_too_deeply_is_left_to_jq() -> None:
    value: Any = []
    for _ in range(5000):
        value = [value]
    with pytest.raises(NotPlainError):
        as_jq_gives_it(value)


def test_a_value_is_a_copy() -> None:
    row = {"a": [{"b": 1}]}
    done = plain(".a")
    assert done is not None
    done(row)[0]["b"] = 2
    assert row == {"a": [{"b": 1}]}


@pytest.mark.parametrize("seed", range(200))
def test_jq_gives_the_same_for_the_part_of_a_row_that_expressions_read(seed: int) -> None:
    expressions = Expressions(seed, whole=0.05)
    texts = tuple(expressions.row(3) for _ in range(3))
    part = reducer(texts)(ROW)
    for text in texts:
        program = jq.compile(f"[limit(5; {text})]")
        assert outcome(program, part) == outcome(program, ROW)


def outcome(program: Any, row: Any) -> Any:
    try:
        return program.input_value(row).first()
    except ValueError as error:
        return str(error).split("(")[0]


@pytest.mark.parametrize("row", [None, 1, "x", [], {"fields": None}, {"fields": [1]}, {}])
def test_a_row_of_another_shape_stays_as_it_is(row: Any) -> None:
    assert reducer((".key", ".fields.a"))(row) == row


def test_only_what_is_named_is_left() -> None:
    row = {"id": "1", "key": "A-1", "self": "s", "fields": {"a": 1, "b": 2}, "more": 3}
    assert reducer((".key + .fields.a",))(row) == {"key": "A-1", "fields": {"a": 1}}
    assert reducer((".more",))(row) == row
