"""What is read and written after events besides their subjects: issues that show what changed."""

import time
from collections.abc import (
    AsyncIterator,
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

from background import of_boards, of_projects
from background.changed_lately import Lately, changed_since, lately
from background.failures import Failures
from background.issues_showing import (
    IssuesShowing,
    Pages,
    issues_showing,
    pages,
)
from background.jobs import Jobs, MakeSteps, with_index
from background.names_shown import showing_names, tell_of_names
from background.of_projects import Project
from background.people_shown import accounts_of, showing_people
from background.read_again import Batch, ReadAgain
from background.read_again import pages as pages_again
from background.relatives import Relatives, Sync
from background.what_follows import boards_of, projects_of, sprints_of
from client import JiraClient
from jira.changed_issues import ChangedIssue
from jira.payloads import IdSubject
from kinds import Kinds

LATELY_SECONDS = 1.0
LATELY_SHARE = 4
"""Reading what changed lately takes at most a fifth, however many events name no issue."""
NAMES = "issues that show a type"
PEOPLE = "issues that show people"


class ReadsAfter:
    """Jobs that read some issues again; each gives the names of what was asked for."""

    def __init__(
        self,
        client: JiraClient,
        sync: Sync,
        failures: Failures,
        jobs: Jobs,
        index_seconds: float,
        relatives: Relatives,
        compare_everything: Callable[[], None],
    ) -> None:
        """`compare_everything` is for what nobody can read in pieces alone."""
        self._client = client
        self._sync = sync
        self._failures = failures
        self._jobs = jobs
        self._index_seconds = index_seconds
        self._read_again = ReadAgain(lambda: time.monotonic(), index_seconds)
        self._relatives = relatives
        self._compare_everything = compare_everything
        self._lately_took = 0.0
        self._accounts: set[str] = set()

    def of_projects(self, payloads: Sequence[Any]) -> list[str]:
        """All that belongs to the projects that events are about."""
        names = []
        for project_id in projects_of(payloads):
            names.append(f"what belongs to project {project_id}")
            self._jobs.ask(names[-1], partial(self._of_project, names[-1], project_id))
        return names

    def of_boards(self, payloads: Sequence[Any]) -> list[str]:
        """What the boards show that events are about."""
        names = []
        for board_id in boards_of(payloads):
            names.append(f"what board {board_id} shows")
            self._ask_twice(names[-1], partial(self._of_boards, [board_id]))
        return names

    def beside_sprints(self, payloads: Sequence[Any]) -> list[str]:
        """The backlogs beside sprints that begin, end, or are called otherwise."""
        names = []
        for sprint in sprints_of(payloads):
            names.append(f"backlogs beside sprint {sprint.id}")
            self._ask_twice(names[-1], partial(self._beside_sprint, sprint))
        return names

    def issues_showing(self, payloads: Sequence[Any]) -> list[str]:
        """Issues that show a release, a sprint or a type that changed."""
        names = []
        for showing in issues_showing(payloads):
            names.append(showing.name)
            self._jobs.ask(showing.name, partial(self._issues_showing, showing))
        if tell_of_names(payloads):
            names.append(NAMES)
            self._jobs.ask(NAMES, self._issues_showing_names)
        return names

    def besides(self, payloads: Sequence[Any]) -> list[str]:
        """Issues that changed lately, where an event names none, and that show somebody."""
        names = [self._ask_for_changes(of) for of in lately(payloads)]
        if accounts := accounts_of(payloads):
            self._accounts.update(accounts)
            self._jobs.ask(PEOPLE, self._issues_showing_people)
            names.append(PEOPLE)
        return names

    def again_with_index(self, touched: Mapping[Kinds, Iterable[Any]]) -> None:
        """Have what an event touches read again where it was asked of what is behind the index."""
        batch = self._read_again.note(touched)
        if batch is not None:
            name = with_index(batch.name)
            delay = self._read_again.seconds_until(batch)
            self._jobs.ask(name, partial(self._again, batch), delay=delay)
            logger.info(f"Background work entails: {name}")

    def _ask_for_changes(self, of: Lately) -> str:
        """Have what changed lately read soon, and again when Jira's search shows what happened."""
        make = partial(self._changed_since, of.since)
        delay = max(LATELY_SECONDS, LATELY_SHARE * self._lately_took)
        self._jobs.ask(of.name, make, delay=delay)
        self._jobs.postpone(with_index(of.name), make, delay=max(delay, self._index_seconds))
        return of.name

    def _ask_twice(self, name: str, make: MakeSteps) -> None:
        """Have a job done at once, and again when Jira's search shows what happened."""
        self._jobs.ask(name, partial(self._and_again, name, make))

    async def _and_again(self, name: str, make: MakeSteps) -> AsyncIterator[None]:
        async for _ in make():
            yield
        self._again_later(name, make)

    def _again_later(self, name: str, make: MakeSteps) -> None:
        self._jobs.postpone(with_index(name), make, delay=self._index_seconds)
        logger.info(f"Background work entails: {with_index(name)}")

    async def _written(self, read: Callable[[PortAppConfig], Pages]) -> AsyncIterator[None]:
        """Pages of rows under the mapping as it is by now, each written."""
        async for page in read(event.port_app_config):
            await self._sync(page, [])
            yield

    async def _of_project(self, name: str, project_id: str) -> AsyncIterator[None]:
        project = await of_projects.looked_at(self._client, project_id)
        async for _ in self._written(
            lambda of: of_projects.pages(self._client, project, of, self._failures)
        ):
            yield
        self._tell_relatives(of_projects.changed_issues(self._client, project))
        of_projects.settle(self._client, project)
        if project.is_another:
            # While all of it is called otherwise, anything that is read may be of either name.
            self._compare_everything()
        self._again_later(name, partial(self._of_project_late, project))

    async def _of_project_late(self, project: Project) -> AsyncIterator[None]:
        before = {*project.issues}
        async for _ in self._written(
            lambda of: of_projects.found_late(self._client, project, of, self._failures)
        ):
            yield
        late = project.issues.keys() - before if project.is_another else set()
        self._tell_relatives(ChangedIssue(name, changed=None) for name in late)

    def _tell_relatives(self, changed: Iterable[ChangedIssue]) -> None:
        if names := self._relatives.note(changed):
            logger.info(f"Background work entails: {', '.join(names)}")

    def _of_boards(self, board_ids: Collection[str]) -> AsyncIterator[None]:
        return self._written(
            lambda of: of_boards.pages(self._client, board_ids, of, self._failures)
        )

    def _beside_sprint(self, sprint: IdSubject) -> AsyncIterator[None]:
        return self._written(
            lambda of: of_boards.beside_sprint(self._client, sprint, of, self._failures)
        )

    def _issues_showing(self, showing: IssuesShowing) -> AsyncIterator[None]:
        return self._written(lambda of: pages(self._client, showing, of, self._failures))

    def _again(self, batch: Batch) -> AsyncIterator[None]:
        return self._written(lambda of: pages_again(self._client, batch, of, self._failures))

    def _issues_showing_names(self) -> AsyncIterator[None]:
        return self._written(lambda of: showing_names(self._client, of, self._failures))

    async def _issues_showing_people(self) -> AsyncIterator[None]:
        accounts, self._accounts = self._accounts, set()
        who = sorted(accounts)
        try:
            async for _ in self._written(
                lambda of: showing_people(self._client, who, of, self._failures)
            ):
                yield
        except Exception:
            # The job is tried again from its beginning.
            self._accounts |= accounts
            raise

    async def _changed_since(self, moment: float) -> AsyncIterator[None]:
        took, begun = 0.0, time.monotonic()
        failed = partial(self._failures.note, behind=True)
        async for _ in self._written(lambda of: changed_since(self._client, moment, of, failed)):
            took += time.monotonic() - begun
            yield
            # Until here a resync may have been waited for.
            begun = time.monotonic()
        self._lately_took = took + time.monotonic() - begun
