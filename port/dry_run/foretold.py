"""A resync with everything but its writes: the framework's steps, the product's reading and
mapping, and in the place of the writer one that only takes notes.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import httpx
from port_ocean.clients.port.types import UserAgentType
from port_ocean.context.event import EventType, event, event_context
from port_ocean.core.models import Entity, ProcessingMode
from port_ocean.core.utils.utils import get_port_diff
from port_ocean.helpers.metric.metric import Metrics
from port_ocean.ocean import Ocean

from port.deletions import named, without
from port.dry_run.catalog import Catalog
from port.dry_run.chosen_mapping import Chosen, chosen_mapping
from port.dry_run.plan import Deleted, Plan, need_deleted, plan, why_kept
from port.dry_run.planned_writes import PlannedWrites
from port.dry_run.read_only import ReadOnlyHttp
from port.dry_run.report import Report, Resource
from port.dsp import is_dsp_mode_enabled
from port.entities import key_of
from port.resync import resync
from port.resync_writer import UNSURE, JiraEntitiesStateApplier

type Kept = dict[tuple[str, str], int]
"""How many entities stay, by blueprint and reason."""

AGENT = UserAgentType.exporter
"""As which a resync writes."""
READ_ONLY: dict[str, Any] = {"event_listener": {"type": "ONCE"}, "send_raw_data_examples": False}
"""Settings under which the framework takes no events and shows no rows to Port."""

REASONS = 3
"""How many of a resource's errors are told: a mistake in an expression fails for each row."""

PORT_MAPS = (
    "this organization has Port map the rows (DSP): what Port makes of them may differ from this"
)
PARTLY = (
    "of other kinds nothing is said; the deletion threshold counts over all of them, so a whole "
    "resync may keep what is too much here"
)
FAILED = "something could not be read or mapped: such a resync deletes nothing"
UNSURE_THRESHOLD = (
    "the deletion threshold may keep what would be deleted: it depends on whether Port counts a "
    "write that changes nothing as an update"
)
NOT_TOLD = (
    "what relates to something that is deleted loses that relation; Port doesn't tell which do"
)
DELETED_ALONG = "can't be without what is deleted: Port deletes them along with it"
NOT_DELETED = "can't be without what would be deleted: Port keeps both (deleteDependentEntities)"


class LocalMetrics(Metrics):
    """The framework's, told to nobody."""

    async def report_kind_sync_metrics(self, *args: Any, **kwargs: Any) -> None:
        """Not sent to Port."""

    async def report_sync_metrics(self, *args: Any, **kwargs: Any) -> None:
        """Not sent to Port."""

    async def send_metrics_to_webhook(self, *args: Any, **kwargs: Any) -> None:
        """Not sent to anybody."""


def let_nothing_out(app: Ocean) -> None:
    """From here on Port's client refuses to write, and metrics stay here."""
    app.port_client.client = cast(httpx.AsyncClient, ReadOnlyHttp(app.port_client.client))
    app.metrics = LocalMetrics(
        metrics_settings=app.config.metrics,
        integration_configuration=app.config.integration,
        port_client=app.port_client,
    )


async def map_here(app: Ocean) -> list[str]:
    """Rows are mapped here and not sent to Port; a note where Port would map them."""
    notes = [PORT_MAPS] if await is_dsp_mode_enabled() else []
    app.config.lakehouse_enabled = False
    app.config.processing_mode = ProcessingMode.ocean_core
    return notes


