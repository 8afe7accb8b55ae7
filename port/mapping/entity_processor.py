"""Maps rows to entities: the framework's mapper with its inner loop done in one pass."""

import asyncio
import json
import time
from collections import OrderedDict
from itertools import chain
from typing import Any

from loguru import logger
from port_ocean.context.ocean import ocean
from port_ocean.core.handlers.entity_processor.jq_entity_processor import JQEntityProcessor
from port_ocean.core.handlers.entity_processor.jq_entity_processor_sync import (
    JQEntityProcessorSync,
)
from port_ocean.core.handlers.entity_processor.models import MappedEntity
from port_ocean.core.handlers.port_app_config.models import ResourceConfig
from port_ocean.core.models import Entity
from port_ocean.core.ocean_types import RAW_ITEM, CalculationResult, EntitySelectorDiff
from port_ocean.exceptions.core import EntityProcessorException

from port.mapping.jq_program import RowProgram, leaves, nest
from port.mapping.no_board import drop_no_board, relations_to_boards
from port.mapping.plain_jq import plain
from port.mapping.writable import SaidOnce, writable

MAX_PROGRAMS = 64
MAX_MISSING = 1000
"""How many fields are remembered as said to be without a value somewhere."""
SLICE_SECONDS = 0.01
"""How long rows are mapped before other tasks of the process get their turn."""

Mapped = tuple[list[MappedEntity], list[Exception]]


class WritableEntityProcessor(JQEntityProcessor):
    """The framework's mapper, whose entities Port can hold; what has no board relates to none."""

    def __init__(self, context: Any) -> None:
        super().__init__(context)
        self._said = SaidOnce()
        self._missing: dict[tuple[str, str], None] = {}

    async def parse_items(
        self, mapping: ResourceConfig, raw_data: list[RAW_ITEM], parse_all: bool = False
    ) -> CalculationResult:
        """As the framework's; what Port would refuse is left out, and named."""
        result = await super().parse_items(mapping, raw_data, parse_all)
        relations = relations_to_boards(mapping)
        for entity in chain(*result.entity_selector_diff) if relations else ():
            drop_no_board(entity, relations)
        titled = mapping.port.entity.mappings.title is not None
        selected = result.entity_selector_diff
        passed: list[Entity] = []
        for entity in selected.passed:
            kept, left_out = writable(entity, titled=titled)
            for each in left_out:
                self._said.tell(each, mapping)
            if kept is not None:
                passed.append(kept)
        failed = [entity for entity in selected.failed if writable(entity, titled=titled)[0]]
        return CalculationResult(
            EntitySelectorDiff(passed, failed),
            result.errors,
            result.number_of_transformed_entities,
            result.misconfigured_entity_keys,
        )

    def _notify_mapping_issues(  # type: ignore[override]
        self,
        entity_misconfigurations: dict[str, str],
        has_skipped_entities: bool,
        entity_mapping_fault_counter: int,
        required_fields: set[str],
    ) -> None:
        """As the framework, but once: it warns of each batch in which an issue has no parent."""
        news = {
            field: expression
            for field, expression in entity_misconfigurations.items()
            if (field, expression) not in self._missing
        }
        self._missing |= dict.fromkeys(news.items())
        while len(self._missing) > MAX_MISSING:
            del self._missing[next(iter(self._missing))]
        super()._notify_mapping_issues(
            news, has_skipped_entities, entity_mapping_fault_counter, required_fields
        )


