"""What events and writes ask of background work: done here, or by the process that leads."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

from port_ocean.core.handlers.port_app_config.models import PortAppConfig

from background.follow_ups import FollowUps
from background.jobs import is_owed
from client import KEPT_ABOUT, touched_by
from jira.payloads import event_name
from kinds import Kinds

type Wish = Mapping[str, Any]
"""What is asked for, in JSON: payloads of events, names of kinds."""
Send = Callable[[Wish], Awaitable[None]]

NAMES_AT_ONCE = 10_000
LEADER = "what the leader makes of it"
"""How work is called that another process may do."""


class Asking(Protocol):
    """Most return the names of what was asked for, for the log."""

    async def arrived(self, payload: Any) -> None:
        """To be told of every event before anything of it is read."""

    async def after(self, payloads: Sequence[Any]) -> list[str]:
        """What these events entail beyond themselves."""

    async def relatives_of(self, payloads: Sequence[Any]) -> list[str]:
        """Those issues that show something of what these events changed."""

    async def compare(self, kinds: Collection[Kinds], later: Collection[Kinds] = ()) -> list[str]:
        """Kinds of which some entities can't be asked for by name."""

    async def look_for_orphans(self) -> list[str]:
        """Stubs that nothing relates to any more."""

    async def sweep(self) -> None:
        """Everything is compared: something happened that nothing else makes up for."""

    def touched(self, touched: Mapping[Kinds, Iterable[Any]]) -> None:
        """What an event touches is read again where it was asked of what is behind the index."""


class Here:
    """This process does all of it."""

    def __init__(self, follow_ups: Callable[[], FollowUps]) -> None:
        self._follow_ups = follow_ups

    async def arrived(self, payload: Any) -> None:
        """See Asking."""
        self._follow_ups().arrived(payload)

    async def after(self, payloads: Sequence[Any]) -> list[str]:
        """See Asking."""
        return self._follow_ups().after(payloads)

    async def relatives_of(self, payloads: Sequence[Any]) -> list[str]:
        """See Asking."""
        return self._follow_ups().relatives_of(payloads)

    async def compare(self, kinds: Collection[Kinds], later: Collection[Kinds] = ()) -> list[str]:
        """See Asking."""
        return self._follow_ups().compare(kinds, later)

    async def look_for_orphans(self) -> list[str]:
        """See Asking."""
        return self._follow_ups().look_for_orphans()

    async def sweep(self) -> None:
        """See Asking."""
        self._follow_ups().ask_for_sweep()

    def touched(self, touched: Mapping[Kinds, Iterable[Any]]) -> None:
        """See Asking."""
        self._follow_ups().reads.again_with_index(touched)


class OfTheLeader:
    """The process that leads does it, and takes what is asked for out of a queue that all share.

    But for what a job entails that was taken out of it: that is owed to the same wish.
    """

    def __init__(
        self,
        follow_ups: Callable[[], FollowUps],
        send: Send,
        tell: Send,
        related: Callable[[int], list[str]],
    ) -> None:
        """`send` returns once the wish can't be lost any more; `tell` tells all others of news.

        `related` are names that this process wrote relations to, at most so many at once.
        """
        self._here = Here(follow_ups)
        self._send = send
        self._tell = tell
        self._related = related

    async def arrived(self, payload: Any) -> None:
        """See Asking: others keep some of what Jira said, too."""
        await self._here.arrived(payload)
        name = event_name(payload)
        if name.startswith(KEPT_ABOUT):
            await self._tell({"arrived": name})

    async def after(self, payloads: Sequence[Any]) -> list[str]:
        """See Asking."""
        return await self._wish({"after": list(payloads)})

    async def relatives_of(self, payloads: Sequence[Any]) -> list[str]:
        """See Asking."""
        return await self._wish({"relatives": list(payloads)})

    async def compare(self, kinds: Collection[Kinds], later: Collection[Kinds] = ()) -> list[str]:
        """See Asking."""
        if not (kinds or later):
            return []
        if is_owed():
            return await self._here.compare(kinds, later)
        return await self._wish({"compare": sorted(kinds), "later": sorted(later)})

    async def look_for_orphans(self) -> list[str]:
        """See Asking."""
        if is_owed():
            return await self._here.look_for_orphans()
        return await self._wish({"orphans": True})

    async def sweep(self) -> None:
        """See Asking."""
        await self._send({"sweep": True})

    def touched(self, touched: Mapping[Kinds, Iterable[Any]]) -> None:
        """Nothing here: `granted` sees to it, for each event that was tried."""

    async def _wish(self, wish: Wish) -> list[str]:
        names = self._related(NAMES_AT_ONCE)
        await self._send({**wish, "related": names} if names else wish)
        while len(names) == NAMES_AT_ONCE:
            names = self._related(NAMES_AT_ONCE)
            await self._send({"orphans": True, "related": names})
        return [LEADER]


def granted(wish: Wish, follow_ups: FollowUps, mapping: PortAppConfig) -> list[str]:
    """Ask for what another process wished; the names of that.

    What a newer version may wish that this one doesn't know, a sweep makes up for.
    """
    names: list[str] = []
    match wish:
        case {"related": [*related]}:
            follow_ups.after_writes.related(map(str, related))
    mapped = {resource.kind for resource in mapping.resources}
    match wish:
        case {"after": [*payloads]}:
            names += follow_ups.after(payloads)
            for payload in payloads:
                touched = touched_by(payload)
                follow_ups.reads.again_with_index({k: s for k, s in touched.items() if k in mapped})
        case {"relatives": [*payloads]}:
            names += follow_ups.relatives_of(payloads)
        case {"compare": [*kinds], "later": [*later]}:
            names += follow_ups.compare(_kinds(kinds), _kinds(later))
        case {"orphans": True}:
            names += follow_ups.look_for_orphans()
        case {"everything": True}:
            follow_ups.compare_everything()
        case _:
            follow_ups.ask_for_sweep()
            names.append("sweep")
    return names


def _kinds(names: Iterable[Any]) -> list[Kinds]:
    return [Kinds(name) for name in names if name in Kinds]
