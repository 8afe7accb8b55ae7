"""Why an expression of a mapping gives null for a row, in sentences. Without I/O.

The expression is taken apart and run step by step, as jq does. The first step that gives nothing
is why; an expression that can't be taken apart is told as a whole.
"""

import difflib
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

import jq

from port.mapping.expressions import UnclearError
from port.rows.jq_steps import (
    Condition,
    Step,
    argument_of,
    condition_of,
    listed_of,
    parts_of,
    path_of,
    paths_in,
    unwrapped,
)

MOST_VALUES = 1000
"""How many values of a step are looked at."""
NEAR = 3
"""How many names that are there are named for one that isn't."""
CUSTOM = "customfield_"
_ITSELF = frozenset(("null", "empty", "[]", "{}"))

Hint = Callable[[Sequence[str]], str]
"""What else can be said of a name that a row doesn't have, by the names that lead to it."""


def no_hint(_: Sequence[str]) -> str:
    """Nothing."""
    return ""


def why_null(expression: str, row: Any, hint: Hint = no_hint) -> list[str]:
    """One sentence, or some where several things have to be there."""
    return list(dict.fromkeys(_Why(row, hint).of(expression, row, "")))


class _Why:
    """Looks for what is missing. `at` says what gave a value, and is empty for the row itself."""

    def __init__(self, row: Any, hint: Hint) -> None:
        self._row = row
        self._hint = hint

    def of(self, expression: str, value: Any, at: str) -> list[str]:
        """Why it gives null, or nothing, for a value; no sentence where it gives something."""
        try:
            text = unwrapped(expression)
            outputs, error = run(text, value)
            if outputs and outputs[0] is not None:
                return []
            return self._taken_apart(text, value, at) or [_as_a_whole(text, outputs, error, at)]
        except UnclearError:
            outputs, error = _try(expression, value)
            if outputs and outputs[0] is not None:
                return []
            return [_as_a_whole(expression, outputs, error, at)]

    def _taken_apart(self, text: str, value: Any, at: str) -> list[str]:
        """Raises UnclearError."""
        if text in _ITSELF:
            return [f"`{text}` is what it says"]
        if (steps := path_of(text)) is not None:
            return self._along(steps, value, at)
        if len(stages := parts_of(text, "|")) > 1:
            return self._through(stages, value, at)
        if (condition := condition_of(text)) is not None:
            return self._if(condition, value, at)
        for operator in ("//", "+"):
            if len(parts := parts_of(text, operator)) > 1:
                found = [
                    one for part in parts if part not in _ITSELF for one in self.of(part, value, at)
                ]
                if found:
                    return found
        inside = argument_of(text, ("first", "last")) or listed_of(text)
        if inside is not None:
            return self.of(inside, value, at)
        return self._missing_in(text, value, at)

    def _along(self, steps: Sequence[Step], value: Any, at: str) -> list[str]:
        """The step of a path that leads nowhere."""
        before, names = "", list[str]()
        for step in steps:
            outputs, error = run(step.code, value)
            place = _place(before, at)
            if error is not None and not outputs:
                return [f"{place} is {_sort(value)}, and {step.shown} can't be read of that"]
            if not outputs:
                return [f"{place} is {_sort(value)}, which has no item"]
            if outputs[0] is None:
                return [self._nowhere(step, value, before, at, [*names, step.name or ""])]
            before += step.shown if before or not step.code.startswith(".[") else step.code
            names.append(step.name or "")
            value = outputs[0]
        return [f"{_place(before, at)} is null"]

    def _nowhere(self, step: Step, value: Any, before: str, at: str, names: list[str]) -> str:
        """`names` are those of the path up to the step, empty for what isn't a name."""
        place = _place(before, at)
        here = f"{before}{step.shown if before else step.code}"
        if value is None:
            return f"{place} is null"
        if isinstance(value, list):
            many = f"{len(value)} item{'' if len(value) == 1 else 's'}"
            return (
                f"{place} has {many}, and no {step.shown}" if value else f"{place} is an empty list"
            )
        if step.name is None or not isinstance(value, dict):
            return f"{_place(here, at)} is null"
        if step.name in value:
            return f"{_place(here, at)} is there, and null"
        near = [f"{before}.{name}" for name in near_in_name(step.name, value)]
        if not at:
            near = [*self._elsewhere(step.name, before), *near]
        sentence = f"{at or 'the row'} has no {here}"
        sentence += f"; near in name: {', '.join(near)}" if near else ""
        hint = "" if at else self._hint(names)
        return f"{sentence}. {hint}" if hint else sentence

    def _elsewhere(self, name: str, before: str) -> list[str]:
        """Where the row has that very name, in or beside its fields."""
        if before == "" and isinstance(self._row, dict):
            fields = self._row.get("fields")
            return [f".fields.{name}"] if isinstance(fields, dict) and name in fields else []
        return [f".{name}"] if before == ".fields" and name in self._row else []

    def _through(self, stages: Sequence[str], value: Any, at: str) -> list[str]:
        """The first of several expressions, each of which is given what the one before gave."""
        values = [value]
        for number, stage in enumerate(stages):
            before = " | ".join(stages[:number])
            here = f"what `{before}` gives" if before else at
            given: list[tuple[Any, Any]] = []
            for one in values:
                outputs, error = run(stage, one)
                given += [(one, output) for output in outputs]
                if error is not None and not given:
                    earlier = self._missing_in(stages[0], value, at) if number else []
                    return [*self.of(stage, one, here), *earlier]
            if not given:
                return self._no_value(stage, values, here, before, value, at)
            if given[0][1] is None:
                origin = given[0][0]
                if origin == [] and number:
                    why = self._empty_list(stages[number - 1], value, at) if number == 1 else []
                    return [f"{here} is an empty list", *why]
                return self.of(stage, origin, here)
            values = [output for _, output in given]
        return []

    def _no_value(
        self, stage: str, values: Sequence[Any], here: str, before: str, value: Any, at: str
    ) -> list[str]:
        if argument_of(stage, ("select",)) is None or not before:
            return self.of(stage, values[0], here)
        if len(values) == 1:
            return [f"{here} doesn't pass `{stage}`", *self._missing_in(before, value, at)]
        return [f"none of the {len(values)} values of `{before}` passes `{stage}`"]

    def _empty_list(self, stage: str, value: Any, at: str) -> list[str]:
        inside = listed_of(stage)
        return [] if inside is None else self.of(inside, value, at)

    def _if(self, condition: Condition, value: Any, at: str) -> list[str]:
        """The branch that is chosen, and what its condition looked at."""
        looked_at: list[str] = []
        for test, branch in condition.branches:
            outputs, _ = run(test, value)
            looked_at += self._missing_in(test, value, at)
            if outputs and outputs[0] not in (None, False):
                if branch not in _ITSELF:
                    return self.of(branch, value, at)
                return [f"`{test}` holds, which gives `{branch}`", *looked_at]
        tests = ", ".join(f"`{test}`" for test, _ in condition.branches)
        if condition.otherwise is None:
            return [f"{tests} doesn't hold, and there is no `else`", *looked_at]
        if condition.otherwise not in _ITSELF:
            return self.of(condition.otherwise, value, at)
        none = "doesn't hold" if len(condition.branches) == 1 else "don't hold"
        return [f"{tests} {none}, which gives `{condition.otherwise}`", *looked_at]

    def _missing_in(self, text: str, value: Any, at: str) -> list[str]:
        """What paths in an expression don't lead to. Raises UnclearError."""
        found = []
        for steps in paths_in(text):
            outputs, _ = run("".join([".", *(f"|{step.code}" for step in steps)]), value)
            if not outputs or outputs[0] is None:
                found += self._along(steps, value, at)
        return found


