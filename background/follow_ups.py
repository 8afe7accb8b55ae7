"""Follow-up jobs of events: what a change touches besides what its event names, and sweeps."""

import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any

from loguru import logger
from port_ocean.context.event import event

from background.after_writes import AfterWrites
from background.by_time import BY_TIME
from background.catch_up import CATCH_UP, REGULAR_SWEEP, START_SECONDS, CatchUp
from background.costs import Costs
from background.failures import Failures
from background.jobs import Jobs, MakeSteps, Steps, caused_by, with_index
from background.of_boards import ON_BOARDS
from background.query_dates import DATES_SECONDS, QueryDates
from background.reads_after import ReadsAfter
from background.relatives import Relatives, Sync
from background.selected_by import changed_by, kinds_selected_by
from background.sweep import Sweeper
from background.sweep_found import counted
from background.what_follows import sharing_blueprints
from client import JiraClient
from jira.changed_issues import changed_issues
from jira.http.purpose import Purpose, steps_for
from jira.jql_reads import Read
from kinds import Kinds
from port.dsp import is_dsp_mode_enabled
from port.mapping.limits import has_calendar
from telemetry import metrics

COMPARE_SECONDS = 1.0
COMPARE_SHARE = 10
DATES = "what dates in queries passed by"
REGULAR = (REGULAR_SWEEP, DATES, CATCH_UP)
"""What no event asked for: a process that ends needn't wait for it."""


