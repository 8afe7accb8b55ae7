"""The limits of Port that this process keeps to, whatever thread it asks from."""

import threading
import time
from collections.abc import Callable, Mapping

from loguru import logger

from port.http.budget import Budget
from port.http.groups import Group
from port.http.told import Told, pause

TOO_MANY = 429


class Limits:
    """One budget for each group of routes.

    The framework sends its log from threads of its own: nothing here waits while it is locked.
    """

    def __init__(self, share_percent: int, now: Callable[[], float] = time.monotonic) -> None:
        """`share_percent` is how much of Port's limits is used at most."""
        self._share = share_percent
        self._now = now
        self._lock = threading.Lock()
        self._budgets: dict[Group, Budget] = {}

    def take(self, group: Group) -> float:
        """The seconds until it is worth asking again; 0 where a request goes out now.

        One that went out has to be given to `ended`.
        """
        with self._lock:
            return self._budget(group).take(self._now())

    def ended(self, group: Group, status: int, headers: Mapping[str, str]) -> None:
        """Learn from an answer."""
        with self._lock:
            budget, told = self._budget(group), Told.by(headers)
            if status == TOO_MANY:
                budget.refused(self._now(), told, pause(headers, budget.refusals + 1))
            else:
                budget.answered(self._now(), told)

    def unanswered(self, group: Group) -> None:
        """A request ended without an answer."""
        with self._lock:
            self._budget(group).unanswered()

    def _budget(self, group: Group) -> Budget:
        if group not in self._budgets:
            self._budgets[group] = Budget(group, self._share, self._now(), logger.info)
        return self._budgets[group]
