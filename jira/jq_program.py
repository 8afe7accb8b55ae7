"""A resource's whole mapping as one jq program: a row is read by jq once, not once per expression.

The framework runs each expression on a fresh serialisation of the row. Here every expression's
first output is collected as `[value]`, an empty one as `[]`, and an error as its message, so that
one expression's error leaves the others alone.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jq

Mappings = Mapping[str, Any]
"""Names to jq expressions, nested for properties and relations."""

NOT_ALONE = re.compile(
    r"\b(halt|halt_error|input|inputs|import|include|debug|stderr|modulemeta|get_search_list|"
    r"input_filename|input_line_number)\b|\$__"
)
"""What acts beyond its own expression, and so can't stand in a program with others."""


@dataclass(frozen=True)
class Outcome:
    """One expression's result: a value (None for nothing), or jq's words when it failed."""

    value: Any = None
    error: str | None = None
    empty: bool = False


class JqProgram:
    """The selector and all expressions of a resource, compiled together.

    Raises ValueError, as jq does, where they can't be compiled together.
    """

    def __init__(
        self, mappings: Mappings, selector: str, prepare: Callable[[str], str], *, always: bool
    ) -> None:
        """`prepare` turns an expression into the text that jq gets (the framework's rules).

        With `always` the expressions run for rows that the selector leaves out, too.
        """
        self.leaves = list(leaves(mappings))
        texts = [prepare(selector), *(prepare(expression) for _, expression in self.leaves)]
        if any(NOT_ALONE.search(text) for text in texts):
            raise ValueError("an expression acts beyond itself")
        # A line break ends a comment at the end of an expression.
        chosen, *collected = [f"(try [first({text}\n)] catch {{e: .}})" for text in texts]
        values = f"[{','.join(collected)}]"
        body = values if always else f"(if $chosen == [true] then {values} else [] end)"
        self._program = jq.compile(f"{chosen} as $chosen | [$chosen, {body}]")

    def run(self, row: Any) -> tuple[Outcome, list[Outcome]]:
        """The selector's outcome, and those of `leaves` (none where the selector says no)."""
        chosen, values = self._program.input_text(to_json(row)).first()
        return _outcome(chosen), [_outcome(value) for value in values]


def nest(mappings: Mappings, outcomes: Iterator[Outcome]) -> dict[str, Any]:
    """The outcomes' values in the shape of the mappings."""
    return {
        name: nest(part, outcomes) if isinstance(part, Mapping) else next(outcomes).value
        for name, part in mappings.items()
    }


def to_json(row: Any) -> str:
    """The row as jq gets it. Raises TypeError for what JSON can't hold."""
    return json.dumps(row)


def leaves(mappings: Mappings, path: str = "") -> Iterator[tuple[str, str]]:
    """Every expression with its dotted path."""
    for name, part in mappings.items():
        here = f"{path}.{name}" if path else name
        if isinstance(part, Mapping):
            yield from leaves(part, here)
        else:
            yield here, part


def _outcome(found: Any) -> Outcome:
    if isinstance(found, dict):
        error = found["e"]
        return Outcome(error=error if isinstance(error, str) else json.dumps(error))
    return Outcome(value=found[0]) if found else Outcome(empty=True)
