"""What no event tells: Port's entities compared with Jira, blueprint by blueprint.

A query goes by the clock, a permission is lost, a delivery never comes, a project's key changes.
"""

import time
from collections.abc import AsyncIterator, Collection, Mapping
from functools import partial

from loguru import logger
from port_ocean.context.event import event
from port_ocean.core.handlers.port_app_config.models import PortAppConfig

from background.afforded import Means
from background.allowance import Allowance
from background.at_port import AtPort
from background.by_time import ByTime
from background.failures import Failures
from background.last_read import LastRead
from background.names_shown import showing_others
from background.orphans import Orphans, Sync
from background.put_away import explained
from background.rounds import Round, Rounds, Stub
from background.sweep_found import Looked, Withheld
from background.sweep_groups import Group, groups
from background.sweep_plan import Read, gone_news, is_outage, over_limit_message, plan, unneeded
from background.sweep_reads import Reads
from background.sweep_rows import MapRows
from client import JiraClient
from jira.changed_issues import ChangedIssue
from kinds import Kinds
from port.deletions import Candidate, Reason, Stubs, is_protected, limit_percent
from port.mapping.resources import blueprint_of, kind_of, label, row_of
from port.writer import PortWriter
from telemetry.runs import RUNS
from telemetry.tally import Tally, counted_for

type Steps = AsyncIterator[float | None]


