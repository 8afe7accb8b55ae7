"""The points that Jira counts what OAuth apps ask in, and its refusals when an hour's are used up.

A request costs one point and one more for each object in its answer, two where the objects are
people or permissions; one that writes costs one point. An app has so many for each full hour of
UTC, over all its sites; who comes with an API token has no such quota.
"""

import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from starlette.responses import JSONResponse, Response

type Policy = Literal["global-app-quota", "tenant-app-quota"]

QUOTA, HOUR_SECONDS = 65_000, 3600
TELLS_BELOW = 0.2
"""What is left is told only when it is less than this share."""
_REASONS: dict[Policy, str] = {
    "global-app-quota": "jira-quota-global-based",
    "tenant-app-quota": "jira-quota-tenant-based",
}
_COUNTED = re.compile(r"/rest/")
_IDENTITY = re.compile(r"/rest/api/\d+/(users?|groups?|myself|mypermissions)(/|$)")


def cost(path: str, status: int, objects: int) -> int:
    """The points of an answered request; a write has no objects, and teams aren't Jira's."""
    if not _COUNTED.match(path):
        return 0
    if status >= 400:
        return 1
    return 1 + objects * (2 if _IDENTITY.match(path) else 1)


@dataclass
class Points:
    """What was spent, by window, and what every answer tells of it.

    The switches: `enforced` refuses what comes when a window's points are used up; `told` has
    answers tell of the quota even so; with `beta` they say it as they do before it is enforced;
    with `beside_burst` they tell of the burst limit, too.
    """

    now: Callable[[], float]
    quota: int = QUOTA
    window_seconds: int = HOUR_SECONDS
    policy: Policy = "global-app-quota"
    enforced: bool = False
    told: bool = False
    beta: bool = False
    beside_burst: bool = False
    refused: int = 0
    by_window: Counter[int] = field(default_factory=Counter)
    """Points by the moment at which a window began."""

    @property
    def spent(self) -> int:
        """All points since the beginning."""
        return self.by_window.total()

    @property
    def left(self) -> int:
        """How many points are left of this window."""
        return max(0, self.quota - self.by_window[self._begun])

    @property
    def seconds_left(self) -> int:
        """How long this window still lasts."""
        return max(1, math.ceil(self._begun + self.window_seconds - self.now()))

    def spend(self, points: int) -> None:
        """Count what a request cost."""
        self.by_window[self._begun] += points

    def refusal(self) -> Response | None:
        """The answer to a request for which there are no points left."""
        if not self.enforced or self.left:
            return None
        self.refused += 1
        until = datetime.fromtimestamp(self.now() + self.seconds_left, UTC)
        headers = {
            "Retry-After": str(self.seconds_left),
            "X-RateLimit-Reset": until.strftime("%Y-%m-%dT%H:%MZ"),
            "RateLimit-Reason": _REASONS[self.policy],
        }
        body = {"errorMessages": ["Rate limit exceeded."], "errors": {}}
        return JSONResponse(body, 429, headers)

    def headers(self) -> dict[str, str]:
        """What an answer tells of the quota."""
        if not (self.enforced or self.told):
            return {}
        before, extra = ("Beta-", "X-Beta-") if self.beta else ("", "X-")
        policies = [f'"{self.policy}";q={self.quota};w={self.window_seconds}']
        states = []
        told = {}
        if self.left < self.quota * TELLS_BELOW:
            states = [f'"{self.policy}";r={self.left};t={self.seconds_left}']
            told[f"{extra}RateLimit-NearLimit"] = "true"
        if self.beside_burst:
            policies.insert(0, '"jira-burst-based";q=100;w=1')
            states.insert(0, '"jira-burst-based";r=99;t=1')
        told[f"{before}RateLimit-Policy"] = ", ".join(policies)
        if states:
            told[f"{before}RateLimit"] = ", ".join(states)
        return told

    @property
    def _begun(self) -> int:
        return int(self.now() // self.window_seconds) * self.window_seconds
