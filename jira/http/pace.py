"""How fast, and how many at a time, one endpoint of Jira is asked. Without I/O and without a clock.

Jira limits each endpoint and method by itself, and everybody on the site uses up the same limit:
https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
So both numbers are learnt: fewer a second after a refusal, fewer at a time while answers take
longer and longer, and slowly back to what the settings allow.
"""

import math
from collections import deque

DOCUMENTED = {"PUT": 50.0, "DELETE": 50.0}
"""Requests a second that Jira takes from everybody together; 100 for all other methods."""
BURST = 10
"""Requests that may go out at once where Jira refused nothing yet."""
LEAST_FIRST = 5.0
"""Where Jira takes less from us than that, it is others who use up the limit."""
LEAST = 1.0
BELOW_GRANTED = 0.93
WINDOW_SECONDS = 1.04
"""Jira's second, and a little for what comes closer together on its way there."""
SLOWER = 0.93
MUCH_SLOWER = 0.75
SOON_SECONDS = 5.0
BELOW_REFUSED = 0.95
"""How near to the rate that was refused the rate comes back at once."""
CAREFUL_SECONDS = 60.0
"""How long it then stays about there."""
FORGOTTEN_SECONDS = 600.0
MOST_GROWN_SECONDS = 5.0


class Pace:
    """The moments at which requests go out."""

    def __init__(self, ceiling: float) -> None:
        """`ceiling` is the rate, in requests a second, that is never exceeded."""
        self.rate = ceiling
        self._ceiling = ceiling
        self._refused_at: float | None = None
        self._refused_rate = ceiling
        self._slow_until = float("-inf")
        self._next = float("-inf")
        self._grown_at = float("-inf")
        self._granted_since = False
        self._granted: deque[float] = deque()
        self._sent: deque[float] = deque()

    def moment(self, now: float) -> float:
        """When the next request may go out: now, or later. It is nobody's until it is taken."""
        self._grow(now)
        return max(now, self._next - (self._burst - 1) / self.rate)

    def take(self, moment: float) -> None:
        """A request has this moment, which was the next one."""
        self._next = max(self._next, moment) + 1 / self.rate

    @property
    def _burst(self) -> int:
        if self._refused_at is not None:
            return 1
        return min(BURST, max(1, int(self._ceiling / BURST)))

    def send(self, now: float) -> float:
        """The seconds to wait all the same, at one's moment; 0 where the request goes out now.

        Moments that a busy process let pass come together, and Jira would count too many.
        """
        if self._refused_at is None:
            return 0.0
        window = max(WINDOW_SECONDS, 1 / self.rate)
        while self._sent and self._sent[0] <= now - window:
            self._sent.popleft()
        if len(self._sent) >= math.ceil(self.rate):
            return self._sent[0] + window - now
        self._sent.append(now)
        return 0.0

    def granted(self, now: float) -> None:
        """Jira answered."""
        self._granted_since = True
        self._granted.append(now)
        while self._granted[0] <= now - 1:
            self._granted.popleft()

    def refused(self, now: float, until: float) -> None:
        """Jira refuses more (429) and takes the next request at the moment `until`."""
        self._next = max(self._next if self._refused_at else now, until)
        if now < self._slow_until or not (self._refused_at is None or self._granted_since):
            # Sent before we slowed down: the same refusal once more. And where nothing at all is
            # taken, it isn't about how fast we ask.
            self._slow_until = self._grown_at = max(self._slow_until, until)
            return
        granted = sum(1 for moment in self._granted if moment > now - 1)
        if self._refused_at is None:
            rate = min(SLOWER * self.rate, max(BELOW_GRANTED * granted, LEAST_FIRST))
            self._refused_rate = rate
        else:
            soon = now - max(self._refused_at, self._slow_until) < SOON_SECONDS
            self._refused_rate = self.rate * (SLOWER if soon else 1)
            rate = self.rate * (MUCH_SLOWER if soon else SLOWER)
        self.rate = min(max(rate, LEAST), self._ceiling)
        self._refused_at = now
        self._granted_since = False
        # A pause, in which nothing was asked, tells nothing about the rate.
        self._slow_until = self._grown_at = until

    def _grow(self, now: float) -> None:
        if self._refused_at is None or now <= self._grown_at:
            return
        # While hardly anything is asked, nothing is learnt either.
        seconds = min(now - self._grown_at, MOST_GROWN_SECONDS)
        self._grown_at = now
        near = BELOW_REFUSED * self._refused_rate
        quiet = now - self._slow_until
        if quiet > FORGOTTEN_SECONDS:
            self.rate = self._ceiling
        elif self.rate < near:
            self.rate = min(self.rate * (1 + 0.03 * seconds), near)
        elif quiet < CAREFUL_SECONDS:
            self.rate += max(0.001 * self.rate, 0.01) * seconds
        else:
            self.rate += max(0.01 * self.rate, 0.1) * seconds
        self.rate = min(self.rate, self._ceiling)
        if self.rate == self._ceiling and quiet > CAREFUL_SECONDS:
            self._refused_at = None


class Crowd:
    """How many requests may be under way: fewer while Jira's answers take longer and longer."""

    TOLERATED = 1.5
    TOLERATED_SECONDS = 1.0
    LATELY = 5
    FEWER = 0.8

    def __init__(self, most: int) -> None:
        self.limit = float(most)
        self._most = most
        self._usual: float | None = None
        self._lately: deque[float] = deque(maxlen=self.LATELY)
        self._since_change = 0

    def answered(self, seconds: float) -> int:
        """Learn from an answer that took so long; how many may be under way from now on."""
        if self._usual is None:
            self._usual = seconds
        # What goes on for long enough is usual in the end, and no reason to ask less any more.
        self._usual += 0.02 * (seconds - self._usual)
        self._lately.append(seconds)
        self._since_change += 1
        # The least of them: one may be slow because much was asked for.
        if min(self._lately) <= self.TOLERATED * self._usual + self.TOLERATED_SECONDS:
            self.limit = min(self._most, self.limit + 1 / self.limit)
        elif self._since_change >= self.limit:
            # Once for all that were under way together.
            self.limit = max(1.0, self.limit * self.FEWER)
            self._since_change = 0
        return int(self.limit)


def ceiling(endpoint: str, share_percent: int) -> float:
    """The most requests a second for an endpoint (`METHOD template`), as a share of the limit."""
    return DOCUMENTED.get(endpoint.partition(" ")[0], 100.0) * share_percent / 100
