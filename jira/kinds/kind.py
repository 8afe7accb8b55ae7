"""What a kind is: one object that resyncs, live events and the webhook's registration share."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from port_ocean.core.handlers.port_app_config.models import Selector

from jira.events import Family, JiraEvent
from jira.payloads import IdSubject, Row, plausible_id
from kinds import Kinds

__all__ = ["Found", "Kind", "KindById", "KindWithNames", "Known", "Pages", "Selector", "named_once"]

Pages = AsyncIterator[list[Row]]


@dataclass(frozen=True)
class Found:
    """What Jira says about an event's subjects under a selector."""

    updated: list[Row] = field(default_factory=list)
    deleted: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Known:
    """What Jira says about names that Port has: rows that are there, names of what is gone.

    `unsaid` are names that may be one of the kind, of which Jira said neither. What is nowhere
    here can't be a name of this kind.
    """

    rows: list[Row] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    unsaid: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, found: Mapping[str, Row | None], asked: Iterable[str]) -> "Known":
        """From rows by name, None for those that are gone; `asked` are all that could be there."""
        return cls(
            [row for row in found.values() if row is not None],
            [name for name, row in found.items() if row is None],
            [name for name in asked if name not in found],
        )


class Kind[S: Selector, T](ABC):
    """How to read one kind, and which events touch it.

    `S` is its selector, `T` what its events are about. `events` are registered in Jira for it;
    events of the families it is `touched_by` are looked at, whoever registered them; after those
    of the families `compared_after` the whole kind is compared with Port in the background, since
    they tell that something changed, but not which rows. Its constructor takes what it reads with.
    Every method that reads raises JiraError, and never gives less instead.
    """

    name: ClassVar[Kinds]
    own_names: ClassVar[tuple[str, ...]]
    """The expressions that give a name which `by_identifiers` can ask Jira for."""
    events: ClassVar[tuple[JiraEvent, ...]] = ()
    touched_by: ClassVar[tuple[Family, ...]] = ()
    compared_after: ClassVar[tuple[Family, ...]] = ()

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
    async def find(self, ids: Iterable[str], selector: S) -> dict[str, Row | None]:
        """Rows by id: a row, None for what is gone or not selected, no entry where it can't be
        said (Jira refused to answer for it alone).
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
        )

    async def by_identifiers(self, identifiers: Sequence[str], selector: S) -> Known:
        """By those that are numbers."""
        names = [name for name in identifiers if self.is_name(name)]
        return Known.of(await self.find(names, selector), names)


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


def named_once(names: list[str] | None, setting: str) -> list[str] | None:
    """A selector's list, which names something, and nothing twice. Raises ValueError."""
    if names is not None and not names:
        raise ValueError(f"{setting} is empty: name at least one, or null for all")
    if names is not None and len(set(names)) < len(names):
        raise ValueError(f"{setting} names {', '.join(names)}: name each only once")
    return names
