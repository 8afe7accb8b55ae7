"""What a kind is: one object that resyncs, live events and the webhook's registration share."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from port_ocean.core.handlers.port_app_config.models import Selector

from jira.answers import Answers
from jira.asks import Ask
from jira.errors import JiraError
from jira.events import Family, JiraEvent
from jira.needs import Permission
from jira.payloads import IdSubject, Row, plausible_id
from kinds import Kinds

__all__ = [
    "Found",
    "Kind",
    "KindById",
    "KindByTime",
    "KindWithNames",
    "Known",
    "Pages",
    "Selector",
    "Since",
]

Pages = AsyncIterator[list[Row]]


@dataclass(frozen=True)
class Found:
    """What Jira says about an event's subjects under a selector.

    Subjects that can't be said are in neither list; `failed` is why another try may say more.
    """

    updated: list[Row] = field(default_factory=list)
    deleted: list[Row] = field(default_factory=list)
    failed: JiraError | None = None


@dataclass(frozen=True)
class Known:
    """What Jira says about names that Port has: rows that are there, names of what is gone.

    A name that is in neither can't be said anything about; `failed` is why another try may say
    more.
    """

    rows: list[Row] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    failed: JiraError | None = None

    @classmethod
    def of(cls, found: Answers) -> "Known":
        """From rows by name, None for those that are gone."""
        return cls(
            [row for row in found.values() if row is not None],
            [name for name, row in found.items() if row is None],
            found.failed,
        )


@dataclass(frozen=True)
class Since:
    """A moment (seconds since 1970), and id and key of every issue that changed since then."""

    moment: float
    issues: Sequence[Row] = ()


class Kind[S: Selector, T](ABC):
    """How to read one kind, and which events touch it.

    `S` is its selector, `T` what its events are about. `events` are registered in Jira for it;
    events of the families it is `touched_by` are looked at, whoever registered them; what boards
    show and what belongs to projects is read after these' events in the background. Its
    constructor takes what it reads with.
    Every method that reads raises JiraError, and never gives less instead. One that reads all of
    something hands on what it gets: where a parent (a board, a project) or a row failed again and
    again, JiraPartlyUnavailableError comes at the end, and nothing may be taken to be too much.
    What is refused for good is left out with a warning. Where Jira itself is down, that is raised
    at once.
    """

    name: ClassVar[Kinds]
    own_names: ClassVar[tuple[str, ...]]
    """The expressions that give a name which `by_identifiers` can ask Jira for."""
    events: ClassVar[tuple[JiraEvent, ...]] = ()
    touched_by: ClassVar[tuple[Family, ...]] = ()
    behind_index: ClassVar[bool] = False
    """Whether it asks what lags behind the database, so that subjects are read again later."""
    permissions: ClassVar[tuple[Permission, ...]] = (Permission.BROWSE_PROJECTS,)
    """Without one of these, the account sees no row."""

    @property
    def missing(self) -> str | None:
        """Why it can't be read with these settings, whatever the account may do."""
        return None

    @abstractmethod
    def asks(self) -> Sequence[Ask]:
        """Every endpoint that it reads by, each asked for as little as possible."""

    @staticmethod
    def subjects(payload: Any) -> Sequence[T]:
        """What a payload says has to be read again; nothing where it names nothing plausible."""
        return ()

    @classmethod
    def is_name(cls, identifier: str) -> bool:
        """Whether a row of this kind can be called so by one of its `own_names`."""
        return bool(identifier)

    @classmethod
    def is_touched_by(cls, event_name: str) -> bool:
        """Whether an event of this name may change entities of this kind."""
        return event_name.startswith(cls.touched_by)

    @abstractmethod
    def pages(self, selector: S) -> Pages:
        """Every row of the selector; a row twice is not an error."""

    @abstractmethod
    async def find(self, ids: Iterable[str], selector: S) -> Answers:
        """Rows by id: a row, None for what is gone or not selected, no entry where it can't be
        said, since the answer for it, or for a parent that may show it, is refused or failed.

        `failed` of the answers is such a failure: another try may say more. Where nothing can be
        said of any id, and of one because of a failure, that is raised.
        """

    @abstractmethod
    async def resolve(self, subjects: Sequence[T], selector: S) -> Found:
        """Read an event's subjects again: what is there, and what was there and isn't any more."""

    @abstractmethod
    async def by_identifiers(self, identifiers: Sequence[str], selector: S) -> Known:
        """Read what Port has under these identifiers, which are values of `own_names`.

        What can't be one of this kind is in neither list.
        """


class KindById[S: Selector](Kind[S, IdSubject]):
    """A kind whose rows have a numeric id: the default for `resolve` and `by_identifiers`."""

    own_names: ClassVar[tuple[str, ...]] = (".id",)
    id_in_rows: ClassVar[Callable[[str], str | int]] = str
    """What Jira's rows of this kind have as their id: text or number."""

    @classmethod
    def is_name(cls, identifier: str) -> bool:
        """A number."""
        return plausible_id(identifier) is not None

    async def resolve(self, subjects: Sequence[IdSubject], selector: S) -> Found:
        """As rows that were found, and rows of the subjects that are gone."""
        found = await self.find([subject.id for subject in subjects], selector)
        return Found(
            [row for row in found.values() if row is not None],
            [
                {**subject.row, "id": type(self).id_in_rows(subject.id)}
                for subject in subjects
                if subject.id in found and found[subject.id] is None
            ],
            found.failed,
        )

    async def by_identifiers(self, identifiers: Sequence[str], selector: S) -> Known:
        """By those that are numbers."""
        names = [name for name in identifiers if self.is_name(name)]
        return Known.of(await self.find(names, selector))


class KindByTime[S: Selector, T](Kind[S, T]):
    """A kind of which Jira tells what changed since a moment."""

    @abstractmethod
    def changed_since(self, since: Since, selector: S) -> AsyncIterator[Found]:
        """What changed since then: rows as they are now, and what is gone or left the selector.

        Of what Jira tells no time of, nothing: an issue that was deleted. Raises JiraError.
        """


class KindWithNames[S: Selector, T](Kind[S, T]):
    """A kind with so many rows that a sweep compares names first."""

    @abstractmethod
    def names(self, selector: S) -> Pages:
        """Every row of the selector, with id and key alone."""

    @abstractmethod
    def named(self, rows: Sequence[Row], selector: S) -> Pages:
        """The whole rows, as they are now, of some that `names` gave."""

    @abstractmethod
    def changed(self, selector: S, minutes: int) -> Pages:
        """The whole rows that changed in the last so many minutes."""
