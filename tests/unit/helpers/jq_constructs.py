"""Random jq expressions of every construct that might mean something else in a larger program."""

import random
from collections.abc import Callable

ROW_PATHS = (
    *(".key", ".fields", ".fields.labels", ".fields.summary", ".fields.status.name", ".self"),
    *(".fields.parent.key", ".fields.subtasks", ".fields.nothing", ".fields.one_or_more"),
)
PARTS = (
    *(".", ".name?", ".[0]?", ".[]?", "..", "length?", "type", "tostring", "keys?", "tojson"),
    *("first(.[]?)", "recurse", "not", "values", "scalars", "[.]", "{a: .}", ".[1:]?", "add?"),
    *('ltrimstr("A")?', 'rtrimstr("1")?', '[splits(", *")]?', '(split(" ") | last)?'),
    *('test("a"; "i")?', '[match("a"; "g").offset]?', 'sub("a"; "b")?', "ascii_downcase?"),
    *("@json", "@text", "@html", "@uri", "@base64", "@csv?", "@tsv?", "@sh?", "@base64d?"),
    *('@base64 "x\\(.)y"', '"in \\(tojson | length)"', "(tojson | fromjson)", "paths", "[paths]"),
    *('getpath(["a", 0])?', 'getpath(["a"])', "to_entries?", "with_entries(.)?", "tonumber?"),
    *("error?", "has(0)?", "any?", "min?", "unique?", "(.[0] = 1)?", "(.a |= 2)?", "del(.a)?"),
    *("input?", "halt", "debug", "$__loc__", "input_line_number?", "env | type", "$ENV | type"),
    *("ltrimstr(1)?", "implode?", "explode?", "tostream", "[limit(3; ..)]", "isempty(.[]?)"),
)
ALONE = (
    *("empty", "null", "1, 2", "nan", "-0", "infinite", "1e1000", "[.1 + .2]", "10000000000000001"),
    *('"a", error("later")', 'error("x")', "error(null)", "error", 'error({"a": 1})', "input"),
    *("[inputs]", "halt", "halt_error", '"x" | halt_error', "halt_error(1)", "input_filename"),
    *("$__loc__", "input_line_number", "env.NOBODY_SETS_THIS", "$ENV.NOBODY_SETS_THIS", "env"),
    *("range(3)", "repeat(1)", "range(0; infinite)", "until(true; .)", "modulemeta", "stderr"),
    *("get_search_list", "input_filename", "builtins | length > 9", "module {a: 1}; .key"),
    *("error({__jq: 0})", "1, error({__jq: 0})", "[error({__jq: 1})?]", "try error({__jq: 0})"),
    *(".break | error", ".break as $b | 1, error($b)", "[.break | error?]"),
)
DESTRUCTURED = ("$d", "[$d]", "{name: $d}", "[$d, [$e]]", "{a: [$d]}", "[[$d], {$e}]", "{$name}")
COMMENTS = (
    *("# a comment", "# halt ?// input", "# \\", "# \\\n more", "# )", '# "', "#", "# \\\\"),
    "# 'quoted'",
)
NAMES = ("first", "map", "not", "select", "error", "length", "limit", "isempty", "mine")


