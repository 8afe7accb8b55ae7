"""What jq's constructs mean in a program with others: the same as each has alone."""

from collections.abc import Iterable
from typing import Any

import pytest
from port_ocean.context.ocean import ocean
from port_ocean.core.handlers.entity_processor.jq_entity_processor_sync import (
    JQEntityProcessorSync,
)

from port.mapping.entity_processor import SinglePassEntityProcessor
from tests.unit.helpers.jq_constructs import Constructs

EXPRESSIONS_TOGETHER = 25
ROWS: list[dict[str, Any]] = [
    {
        "id": "1",
        "key": "A-1",
        "self": "https://x.atlassian.net/rest/api/3/issue/1",
        "fields": {
            "summary": "an A, b",
            "labels": ["a", "b"],
            "status": {"name": "Done"},
            "parent": {"key": "A-9"},
            "subtasks": [{"key": "A-2", "name": "s"}],
            "one_or_more": [{"name": "a"}],
        },
    },
    {
        "key": "A-2",
        "fields": {"summary": None, "labels": [], "one_or_more": {"name": "b"}},
        # How jq knows a `break`, in a row.
        "break": {"__jq": 0},
    },
    {"key": None, "fields": None},
    {"key": ["l"], "fields": {"labels": {"x": 1}, "one_or_more": "text", "summary": "x"}},
]


def compiling(expressions: Iterable[str]) -> dict[str, str]:
    """Those that jq takes: what becomes of the others is the framework's alone."""
    found = {}
    for number, expression in enumerate(expressions):
        try:
            JQEntityProcessorSync._compile(expression)
        except ValueError:
            continue
        found[f"p{number}"] = expression
    return found


async def differences(mappings: dict[str, str]) -> list[tuple[str, Any, Any]]:
    """Expressions with what the framework's own mapper gives for a row, and what ours gives."""
    processor = SinglePassEntityProcessor(ocean)
    ours, _ = await processor.parse_items_sync(mappings, ROWS, "true")
    found = []
    for row, (mapped, errors) in zip(ROWS, ours, strict=True):
        theirs = JQEntityProcessorSync._get_mapped_entity(row, mappings, "true")
        assert errors == []
        assert mapped[0].misconfigurations.keys() == theirs.misconfigurations.keys()
        for name, expression in mappings.items():
            pair = (theirs.entity[name], mapped[0].entity[name])
            if repr(pair[0]) != repr(pair[1]):
                found.append((expression, *pair))
    return found


@pytest.mark.parametrize("seed", range(40))
async def test_each_construct_means_the_same_in_a_program_with_others(
    framework: Any, seed: int
) -> None:
    framework.config.allow_environment_variables_jq_access = seed % 2 == 0
    made = Constructs(seed)
    mappings = compiling(made.expression() for _ in range(EXPRESSIONS_TOGETHER))
    assert len(mappings) > EXPRESSIONS_TOGETHER / 2
    assert await differences(mappings) == []