class Sweeper:
    """Makes the steps of sweeps; each step is one page read and written.

    What makes the same blueprint's entities is compared together, and what Port has of it is held
    as long as that takes. A resource that fails costs only itself: nothing of its blueprint is
    deleted, and what was read of it is compared.
    """

    def __init__(
        self,
        client: JiraClient,
        writer: PortWriter,
        sync: Sync,
        map_rows: MapRows,
        failures: Failures,
        *,
        stubs: Stubs,
        limit_percent: int,
        index_seconds: int = 0,
        requests_per_minute: int = 0,
    ) -> None:
        """`sync` maps and writes rows and deletes entities after a check; `map_rows` only maps.

        `index_seconds` is how long Jira's search may not show what is new. A sweep of everything
        makes about so many `requests_per_minute` to Jira; 0 for as many as it likes.
        """
        self._client = client
        self._writer = writer
        self._sync = sync
        self._failures = failures
        self._reads = Reads(
            client,
            writer.compared,
            map_rows,
            failures,
            lambda news: self.news.extend(news),
            lambda name: self.last_read.minutes(name),
        )
        self._limit_percent = limit_percent
        self._index_seconds = index_seconds
        self._allowance = Allowance(requests_per_minute, lambda: time.monotonic())
        self._rounds = Rounds(lambda: time.monotonic())
        self.last_read = LastRead()
        # Whether Port has told of some entity more than its name.
        self._detailed = False
        self._withheld = Withheld()
        self.orphans = Orphans(writer, sync, stubs)
        self.failed: Mapping[str, Exception] = {}
        """The resources that failed in the last sweep."""
        # Issues that changed or went without an event; whoever reads those that show them takes it.
        self.news: list[ChangedIssue] = []

    def look_back_to(self, begun: float) -> None:
        """A resync that began then (monotonic seconds) has read everything."""
        self.last_read.all(begun)
        self._rounds.anew()
        self._failures.failing.all_read()

    def begin_anew(self) -> None:
        """Something happened: the next sweep of everything doesn't go on with one broken off."""
        self._rounds.anew()

    @property
    def goes_on(self) -> bool:
        """Whether a sweep of everything was broken off, with which the next one may go on."""
        return self._rounds.is_left

    async def learn(self, mapping: PortAppConfig) -> None:
        """Ask Port for all that it has, to write nothing that is there as it is."""
        for of in sorted({of for r in mapping.resources if (of := blueprint_of(r))}):
            await self._writer.compared.look(of, mapping)

    async def sweep(
        self, kinds: Collection[Kinds] = tuple(Kinds), *, told: bool = False, lately: bool = False
    ) -> Steps:
        """Delete what is too much, read and write what is missing or changed, of some kinds or all.

        A step is a page, or the seconds for which no other one may be asked for. `told`: it is
        known why much is gone at once; what goes is then read one by one. `lately`: where whole
        rows would be read, only those are that changed since the last time. One of all kinds that
        is broken off goes on the next time. Raises JiraError and httpx.HTTPError where Jira or Port
        fails as a whole: then nothing more is deleted.
        """
        mapping = event.port_app_config
        RUNS.begin([resource.kind for resource in mapping.resources])
        asked = Tally()
        with counted_for(asked):
            account = await self._client.verify_credentials()
        if len(kinds) < len(Kinds):
            present = Round(account, mapping.resources, time.monotonic())
            minutes = self.last_read.minutes
            by_time = ByTime(self._client, mapping.resources, minutes) if lately else None
            means = Means(self._client.quota)
            async for step in self._round(present, kinds, means, told=told, by_time=by_time):
                yield step
            return
        if told:
            # Of what was told now nothing was read before.
            self._rounds.anew()
        # What was written without a relation that can be made by now is read as a whole.
        self._failures.fall_behind(await self._writer.accounts_that_came(), mapping)
        present = self._rounds.begin(account, mapping.resources)
        present.tally.requests += asked.requests
        means = Means(self._client.quota, self._allowance, present.tally)
        try:
            async for step in means.spent_in(self._round(present, kinds, means, told=told)):
                yield step
        except Exception:
            self._rounds.broke_off(present)
            raise

    async def _round(
        self,
        present: Round,
        kinds: Collection[Kinds],
        means: Means,
        *,
        told: bool,
        by_time: ByTime | None = None,
    ) -> Steps:
        failed: dict[str, Exception] = {}
        mapping = event.port_app_config
        self._writer.compared.known.under(mapping)
        for group in groups(mapping, kinds):
            if present.is_done(group):
                continue
            begun, read = time.monotonic(), Read(any_incomplete=group.any_incomplete)
            read.complete |= group.blueprints
            read.incomplete |= group.incomplete
            list_of = partial(self._writer.listing.of, mapping=mapping)
            at_port = AtPort(list_of, detailed=self._detailed)
            async for step in self._read(group, at_port, read, means, by_time):
                yield step
            self._detailed |= at_port.detailed
            failed |= read.failed
            async for wait in means.waits():
                yield wait
            if self._is_outdated(present):
                return
            await self._compare(at_port, read, present, begun, told=told)
            self._note(read, begun)
            present.note_read(group, read)
            yield None
        self.failed = failed
        if len(kinds) == len(Kinds) and is_outage(failed, present.read):
            raise next(iter(failed.values()))
        await self._verify(present)
        if self._is_outdated(present):
            return
        await self._delete_stubs(present, told=told)
        if len(kinds) == len(Kinds):
            await self.orphans.delete_of_former_lives(present.sure, mapping)
            async for results in showing_others(self._client, mapping, self._failures):
                await self._sync(results, [])
                yield None
            logger.info(f"The sweep took {present.in_words(time.monotonic())}")
        yield None

    async def _read(
        self, group: Group, at_port: AtPort, read: Read, means: Means, by_time: ByTime | None
    ) -> Steps:
        for index, resource in group.resources:
            kind = kind_of(resource)
            if kind is None:
                continue
            name = label(resource, index)
            looked = Looked(at_port, read.wrong)
            try:
                await at_port.load(group.blueprints)
                pages = self._reads.of(kind, resource, index, at_port, read, means, by_time)
                async for results in pages:
                    if isinstance(results, float):
                        yield results
                        continue
                    await self._sync(results, [])
                    read.wrong.healed()
                    yield None
            except Exception as error:  # noqa: BLE001  (raised again where it isn't its own)
                await self._failures.note(name, error)
                read.lacks(resource)
                read.failed[name] = error
            else:
                read.done.append(name)
            looked.ended(RUNS.of(index, kind), succeeded=name in read.done)
        if by_time is not None:
            for key in await by_time.still_named(o.key for o in at_port.of(group.blueprints)):
                at_port.expect(key)

    def _is_outdated(self, present: Round) -> bool:
        """Whether what Port has by now is by another reading, or another mapping."""
        resynced = (self.last_read.everything or present.begun) > present.begun
        if resynced or event.port_app_config.resources != present.resources:
            logger.info("A resync or another mapping came during the sweep: nothing is deleted")
            return True
        return False

    async def _verify(self, present: Round) -> None:
        """Raises where Jira doesn't know us as who we were."""
        if await self._client.verify_credentials() != present.account:
            raise RuntimeError("the account changed during the sweep: nothing is deleted")

    def _note(self, read: Read, begun: float) -> None:
        self.last_read.resources(read.done, begun)
        for name in read.done:
            self._failures.failing.works(name, whole=True)
            if name not in read.unmapped:
                self._failures.failing.works(row_of(name), whole=True)

    async def _compare(
        self, at_port: AtPort, read: Read, present: Round, begun: float, *, told: bool
    ) -> None:
        """Delete what is too much of what was read as a whole, and put stubs off."""
        mapping, sure = event.port_app_config, read.sure
        detailed = at_port.detailed or self._detailed
        percent = limit_percent(self._limit_percent, mapping)
        look = partial(
            plan,
            blueprints={of for of in sure if not is_protected(of)},
            limit_percent=100 if told else percent,
            detailed=detailed,
        )
        now = look(at_port.of(sure))
        if now.absent or read.named:
            # Whoever isn't known is shown less.
            await self._verify(present)
        if absent := now.absent:
            # What was written meanwhile may be newer than what was read.
            again = self._writer.listing.again(absent, mapping)
            at_port.see(absent, [one async for some in again for one in some])
            now = look(at_port.of(sure))
        if over := now.over_limit.values():
            excused = await explained(self._client, over, self._failures)
            now = look(at_port.of(sure), explained=excused)
        self._withheld.note(sure, now.over_limit, now.extra)
        for blueprint, entities in now.over_limit.items():
            logger.error(over_limit_message(blueprint, entities, percent))
        seen_since = begun - self._index_seconds
        present.stubs += [Stub(one, seen_since, is_sure=detailed) for one in now.stubs]
        if now.extra:
            present.gone |= {one.key for one in now.extra}
            self.news += gone_news(now.extra, mapping)
            reason = Reason.TOUCHED if told else Reason.SWEEP
            await self._sync([], [Candidate(one.entity, reason, seen_since) for one in now.extra])

    async def _delete_stubs(self, present: Round, *, told: bool) -> None:
        """Those that nothing relates to which stays.

        Where Port tells of nothing what it relates to, what may be none goes like all others.
        """
        if not present.stubs:
            return
        by_key = {stub.listed.key: stub for stub in present.stubs}
        every = [stub.listed for stub in present.stubs]
        mapping = event.port_app_config
        pointing, is_told = await self._writer.pointing_at([one.entity for one in every], mapping)
        if not is_told:
            every = [one for one in every if not by_key[one.key].is_sure]
        if goes := unneeded(every, pointing, present.gone):
            self.news += gone_news(goes, mapping)
            reason = Reason.TOUCHED if told else Reason.SWEEP
            since = {one.key: by_key[one.key].seen_since for one in goes}
            await self._sync([], [Candidate(one.entity, reason, since[one.key]) for one in goes])
