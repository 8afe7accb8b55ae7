"""Mapping in one pass gives exactly what the framework gives, expression by expression."""

import random
from functools import cache
from typing import Any
from unittest.mock import patch

import jq
import pytest
from loguru import logger
from port_ocean.context.ocean import ocean
from port_ocean.core.handlers.entity_processor.jq_entity_processor import JQEntityProcessor

from port.mapping.entity_processor import SinglePassEntityProcessor
from sandbox.jira.site import JiraSite
from tests.unit.helpers.fake_client import mapping

PLAIN = [
    ".key",
    ".fields.labels[0]",
    ".fields.labels[:1]",
    '.fields.labels[1:] | join(", ")',
    '.self | split("/") | .[0]',
    '(.key + " " + .fields.summary)',
    '.fields.subtasks | map(.fields.status.name) | join("/")',
    '.fields.summary | split(" ") | map(. + "x")',
    ".fields.input.debug",
    " .fields.status.name ",
    ".fields",
    ".fields.summary",
    '"literal"',
    ".fields.labels",
    ".fields.parent.key",
    ".fields.subtasks | map(.key)",
    ".fields.assignee.accountId // .fields.reporter.accountId",
    '(.self | split("/") | .[:3] | join("/")) + "/browse/" + .key',
    ".fields.created",
    ".fields.status",
]
ODD = [
    "empty",
    "null",
    "1, 2, 3",
    '"first", error("later")',
    'error("at once")',
    "error(null)",
    'error({"an": "object"})',
    ".fields.labels[]",
    ".fields.summary | map(.x)",
    ".nothing.at.all",
    ".fields.summary.x",
    ".[0]",
    "1e1000",
    "0.1 + 0.2",
    "10000000000000000000001",
    "nan",
    "-0",
    ".fields # a comment",
    ".key | length # a comment \\",
    ".fields.labels.[1:]",
    ".fields.labels.[0]",
    ".key as $k | $k",
    "def f: .key; f",
    "label $out | .key, break $out",
    "reduce .fields.labels[]? as $l (0; . + 1)",
    'try error("x") catch .',
    "[.[] | scalars]",
    ". as {key: $k} | $k",
    "if .key then 'yes' else 'no' end",
    "'single' ",
    '"it\'s"',
    "env.NOBODY_SETS_THIS",
    "$ENV.NOBODY_SETS_THIS",
    "input",
    "[inputs]",
    '"unicode: \\u00e9 ✓"',
    "true",
    "false",
    '@base64 "\\(.key)"',
    "limit(0; .key)",
    "first(.fields.labels[]?)",
    "..|numbers",
    "halt",
    "does not compile (",
    "unknown_function",
    ".fields.l as [$f] ?// $f | $f.name",
    "[.fields.labels[]? as [$f] ?// {a: $f} ?// $f | $f]",
    ".fields.l as [$f] ?// $f | (., halt)",
    'first(.fields.l as [$f] ?// $f | $f, error("later"))',
    "$__loc__",
    "module {a: 1}; .key",
    ".gone | error",
    ".gone as $e | 1, error($e)",
    ".fields.input // .key",
]
SELECTORS = [
    "true",
    "false",
    '.fields.status.name != "Done"',
    ".key",
    "empty",
    'error("no")',
    "null",
    "true, false",
    "not a program (",
    "true) | (true",
    ".fields.l as [$f] ?// $f | $f.name != null",
    "(.key, halt) != 1",
    "input",
]
ODD_ROWS: list[dict[str, Any]] = [
    {},
    {"key": None, "fields": None},
    {"key": "A-1", "fields": {"summary": "ünï ✓ \u2028", "labels": [], "n": 2**63, "f": 1.0}},
    {"key": "A-2", "fields": {"labels": ["x", None, 3], "summary": 'quote " and \\ back'}},
    {"key": ["list"], "fields": "text"},
    {"key": "A-4", "nan": float("nan"), "fields": {}},
    {"key": float("nan"), "fields": {"summary": float("inf"), "created": -float("inf")}},
    {"key": "A-5", "fields": {"summary": 1e-20, "created": 2**53 + 1, "labels": [0.1, 2.50]}},
    {"key": "A-6", "fields": {"summary": -0.0, "created": 1e300, "labels": {"1": [{}, 1e5]}}},
    {"key": True, "fields": {"status": {"name": "nul \0"}, "labels": [[[]]]}, "self": "a/b/c/d"},
    {"key": 5, "fields": {"status": [1], "parent": "text", "labels": {"x": None}}, "self": 7},
    {"key": "A-7", "fields": None, "self": "https://x.atlassian.net/rest/api/3/issue/1"},
    {"key": "A-8", "fields": {"l": [{"name": "a"}]}, "gone": {"__jq": 0}},
]
HALF_A_CHARACTER = "\ud800"