class FollowUps:
    """Asks for background work, and knows whether a resync runs."""

    def __init__(
        self,
        client: JiraClient,
        sweeper: Sweeper,
        dates: QueryDates,
        sync: Sync,
        retry_refused: Callable[[], Awaitable[None]],
        settle: Callable[[], Awaitable[bool]],
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
        self.sweeper = sweeper
        self._query_dates = dates
        self._sync = sync
        self.costs = Costs(client.quota, sweep_minutes * 60.0)
        self._index_seconds = float(index_seconds)
        self.relatives = Relatives(
            client, sync, failures, self.jobs, self.compare, index_seconds=self._index_seconds
        )
        by_what = (client, sync, failures, self.jobs)
        self.reads = ReadsAfter(
            *by_what, self._index_seconds, self.relatives, self.compare_everything
        )
        if client.quota is not None:
            client.quota.when_waited_for[Purpose.RESYNC] = self.jobs.wake
        self.catch_up = CatchUp(*by_what, sweeper, dates, self._sweep, lambda: self._resyncs > 0)
        self._resyncs = 0
        self._resync_began = 0.0
        metrics.RESYNCS.of(lambda: self._resyncs)
        self.after_writes = AfterWrites(self.jobs, sweeper.orphans, retry_refused, settle)
        self.knows_all = True
        """Whether no other process writes what this one doesn't know of."""
        self._compared_in: dict[Kinds, float] = {}
        if sweep_minutes:
            self.jobs.ask(REGULAR_SWEEP, self._regular_sweep, delay=START_SECONDS)
            self.jobs.ask(DATES, self._dates, delay=DATES_SECONDS)

    @property
    def resync_running(self) -> bool:
        """Whether rows may be written that were read a while ago."""
        return self._resyncs > 0

    @property
    def resync_waits(self) -> bool:
        """Whether it waits for points, perhaps for an hour."""
        quota = self._client.quota
        return quota is not None and quota.is_waited_for(Purpose.RESYNC)

    def after(self, payloads: Sequence[Any]) -> list[str]:
        """Ask for what these events entail beyond themselves; the names of what was asked for."""
        projects = self.reads.of_projects(payloads)
        boards = [*self.reads.of_boards(payloads), *self.reads.beside_sprints(payloads)]
        asked = self._compare_unknown(projects, boards)
        asked += self.reads.issues_showing(payloads)
        more = self.relatives_of(payloads)
        for read in changed_by(payloads):
            name = f"what queries select by {read}"
            self.jobs.ask(name, partial(self._selected_by, read, with_index(name)))
            more.append(name)
        more += self.reads.besides(payloads)
        named = [*projects, *boards]
        if asked:
            return [*named, *asked, *more]
        return [*named, *self.look_for_orphans(), *more]

    def arrived(self, payload: Any) -> None:
        """To be told of every event before anything of it is read."""
        self._client.arrived(payload)

    def relatives_of(self, payloads: Sequence[Any]) -> list[str]:
        """Have those issues read that show something of what these events changed."""
        return self.relatives.note(changed_issues(payloads).values())

    def resync_began(self) -> float:
        """To be told of every resync; returns what `resync_ended` wants to know."""
        self._resyncs += 1
        self._resync_began = time.monotonic()
        self.costs.begins(Purpose.RESYNC)
        return self._resync_began

    def resync_ended(self, begun: float, *, succeeded: bool, elsewhere: bool = False) -> None:
        """To be told of the end, whatever it was; a resync that succeeded is also a sweep.

        What another process read, this one has not seen.
        """
        self._resyncs -= 1
        if succeeded:
            self.costs.ended(Purpose.RESYNC)
            self.sweeper.look_back_to(begun)
            if elsewhere:
                self._client.others_wrote()
            elif self.knows_all:
                self._client.all_was_read(begun - self._index_seconds)
            self.catch_up.made_up_for()
            self._put_off_regular_sweep(self.costs.between_sweeps)
        self.jobs.wake()

    def ask_for_sweep(self) -> None:
        """Have everything compared soon: something happened that nothing else makes up for."""
        self.sweeper.begin_anew()
        self.jobs.ask("sweep", self._sweep)

    def compare_everything(self) -> None:
        """Have it compared soon, and again when the index has caught up: somebody wants it so."""
        self._sweep_now_and_with_index()
        logger.info("Background work entails: sweep")

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

    def look_for_orphans(self) -> list[str]:
        """Have stubs deleted that nothing relates to any more."""
        return self.after_writes.look_for_orphans()

    def settle(self) -> list[str]:
        """Have what waits for deletes written when Port has done them."""
        return self.after_writes.settle()

    def leads(self) -> None:
        """From now on this process does what all share: nobody knows how far the one before was."""
        if self.costs.between_sweeps:
            self._put_off_regular_sweep(START_SECONDS)
            self.jobs.ask(DATES, self._dates, delay=DATES_SECONDS)
        self.jobs.wake()

    def _compare_unknown(self, projects: Sequence[str], boards: Sequence[str]) -> list[str]:
        """Have kinds compared where nobody knows what the catalog has of a project or a board."""
        if projects and not self._client.knows_projects:
            self._sweep_now_and_with_index()
            return ["sweep"]
        known = self._client.boards.are_known if projects else self._client.knows_catalog
        if not (projects or boards) or known:
            return []
        name = f"sweep of {' and '.join(ON_BOARDS)}"
        self._now_and_with_index(name, partial(self._sweep, ON_BOARDS))
        return [name]

    def _sweep_now_and_with_index(self) -> None:
        self.ask_for_sweep()
        self.jobs.postpone(with_index("sweep"), self._sweep_anew, delay=self._index_seconds)

    def _now_and_with_index(self, name: str, make: MakeSteps) -> None:
        """Have a job done at once, and again when Jira's search shows what happened."""
        self.jobs.ask(name, make)
        self.jobs.postpone(with_index(name), make, delay=self._index_seconds)

    def _put_off_regular_sweep(self, seconds: float) -> None:
        if self.costs.between_sweeps:
            # Whoever asked for what was done just now needn't wait for it.
            with caused_by(frozenset()):
                self.jobs.postpone(REGULAR_SWEEP, self._regular_sweep, delay=seconds)

    async def _selected_by(self, read: Read, again: str | None) -> Steps:
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
        async for wait in self._sweep(sharing, told=True):
            yield wait

    async def _dates(self) -> Steps:
        if not await is_dsp_mode_enabled():
            async for _ in self._query_dates.steps():
                yield None
            mapping = event.port_app_config
            if has_calendar(mapping) and await self._query_dates.is_new_day():
                issues = sharing_blueprints(Kinds.ISSUE, mapping)
                async for wait in self._sweep(issues, told=True):
                    yield wait
        self.jobs.postpone(DATES, self._dates, delay=DATES_SECONDS)

    def sweep_lately(self, ago: Mapping[str, float]) -> Steps:
        """Compare names, and read what changed since so many seconds, by resource."""
        self.sweeper.last_read.before(ago)
        return self._sweep(BY_TIME, lately=True)

    async def _sweep_anew(self) -> Steps:
        """Compare everything, whatever was compared before."""
        self.sweeper.begin_anew()
        async for wait in self._sweep():
            yield wait

    async def _sweep(self, kinds: Collection[Kinds] = tuple(Kinds), **how: bool) -> Steps:
        if not {resource.kind for resource in event.port_app_config.resources} & set(kinds):
            return
        if await is_dsp_mode_enabled():
            logger.info("No sweep: in DSP mode the rows are mapped elsewhere")
            return
        scope = "all" if len(kinds) == len(Kinds) else "some"
        begun = time.monotonic()
        if scope == "all" and not self.sweeper.goes_on:
            self.costs.begins(Purpose.SWEEP)
        steps = steps_for(Purpose.SWEEP, self.sweeper.sweep(kinds, **how))
        async for wait in counted(steps, scope):
            # What an event would have touched, had there been one.
            news, self.sweeper.news = self.sweeper.news, []
            if names := self.relatives.note(news):
                logger.info(f"Background work entails: {', '.join(names)}")
            yield wait
        if scope == "all":
            self.costs.ended(Purpose.SWEEP)
            self._put_off_regular_sweep(self.costs.after_sweep(time.monotonic() - begun))

    async def _compare(self, kind: Kinds) -> Steps:
        begun = time.monotonic()
        async for wait in self._sweep(sharing_blueprints(kind, event.port_app_config)):
            yield wait
        self._compared_in[kind] = time.monotonic() - begun

    async def _regular_sweep(self) -> Steps:
        begun = time.monotonic()
        if self.resync_running and begun < self._resync_began + self.costs.between_sweeps:
            # It reads all of it itself, and both would share what Jira gives.
            self._put_off_regular_sweep(START_SECONDS)
            return
        async for wait in self._sweep():
            yield wait
        # Also where there was nothing to compare just now.
        self._put_off_regular_sweep(self.costs.after_sweep(time.monotonic() - begun))
