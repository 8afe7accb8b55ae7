"""A resource's whole mapping as one jq program: a row is read by jq once, not once per expression.

The framework runs each expression on a fresh serialisation of the row. Here every expression's
first output is collected as `[value]`, an empty one as `[]`, and an error as its message, so that
one expression's error leaves the others alone. The plainest expressions are done without jq, which
then is given only what the others read. One that might mean something else in there, or act on the
others, is a program of its own.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import jq

from port.mapping.fields_read import PLAIN_ROW_KEYS, fields_of
from port.mapping.plain_jq import NotPlainError, plain

Mappings = Mapping[str, Any]
"""Names to jq expressions, nested for properties and relations."""

BY_ITSELF = re.compile(
    r"\b(halt|halt_error|input|inputs|import|include|module|debug|stderr|modulemeta|"
    r"get_search_list|input_filename|input_line_number)\b|\$__|__jq|\?//"
)
"""What can't stand in a program with others.

It acts beyond its own expression, or it meets what the program itself is made of: `first` ends an
expression by a `break`, which `?//` takes for an error, and after which it tries its next pattern.
"""
BREAK = '"__jq"'
"""The key by which jq knows a `break`: an error that holds a row's object with it is one, too."""


@dataclass(slots=True)
class Outcome:
    """One expression's result: a value (None for nothing), or jq's words when it failed."""

    value: Any = None
    error: str | None = None
    empty: bool = False


NOTHING = Outcome()
READS = jq.compile("null")
Outcomes = tuple[Outcome, list[Outcome]]
"""The selector's, and those of the expressions (none where the selector says no)."""


class NotTogetherError(ValueError):
    """Expressions can't be one program."""


class RowProgram:
    """The selector and all expressions of a resource, run together on one row.

    Raises ValueError where the selector has to be by itself, or the expressions can't be compiled
    together. Each by itself can.
    """

    def __init__(
        self, mappings: Mappings, selector: str, prepare: Callable[[str], str], *, always: bool
    ) -> None:
        """`prepare` turns an expression into the text that jq gets (the framework's rules).

        With `always` the expressions run for rows that the selector leaves out, too.
        """
        self.leaves = list(leaves(mappings))
        self._always = always
        self._prepare = prepare
        self._expressions = [expression for _, expression in self.leaves]
        self._selector_text = selector
        self._selector = plain(selector)
        self._plain = [plain(expression) for expression in self._expressions]
        left = {n: text for n, text in enumerate(self._expressions) if self._plain[n] is None}
        self._alone = {
            n: jq.compile(prepare(text)) for n, text in left.items() if BY_ITSELF.search(text)
        }
        self._for_jq = left.keys() - self._alone.keys()
        self._parts: dict[str, Part] = {}
        if not self._selector:
            if BY_ITSELF.search(selector):
                raise ValueError("its selector can't be part of a larger program")
            # By itself, too: together with others it might mean something else.
            jq.compile(prepare(selector))
        if self._for_jq or not self._selector:
            self._part(known=self._selector is not None)

    def run(self, row: Any) -> Outcomes:
        """Every outcome, in the order of `leaves`.

        Raises TypeError for a row that isn't JSON, and ValueError for one that jq can't read, or
        for which the expressions can't be one program.
        """
        chosen: Outcome | None = None
        if self._selector:
            try:
                chosen = Outcome(self._selector(row))
            except NotPlainError:
                pass
            else:
                if chosen.value is not True and not self._always:
                    return chosen, []
        outcomes: list[Outcome] = []
        for_jq = []
        for number, done in enumerate(self._plain):
            if done is not None:
                try:
                    outcomes.append(Outcome(done(row)))
                    continue
                except NotPlainError:
                    self._leave_to_jq(number)
            outcomes.append(NOTHING)
            if number not in self._alone:
                for_jq.append(number)
        if chosen is None or for_jq:
            part = self._part(known=chosen is not None)
            said, found = part.run(row)
            chosen = chosen or said
            if said.value is not True and not self._always:
                return chosen, []
            by_jq = dict(zip(part.numbers, found, strict=True))
            for number in for_jq:
                outcomes[number] = by_jq[number]
        if self._alone:
            text = to_json(row)
            for number, program in self._alone.items():
                outcomes[number] = _first(program, text)
        return chosen, outcomes

    def _leave_to_jq(self, number: int) -> None:
        """From now on jq gets this expression, too, where it gets any: once each is compiled."""
        if number not in self._for_jq:
            self._for_jq.add(number)
            self._parts.clear()

    def _part(self, *, known: bool) -> "Part":
        """The program of what is left to jq: `known` where the selector isn't."""
        selector = "true" if known else self._selector_text
        if selector not in self._parts:
            numbers = sorted(self._for_jq)
            texts = [self._expressions[n] for n in numbers]
            self._parts[selector] = Part(
                numbers, selector, texts, self._prepare, always=self._always
            )
        return self._parts[selector]


