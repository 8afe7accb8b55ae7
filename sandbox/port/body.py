"""What the stand-in Port's routes take of a body, before anybody looks at the blueprint.

One value that breaks this refuses the whole call, however many entities it has.
"""

from dataclasses import dataclass
from typing import Any

from sandbox.port.blueprints import check_identifier, invalid


@dataclass
class BodyRules:
    """Switches for what Port leaves open."""

    null_titles: bool = False
    twice_in_a_bulk: bool = False

    def check_entity(self, raw: Any, where: str = "entity") -> dict[str, Any]:
        """Return the entity, or raise 422."""
        if not isinstance(raw, dict):
            raise invalid(f"{where} must be an object")
        if not isinstance(raw.get("identifier"), dict):
            check_identifier(raw.get("identifier"), f"{where}/identifier")
        title = raw.get("title", "")
        if not isinstance(title, str) and not (title is None and self.null_titles):
            raise invalid(f'"{where}/title" must be string')
        for part in ("properties", "relations"):
            if not isinstance(raw.get(part, {}), dict):
                raise invalid(f'"{where}/{part}" must be object')
        for name, value in raw.get("relations", {}).items():
            _check_relation(value, f"{where}/relations/{name}")
        return raw

    def check_bulk(self, entities: list[Any]) -> list[dict[str, Any]]:
        """Return the entities of a bulk, or raise 422."""
        checked = [
            self.check_entity(raw, f"entities/{index}") for index, raw in enumerate(entities)
        ]
        names = [raw["identifier"] for raw in checked if isinstance(raw["identifier"], str)]
        if not self.twice_in_a_bulk and len(set(names)) < len(names):
            raise invalid("entities must have unique identifiers")
        return checked


def _check_relation(value: Any, where: str) -> None:
    # A query, which Port resolves.
    if value is None or isinstance(value, dict):
        return
    for one in value if isinstance(value, list) else [value]:
        check_identifier(one, where)