def run(expression: str, value: Any) -> tuple[list[Any], str | None]:
    """The first values that an expression gives, and jq's words where it fails after them.

    Raises UnclearError for what is no expression by itself.
    """
    try:
        program = jq.compile(expression)
    except ValueError as error:
        raise UnclearError from error
    found: list[Any] = []
    try:
        found += islice(program.input_value(value), MOST_VALUES)
    except ValueError as error:
        return found, str(error)
    return found, None


def near_in_name(name: str, there: dict[str, Any]) -> list[str]:
    """Names that look like one that isn't there; of custom fields those that have a value."""
    names = [key for key, value in there.items() if not key.startswith(CUSTOM) or value is not None]
    if name.startswith(CUSTOM):
        names = [key for key in names if key.startswith(CUSTOM)]
    wanted, by_lower = name.lower(), {key.lower(): key for key in names}
    within = [key for key in by_lower if wanted in key or (key in wanted and len(key) > 1)]
    near = [*within, *difflib.get_close_matches(wanted, by_lower, n=NEAR)]
    return [by_lower[key] for key in dict.fromkeys(near)][:NEAR]


def _try(expression: str, value: Any) -> tuple[list[Any], str | None]:
    try:
        return run(expression, value)
    except UnclearError as error:
        return [], str(error.__cause__ or "it can't be read").splitlines()[0]


def _as_a_whole(text: str, outputs: Sequence[Any], error: str | None, at: str) -> str:
    of = at or "the row"
    if error is not None and not outputs:
        return f"`{text}` fails for {of}: {error}"
    return f"`{text}` gives {'null' if outputs else 'nothing'} for {of}"


def _place(path: str, at: str) -> str:
    if not path:
        return at or "the row"
    return f"{path} of {at}" if at else path


def _sort(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    names: list[tuple[type | tuple[type, ...], str]] = [
        (str, "a text"),
        ((int, float), "a number"),
        (list, "a list" if value else "an empty list"),
    ]
    return next((name for sort, name in names if isinstance(value, sort)), "an object")
