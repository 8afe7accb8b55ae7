"""Rows to entities by the framework's mapper, with what could not be mapped."""

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field

from port_ocean.core.handlers.entity_processor.base import BaseEntityProcessor
from port_ocean.core.handlers.port_app_config.models import ResourceConfig
from port_ocean.core.models import Entity

from jira.payloads import Row

Expand = Callable[[Row, ResourceConfig], AsyncIterator[list[Row]]]


@dataclass(frozen=True)
class Mapped:
    """The entities of rows: those that the selector's query takes, and those it leaves out.

    `errors` are what the mapping said about rows that it could not map: of these nothing is known.
    """

    passed: list[Entity] = field(default_factory=list)
    failed: list[Entity] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)


class RowMapper:
    """Maps rows as the resource says, with its `itemsToParse`."""

    def __init__(self, processor: BaseEntityProcessor, expand: Expand) -> None:
        self._processor = processor
        self._expand = expand

    async def map(self, resource: ResourceConfig, rows: Iterable[Row]) -> Mapped:
        """All rows at once; never raises for a row."""
        expanded: list[Row] = []
        for row in rows:
            async for items in self._expand(row, resource):
                expanded += items
        if not expanded:
            return Mapped()
        done = await self._processor.parse_items(resource, expanded, parse_all=True)
        selected = done.entity_selector_diff
        return Mapped(selected.passed, selected.failed, list(done.errors))
