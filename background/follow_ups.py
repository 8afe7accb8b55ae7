"""Follow-up jobs of events: what a change touches besides what its event names, and sweeps."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from functools import partial
from typing import Any

from loguru import logger
from port_ocean.context.event import event
from port_ocean.core.handlers.port_app_config.models import PortAppConfig

from background.failures import Failures
from background.issues_showing import IssuesShowing, issues_showing, pages, project_issues
from background.jobs import Jobs, with_index
from background.query_dates import DATES_SECONDS, QueryDates
from background.relatives import Relatives, Sync
from background.selected_by import changed_by, kinds_selected_by
from background.sweep import Sweeper
from client import KINDS, JiraClient
from jira.changed_issues import changed_issues
from jira.events import Family
from jira.jql_reads import Read
from jira.payloads import event_name, project_subjects
from kinds import Kinds
from port.dsp import is_dsp_mode_enabled
from port.mapping.limits import has_calendar
from port.mapping.resources import blueprint_of, kind_of

ORPHANS_SECONDS = 1.0
ORPHANS_SHARE = 10
"""Looking for orphans takes at most a tenth of the time."""
COMPARE_SECONDS = 1.0
COMPARE_SHARE = 10
DATES = "what dates in queries passed by"
REGULAR_SWEEP = "regular sweep"
"""Has a name of its own, since putting it off must not put off one that an event asked for."""
START_SECONDS = 60.0
"""When no resync has begun by then, a restart is made up for by a sweep; so is one that failed."""


class FollowUps:
    """Asks for background work, and knows whether a resync runs."""

    def __init__(
        self,
        client: JiraClient,
        sweeper: Sweeper,
        dates: QueryDates,
        sync: Sync,
        retry_refused: Callable[[], Awaitable[None]],
        failures: Failures,
        *,
        sweep_minutes: int,
        index_seconds: int,
    ) -> None:
        """`retry_refused` writes what Port refused.

        `index_seconds` is how long Jira's search may not show what happened to a project.
        """
        self.jobs = Jobs()
        self._client = client
        self._sweeper = sweeper
        self._query_dates = dates
        self._sync = sync
        self._retry_refused = retry_refused
        self._failures = failures
        self._sweep_seconds = sweep_minutes * 60.0
        self._index_seconds = float(index_seconds)
        self.relatives = Relatives(
            client, sync, failures, self.jobs, self.compare, index_seconds=self._index_seconds
        )
        self._resyncs = 0
        self._resync_began = 0.0
        self._orphans_took = 0.0
        self._compared_in: dict[Kinds, float] = {}
        if sweep_minutes:
            self.jobs.ask(REGULAR_SWEEP, self._regular_sweep, delay=START_SECONDS)
            self.jobs.ask(DATES, self._dates, delay=DATES_SECONDS)

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
        more = self.relatives_of(payloads)
        for read in changed_by(payloads):
            name = f"what queries select by {read}"
            self.jobs.ask(name, partial(self._selected_by, read, with_index(name)))
            more.append(name)
        if asked:
            return [*asked, *more]
        delay = max(ORPHANS_SECONDS, ORPHANS_SHARE * self._orphans_took)
        self.jobs.postpone("orphans", self._orphans, delay=delay)
        return ["orphans", *more]

    def relatives_of(self, payloads: Sequence[Any]) -> list[str]:
        """Have those issues read that show something of what these events changed."""
        return self.relatives.note(changed_issues(payloads).values())

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
            self._client.issues.reader.shown.complete = True
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

    async def _issues_showing(self, showing: IssuesShowing) -> AsyncIterator[None]:
        async for page in pages(self._client, showing, event.port_app_config, self._failures):
            await self._sync(page, [])
            yield

    async def _selected_by(self, read: Read, again: str | None) -> AsyncIterator[None]:
        """Compare ids, now and when the index has caught up, where a query reads what changed."""
        mapping = event.port_app_config
        kinds = kinds_selected_by(read, mapping)
        if not kinds:
            return
        if again is not None:
            make = partial(self._selected_by, read, None)
            self.jobs.postpone(again, make, delay=self._index_seconds)
            logger.info(f"Background work entails: {again}")
        sharing = set[Kinds]().union(*(sharing_blueprints(kind, mapping) for kind in kinds))
        async for _ in self._sweep(sharing, told=True):
            yield

    async def _dates(self) -> AsyncIterator[None]:
        if not await is_dsp_mode_enabled():
            async for _ in self._query_dates.steps():
                yield
            mapping = event.port_app_config
            if has_calendar(mapping) and await self._query_dates.is_new_day():
                async for _ in self._sweep(sharing_blueprints(Kinds.ISSUE, mapping), told=True):
                    yield
        self.jobs.postpone(DATES, self._dates, delay=DATES_SECONDS)

    async def _sweep(
        self, kinds: Collection[Kinds] = tuple(Kinds), *, told: bool = False
    ) -> AsyncIterator[None]:
        if not {resource.kind for resource in event.port_app_config.resources} & set(kinds):
            return
        if await is_dsp_mode_enabled():
            logger.info("No sweep: in DSP mode the rows are mapped elsewhere")
            return
        async for _ in self._sweeper.sweep(kinds, told=told):
            # What an event would have touched, had there been one.
            news, self._sweeper.news = self._sweeper.news, []
            if names := self.relatives.note(news):
                logger.info(f"Background work entails: {', '.join(names)}")
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

    async def _orphans(self) -> AsyncIterator[None]:
        begun = time.monotonic()
        if not await is_dsp_mode_enabled():
            await self._retry_refused()
            yield
            async for _ in self._sweeper.orphans():
                yield
        self._orphans_took = time.monotonic() - begun


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
