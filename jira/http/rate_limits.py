"""What Jira's headers say of its limits: `RateLimit` and `RateLimit-Policy`. Without I/O.

https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

HOUR = 3600.0
NOT_ENFORCED = "beta-"
"""Stands in front of a header, or of a policy's name, while nobody is refused by it."""
QUOTA = "-quota"
"""What the names of the policies that count points end with."""

_POLICY = re.compile(r'\s*(?:"(?P<quoted>[^"]*)"|(?P<plain>[^\s;,"]+))(?P<rest>(?:"[^"]*"|[^,"])*)')
_PARAMETER = re.compile(r';\s*(?P<name>[\w-]+)\s*=\s*(?:"(?P<quoted>[^"]*)"|(?P<plain>[^;,"\s]+))')
_NUMBER = re.compile(r"\d{1,15}(\.\d{1,9})?")


@dataclass(frozen=True)
class Limit:
    """One policy: so much in so many seconds; what is left of it, and until when (in seconds).

    What isn't said is None: what is left is told only when most of it is used.
    """

    name: str
    quota: float | None = None
    window: float | None = None
    left: float | None = None
    reset: float | None = None

    @property
    def counts_points(self) -> bool:
        """Whether it is a quota of points, and not the limit of an endpoint."""
        return self.name.endswith(QUOTA)


def limits_of(headers: Mapping[str, str]) -> list[Limit]:
    """Every policy that the headers name, however many in whatever order."""
    policies: dict[str, dict[str, float]] = {}
    for header in ("ratelimit-policy", "ratelimit"):
        for prefix in (NOT_ENFORCED, ""):
            for name, numbers in _items(headers.get(f"{prefix}{header}", "")):
                policies.setdefault(name, {}).update(numbers)
    return [
        Limit(name, said.get("q"), said.get("w"), said.get("r"), said.get("t"))
        for name, said in policies.items()
    ]


def seconds_until_reset(headers: Mapping[str, str], now: float) -> float:
    """When a quota that is used up is back: as a policy says, or at the full hour.

    `now` is in seconds since 1970.
    """
    told = [
        limit.reset
        for limit in limits_of(headers)
        if limit.counts_points and limit.reset is not None and not limit.left
    ]
    return max([0.0, *told]) or until_full_hour(now)


def until_full_hour(now: float) -> float:
    """The seconds to the next full hour of UTC."""
    return HOUR - math.fmod(now, HOUR)


def _items(header: str) -> Iterator[tuple[str, dict[str, float]]]:
    for found in _POLICY.finditer(header):
        name = (found["quoted"] or found["plain"] or "").strip().lower()
        numbers: dict[str, float] = {}
        for parameter in _PARAMETER.finditer(found["rest"]):
            value = parameter["quoted"] or parameter["plain"] or ""
            if _NUMBER.fullmatch(value):
                numbers[parameter["name"].lower()] = float(value)
        if name:
            yield name.removeprefix(NOT_ENFORCED), numbers
