"""What whole rows that a sweep reads stand for, and whether Port has it as it should be."""

from collections.abc import Awaitable, Callable, Sequence

from port_ocean.core.handlers.port_app_config.models import ResourceConfig
from port_ocean.core.models import Entity

from background.at_port import AtPort
from background.failures import Failures
from background.sweep_found import wrong_of
from background.sweep_plan import Read, is_of_issues, news_of
from jira.changed_issues import ChangedIssue
from jira.errors import MappingError
from jira.payloads import Row
from port.compared import Compared
from port.entities import key_of, merged
from port.mapping.resources import blueprint_of, label, row_of
from port.mapping.row_mapper import Mapped

MapRows = Callable[[ResourceConfig, Sequence[Row]], Awaitable[Mapped]]


class Rows:
    """Maps rows, and notes in a sweep's `Read` what follows from them."""

    def __init__(
        self,
        map_rows: MapRows,
        failures: Failures,
        compared: Compared,
        note_news: Callable[[list[ChangedIssue]], None],
    ) -> None:
        """`note_news` is told of issues that changed without an event."""
        self._map_rows = map_rows
        self._failures = failures
        self._compared = compared
        self._note_news = note_news

    async def look_at(
        self,
        resource: ResourceConfig,
        index: int,
        rows: Sequence[Row],
        at_port: AtPort,
        read: Read,
    ) -> bool:
        """Note what whole rows stand for; whether something of it isn't in Port as it should be."""
        mapped = await self._map_rows(resource, rows)
        await at_port.load_all_of(mapped.passed)
        for entity in mapped.passed:
            at_port.expect(key_of(entity))
        if blueprint_of(resource) is None:
            read.complete |= {str(entity.blueprint) for entity in mapped.passed}
        if mapped.errors:
            # What these rows stand for isn't known: nothing of it may be taken to be too much.
            read.lacks(resource)
            name = label(resource, index)
            read.unmapped.add(name)
            for error in mapped.errors:
                await self._failures.note(
                    row_of(name), MappingError(f"it can't be mapped: {error}.")
                )
        return self.wrong(resource, rows, mapped.passed, at_port, read)

    def wrong(
        self,
        resource: ResourceConfig,
        rows: Sequence[Row],
        mapped: Sequence[Entity],
        at_port: AtPort,
        read: Read,
    ) -> bool:
        """Whether something that rows stand for isn't in Port as it should be.

        Its blueprints are listed.
        """
        wrong = wrong_of(merged(mapped), at_port, self._compared)
        read.wrong.note(wrong, at_port)
        if is_of_issues(resource):
            self._note_news(news_of(resource, rows, wrong, at_port.get))
        return bool(wrong)
