"""Whether Jira Cloud can reach an address, as far as the address alone tells: without I/O."""

import ipaddress
from urllib.parse import urlsplit

PORTS = (443, 6017, 7990, 8060, 8080, 8085, 8090, 8443, 8444, 8900, 9900)
"""What Atlassian's way out lets through beside 80, where nothing speaks HTTPS."""
_NOT_PUBLIC = frozenset(
    (
        *("localhost", "local", "localdomain", "internal", "intranet", "private", "corp", "lan"),
        *("home", "test", "example", "invalid", "svc", "onion", "arpa"),
    )
)
"""Top-level names that no public resolver knows."""


def doubts(url: str) -> list[str]:
    """Why Jira Cloud may not be able to send anything there, in words; nothing where it may."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port or (80 if parts.scheme == "http" else 443)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return ["it is no address"]
    if not host:
        return ["it is no address"]
    found = [] if parts.scheme == "https" else [f"it begins with {parts.scheme}, not with https"]
    if port not in PORTS:
        found.append(f"Jira doesn't send to port {port}, but to {', '.join(map(str, PORTS))}")
    if (why := _not_public(host)) is not None:
        found.append(why)
    return found


def _not_public(host: str) -> str | None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        top = host.rpartition(".")[2]
        return f"{host} is no public name" if top == host or top in _NOT_PUBLIC else None
    return None if address.is_global else f"{host} is an address of a private network"
