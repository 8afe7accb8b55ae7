"""Checks requests against Atlassian's published OpenAPI."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

# Served by Jira, but absent from the published files.
UNPUBLISHED = (
    re.compile(r"/rest/webhooks/1\.0/webhook(/[^/]+)?"),
    re.compile(r"/_edge/tenant_info"),
    re.compile(r"/gateway/api/public/teams/.+"),
    re.compile(r"/rest/software/1\.0/.+"),
)
# Limits that only the text of the documentation states: (path, field) to (items, maximum).
BODY_ITEMS = {
    ("/rest/api/3/search/jql", "reconcileIssues"): 50,
    ("/rest/api/3/issue/bulkfetch", "issueIdsOrKeys"): 100,
    ("/rest/api/3/issue/bulkfetch", "properties"): 5,
    ("/rest/api/3/search/jql", "properties"): 5,
    ("/rest/api/3/worklog/list", "ids"): 1000,
}
BODY_MAXIMUM = {("/rest/api/3/search/jql", "maxResults"): 5000}
QUERY_ITEMS = {
    ("/rest/api/3/project/search", "keys"): 50,
    ("/rest/api/3/project/search", "id"): 50,
    ("/rest/api/3/user/bulk", "accountId"): 200,
}
QUERY_MAXIMUM = {
    ("/rest/api/3/users/search", "maxResults"): 1000,
    ("/rest/api/3/users", "maxResults"): 1000,
    ("/rest/api/3/search/jql", "maxResults"): 5000,
    ("/rest/api/3/project/{projectIdOrKey}/version", "maxResults"): 50,
    ("/rest/api/3/project/{projectIdOrKey}/component", "maxResults"): 50,
    ("/rest/api/3/issue/{issueIdOrKey}/worklog", "maxResults"): 5000,
    ("/rest/agile/1.0/board", "maxResults"): 50,
    ("/rest/agile/1.0/board/{boardId}/project", "maxResults"): 50,
    ("/rest/agile/1.0/board/{boardId}/sprint", "maxResults"): 50,
    ("/rest/agile/1.0/board/{boardId}/epic", "maxResults"): 50,
    ("/rest/agile/1.0/board/{boardId}/backlog", "maxResults"): 100,
}
# Values that may be joined by commas.
QUERY_VALUES = {
    ("/rest/api/3/project/{projectIdOrKey}/version", "status"): {
        *("released", "unreleased", "archived"),
    },
    ("/rest/api/3/issue/{issueIdOrKey}/worklog", "expand"): {"properties"},
    ("/rest/api/3/issue/{issueIdOrKey}/worklog/{id}", "expand"): {"properties"},
    ("/rest/api/3/worklog/list", "expand"): {"properties"},
    ("/rest/agile/1.0/board", "type"): {"scrum", "kanban", "simple"},
    ("/rest/agile/1.0/board/{boardId}/sprint", "state"): {"future", "active", "closed"},
    ("/rest/agile/1.0/board/{boardId}/epic", "done"): {"true", "false"},
}


class OpenApiCheck:
    """Knows the published paths; without a file, it finds nothing wrong with anything."""

    def __init__(self, paths: Path | Iterable[Path] | None) -> None:
        files = [paths] if isinstance(paths, Path) else list(paths or ())
        found = [path for path in files if path.is_file()]
        self._operations: list[tuple[re.Pattern[str], str, dict[str, Any], dict[str, Any]]] = []
        self._validators: dict[int, Draft202012Validator] = {}
        for path in found:
            document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            for template, operations in document["paths"].items():
                pattern = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template)))
                self._operations.append((pattern, template, operations, document))
        # A literal path goes before a template that would match it too.
        self._operations.sort(key=lambda entry: entry[1].count("{"))

    def __bool__(self) -> bool:
        return bool(self._operations)

    def check(
        self, method: str, path: str, query: list[tuple[str, str]], body: Any | None
    ) -> list[str]:
        """What is wrong with a request; nothing if it is as published."""
        if not self._operations or any(pattern.fullmatch(path) for pattern in UNPUBLISHED):
            return []
        for pattern, template, operations, document in self._operations:
            if not pattern.fullmatch(path):
                continue
            operation = operations.get(method.lower())
            if operation is None:
                return [f"{method} {path}: no such method"]
            declared = [*operations.get("parameters", ()), *operation.get("parameters", ())]
            problems = [
                *self._query(template, declared, query, document),
                *self._body(template, operation, body, document),
            ]
            return [f"{method} {path}: {problem}" for problem in problems]
        return [f"{method} {path}: no such path"]

    def _query(
        self,
        template: str,
        declared: list[dict[str, Any]],
        query: list[tuple[str, str]],
        document: dict[str, Any],
    ) -> list[str]:
        known = {
            item["name"]: item
            for item in (_resolve(entry, document) for entry in declared)
            if item["in"] == "query"
        }
        given: dict[str, list[str]] = {}
        for name, value in query:
            given.setdefault(name, []).append(value)
        problems = []
        for name, values in given.items():
            if name not in known:
                problems.append(f"unknown query parameter {name}")
                continue
            schema = _resolve(known[name].get("schema", {}), document)
            if schema.get("type") == "array":
                schema = _resolve(schema.get("items", {}), document)
            elif len(values) > 1:
                problems.append(f"query parameter {name} is given {len(values)} times")
            limit = QUERY_ITEMS.get((template, name))
            if limit is not None and len(values) > limit:
                problems.append(f"query parameter {name} has {len(values)} values, over {limit}")
            maximum = schema.get("maximum", QUERY_MAXIMUM.get((template, name)))
            for value in values:
                problems.extend(_value(name, value, schema, maximum))
            valid = QUERY_VALUES.get((template, name))
            parts = {part for value in values for part in value.split(",")}
            if valid is not None and (wrong := parts - valid):
                problems.append(f"query parameter {name} can't be {', '.join(sorted(wrong))[:50]}")
        missing = (
            name for name, item in known.items() if item.get("required") and name not in given
        )
        return problems + [f"missing query parameter {name}" for name in missing]

    def _body(
        self, template: str, operation: dict[str, Any], body: Any | None, document: dict[str, Any]
    ) -> list[str]:
        declared = _resolve(operation.get("requestBody", {}), document)
        schema = declared.get("content", {}).get("application/json", {}).get("schema")
        if schema is None:
            return ["a body where none is taken"] if body is not None else []
        if body is None:
            return ["the body is missing"] if declared.get("required") else []
        problems = [
            f"body{''.join(f'[{part!r}]' for part in error.path)}: {error.message[:200]}"
            for error in self._validator(schema, document).iter_errors(body)
        ]
        if isinstance(body, dict):
            for name, value in body.items():
                limit = BODY_ITEMS.get((template, name))
                if limit is not None and isinstance(value, list) and len(value) > limit:
                    problems.append(f"body['{name}'] has {len(value)} items, over {limit}")
                maximum = BODY_MAXIMUM.get((template, name))
                if maximum is not None and isinstance(value, int) and value > maximum:
                    problems.append(f"body['{name}'] is {value}, over {maximum}")
        return problems

    def _validator(self, schema: dict[str, Any], document: dict[str, Any]) -> Draft202012Validator:
        if (validator := self._validators.get(id(schema))) is None:
            whole = {**schema, "components": document.get("components", {})}
            validator = self._validators[id(schema)] = Draft202012Validator(whole)
        return validator


def _resolve(value: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in value:
        found: Any = document
        for part in value["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        value = found
    return value


def _value(name: str, value: str, schema: dict[str, Any], maximum: float | None) -> list[str]:
    kind = schema.get("type")
    if kind == "integer":
        if not re.fullmatch(r"-?\d+", value):
            return [f"query parameter {name} is no integer: {value[:50]}"]
        if maximum is not None and int(value) > maximum:
            return [f"query parameter {name} is {value}, over {maximum:g}"]
    if kind == "boolean" and value not in ("true", "false"):
        return [f"query parameter {name} is no boolean: {value[:50]}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"query parameter {name} can't be {value[:50]}"]
    return []
