"""Times and empty entities as the stand-in Port writes them."""

from datetime import UTC, datetime
from typing import Any

from sandbox.port.blueprints import invalid


def now_iso() -> str:
    """Return the time as Port writes it: UTC, with milliseconds."""
    return iso(datetime.now(UTC))


def iso(moment: datetime) -> str:
    """Return a time as Port writes it; one without a zone is UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_iso(value: str) -> datetime:
    """Return the time that a caller gave, or raise 422."""
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise invalid(f"no ISO time: {value!r}") from None


def blank_entity(blueprint: str, identifier: str) -> dict[str, Any]:
    """Return an entity about which nothing is known."""
    return {
        "identifier": identifier,
        "title": None,
        "blueprint": blueprint,
        "team": [],
        "icon": None,
        "properties": {},
        "relations": {},
    }


def stub_source(user_agent: str) -> str:
    """Return the data source of an entity that is made for a relation of somebody's."""
    return f"port-auto-{user_agent.removeprefix('port-')}"
