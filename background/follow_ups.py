"""Follow-up jobs of events: what a change touches besides what its event names, and sweeps."""

import time
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Iterable,
    Mapping,
    Sequence,
)
from functools import partial
from typing import Any

from loguru import logger
from port_ocean.context.event import event
from port_ocean.core.handlers.port_app_config.models import PortAppConfig
from port_ocean.core.handlers.webhook.webhook_event import WebhookEventRawResults

from background.changed_lately import Lately, changed_since, lately
from background.failures import Failures
from background.issues_showing import IssuesShowing, issues_showing, pages, project_issues
from background.jobs import Jobs
from background.names_shown import showing_names, tell_of_names
from background.people_shown import accounts_of, showing_people
from background.read_again import Batch, ReadAgain
from background.read_again import pages as pages_again
from background.sweep import Sweeper
from client import KINDS, JiraClient
from jira.events import Family
from jira.payloads import event_name, project_subjects
from kinds import Kinds
from port.deletions import Candidate
from port.dsp import is_dsp_mode_enabled
from port.just_written import SEARCH_SECONDS
from port.mapping.resources import blueprint_of, kind_of

ORPHANS = "orphans"
ORPHANS_SECONDS = 1.0
ORPHANS_SHARE = 10
"""Looking for orphans takes at most a tenth of the time."""
LATELY_SECONDS = 1.0
LATELY_SHARE = 4
"""Reading what changed lately takes at most a fifth, however many events name no issue."""
COMPARE_SECONDS = 1.0
COMPARE_SHARE = 10
DELETES = "deletes that Port has under way"
SETTLE_SECONDS = 1.0
NAMES = "issues that show a type"
PEOPLE = "issues that show people"
REGULAR_SWEEP = "regular sweep"
"""Has a name of its own, since putting it off must not put off one that an event asked for."""
START_SECONDS = 60.0
"""When no resync has begun by then, a restart is made up for by a sweep; so is one that failed."""

Sync = Callable[[Sequence[WebhookEventRawResults], Sequence[Candidate]], Awaitable[None]]