class SinglePassEntityProcessor(WritableEntityProcessor):
    """Gives exactly the framework's entities, errors and misconfigurations.

    A mapping that can't be one program goes the framework's way, and so does a single row whose
    selector doesn't answer with true or false.
    """

    def __init__(self, context: Any) -> None:
        super().__init__(context)
        self._programs: OrderedDict[str, RowProgram | None] = OrderedDict()

    async def separate_compileable_and_uncompileable_patterns_and_warmup_cache(
        self,
        raw_entity_mappings: dict[str, Any],
        selector_queries: list[str] = [],  # noqa: B006  (the framework's signature)
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The framework's seam for what compiles: plain expressions do, and need no proof of it."""
        compiled = super().separate_compileable_and_uncompileable_patterns_and_warmup_cache
        compileable: dict[str, Any] = {}
        uncompileable: dict[str, Any] = {}
        for name, mapping in raw_entity_mappings.items():
            if isinstance(mapping, str) and plain(mapping) is not None:
                compileable[name] = mapping
                continue
            more, not_these = await compiled({name: mapping})
            compileable |= more
            uncompileable |= not_these
        await compiled({}, [query for query in selector_queries if plain(query) is None])
        return compileable, uncompileable

    async def parse_items_sync(
        self,
        compileable_patterns: dict[str, Any],
        raw_results: list[RAW_ITEM],
        selector_query: str,
        parse_all: bool = False,
    ) -> tuple[list[Mapped], list[Exception]]:
        """The framework's seam for the expressions that compile: a result per row, in order."""
        program = self._program(compileable_patterns, selector_query, parse_all)
        if program is None:
            return await super().parse_items_sync(
                compileable_patterns, raw_results, selector_query, parse_all
            )
        results: list[Mapped] = []
        turn_ends = time.monotonic() + SLICE_SECONDS
        for row in raw_results:
            try:
                mapped = map_row(program, row, compileable_patterns, selector_query, parse_all)
                results.append(([mapped], []))
            except Exception as error:  # noqa: BLE001  (the framework counts a row's errors)
                results.append(([], [error]))
            if time.monotonic() > turn_ends:
                await asyncio.sleep(0)
                turn_ends = time.monotonic() + SLICE_SECONDS
        return results, []

    async def parse_items_async(
        self,
        uncompiled_patterns: dict[str, Any],
        raw_results: list[RAW_ITEM],
        selector_query: str,
        parse_all: bool = False,
    ) -> tuple[list[Mapped], list[Exception]]:
        """The framework's seam for the expressions that don't compile; most often there are none.

        The framework counts the empty groups `properties` and `relations` as some, and asks the
        selector about every row once more.
        """
        if not any(True for _ in leaves(uncompiled_patterns)):
            return [], []
        return await super().parse_items_async(
            uncompiled_patterns, raw_results, selector_query, parse_all
        )

    def _program(
        self, mappings: dict[str, Any], selector: str, parse_all: bool
    ) -> RowProgram | None:
        name = json.dumps([mappings, selector, parse_all])
        if name not in self._programs:
            try:
                self._programs[name] = RowProgram(mappings, selector, prepare, always=parse_all)
            except ValueError as reason:
                logger.info(
                    f"A mapping goes the framework's way, expression by expression: {reason}"
                )
                self._programs[name] = None
            while len(self._programs) > MAX_PROGRAMS:
                self._programs.popitem(last=False)
        return self._programs[name]


def mapper(*, single_pass: bool) -> type[JQEntityProcessor]:
    """Our mapper, or the framework's where ours is switched off."""
    return SinglePassEntityProcessor if single_pass else WritableEntityProcessor


def prepare(expression: str) -> str:
    """An expression as the framework hands it to jq: quotes, and no environment where denied."""
    text = JQEntityProcessorSync._format_filter(expression)
    if not ocean.config.allow_environment_variables_jq_access:
        return f"def env: {{}}; {{}} as $ENV | {text}"
    return text


def map_row(
    program: RowProgram, row: RAW_ITEM, mappings: dict[str, Any], selector: str, parse_all: bool
) -> MappedEntity:
    """One row's entity. Raises what the framework raises for it."""
    try:
        chosen, outcomes = program.run(row)
    except (TypeError, ValueError):
        # The framework knows how to make JSON of dates and such, and what jq can't read it says.
        return JQEntityProcessorSync._get_mapped_entity(row, mappings, selector, parse_all)
    if not isinstance(chosen.value, bool):
        JQEntityProcessorSync._search_as_bool(row, selector)
        raise EntityProcessorException(f"the selector {selector!r} gave {chosen} for a row")
    if not chosen.value and not parse_all:
        return MappedEntity()
    misconfigurations: dict[str, str] = {}
    for (path, expression), outcome in zip(program.leaves, outcomes, strict=True):
        if outcome.error is not None:
            JQEntityProcessorSync._log_search_failure(expression, ValueError(outcome.error), path)
        if outcome.value is None:
            misconfigurations[path] = expression
    return MappedEntity(
        entity=nest(mappings, iter(outcomes)),
        did_entity_pass_selector=chosen.value,
        misconfigurations=misconfigurations,
    )