async def foretell(app: Ocean, path: Path | None, kinds: Collection[str]) -> Report:
    """What a resync would do. Raises JiraError and httpx.HTTPError where nothing can be said."""
    let_nothing_out(app)
    notes = await map_here(app)
    await app.integration.initialize_handlers()
    chosen = await chosen_mapping(app.port_client, app.config, path, kinds)
    planned = PlannedWrites(Catalog(app.port_client, chosen.made_at_start))
    applier = cast(JiraEntitiesStateApplier, app.integration.entities_state_applier)
    applier.writer = planned
    applier.deletes = planned.delete
    began = {"resync_start_time": datetime.now(UTC)}
    options = chosen.config.get_port_request_options()
    kept: Kept = {}
    async with event_context(EventType.RESYNC, trigger_type="machine", attributes=began), resync():
        event.port_app_config = chosen.config
        generated, resources = await _read(app, chosen)
        written = await planned.foreseen(
            generated,
            merge=options["merge"],
            makes_stubs=options["create_missing_related_entities"],
        )
        if any(resource.failures for resource in resources):
            notes.append(FAILED)
        elif chosen.config.resources:
            kept, more = await _delete(app, chosen, generated, planned, plan(written))
            notes += more
        related = await planned.related_to_deleted()
    deleted = Deleted(planned.deleted, related or ())
    if kinds:
        notes.append(PARTLY)
    if related is None:
        notes.append(NOT_TOLD)
    if needy := need_deleted(deleted, written.schemas):
        along = DELETED_ALONG if options["delete_dependent_entities"] else NOT_DELETED
        notes.append(f"{named(needy)} {along}")
    if made := sorted(of for of, found in written.schemas.items() if found and found.made_at_start):
        notes.append(f"the start of the integration makes the blueprints {', '.join(made)}")
    notes += [refused.reason for refused in planned.not_found]
    resources += [
        Resource(f"what there is of blueprint {blueprint}", 0, [why])
        for blueprint, why in planned.unread.items()
    ]
    return Report(chosen.source, resources, plan(written, deleted), kept, notes)


async def _read(app: Ocean, chosen: Chosen) -> tuple[list[Entity], list[Resource]]:
    """Read and map all resources as the framework's resync does, one after the other."""
    generated: list[Entity] = []
    resources: list[Resource] = []
    if not chosen.config.resources:
        return generated, resources
    for begin in app.integration.event_strategy.resync_start:
        await begin()
    for index, resource in enumerate(chosen.config.resources):
        entities, errors = await app.integration.process_resource(resource, index, AGENT)
        generated += entities
        resources.append(Resource(chosen.names[index], len(entities), reasons(errors)))
    return generated, resources


async def _delete(
    app: Ocean,
    chosen: Chosen,
    generated: Sequence[Entity],
    planned: PlannedWrites,
    so_far: Plan,
) -> tuple[Kept, list[str]]:
    """Have the resync's own rules delete what is too much; what is kept, and notes about it.

    The framework looks at what Port has from before the resync: what it wrote is younger, and
    counts neither as kept nor as deleted.
    """
    changed = {(of, name) for of, found in so_far.blueprints.items() for name in found.change}
    listed = await app.port_client.search_entities(AGENT)
    before = [entity for entity in listed if key_of(entity) not in changed]
    unread = [entity for entity in before if not chosen.may_be_too_much(str(entity.blueprint))]
    after = [*generated, *unread]
    threshold = chosen.config.entity_deletion_threshold
    applier = app.integration.entities_state_applier
    await applier.delete_diff({"before": before, "after": after}, AGENT, threshold)
    too_much = get_port_diff(before, after).deleted
    unsure = event.attributes.get(UNSURE, set())
    counted = [entity for entity in too_much if entity.blueprint not in unsure]
    older = [entity for entity in before if entity.blueprint not in unsure]
    over = len(counted) > threshold * len(older)
    kept = why_kept(without(too_much, planned.deleted), unsure=unsure, over_threshold=over)
    oldest = [entity for entity in older if key_of(entity) not in planned.sent]
    notes = [UNSURE_THRESHOLD] if not over and len(counted) > threshold * len(oldest) else []
    return kept, notes


def reasons(errors: Iterable[BaseException]) -> list[str]:
    """What went wrong, each once and in order, without what the framework wraps around it."""
    every = list(dict.fromkeys(str(error) for one in errors for error in _causes(one)))
    more = len(every) - REASONS
    return [*every[:REASONS], f"and {more:,} more of such errors"] if more > 0 else every


def _causes(error: BaseException) -> list[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        return [cause for one in error.exceptions for cause in _causes(one)]
    return _causes(error.__cause__) if error.__cause__ is not None else [error]
