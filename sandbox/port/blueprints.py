"""Blueprints of the stand-in Port, and the check of an entity against one."""

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

_IDENTIFIER = "^(?!\\.{1,2}$)[\\p{L}0-9@_.+:\\\\/=-]+$"
_MAX_IDENTIFIER = 1000
# What needs no look at each letter.
_USUAL = re.compile(r"[A-Za-z0-9@_.+:\\/=-]+")
# What JSON Schema's "date-time" takes in Port: the zone is needed, its colon is not.
_DATE_TIME = re.compile(
    r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d(:?\d\d)?)$", re.ASCII
)


class PortError(Exception):
    """Port refused a call."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error = error
        self.message = message

    def body(self) -> dict[str, Any]:
        """Return the error as Port's answer shows it."""
        return {"ok": False, "error": self.error, "message": self.message}


def not_found(message: str) -> PortError:
    """Return the error of a thing that isn't there."""
    return PortError(404, "not_found", message)


def invalid(message: str) -> PortError:
    """Return the error of a body that breaks the schema."""
    return PortError(422, "invalid_request", message)


def normalise_blueprint(raw: dict[str, Any]) -> dict[str, Any]:
    """Fill in what Port answers for parts which the caller left out."""
    identifier = raw.get("identifier")
    if not isinstance(identifier, str) or not identifier:
        raise invalid('"identifier" of a blueprint must be a string')
    schema = raw.get("schema") or {}
    relations = {
        name: {
            "title": relation.get("title"),
            "target": relation.get("target"),
            "many": bool(relation.get("many", False)),
            "required": bool(relation.get("required", False)),
        }
        for name, relation in (raw.get("relations") or {}).items()
    }
    return {
        **raw,
        "title": raw.get("title") or identifier,
        "schema": {
            "properties": dict(schema.get("properties") or {}),
            "required": list(schema.get("required") or []),
        },
        "relations": relations,
    }


def check_identifier(value: Any, what: str = "identifier") -> str:
    """Return the identifier, or raise 422 when Port would not take it."""
    if isinstance(value, str) and value not in (".", "..") and 0 < len(value) <= _MAX_IDENTIFIER:
        if _USUAL.fullmatch(value):
            return value
        odd = [c for c in value if not c.isalpha() and c not in "0123456789@_.+:\\/=-"]
        if not odd:
            return value
    raise invalid(f'"{what}" must match pattern "{_IDENTIFIER}", got {value!r:.80}')


def check_properties(blueprint: dict[str, Any], properties: dict[str, Any]) -> None:
    """Raise 422 when a given property is unknown or has the wrong type."""
    schemas = blueprint["schema"]["properties"]
    for name, value in properties.items():
        schema = schemas.get(name)
        if schema is None:
            raise invalid(f'blueprint "{blueprint["identifier"]}" has no property "{name}"')
        if value is not None and (problem := _problem(schema, value)):
            raise invalid(f'"properties/{name}" {problem}, got {value!r:.80}')


def check_required(
    blueprint: dict[str, Any], properties: dict[str, Any], relations: dict[str, Any]
) -> None:
    """Raise 422 when an entity as it would be stored lacks something required."""
    for name in blueprint["schema"]["required"]:
        if properties.get(name) is None:
            raise invalid(f'required property "{name}" is missing')
    for name, relation in blueprint["relations"].items():
        if relation["required"] and not relations.get(name):
            raise invalid(f'required relation "{name}" is missing')


def check_relations(blueprint: dict[str, Any], relations: dict[str, Any]) -> dict[str, Any]:
    """Return the relations without repeated targets, or raise 422."""
    checked: dict[str, Any] = {}
    for name, value in relations.items():
        relation = blueprint["relations"].get(name)
        if relation is None:
            raise invalid(f'blueprint "{blueprint["identifier"]}" has no relation "{name}"')
        where = f"relations/{name}"
        if value is None or value == []:
            checked[name] = [] if relation["many"] else None
        elif relation["many"]:
            if not isinstance(value, list):
                raise invalid(f'"{where}" must be an array, got {value!r:.80}')
            checked[name] = list(dict.fromkeys(check_identifier(one, where) for one in value))
        else:
            checked[name] = check_identifier(value, where)
    return checked


def targets(value: Any) -> list[str]:
    """Return the identifiers which a stored relation points to."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _problem(schema: dict[str, Any], value: Any) -> str | None:
    kind = schema.get("type")
    if not _has_type(kind, value):
        return f"must be {kind}"
    if "enum" in schema and value not in schema["enum"]:
        return f"must be one of {schema['enum']}"
    if isinstance(value, str):
        return _format_problem(schema.get("format"), value)
    if isinstance(value, list) and isinstance(items := schema.get("items"), dict):
        problems = (_problem(items, one) for one in value)
        return next((f"has an item that {problem}" for problem in problems if problem), None)
    return None


def _has_type(kind: Any, value: Any) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "array":
            return isinstance(value, list)
        case "object":
            return isinstance(value, dict)
        case _:
            return True


def _format_problem(name: str | None, value: str) -> str | None:
    if name == "date-time":
        try:
            known = bool(_DATE_TIME.match(value)) and bool(datetime.fromisoformat(value))
        except ValueError:
            known = False
        return None if known else 'must match format "date-time"'
    if name == "url":
        try:
            parts = urlsplit(value)
        except ValueError:
            return 'must match format "url"'
        return None if parts.scheme and parts.netloc else 'must match format "url"'
    return None