class Part:
    """Some of a resource's expressions as a program of jq, which is given what they read."""

    def __init__(
        self,
        numbers: list[int],
        selector: str,
        texts: list[str],
        prepare: Callable[[str], str],
        *,
        always: bool,
    ) -> None:
        self.numbers = numbers
        try:
            self._program = JqProgram(prepare(selector), map(prepare, texts), always=always)
        except ValueError as error:
            raise NotTogetherError(str(error)) from error
        self._reduced = reducer((selector, *texts))

    def run(self, row: Any) -> Outcomes:
        """Every outcome. Raises TypeError and ValueError for what jq can't read."""
        return self._program.run(self._reduced(row))


class JqProgram:
    """A selector and expressions as one program of jq. Raises ValueError, as jq does."""

    def __init__(self, selector: str, expressions: Iterable[str], *, always: bool) -> None:
        texts = [selector, *expressions]
        # A line break ends a comment at the end of an expression; after a backslash, a second one.
        chosen, *collected = [f"(try [first({text}\n\n)] catch {{e: .}})" for text in texts]
        values = f"[{','.join(collected)}]"
        body = values if always else f"(if $chosen == [true] then {values} else [] end)"
        self._program = jq.compile(f"{chosen} as $chosen | [$chosen, {body}]")

    def run(self, row: Any) -> Outcomes:
        """Every outcome. Raises TypeError and ValueError for what jq can't read."""
        text = to_json(row)
        if BREAK in text:
            raise NotTogetherError("an error with this row in it might end another expression")
        chosen, values = self._program.input_text(text).first()
        return _outcome(chosen), [_outcome(value) for value in values]


def reducer(expressions: tuple[str, ...]) -> Callable[[Any], Any]:
    """A function that leaves of an issue's row what the expressions read, if that is plain."""
    fields = fields_of(expressions)
    if fields is None:
        return lambda row: row
    named = [name for name in sorted(PLAIN_ROW_KEYS) if any(f".{name}" in e for e in expressions)]

    def reduced(row: Any) -> Any:
        if not isinstance(row, dict):
            return row
        part = {name: row[name] for name in named if name in row}
        if "fields" in row:
            all_fields = row["fields"]
            if not isinstance(all_fields, dict):
                return row
            part["fields"] = {name: all_fields[name] for name in fields if name in all_fields}
        return part

    return reduced


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


def _first(program: Any, text: str) -> Outcome:
    """What an expression by itself gives for a row's JSON. Raises ValueError where that is none."""
    try:
        found = list(islice(program.input_text(text), 1))
    except ValueError as error:
        # Raises where it isn't the expression's error.
        READS.input_text(text).first()
        return Outcome(error=str(error))
    return Outcome(value=found[0]) if found else Outcome(empty=True)


def _outcome(found: Any) -> Outcome:
    if isinstance(found, dict):
        error = found["e"]
        return Outcome(error=error if isinstance(error, str) else json.dumps(error))
    return Outcome(value=found[0]) if found else Outcome(empty=True)
