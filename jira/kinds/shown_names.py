"""Statuses, types and the like as issues showed them: no event tells when most are renamed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jira.payloads import Row, plausible_id

LISTED = ("status", "issuetype")
SAMPLED = ("priority", "resolution")
"""Those that have no list in one request: some issues show how each is called."""
FIELDS = LISTED + SAMPLED
"""The fields of an issue that show something which has a name of its own."""
MAX_SAMPLES = 3
"""How many issues are remembered that show one and the same."""

Shown = tuple[str, ...]
"""What an issue shows of one: its name, and its category where it has one."""


@dataclass(frozen=True)
class Changed:
    """What issues show otherwise than it is by now, by the field.

    `ids` is what issues can be asked for by; of the fields `gone` something isn't there any more,
    and Jira refuses to be asked for its issues. `listed` is what this was found by.
    """

    ids: Mapping[str, list[str]] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    listed: Mapping[str, Mapping[str, Shown]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.ids or self.gone)


class ShownNames:
    """Remembers how each was shown in the issues that were read, and listed the last time.

    One that was shown in two ways was changed between two reads: some issue in the catalog still
    shows it as it was.
    """

    def __init__(self) -> None:
        # By field and id, the latest last.
        self._shown: dict[str, dict[str, dict[Shown, None]]] = {name: {} for name in FIELDS}
        self._samples: dict[str, dict[str, dict[str, None]]] = {
            name: defaultdict(dict) for name in SAMPLED
        }
        self._listed: dict[str, Mapping[str, Shown]] = {}

    def note(self, issues: Iterable[Row]) -> None:
        """These issues were read, and go into the catalog as they are."""
        for issue in issues:
            fields = issue.get("fields") or {}
            for name in FIELDS:
                value = fields.get(name)
                if not isinstance(value, dict) or (of := plausible_id(value.get("id"))) is None:
                    continue
                _put_last(self._shown[name].setdefault(of, {}), _shown(value))
                if name in self._samples:
                    samples = self._samples[name][of]
                    _put_last(samples, str(issue.get("id")))
                    if len(samples) > MAX_SAMPLES:
                        del samples[next(iter(samples))]

    def samples(self, fields: Iterable[str]) -> list[str]:
        """The ids of a few issues that show all there is in these fields."""
        every = (samples for name in fields for samples in self._samples[name].values())
        return list(dict.fromkeys(issue for samples in every for issue in samples))

    def changed(self, lists: Mapping[str, Iterable[Row]], fields: Iterable[str]) -> Changed:
        """What is shown wrong in some issue, by lists as they are now and what issues showed.

        What issues never showed counts only where the list had it otherwise before. `lists` has a
        whole one for each of `fields` that is `LISTED`.
        """
        listed = {
            name: {str(row.get("id")): _listed(row) for row in of} for name, of in lists.items()
        }
        ids: dict[str, list[str]] = {}
        gone = []
        for name in fields:
            now, before = listed.get(name, {}), self._listed.get(name, {})
            shown = self._shown[name]
            wrong = {of for of, ways in shown.items() if len(ways) > 1}
            # A list may have more to say of one than issues show; the name is the same.
            wrong |= {
                of
                for of in now
                if (
                    now[of] != before[of] if of in before else not _is_shown(now[of], shown.get(of))
                )
            }
            lost = {of for of in before if of not in now and of in shown}
            if found := sorted(wrong - lost):
                ids[name] = found
            if lost:
                gone.append(name)
        return Changed(ids, tuple(gone), listed)

    def settle(self, done: Changed) -> None:
        """The issues that show what changed were read again."""
        for name, found in done.ids.items():
            for of in found:
                if ways := self._shown[name].get(of):
                    self._shown[name][of] = {next(reversed(ways)): None}
        for name in done.gone:
            for of in [of for of in self._shown[name] if of not in done.listed[name]]:
                del self._shown[name][of]
        self._listed.update(done.listed)


def _put_last[T](of: dict[T, None], one: T) -> None:
    of.pop(one, None)
    of[one] = None


def _shown(value: Mapping[str, Any]) -> Shown:
    category = value.get("statusCategory")
    return (str(value.get("name")), str((category or {}).get("key", "")))


def _listed(row: Mapping[str, Any]) -> Shown:
    return (*_shown(row), str(row.get("description") or ""))


def _is_shown(listed: Shown, ways: Iterable[Shown] | None) -> bool:
    return ways is None or listed[:2] in ways