@cache
def rows() -> list[dict[str, Any]]:
    site = JiraSite()
    site.fill(8)
    return [site.row(issue) for issue in site.issues.values()] + ODD_ROWS


async def mapped(
    processor: JQEntityProcessor, mappings: dict[str, Any], selector: str, *, parse_all: bool
) -> list[str]:
    results, errors = await processor.parse_items_sync(mappings, rows(), selector, parse_all)
    assert errors == []
    return [repr((found, [(type(e), str(e)) for e in errs])) for found, errs in results]


async def both(mappings: dict[str, Any], selector: str, *, parse_all: bool) -> None:
    theirs = await mapped(JQEntityProcessor(ocean), mappings, selector, parse_all=parse_all)
    ours = await mapped(SinglePassEntityProcessor(ocean), mappings, selector, parse_all=parse_all)
    assert ours == theirs


@pytest.mark.parametrize("allowed", [True, False])
@pytest.mark.parametrize("expression", [*PLAIN, *ODD])
async def test_each_expression_gives_what_the_framework_gives(
    framework: Any, expression: str, allowed: bool
) -> None:
    framework.config.allow_environment_variables_jq_access = allowed
    await both({"identifier": ".key", "title": expression}, "true", parse_all=True)


@pytest.mark.parametrize("parse_all", [True, False])
@pytest.mark.parametrize("selector", SELECTORS)
async def test_each_selector_chooses_what_the_framework_chooses(
    framework: Any, selector: str, parse_all: bool
) -> None:
    mappings = {"identifier": ".key", "properties": {"name": ".fields.summary"}}
    await both(mappings, selector, parse_all=parse_all)


@pytest.mark.parametrize("seed", range(15))
async def test_generated_mappings_give_what_the_framework_gives(framework: Any, seed: int) -> None:
    rng = random.Random(seed)
    alone = {"halt", "input", "[inputs]", "does not compile (", "unknown_function"}
    expressions = PLAIN + [e for e in ODD if e not in alone or rng.random() < 0.1]

    def some(number: int) -> dict[str, str]:
        return {f"p{i}": rng.choice(expressions) for i in range(rng.randrange(number))}

    mappings = {
        "identifier": rng.choice(PLAIN),
        "blueprint": '"b"',
        "properties": some(8),
        "relations": some(5),
    }
    await both(mappings, rng.choice(SELECTORS[:3]), parse_all=rng.random() < 0.5)


async def test_what_jq_can_not_read_fails_a_row_only_where_the_mapping_reads_it(
    framework: Any,
) -> None:
    processor = SinglePassEntityProcessor(ocean)
    mappings = {"identifier": ".key", "title": ".fields.x // .id"}
    unread = {"id": "1", "key": "A-1", "other": HALF_A_CHARACTER}
    rows = [unread, {"id": "1", "key": HALF_A_CHARACTER}, {"id": HALF_A_CHARACTER, "key": "A-1"}]
    results, _ = await processor.parse_items_sync(mappings, rows, "true")
    assert [len(errors) for _, errors in results] == [0, 1, 1]
    alone = {"identifier": ".key", "title": ".id as [$i] ?// $i | $i"}
    results_alone, _ = await processor.parse_items_sync(alone, rows, "true")
    assert [len(errors) for _, errors in results_alone] == [1, 1, 1]
    assert results[0][0][0].entity == {"identifier": "A-1", "title": "1"}


