"""Wires the integration: resyncs, live events, and the webhook in Jira."""

import asyncio
import contextvars
import gc
import os
import signal
from collections.abc import Coroutine
from functools import partial
from typing import Any, cast

from loguru import logger
from port_ocean.context.event import event
from port_ocean.context.ocean import ocean
from port_ocean.context.resource import resource
from port_ocean.core.handlers.port_app_config.models import ResourceConfig
from port_ocean.core.ocean_types import ASYNC_GENERATOR_RESYNC_TYPE
from port_ocean.core.probe import ProbeContext
from port_ocean.health import is_ready
from port_ocean.utils.signal import signal_handler
from port_ocean.version import __version__

from background.by_time import BY_TIME
from client import webhook_events
from initialize_client import (
    app_webhooks,
    create_jira_client,
    get_settings,
    redis_link,
    webhook_secrets,
)
from jira.account_watch import AccountWatch
from jira.errors import MappingError, SettingsError
from jira.read_ahead import Pages
from jira.settings import is_unencrypted, unknown_settings
from jira.webhook_registration import Keeper
from kinds import Kinds
from port.mapping.checked import INVALID_KINDS, InvalidConfig
from port.mapping.limits import limits_of
from port.mapping.resources import JiraPortAppConfig
from port.other_processes import OtherProcesses
from port.probe import failure, mapped_kinds, probe
from port.related_rows import all_rows
from port.resync import RESYNC, end_superseded
from telemetry import metrics
from telemetry.access_log import without_usual
from telemetry.health import Health, health_of
from telemetry.pages import StatusPages
from telemetry.tally import Tally, counted_for
from webhook_processors.counted import expect
from webhook_processors.door import FRAMEWORKS_PREFIX, Door
from webhook_processors.incremental import incremental_runs
from webhook_processors.keeping import webhook_keeper
from webhook_processors.kept_by_leader import KeptByLeader, mark_of
from webhook_processors.manager import JiraLiveEventsManager
from webhook_processors.processors import PROCESSORS
from webhook_processors.shown import status_page
from webhook_processors.succession import Succession

WEBHOOK_PATH = "/webhook"

# Until the server runs, which has a handler of its own: a container's first process is spared every
# signal that it has no handler for, however long it waits for Port.
signal.signal(signal.SIGTERM, signal.default_int_handler)

try:
    settings = get_settings()
    redis_link()
except SettingsError as error:
    raise SystemExit(f"The Jira integration can't start: {error}") from error

if ocean.integration.AppConfigHandlerClass.CONFIG_CLASS is not JiraPortAppConfig:
    # The framework falls back to its base class without a word; this shows why.
    import integration  # noqa: F401

    raise SystemExit("The framework runs another class than JiraIntegration of integration.py.")

for sentence in unknown_settings(os.environ, type(ocean.config.integration.config).model_fields):
    logger.warning(sentence)
if is_unencrypted(settings.host):
    logger.warning(f"jiraHost is {settings.host}: the API token travels unencrypted")
if settings.allow_unsigned_webhooks:
    logger.warning("allowUnsignedWebhooks is on: anybody who knows the address can send events")

expect(webhook_events())
metrics.QUEUE_LIMIT.of(lambda: settings.webhook_queue_limit)
manager = cast(JiraLiveEventsManager, ocean.app.webhook_manager)
background: set[asyncio.Task[None]] = set()
keepers: list[Keeper] = []
said: set[str] = set()
succession = Succession(manager, shares=redis_link() is not None)
succession.end_in_order()


async def pages_of(resource: ResourceConfig, tally: Tally) -> Pages:
    """Every row of a resource; an error at the end where Jira no longer knows us.

    Raises MappingError for a resource with a mistake.
    """
    if isinstance(resource, InvalidConfig):
        raise MappingError(resource.mistake)
    with counted_for(tally):
        async for rows in all_rows(create_jira_client(), resource):
            yield rows


async def resync(_: str) -> ASYNC_GENERATOR_RESYNC_TYPE:
    """The rows of the resource that the framework is at.

    It ends when all is written: a failure is the kind's, so that nothing is deleted.
    """
    present = RESYNC.get()
    with present.progress.at(resource.index) as tally:
        otherwise = pages_of(resource.resource_config, tally)
        async for rows in present.reads.pages(resource.index, otherwise):
            tally.rows += len(rows)
            yield rows
        await present.writes.written()


for kind in (*Kinds, *INVALID_KINDS):
    ocean.on_resync(kind)(resync)


async def incremental(_: str) -> ASYNC_GENERATOR_RESYNC_TYPE:
    """What changed since the last run, of the resource that the framework is at."""
    runs = incremental_runs(manager)
    async for rows in runs.pages(resource.resource_config, resource.index):
        yield rows


for kind in BY_TIME:
    ocean.on_incremental_resync(kind)(incremental)

for processor in PROCESSORS:
    ocean.add_webhook_processor(WEBHOOK_PATH, processor)


