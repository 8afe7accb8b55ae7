"""Numbers and moments of the status page, for people."""

from datetime import datetime

from telemetry.status.markup import Markup, tag

GOOD = frozenset({"done", "written", "deleted", "accepted", "in_place"})
BAD = frozenset({"failed", "fails", "refused", "unreachable", "no_address"})
MID = frozenset({"waits", "unknown", "again"})


def duration(seconds: float) -> str:
    """How long something takes or took."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 172_800 else f"{seconds / 86_400:.0f} days"


def moment(at: datetime | None, now: datetime, *, none: str = "never") -> Markup | str:
    """A moment as the time that lies between it and now; machines read the moment itself."""
    if at is None:
        return none
    seconds = (now - at).total_seconds()
    if 0 <= seconds < 1:
        return _time("just now", at)
    return _time(f"{duration(seconds)} ago" if seconds >= 0 else f"in {duration(-seconds)}", at)


def lasting(since: datetime, now: datetime) -> Markup:
    """For how long something is as it is."""
    return _time(f"for {duration(max(0.0, (now - since).total_seconds()))}", since)


def _time(words: str, at: datetime) -> Markup:
    iso = at.isoformat(timespec="seconds")
    return tag("time", words, datetime=iso, title=f"{at:%Y-%m-%d %H:%M:%S} UTC", class_="nowrap")


def pill(state: str) -> Markup:
    """A state as a word, and as a colour for whoever sees that sooner."""
    look = "good" if state in GOOD else "bad" if state in BAD else "mid" if state in MID else ""
    return tag("span", state.replace("_", " "), class_=f"pill {look}".strip())


def size(number: int) -> str:
    """Bytes."""
    if number < 1000:
        return f"{number} B"
    return f"{number / 1000:.0f} kB" if number < 1_000_000 else f"{number / 1_000_000:.1f} MB"


def percent(share: float) -> str:
    """A share that is never said to be all, or nothing, where it isn't quite."""
    if share in (0, 1):
        return f"{100 * share:.0f} %"
    return f"{min(99.9, max(0.1, 100 * share)):.1f} %"
