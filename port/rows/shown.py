"""What becomes of rows: the entities by the framework's own mapper, and why parts are null."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from port_ocean.core.handlers.port_app_config.models import ResourceConfig
from port_ocean.core.integrations.mixins.utils import handle_items_to_parse
from port_ocean.core.models import Entity
from port_ocean.ocean import Ocean

from client import JiraClient
from initialize_client import create_jira_client
from jira.errors import MappingError
from jira.payloads import Row
from kinds import Kinds
from port.dry_run.chosen_mapping import AT_START, Chosen, narrowed, of_file
from port.mapping.checked import InvalidConfig
from port.mapping.entity_processor import SinglePassEntityProcessor
from port.rows import reading
from port.rows.hints import hint_of
from port.rows.nulls import why_null
from port.rows.report import Null, ShownEntity, ShownResource, ShownRow

START = Path(".port/resources/port-app-config.yaml")
EXAMPLE = ".port/examples/{kind}/mapping.yaml"
PARTS = ("identifier", "title", "blueprint", "team", "icon", "properties", "relations")


class NotAskedError(MappingError):
    """Something was about to be asked of Port, of which nothing is needed here."""


class NoPort:
    """Stands where the framework has its client of Port: nobody asks Port anything here."""

    def __getattr__(self, name: str) -> Any:
        raise NotAskedError(f"Port is not asked here ({name})")


class ShowingMapper(SinglePassEntityProcessor):
    """The mapper, without its warnings of what is null: that is told here, with the reason."""

    async def _resolve_required_fields(self, *args: Any, **kwargs: Any) -> set[str]:
        return set()

    def _notify_mapping_issues(  # type: ignore[override]
        self, *args: Any, **kwargs: Any
    ) -> None:
        """Said in the report."""


def mapping_of(path: Path | None, kind: Kinds) -> Chosen:
    """The resources of a kind: of a file, of the mapping to start with, or of the kind's example.

    Raises MappingError.
    """
    if path is not None:
        return narrowed(of_file(path), str(path), [kind])
    start = of_file(START)
    if any(resource["kind"] == kind for resource in start["resources"]):
        return narrowed(start, AT_START, [kind])
    example = Path(EXAMPLE.format(kind=kind))
    return narrowed(of_file(example), f"the example in {example.parent}", [kind])


async def shown(
    app: Ocean, path: Path | None, kind: Kinds, name: str | None, count: int
) -> list[ShownResource]:
    """Each resource of a kind with its rows and what becomes of them. Raises JiraError."""
    app.port_client = cast(Any, NoPort())
    # The framework's own steps, such as `itemsToParse`, look for the mapper there.
    app.integration.EntityProcessorClass = ShowingMapper
    mapper = cast(ShowingMapper, await app.integration._init_entity_processor_instance())
    chosen = mapping_of(path, kind)
    client = create_jira_client()
    found = []
    for label, resource in zip(chosen.names, chosen.config.resources, strict=True):
        if isinstance(resource, InvalidConfig):
            raise MappingError(resource.mistake)
        read = await _read(client, kind, resource, name, count)
        rows = [ShownRow(row, await _entities(mapper, resource, row)) for row in read.rows]
        selector = resource.selector.dict(by_alias=True, exclude_none=True)
        said = {name: value for name, value in selector.items() if value not in ([], {})}
        found.append(ShownResource(label, chosen.source, said, rows, read.note))
    return found


async def _read(
    client: JiraClient, kind: Kinds, resource: ResourceConfig, name: str | None, count: int
) -> reading.Read:
    if name is None:
        return await reading.first(client, kind, resource.selector, count)
    return await reading.named(client, kind, resource.selector, name)


async def _entities(
    mapper: ShowingMapper, resource: ResourceConfig, row: Row
) -> Sequence[ShownEntity] | str:
    """What a row becomes; or why nothing, where `itemsToParse` finds no list in it."""
    port = resource.port
    if not port.items_to_parse:
        return [await _entity(mapper, resource, row)]
    listed = await mapper._search(row, port.items_to_parse)
    if not isinstance(listed, list):
        why = _why(port.items_to_parse, row, resource) if listed is None else []
        return "; ".join([f"itemsToParse gives no list: {port.items_to_parse}", *why])
    items = handle_items_to_parse(
        [row],
        port.items_to_parse_name,
        port.items_to_parse,
        port.items_to_parse_top_level_transform,
    )
    every = [item async for batch in items for item in batch]
    return [
        await _entity(mapper, resource, item, {port.items_to_parse_name: listed[number]})
        for number, item in enumerate(every)
    ]


async def _entity(
    mapper: ShowingMapper,
    resource: ResourceConfig,
    row: Row,
    item: Mapping[str, Any] | None = None,
) -> ShownEntity:
    result = await mapper.parse_items(resource, [row], parse_all=True)
    passed, left_out = result.entity_selector_diff
    entity = next(iter([*passed, *left_out]), None)
    nulls = [
        Null(path, expression, _why(expression, row, resource))
        for path, expression in result.misconfigured_entity_keys.items()
    ]
    return ShownEntity(
        None if entity is None else _as_json(entity),
        selected=not left_out,
        query=resource.selector.query,
        nulls=nulls,
        errors=[str(error) for error in result.errors],
        item=item,
    )


def _why(expression: str, row: Row, resource: ResourceConfig) -> list[str]:
    text = ShowingMapper._format_filter(expression)
    return why_null(text, row, hint_of(resource, row))


def _as_json(entity: Entity) -> dict[str, Any]:
    every = entity.dict()
    return {part: every[part] for part in PARTS if every.get(part) not in (None, {}, [])}