async def test_an_expression_that_fails_is_logged_with_its_field(framework: Any) -> None:
    lines: list[str] = []
    sink = logger.add(lambda message: lines.append(str(message)), level="WARNING")
    processor = SinglePassEntityProcessor(ocean)
    mappings = {"identifier": ".key", "properties": {"broken": ".fields.summary | map(.x)"}}
    await processor.parse_items_sync(mappings, rows()[:1], "true", True)
    logger.remove(sink)
    assert any("properties.broken" in line and "Cannot iterate" in line for line in lines)


async def test_a_plain_mapping_never_forks_a_process(framework: Any) -> None:
    with patch.object(JQEntityProcessor, "parse_items_sync") as slow_way:
        processor = SinglePassEntityProcessor(ocean)
        mappings = {"identifier": ".key", "properties": {"name": ".fields.summary"}}
        await processor.parse_items_sync(mappings, rows()[:3], "true", True)
    slow_way.assert_not_called()


async def test_what_has_to_be_by_itself_leaves_the_others_together(framework: Any) -> None:
    with patch.object(JQEntityProcessor, "parse_items_sync") as slow_way:
        processor = SinglePassEntityProcessor(ocean)
        mappings = {"identifier": ".key // .id", "title": ".l as [$f] ?// $f | $f", "a": "$__loc__"}
        row = {"key": "A-1", "l": [["x"], ["y"]]}
        with patch("port.mapping.jq_program.jq.compile", wraps=jq.compile) as compiled:
            results, _ = await processor.parse_items_sync(mappings, [row] * 3, "true")
    slow_way.assert_not_called()
    assert compiled.call_count == len(mappings)
    for [found], _ in results:
        assert found.entity["identifier"] == "A-1"
        assert found.entity["title"] == ["x"]


async def test_a_program_is_compiled_once_for_a_mapping(framework: Any) -> None:
    processor = SinglePassEntityProcessor(ocean)
    mappings = {"identifier": ".key // .id"}
    with patch("port.mapping.jq_program.jq.compile", wraps=jq.compile) as compiled:
        for _ in range(3):
            await processor.parse_items_sync(mappings, rows()[:1], "true", False)
    assert compiled.call_count == 1


async def test_plain_expressions_are_not_even_compiled(framework: Any) -> None:
    """Each costs milliseconds, at a moment when everything waits for the first rows."""
    processor = SinglePassEntityProcessor(ocean)
    properties = {"name": ".fields.summary", "both": ".id + .key", "broken": "not a program ("}
    [resource] = mapping("issue", properties=properties).resources
    row = {"id": "1", "key": "A-1", "fields": {"summary": "x"}}
    with patch("jq.compile", wraps=jq.compile) as compiled:
        found = await processor.parse_items(resource, [row])
    assert not any(".fields.summary" in str(call.args) for call in compiled.call_args_list)
    [entity] = found.entity_selector_diff.passed
    assert entity.properties == {"name": "x", "both": "1A-1", "broken": None}


async def test_what_is_null_in_some_rows_costs_a_program_and_not_one_for_each_combination(
    framework: Any,
) -> None:
    processor = SinglePassEntityProcessor(ocean)
    rng = random.Random(3)
    names = [f"f{n}" for n in range(6)]
    mappings = {name: f".fields.{name} | map(.x)" for name in names}
    rows = [
        {"fields": {name: [{"x": 1}] for name in names if rng.random() < 0.5}} for _ in range(200)
    ]
    with patch("port.mapping.jq_program.jq.compile", wraps=jq.compile) as compiled:
        results, _ = await processor.parse_items_sync(mappings, rows, "true", True)
    assert compiled.call_count <= len(names)
    for row, (found, errors) in zip(rows, results, strict=True):
        assert errors == []
        assert found[0].entity == {n: [1] if n in row["fields"] else None for n in names}


async def test_rows_are_not_asked_about_again_where_every_expression_compiles(
    framework: Any,
) -> None:
    processor = SinglePassEntityProcessor(ocean)
    with patch.object(JQEntityProcessor, "parse_items_async") as slow_way:
        nothing: dict[str, Any] = {"properties": {}, "relations": {}}
        assert await processor.parse_items_async(nothing, rows(), "true") == ([], [])
    slow_way.assert_not_called()
    broken = {"title": "does not compile (", "properties": {}}
    results, _ = await processor.parse_items_async(broken, rows()[:2], "true")
    assert len(results) == 2
