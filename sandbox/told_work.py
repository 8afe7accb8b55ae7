"""What the integration's log tells of its work: events that are done, and background work."""

import re
from collections.abc import Sequence

_LATER = " when the index has caught up"
_TWICE = ("sweep", "issues that changed")
"""How jobs are called that are done again when the index has caught up."""
_EVENTS = re.compile(r"(\d+) live events done .*; background work: ")
_AGAIN = re.compile(r"(\d+) of them after a resync")
_ASKED = re.compile(r"; background work: (.*)$|Background work entails: (.*)$")
_DONE = re.compile(r"Background work done: (.*)$")


class ToldWork:
    """Reads a log that grows, each line once, from where it was when this was made."""

    def __init__(self, log: Sequence[str]) -> None:
        self._log = log
        self._read = len(log)
        self._events = 0
        # The lines in which jobs were asked for and done the last time.
        self._asked: dict[str, int] = {}
        self._asked_later: dict[str, int] = {}
        self._done: dict[str, int] = {}

    def idle(self, accepted: int, *, with_index: bool = False) -> bool:
        """Whether so many events are done, and all the work that was asked for.

        Work that waits for Jira's search index counts `with_index` alone.
        """
        for number in range(self._read, len(self._log)):
            self._look_at(number)
        self._read = len(self._log)
        asked = [self._asked, self._asked_later] if with_index else [self._asked]
        return self._events >= accepted and all(
            self._done.get(name, -1) > number for names in asked for name, number in names.items()
        )

    def _look_at(self, number: int) -> None:
        # At DEBUG a line goes on with what the record holds besides.
        line = self._log[number].partition(" | {")[0]
        if found := _EVENTS.search(line):
            again = _AGAIN.search(line)
            self._events += int(found[1]) - (int(again[1]) if again else 0)
        if found := _ASKED.search(line):
            for name in (found[1] or found[2]).split(", "):
                self._ask(name, number)
        elif found := _DONE.search(line):
            self._done[found[1]] = number

    def _ask(self, name: str, number: int) -> None:
        if name == "none":
            return
        if name.endswith(_LATER):
            self._asked_later[name] = number
        else:
            self._asked[name] = number
        if name.startswith(_TWICE):
            self._asked_later[f"{name.removesuffix(_LATER)}{_LATER}"] = number
