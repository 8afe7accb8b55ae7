"""How much of one of Port's limits is used, and when the next request goes out. Without I/O.

Everybody in the organization uses up the same limit. We keep to our share of it by counting what
we send, and to our share of what is left by what Port's answers tell: the more others take, the
slower we get, before Port refuses anything.
"""

from collections.abc import Callable

from port.http.groups import PERIOD_SECONDS, Group
from port.http.told import Told

RESERVE = 0.05
"""What is hardly touched at a window's end: others use up the limit between two answers of ours."""
FLOOR = 0.01
"""What is never touched: by then an answer is too old to go by."""
CAREFUL = 0.25
"""With less than this of the burst that everybody shares left, we get slower."""
SAME_WINDOW = 1.5
"""Port and HTTP tell moments in whole seconds."""
ROUNDING = 1e-9
WORTH_TELLING = 2.0
"""Seconds; a shorter wait is said by its pace alone."""


class Budget:
    """The requests of one group of routes: a burst, and then an even pace."""

    def __init__(
        self, group: Group, share_percent: int, now: float, say: Callable[[str], None]
    ) -> None:
        """`say` is told once of each pause and of each time that we get slower."""
        self._group = group
        self._share = share_percent / 100
        self._limit = float(group.limit)
        self._period = PERIOD_SECONDS
        self._saved = self.burst
        self._at = now
        self._under_way = 0
        self._remaining = 0.0
        self._reset_at: float | None = None
        self._least_told = 0.0
        # What everybody together may send at once, as far as we know.
        self._spare = self._whole_burst
        self._spare_at = now
        self._paused_until = now
        self._refusals = 0
        self._say = say
        self._said_until = now
        self._said_slow = False

    @property
    def rate(self) -> float:
        """Our share, in requests a second."""
        return min(self._share * self._limit / self._period, self._group.most_a_second)

    @property
    def burst(self) -> float:
        """Our share of what may come at once."""
        return max(1.0, min(self._share * self._whole_burst, self._group.most_burst))

    @property
    def _whole_burst(self) -> float:
        return self._group.burst * self._limit / self._group.limit

    @property
    def refusals(self) -> int:
        """How many refusals came in a row."""
        return self._refusals

    def take(self, now: float) -> float:
        """The seconds until it is worth asking again; 0 where a request goes out now."""
        if now < self._paused_until:
            return self._paused_until - now
        rate, most = self._allowed(now)
        self._saved = min(most, self._saved + (now - self._at) * rate)
        self._at = now
        if self._saved >= self.burst:
            self._said_slow = False
        if self._saved < 1 - ROUNDING:
            return self._wait(now, rate)
        self._saved -= 1
        self._remaining -= 1
        self._under_way += 1
        return 0.0

    def answered(self, now: float, told: Told) -> None:
        """A request has ended, with an answer that tells this much."""
        self._under_way -= 1
        self._refusals = 0
        self._learn(now, told)

    def unanswered(self) -> None:
        """A request has ended without an answer."""
        self._under_way -= 1

    def refused(self, now: float, told: Told, seconds: float) -> None:
        """Port answered 429: nothing goes out for so long."""
        self._under_way -= 1
        self._learn(now, told)
        # What we took to be saved wasn't.
        self._saved = self._spare = 0.0
        if now < self._paused_until:
            # Sent before we knew: the same refusal once more.
            self._paused_until = max(self._paused_until, now + seconds)
            return
        self._refusals += 1
        self._paused_until = now + seconds
        self._tell(f"all of them wait {seconds:.1f} s, since Port refuses more (429)")

    def _learn(self, now: float, told: Told) -> None:
        period = told.period or PERIOD_SECONDS
        if told.limit and (told.limit, period) != (self._limit, self._period):
            taken = self.burst - self._saved
            self._limit, self._period = told.limit, period
            self._saved = max(0.0, self.burst - taken)
            self._spare = min(self._spare, self._whole_burst)
        if told.remaining is None or not told.reset:
            return
        self._fill_spare(now)
        reset_at = now + told.reset
        if self._reset_at is None or abs(reset_at - self._reset_at) > SAME_WINDOW:
            # A window that we know nothing of: what is more than its even pace was a burst.
            even = self._limit * (1 - told.reset / self._period)
            burst = max(0.0, self._limit - told.remaining - even)
            self._spare = max(0.0, min(self._spare, self._whole_burst - burst))
            self._least_told = told.remaining
        else:
            # Answers may come in another order than Port counted.
            least = min(self._least_told, told.remaining)
            self._spare = max(0.0, self._spare - (self._least_told - least))
            self._least_told = least
        # Whether Port has counted those that are under way nobody knows.
        self._remaining = told.remaining - self._under_way
        self._reset_at = reset_at

    def _fill_spare(self, now: float) -> None:
        grown = (now - self._spare_at) * self._limit / self._period
        self._spare_at = now
        self._spare = min(self._whole_burst, self._spare + grown)

    def _allowed(self, now: float) -> tuple[float, float]:
        """The rate, and how much may be saved: our share, and no more than our share of the rest.

        A burst is at most a tenth of what is left.
        """
        if self._reset_at is None or now >= self._reset_at:
            self._reset_at = None
            return self.rate, self.burst
        if self._remaining <= FLOOR * self._limit:
            return 0.0, 0.0
        left = max(self._remaining - RESERVE * self._limit, self._remaining / 10)
        self._fill_spare(now)
        careful = self._spare / (CAREFUL * self._whole_burst)
        rate = min(self.rate, self.rate * careful, self._share * left / (self._reset_at - now))
        return rate, max(1.0, min(self.burst, left / 10, self._share * self._spare))

    def _wait(self, now: float, rate: float) -> float:
        wait = (1 - self._saved) / rate if rate else PERIOD_SECONDS
        if self._reset_at is not None and now + wait >= self._reset_at:
            wait = self._reset_at - now
        if wait >= WORTH_TELLING and now >= self._said_until:
            self._said_until = now + wait
            self._tell(f"all of them wait {wait:.1f} s, since our share is used up for now")
        elif wait < WORTH_TELLING and not self._said_slow:
            self._said_slow = True
            self._tell(f"{rate:.1f} go out a second for now")
        return wait

    def _tell(self, what: str) -> None:
        takes = f"{self._limit:.0f} in {self._period:.0f} s"
        self._say(f"Port's limit for {self._group.name} ({takes}): {what}")
