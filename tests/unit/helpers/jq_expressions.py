"""Random jq expressions over an issue's row, valid by how they are made."""

import random
from typing import Any

Row = dict[str, Any]
KEYWORDS = ("if", "end", "else", "as", "def", "reduce", "and", "import", "try", "label")
FIELDS = ("status", "labels", "summary", "parent", "versions", "key")
"""One of them is called like a key of the row itself."""
ROW: Row = {
    "id": "10001",
    "key": "AB-1",
    "self": "https://x.atlassian.net/rest/api/3/issue/10001",
    "expand": "names",
    "changelog": {"histories": [{"id": "7", "items": []}]},
    "fields": {
        "status": {"name": "Done", "key": "done", "fields": {"x": 1}},
        "labels": ["a", "b"],
        "summary": "A story about key and fields",
        "parent": {"key": "AB-9", "fields": {"status": "Open", "summary": "Parent"}},
        "versions": [{"id": "1", "name": "1.0", "key": 1}, {"id": "2", "fields": None}],
        "key": 5,
    },
}


def reduced(names: frozenset[str]) -> Row:
    """The row as it is read when only those fields are asked for."""
    return ROW | {"fields": {n: v for n, v in ROW["fields"].items() if n in names}}


class Expressions:
    """Makes expressions; those of `row` get the row as their input, those of `part` whatever.

    `whole` is how often one that takes the row as a whole is among them.
    """

    def __init__(self, seed: int, *, whole: float) -> None:
        self.random = random.Random(seed)
        self.whole = whole
        self.bound: list[str] = []

    def row(self, depth: int) -> str:
        pick = self.random.choice
        if self.random.random() < self.whole:
            return pick(WHOLE)
        if depth <= 0:
            return self.atom()
        one, two = self.row(depth - 1), self.row(depth - 1)
        part = self.part(depth - 1)
        return pick(
            (
                self.atom(),
                f"({one})",
                f"[{one}]",
                f"({one}) | {part}",
                f"(({one}) | {part}), {two}",
                f"({one}) // ({two})",
                f"{self.atom()} + {self.atom()}",
                f"({one}) == ({two})",
                f"({one}) and ({two}) or null",
                f"{one}, {two}",
                f"({one})?",
                f"try ({one}) catch ({two})",
                f"if {one} then {two} else {self.row(depth - 1)} end",
                f"if {one} | {part} then {two} elif {two} then ({one}) end",
                f"if {one} then {two} end",
                f"(if {one} then {two} end) | {part}",
                f"{{if: ({one}), then: {self.atom()}, {pick(KEYWORDS)}: {self.atom()}}}",
                f"{{{pick(KEYWORDS)}: {self.atom()} | {part}, b: {self.atom()}}}",
                f"{{a: ({one}), b: {self.atom()}}}",
                f"{{a: {self.atom()} | {part}, b: {self.atom()}, c: ({two})}}",
                f'{{"a b": {self.atom()}, (.key): ({one})}}',
                f"{self.atom()}[({one}) | {part}]?",
                f"[({one}) | {part}] | length",
                f"({one}) as [$d] | ({two}), $d",
                f"({one}) as {{key: $d}} | ({two}), $d",
                self.binding(one, depth),
            )
        )

    def atom(self) -> str:
        pick = self.random.choice
        name = pick(FIELDS)
        bound = [f"${pick(self.bound)}"] if self.bound else []
        return pick(
            (
                *(f".fields.{name}" for _ in range(5)),
                f".fields?.{name}",
                f'.fields["{name}"]',
                f'.fields."{name}".key?',
                f'.fields?["{name}"]?',
                f".fields.{name}?",
                f".fields.{name}.key?",
                f".fields.{name}.fields.status?",
                f".fields.{name}[0]?",
                f".fields.{name}[]?",
                f".fields .{name}",
                ".key",
                ".id",
                ".self",
                ".changelog.histories[0].id",
                '"text .fields.summary"',
                "7",
                "null",
                "empty",
                *bound,
            )
        )

    def binding(self, one: str, depth: int) -> str:
        name = f"v{len(self.bound)}"
        self.bound.append(name)
        inner = self.row(depth - 1)
        self.bound.pop()
        return f"({one}) as ${name} | {inner}"

    def part(self, depth: int) -> str:
        pick = self.random.choice
        if depth <= 0:
            return pick(PARTS)
        one, two = self.part(depth - 1), self.part(depth - 1)
        return pick(
            (
                pick(PARTS),
                f"({one})",
                f"[{one}]",
                f"{one} | {two}",
                f"({one} as $p | {two})",
                f"(if {one} then {two} else . end)",
                f"{{a: ({one}), fields: ({two})}}",
                f"(({one}), ({two}))",
                f"map({one})?",
                f"[limit(1; {one})]",
            )
        )


PARTS = (
    *(".", ".key?", ".fields?", ".fields?.status?", ".[]?", ".name?", "tostring", "length?"),
    *("type", "(.key? // .)", "[.[]?]", "keys?", "select(.)", "not", '"x"', "tojson"),
)
WHOLE = (
    ".",
    ".fields",
    "..",
    ".[]?",
    '.["fields"]',
    '."fields"',
    ".fields[]?",
    "(.fields)",
    "(.fields).summary",
    "(.fields | .summary)",
    "[.fields][0].summary",
    "(.fields as $f | $f.summary)",
    "(. as $r | $r.fields.summary)",
    "(. as {fields: $f} | $f)",
    "(.fields as {summary: $s} | $s)",
    "(1 as $x | .)",
    "(1 as $x | 2 as $y | .fields)",
    'getpath(["fields", "summary"])',
    "to_entries",
    "tojson",
    "keys",
    "map_values(.)",
    "(def f: .fields; f)",
    "(reduce .fields as $f (0; $f))",
    "[foreach .fields as $f (0; $f)]",
    "first(.fields)",
    "[limit(1; .fields)]",
    '"\\(.fields)"',
    "{fields}",
    '{"fields"}',
    "{key, fields}",
    "{a: .}",
    "[paths]",
    "(.fields.status |= 1)",
    "(.key = 1)",
    "(.fields.status += null)",
    "del(.fields.status)",
    "with_entries(.)",
    "(try error(.) catch .)",
    "(if . then . else 1 end)",
    "[.fields, 1]",
    "(label $out | .fields)",
    "path(..)",
    "[splits(1)?]",
    "(.fields // .key)",
    "(.key | . as $k | $k), .fields",
    "@json",
    "input_line_number, .",
)
