"""Moments that several machines can compare: Redis's clock, as this process's own shows it; no I/O.

Wall clocks differ and jump. So every answer of Redis says how far its clock is from our monotonic
one, up to the time that the answer took.
"""

from dataclasses import dataclass

LASTS_SECONDS = 60.0
"""How long a measurement is good for: clocks drift, and another Redis may stand in for this one."""
DRIFT = 1e-4
"""How many seconds two clocks may come apart in one."""


@dataclass(frozen=True)
class _Measured:
    at: float
    offset: float
    error: float

    def error_at(self, now: float) -> float:
        return self.error + abs(now - self.at) * DRIFT


class Moments:
    """How monotonic seconds translate, and how sure that is."""

    def __init__(self) -> None:
        self._best: _Measured | None = None

    def measured(self, asked: float, told: int, answered: float) -> None:
        """Redis told its microseconds between two monotonic moments."""
        middle = (asked + answered) / 2
        new = _Measured(middle, told / 1e6 - middle, (answered - asked) / 2)
        best = self._best
        if best is not None and middle - best.at < LASTS_SECONDS:
            error = best.error_at(middle)
            # Where the two can't both be right, the clock was set.
            fits = abs(new.offset - best.offset) <= error + new.error
            if fits and error < new.error:
                return
        self._best = new

    def earliest(self, moment: float) -> int:
        """Redis's microseconds at a monotonic moment, if the clock is as slow as may be."""
        return self._at(moment, -1)

    def latest(self, moment: float) -> int:
        """The same, if it is as fast as may be."""
        return self._at(moment, 1)

    def _at(self, moment: float, sign: int) -> int:
        if self._best is None:
            raise RuntimeError("Redis's clock wasn't read yet")
        seconds = moment + self._best.offset + sign * self._best.error_at(moment)
        return int(seconds * 1e6)
