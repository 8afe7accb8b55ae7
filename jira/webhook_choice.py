"""Which of the webhooks in Jira is to be ours: decided without I/O.

An administrator may have made one by hand, or an earlier installation under another identifier.
Beside it ours would be a second one, and every event of the other one a 401.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

Hook = Mapping[str, Any]
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Choice:
    """The webhook to put right (None: there is none), those to remove, and those to tell of.

    What has our name is ours, and of these one is enough. `strangers` have another name and send
    to our address with a secret that we don't know.
    """

    keep: Hook | None = None
    remove: list[Hook] = field(default_factory=list)
    strangers: list[Hook] = field(default_factory=list)

    @property
    def touched(self) -> list[Hook]:
        """Those that a request is made for."""
        return [*([] if self.keep is None else [self.keep]), *self.remove]


def choose(hooks: Iterable[object], name: str, url: str) -> Choice:
    """The one that has our name, or else the first one that sends to our address."""
    known = [hook for hook in hooks if isinstance(hook, Mapping)]
    ours = named(known, name)
    strangers = [hook for hook in known if hook not in ours and is_same_url(hook.get("url"), url)]
    if ours:
        keep, *twins = ours
        return Choice(keep, twins, strangers)
    if not strangers:
        return Choice()
    # One that sends nothing is adopted only where there is no other.
    keep = next((hook for hook in strangers if sends(hook)), strangers[0])
    return Choice(keep, [], [hook for hook in strangers if hook is not keep])


def named(hooks: Iterable[object], name: str) -> list[Hook]:
    """Those that have our name: the integration made them, or took them over."""
    return [hook for hook in hooks if isinstance(hook, Mapping) and hook.get("name") == name]


def sends(hook: Hook) -> bool:
    """Whether a webhook is enabled."""
    return hook.get("enabled") is not False


def is_same_url(one: object, other: object) -> bool:
    """Whether two URLs lead to the same place; what is asked after `?` doesn't make another."""
    place = _place(one)
    return place is not None and place == _place(other)


def _place(url: object) -> tuple[str, str, int | None, str] | None:
    if not isinstance(url, str):
        return None
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname:
        return None
    # Scheme and host are in lower case already.
    port = port or DEFAULT_PORTS.get(parts.scheme)
    return parts.scheme, parts.hostname, port, parts.path.rstrip("/")