class Constructs:
    """Makes expressions, most of which jq takes; what it says of the others is comparable too."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def expression(self, depth: int = 3) -> str:
        """One as a mapping has it."""
        if self.random.random() < 0.15:
            return self.random.choice(ALONE)
        made = self.piped(depth)
        if self.random.random() < 0.1:
            made = f"{made} {self.random.choice(COMMENTS)}"
        if self.random.random() < 0.05:
            made = f"{self.random.choice(COMMENTS)}\n{made}"
        return made

    def piped(self, depth: int) -> str:
        """Something of the row, and perhaps what is done with it."""
        if depth <= 0:
            return self.random.choice(ROW_PATHS)
        made: Callable[[int], str] = self.random.choice(
            (
                *(self.alternatives, self.alternatives, self.alternatives, self.label, self.trying),
                *(self.folded, self.defined, self.limited, self.combined, self.combined),
                *(lambda d: f"{self.piped(d)} | {self.part()}", self.object_of),
            )
        )
        return made(depth - 1)

    def part(self) -> str:
        return self.random.choice(PARTS)

    def alternatives(self, depth: int) -> str:
        """Destructuring with `?//`: the next pattern is tried after any error, also a `break`."""
        source = self.random.choice(
            (f"({self.piped(depth)})", ".fields.one_or_more", ".fields.labels[]?", "(1, [2], {})")
        )
        patterns = self.random.sample(DESTRUCTURED, self.random.randrange(1, 4))
        if len(patterns) == 1 and self.random.random() < 0.3:
            patterns.append("$d")
        # Only variables of the patterns are known in the body.
        known = [f"${v}" for v in ("d", "e", "name") if any(f"${v}" in p for p in patterns)]
        body = self.random.choice(
            (
                *(self.random.choice(known), f"{self.random.choice(known)} | {self.part()}"),
                *(f"({self.random.choice(known)}.name, 7)", f"[{', '.join(known)}]"),
                *('error("in the body")', f"({self.random.choice(known)} | first(.[]?), 1)"),
                *("empty", f"({self.piped(depth)} | {self.part()})"),
            )
        )
        return f"{source} as {' ?// '.join(patterns)} | {body}"

    def label(self, depth: int) -> str:
        one, two = self.piped(depth), self.piped(depth)
        return self.random.choice(
            (
                f"label $out | ({one}), break $out, ({two})",
                f"[label $out | ({one}) | {self.part()}, break $out]",
                f"label $a | label $b | (({one}), break $a) | {self.part()}",
                f'label $out | try break $out catch ("broken", {self.random.choice("12")})',
                f"[label $out | foreach ({one}) as $x (0; . + 1; if . > 1 then break $out end)]",
            )
        )

    def trying(self, depth: int) -> str:
        one, two = self.piped(depth), self.piped(depth)
        return self.random.choice(
            (
                f"try ({one}) catch .",
                f"try (({one}) | error) catch ({self.part()})",
                f"({one})?",
                f"[(({one}) | error)?, ({two})]",
                f"(({one}), error(null)) | {self.part()}",
                f"(try error(null) catch .), ({one})",
                f"try error(({one})) catch .",
                f"(({one})?) // ({two})",
                f"({one}) // error({two})",
                f".fields?.labels[]? // ({one})",
            )
        )

    def folded(self, depth: int) -> str:
        one = self.piped(depth)
        pattern = self.random.choice(("$x", "[$x]", "[$x] ?// $x", "{name: $x} ?// [$x] ?// $x"))
        return self.random.choice(
            (
                f"reduce ({one}) as {pattern} (null; [., $x] | {self.part()})",
                f"foreach ({one}) as {pattern} (0; . + 1; [., $x])",
                f"[foreach ({one}) as {pattern} (0; . + 1)]",
                f"reduce limit(4; ({one}) | ..) as {pattern} (0; . + 1)",
            )
        )

    def defined(self, depth: int) -> str:
        name = self.random.choice(NAMES)
        # One that calls itself might never end.
        part = self.random.choice([part for part in PARTS if name not in part])
        one, two = self.piped(depth), self.piped(depth)
        return self.random.choice(
            (
                f"def {name}: {part}; ({one}) | {name}",
                f"def {name}(f): f | {part}; {name}({one})",
                f"def {name}($v; f): [$v, f]; {name}(({one}); ({two}))",
                f"def first(f): 5; first({one})",
                f"def chosen: 1; {one} as $chosen | [$chosen, chosen]",
            )
        )

    def limited(self, depth: int) -> str:
        one = self.piped(depth)
        return self.random.choice(
            (
                f"first({one})",
                f"[limit({self.random.randrange(-1, 3)}; {one})]",
                f"limit(1; ({one}), error)",
                f"until(true; {one})",
                f"isempty({one})",
                f"[skip(1; {one})]",
                f"nth(0; {one})",
                f"any({one}; . == 1)",
            )
        )

    def combined(self, depth: int) -> str:
        one, two = self.piped(depth), self.piped(depth)
        return self.random.choice(
            (
                *(f"({one}), ({two})", f"[({one}), ({two})]", f"({one}) == ({two})"),
                *(f"if ({one}) then ({two}) end", f"({one}) as $x | ({two}), $x", f"({one})[]?"),
                *(f'"text \\({one}) and"', f"[.. | select(. == ({one}))]", f"-({one})"),
                *(f"({one}) and ({two})", f"path({one})", f"[paths] | length, ({one})"),
                *(f"getpath([({one})])", f"({one}) |= {self.part()}", f"$ENV as $e | ({one})"),
                *(f"({one}) | ({self.part()}), ({self.part()})", f"({one}) | $__loc__, ."),
            )
        )

    def object_of(self, depth: int) -> str:
        one, two = self.piped(depth), self.piped(depth)
        return self.random.choice(
            (f"{{a: ({one}), b: ({two})}}", f"{{key, a: ({one})}}", f"{{(.key): ({one})}}")
        )
