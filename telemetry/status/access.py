"""Who may see the status page: decided over what a request says, without I/O.

Without a token only somebody on this machine. A proxy on it looks like that, too: whatever says
that a request was handed on, or was meant for another name than this machine's own, isn't from
here. With a token everybody needs it, wherever they are: who has a proxy that hides all of that
sets one.
"""

import base64
import binascii
import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

SETTING = "OCEAN__INTEGRATION__CONFIG__STATUS_TOKEN"
HANDED_ON = frozenset(
    (
        "forwarded",
        "via",
        "x-real-ip",
        "x-client-ip",
        "x-cluster-client-ip",
        "true-client-ip",
        "cdn-loop",
        "x-original-host",
        "x-original-url",
        "x-rewrite-url",
        "x-request-start",
    )
)
"""Headers that proxies put in, and nobody who asks for himself."""
HANDED_ON_PREFIXES = ("x-forwarded", "x-envoy-", "cf-", "fly-", "x-arr-", "x-amzn-", "x-goog-")


class Access(StrEnum):
    """May see it, or why not."""

    ALLOWED = "allowed"
    NOT_FROM_HERE = "not_from_here"
    NOTHING_GIVEN = "nothing_given"
    WRONG = "wrong"


@dataclass(frozen=True)
class Asked:
    """What a request says of whoever asks; header names are in lower case."""

    client: str | None
    headers: Mapping[str, str]
    http_version: str = "1.1"


def access(asked: Asked, token: str) -> Access:
    """Whether the page may be seen; `token` is the one that is set, empty where none is."""
    if not token:
        return Access.ALLOWED if is_from_here(asked) else Access.NOT_FROM_HERE
    given = token_in(asked.headers.get("authorization", ""))
    if given is None:
        return Access.NOTHING_GIVEN
    return Access.ALLOWED if is_same(given, token) else Access.WRONG


def is_from_here(asked: Asked) -> bool:
    """Whether somebody on this machine asks, and nobody hands it on for another one.

    A page of a stranger's in a browser on this machine may ask under a name that leads here; it
    can't choose the name in `Host`. What speaks HTTP/1.0 is a proxy that says nothing of itself.
    """
    if asked.client is None or not _is_loopback(asked.client) or asked.http_version == "1.0":
        return False
    if any(name in HANDED_ON or name.startswith(HANDED_ON_PREFIXES) for name in asked.headers):
        return False
    return _is_loopback(_name_in(asked.headers.get("host", "")))


def token_in(authorization: str) -> str | None:
    """What the header gives as a token: a bearer's, or a browser's password."""
    scheme, _, rest = authorization.strip().partition(" ")
    rest = rest.strip()
    if scheme.lower() == "bearer" and rest:
        return rest
    if scheme.lower() != "basic":
        return None
    try:
        _, colon, password = base64.b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return password if colon and password else None


def is_same(given: str, token: str) -> bool:
    """Whether it is the token; how long that takes tells nothing of it, nor of its length."""
    return hmac.compare_digest(
        sha256(given.encode("utf-8", "replace")).digest(), sha256(token.encode()).digest()
    )


def _name_in(host: str) -> str:
    """The name or address in a `Host` header, without its port."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _is_loopback(name: str) -> bool:
    if name.lower() == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


TO_DO = {
    Access.NOT_FROM_HERE: (
        "This page is shown on the machine itself alone: ask http://localhost there (in "
        "Kubernetes by `kubectl port-forward`), not through a proxy. To see it from elsewhere, set "
        f"{SETTING} and send it as a bearer token."
    ),
    Access.NOTHING_GIVEN: (
        f"Send the value of {SETTING} as a bearer token, or in a browser as the password; the user "
        "name doesn't matter."
    ),
    Access.WRONG: f"This isn't the value of {SETTING}.",
}
"""What whoever may not see it is told."""