class FollowUps:
    """Asks for background work, and knows whether a resync runs."""

    def __init__(
        self,
        client: JiraClient,
        sweeper: Sweeper,
        sync: Sync,
        retry_refused: Callable[[], Awaitable[None]],
        settle: Callable[[], Awaitable[object]],
        failures: Failures,
        *,
        sweep_minutes: int,
        index_seconds: int,
    ) -> None:
        """`retry_refused` writes what Port refused, and `settle` what waits for deletes that Port
        has under way, as long as there are any.

        `index_seconds` is how long Jira's search may not show what happened.
        """
        self.jobs = Jobs()
        self._client = client
        self._sweeper = sweeper
        self._sync = sync
        self._retry_refused = retry_refused
        self._settle = settle
        self._failures = failures
        self._sweep_seconds = sweep_minutes * 60.0
        self._index_seconds = float(index_seconds)
        self._read_again = ReadAgain(lambda: time.monotonic(), self._index_seconds)
        self._resyncs = 0
        self._resync_began = 0.0
        self._orphans_took = 0.0
        self._lately_took = 0.0
        self._compared_in: dict[Kinds, float] = {}
        self._accounts: set[str] = set()
        if sweep_minutes:
            self.jobs.ask(REGULAR_SWEEP, self._regular_sweep, delay=START_SECONDS)

    @property
    def resync_running(self) -> bool:
        """Whether rows may be written that were read a while ago."""
        return self._resyncs > 0

    def after(self, payloads: Sequence[Any]) -> list[str]:
        """Ask for what these events entail beyond themselves; the names of what was asked for."""
        asked = []
        for project_id in projects_of(payloads):
            name = f"issues of project {project_id}"
            self.jobs.ask(name, partial(self._issues_of, project_id))
            asked.append(name)
        if asked:
            asked.append("sweep")
            self._now_and_with_index("sweep", self._sweep)
        for showing in issues_showing(payloads):
            self.jobs.ask(showing.name, partial(self._issues_showing, showing))
            asked.append(showing.name)
        if kinds := compared_after(payloads):
            name = f"sweep of {' and '.join(kinds)}"
            self._now_and_with_index(name, partial(self._sweep, kinds))
            asked.append(name)
        if tell_of_names(payloads):
            self.jobs.ask(NAMES, self._issues_showing_names)
            asked.append(NAMES)
        also = [self._ask_for_changes(of) for of in lately(payloads)]
        if accounts := accounts_of(payloads):
            self._accounts.update(accounts)
            self.jobs.ask(PEOPLE, self._issues_showing_people)
            also.append(PEOPLE)
        if asked:
            return [*asked, *also]
        delay = max(ORPHANS_SECONDS, ORPHANS_SHARE * self._orphans_took)
        self.jobs.postpone(ORPHANS, self._orphans, delay=delay)
        return [ORPHANS, *also]

    def again_with_index(self, touched: Mapping[Kinds, Iterable[Any]]) -> None:
        """Have what an event touches read again where it was asked of what is behind the index."""
        batch = self._read_again.note(touched)
        if batch is not None:
            name = with_index(batch.name)
            delay = self._read_again.seconds_until(batch)
            self.jobs.ask(name, partial(self._again, batch), delay=delay)
            logger.info(f"Background work entails: {name}")

    def resync_began(self) -> float:
        """To be told of every resync; returns what `resync_ended` wants to know."""
        self._resyncs += 1
        self._resync_began = time.monotonic()
        return self._resync_began

    def resync_ended(self, begun: float, *, succeeded: bool) -> None:
        """To be told of the end, whatever it was; a resync that succeeded is also a sweep."""
        self._resyncs -= 1
        if succeeded:
            self._sweeper.look_back_to(begun)
            self._put_off_regular_sweep(self._sweep_seconds)
        self.jobs.wake()

    def ask_for_sweep(self) -> None:
        """Have everything compared soon: something happened that nothing else makes up for."""
        self.jobs.ask("sweep", self._sweep)

    def compare(self, kinds: Collection[Kinds], later: Collection[Kinds] = ()) -> list[str]:
        """Have kinds compared soon: some of their entities can't be asked for by name.

        Soon, and again when Jira's search shows what happened; those of `later` only then. Such a
        comparison takes at most a tenth of the time. Returns the names of what was asked for.
        """
        names = []
        for kind in sorted({*kinds, *later}):
            name = f"sweep of {kind}"
            delay = max(COMPARE_SECONDS, COMPARE_SHARE * self._compared_in.get(kind, 0.0))
            make = partial(self._compare, kind)
            if kind in kinds:
                self.jobs.ask(name, make, delay=delay)
            delay = max(delay, self._index_seconds)
            self.jobs.postpone(with_index(name), make, delay=delay)
            names.append(name if kind in kinds else with_index(name))
        return names

    def settle(self) -> list[str]:
        """Have what waits for deletes written when Port has done them; the name of that."""
        self.jobs.ask(DELETES, self._settled, delay=SETTLE_SECONDS)
        return [DELETES]

    def _ask_for_changes(self, of: Lately) -> str:
        """Have what changed lately read soon, and again when Jira's search shows what happened."""
        make = partial(self._changed_since, of.since)
        delay = max(LATELY_SECONDS, LATELY_SHARE * self._lately_took)
        self.jobs.ask(of.name, make, delay=delay)
        self.jobs.postpone(with_index(of.name), make, delay=max(delay, self._index_seconds))
        return of.name

    def _now_and_with_index(self, name: str, make: Callable[[], AsyncIterator[None]]) -> None:
        """Have a job done at once, and again when Jira's search shows what happened."""
        self.jobs.ask(name, make)
        self.jobs.postpone(with_index(name), make, delay=self._index_seconds)

    def _put_off_regular_sweep(self, seconds: float) -> None:
        if self._sweep_seconds:
            self.jobs.postpone(REGULAR_SWEEP, self._regular_sweep, delay=seconds)

    async def _issues_of(self, project_id: str) -> AsyncIterator[None]:
        mapping = event.port_app_config
        failed = partial(self._failures.note, behind=True)
        async for page in project_issues(self._client, project_id, mapping, failed):
            await self._sync(page, [])
            yield

    async def _changed_since(self, moment: float) -> AsyncIterator[None]:
        took, begun = 0.0, time.monotonic()
        failed = partial(self._failures.note, behind=True)
        async for results in changed_since(self._client, moment, event.port_app_config, failed):
            await self._sync(results, [])
            took += time.monotonic() - begun
            yield
            # Until here a resync may have been waited for.
            begun = time.monotonic()
        self._lately_took = took + time.monotonic() - begun

    async def _issues_showing(self, showing: IssuesShowing) -> AsyncIterator[None]:
        async for page in pages(self._client, showing, event.port_app_config, self._failures):
            await self._sync(page, [])
            yield

    async def _again(self, batch: Batch) -> AsyncIterator[None]:
        async for page in pages_again(self._client, batch, event.port_app_config, self._failures):
            await self._sync(page, [])
            yield

    async def _issues_showing_names(self) -> AsyncIterator[None]:
        async for page in showing_names(self._client, event.port_app_config, self._failures):
            await self._sync(page, [])
            yield

    async def _issues_showing_people(self) -> AsyncIterator[None]:
        accounts, self._accounts = self._accounts, set()
        try:
            async for page in showing_people(
                self._client, sorted(accounts), event.port_app_config, self._failures
            ):
                await self._sync(page, [])
                yield
        except Exception:
            # The job is tried again from its beginning.
            self._accounts |= accounts
            raise

    async def _sweep(self, kinds: Collection[Kinds] = tuple(Kinds)) -> AsyncIterator[None]:
        if not {resource.kind for resource in event.port_app_config.resources} & set(kinds):
            return
        if await is_dsp_mode_enabled():
            logger.info("No sweep: in DSP mode the rows are mapped elsewhere")
            return
        async for _ in self._sweeper.sweep(kinds):
            yield
        if len(kinds) == len(Kinds):
            self._put_off_regular_sweep(self._sweep_seconds)

    async def _compare(self, kind: Kinds) -> AsyncIterator[None]:
        begun = time.monotonic()
        async for _ in self._sweep(sharing_blueprints(kind, event.port_app_config)):
            yield
        self._compared_in[kind] = time.monotonic() - begun

    async def _regular_sweep(self) -> AsyncIterator[None]:
        if self.resync_running and time.monotonic() < self._resync_began + self._sweep_seconds:
            # It reads all of it itself, and both would share what Jira gives.
            self._put_off_regular_sweep(START_SECONDS)
            return
        async for _ in self._sweep():
            yield
        # Also where there was nothing to compare just now.
        self._put_off_regular_sweep(self._sweep_seconds)

    async def _settled(self) -> AsyncIterator[None]:
        await self._settle()
        yield

    async def _orphans(self) -> AsyncIterator[None]:
        begun = time.monotonic()
        if not await is_dsp_mode_enabled():
            await self._retry_refused()
            yield
            await self._sweeper.orphans.delete(event.port_app_config)
            yield
            if self._sweeper.orphans.left:
                logger.info(f"Background work entails: {ORPHANS}")
                self.jobs.ask(ORPHANS, self._orphans, delay=SEARCH_SECONDS)
        self._orphans_took = time.monotonic() - begun


def with_index(name: str) -> str:
    """The name of a job that is done once more."""
    return f"{name} when the index has caught up"


def sharing_blueprints(kind: Kinds, mapping: PortAppConfig) -> set[Kinds]:
    """The kinds that have to be read to know what is too much where one kind's entities are."""
    of = {blueprint_of(r) for r in mapping.resources if kind_of(r) is kind} - {None}
    sharing = {kind_of(r) for r in mapping.resources if blueprint_of(r) in of}
    return {kind} | {other for other in sharing if other is not None}


def projects_of(payloads: Iterable[Any]) -> list[str]:
    """The ids of the projects that events are about, each once."""
    ids = (
        subject.id
        for payload in payloads
        if event_name(payload).startswith(Family.PROJECT)
        for subject in project_subjects(payload)
        if subject.id
    )
    return list(dict.fromkeys(ids))


def compared_after(payloads: Iterable[Any]) -> tuple[Kinds, ...]:
    """The kinds of which events tell that something changed, but not what."""
    names = {event_name(payload) for payload in payloads}
    return tuple(
        kind.name
        for kind in KINDS.values()
        if kind.compared_after and any(name.startswith(kind.compared_after) for name in names)
    )