ocean.app.fast_api_app.add_middleware(
    Door,
    path=f"{ocean.app.route_prefix}/integration{WEBHOOK_PATH}",
    secrets=webhook_secrets(),
    allow_unsigned=settings.allow_unsigned_webhooks,
    unverified_limit=settings.unverified_megabytes * 1024 * 1024,
    accept=partial(succession.accept, WEBHOOK_PATH),
    settled=manager.webhook_settled.is_set,
    app_webhooks=app_webhooks(),
)


account = AccountWatch(lambda: create_jira_client().verify_credentials())


# Where processes share a Redis they tell each other.
others = (
    OtherProcesses(ocean.port_client, lambda seconds: manager.together.make_up_for(seconds))
    if redis_link() is None and ocean.config.event_listener.should_process_webhooks
    else None
)


def health() -> Health:
    """Whether live events may come, and what is wrong."""
    return health_of(
        started=is_ready(),
        asked=account.asked,
        queue_full=manager.queue_full,
        held_back=manager.failing.waits,
        another_process=others is not None and others.are_there,
    )


metrics.READY.of(lambda: float(health().ready))
metrics.CONDITION.by(lambda: health().values())
ocean.app.fast_api_app.add_middleware(
    StatusPages,
    prefix=ocean.app.route_prefix,
    registries=(ocean.metrics.registry, metrics.MADE.registry),
    health=health,
    version=__version__,
    status=status_page(settings, manager, health),
)


def in_background(work: Coroutine[Any, Any, None]) -> None:
    """Have it done until the process ends, outside of the framework's start event."""
    task = asyncio.create_task(work, context=contextvars.Context())
    background.add(task)
    signal_handler.register(task.cancel)


@ocean.on_start()
async def quiet_access_log() -> None:
    """One line a batch is enough."""
    pages = ("/metrics", "/health/live", "/health/ready", f"{FRAMEWORKS_PREFIX}{WEBHOOK_PATH}")
    without_usual(f"{ocean.app.route_prefix}{page}" for page in pages)


@ocean.on_start()
async def end_in_time() -> None:
    """Whoever stops us waits for so long, and no longer."""
    succession.end_in_time()


@ocean.on_start()
async def make_up_for_the_last_process() -> None:
    """What it left is read again; and what this one leaves is kept."""
    in_background(succession.run())


@ocean.on_start()
async def watch_account() -> None:
    """Readiness waits for an answer to who we are."""
    in_background(account.run())


@ocean.on_start()
async def watch_for_others() -> None:
    """Two processes that know nothing of each other are said loudly."""
    if others is not None:
        in_background(others.run())


@ocean.on_start()
async def compare_when_asked() -> None:
    """Whoever runs it has everything compared by a signal, and need not wait for the next sweep."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, manager.together.compare_everything)


@ocean.on_start()
async def keep_webhook() -> None:
    """Put our webhook in place, in the background."""
    keeper = None
    if ocean.config.event_listener.should_process_webhooks:
        api, secret = create_jira_client().api, next(iter(webhook_secrets()), "")
        keeper = webhook_keeper(
            settings,
            api,
            webhook_events(),
            secret,
            manager.webhook_settled,
            manager.together.compare_everything,
        )
    if keeper is None:
        manager.webhook_settled.set()
        return
    keepers.append(keeper)
    if (link := redis_link()) is None:
        in_background(keeper.run())
        return
    mark = mark_of(settings.webhook_url or "", next(iter(webhook_secrets()), ""))
    shared = KeptByLeader(keeper, link, mark, lambda: manager.together.leads)
    in_background(shared.run())


@ocean.on_resync_start()
async def before_resync() -> None:
    """Nothing of an earlier resync goes on, events flow before the first row is read, and Jira
    must know us. Raises JiraError.
    """
    await end_superseded()
    for keeper in keepers:
        await keeper.ready.wait()
    client = create_jira_client()
    await client.verify_credentials()
    await manager.follow_ups.costs.foretell(client, event.port_app_config)
    for sentence in limits_of(event.port_app_config):
        if sentence not in said:
            said.add(sentence)
            logger.info(sentence)
    resources = event.port_app_config.resources
    present = RESYNC.get()
    present.progress.start(resources)
    present.scope.begin(present.progress.tell())
    tallies = map(present.progress.of, range(len(resources)))
    pages = [pages_of(of, tally) for of, tally in zip(resources, tallies, strict=True)]
    present.reads.start(dict(enumerate(pages)))


@ocean.on_probe()
async def on_probe(context: ProbeContext) -> None:
    """What can be read, and what is missing. SystemExit where a kind that counts can't be read."""
    counted = context.config.kinds or await mapped_kinds(
        ocean.port_client, ocean.config.resources_path
    )
    unreadable = await probe(context, create_jira_client(), settings, counted)
    if (sentence := failure(unreadable, context.config.reporting_mode)) is not None:
        await context.finalize()
        raise SystemExit(sentence)


# What is loaded by now stays: the garbage collector needn't look through it again and again. Nor
# need it look after every few hundred objects, of which a page of issues has thousands.
gc.freeze()
gc.set_threshold(20_000, 20, 20)
