"""What one process leaves for the next: up to when all that came is written. Without I/O.

Two moments are kept. All events that came before `written` are written. `compare_at` is when the
next process has to compare everything: it lies ahead only where the last one ended in order and
left nothing, and counts only where the next one comes soon enough for Jira to send again what
nobody took; that one takes it back before it takes its first event.
"""

from dataclasses import dataclass

OVERLAP_SECONDS = 300.0
"""Looked back further than the mark: clocks differ, and an event comes after what it tells of."""

AWAY_SECONDS = 20 * 60.0
"""Jira may give up a delivery 25 minutes after its first try: what nobody took for longer is lost.
"""


@dataclass(frozen=True)
class Kept:
    """Moments in seconds since 1970; None where that was never kept."""

    written: float | None = None
    compare_at: float | None = None


@dataclass(frozen=True)
class Start:
    """What a process has to make up for.

    `since` is the moment from which on changes may not be written; None where nobody knows.
    `compare_in` is in how many seconds everything has to be compared; None: now, as a whole, for
    what was under way may be anything.
    """

    since: float | None = None
    compare_in: float | None = None


def start_after(kept: Kept, now: float) -> Start:
    """What follows from what the last process left."""
    if kept.written is None:
        return Start()
    since = min(kept.written, now) - OVERLAP_SECONDS
    if kept.compare_at is None or kept.compare_at <= kept.written:
        return Start(since)
    if now - kept.written > AWAY_SECONDS:
        return Start(since)
    return Start(since, max(0.0, kept.compare_at - now))


class Mark:
    """Decides when another moment has to be kept: nothing is while nothing comes."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._came = 0
        self._was_open = False

    @property
    def taken_back(self) -> Kept | None:
        """What to keep before the first event is taken; None where it is so already."""
        kept = self._kept
        if kept.written is None or kept.compare_at is None or kept.compare_at <= kept.written:
            return None
        return Kept(compare_at=kept.written)

    def now(self, now: float, oldest: float | None, came: int) -> Kept | None:
        """What to keep now; None where that is kept already.

        `oldest` is when the oldest event came that isn't written, `came` how many came so far.
        """
        if came == self._came and not self._was_open:
            return None
        written = now if oldest is None else oldest
        if self._kept.written is not None and written <= self._kept.written:
            return None
        return Kept(written=written)

    def at_the_end(self, now: float, compare_in: float) -> Kept:
        """What to keep where all is written and the process ends."""
        return Kept(written=now, compare_at=now + max(compare_in, 1.0))

    def is_kept(self, kept: Kept, oldest: float | None, came: int) -> None:
        """Port has it."""
        self._kept = Kept(
            self._kept.written if kept.written is None else kept.written,
            self._kept.compare_at if kept.compare_at is None else kept.compare_at,
        )
        if kept.written is not None:
            self._came = came
            self._was_open = oldest is not None
