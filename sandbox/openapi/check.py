"""Checks requests against what Atlassian publishes; `extract.py` says where that comes from."""

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from sandbox.openapi.limits import (
    BODY_ITEMS,
    BODY_MAXIMUM,
    QUERY_ITEMS,
    QUERY_MAXIMUM,
    QUERY_VALUES,
)
from sandbox.openapi.paths import COMMAND, FOLDER, UNPUBLISHED

Document = Mapping[str, Any]


class OpenApiCheck:
    """Knows the paths of the committed extract, or of the documents that it is given."""

    def __init__(self, documents: Iterable[Document] | None = None) -> None:
        self._operations: list[tuple[re.Pattern[str], str, Document, Document]] = []
        self._validators: dict[int, Draft202012Validator] = {}
        for document in committed() if documents is None else documents:
            for template, operations in document["paths"].items():
                self._operations.append((_pattern(template), template, operations, document))
        # A literal path goes before a template that would match it too.
        self._operations.sort(key=lambda entry: entry[1].count("{"))
        self._unpublished = [_pattern(template) for template in UNPUBLISHED]

    def check(
        self, method: str, path: str, query: list[tuple[str, str]], body: Any | None
    ) -> list[str]:
        """What is wrong with a request; nothing if it is as published."""
        if any(pattern.fullmatch(path) for pattern in self._unpublished):
            return []
        if (found := self._operation(method, path)) is None:
            return [
                f"{method} {path}: not in the extract of Atlassian's OpenAPI. Where they publish "
                f"it, list it in sandbox/openapi/paths.py and run `{COMMAND}`; where they don't, "
                "list it under UNPUBLISHED there"
            ]
        template, operation, document = found
        problems = [
            *self._query(template, operation["parameters"], query, document),
            *self._body(template, operation, body, document),
        ]
        return [f"{method} {path}: {problem}" for problem in problems]

    def check_answer(self, method: str, path: str, answer: Any) -> list[str]:
        """What is wrong with the answer 200 to a request for a published path."""
        if (found := self._operation(method, path)) is None:
            return [f"{method} {path}: not in the extract"]
        _, operation, document = found
        return [
            f"{method} {path}: {problem}"
            for problem in self._against(operation["answer"], document, answer, "answer")
        ]

    def scopes(self, method: str, path: str) -> list[list[str]]:
        """The sets of scopes of which a token needs one, whole; none where anybody may ask."""
        found = self._operation(method, path)
        return [] if found is None else list(found[1].get("scopes", ()))

    def _operation(self, method: str, path: str) -> tuple[str, Document, Document] | None:
        for pattern, template, operations, document in self._operations:
            if pattern.fullmatch(path):
                operation = operations.get(method.lower())
                return None if operation is None else (template, operation, document)
        return None

    def _query(
        self,
        template: str,
        declared: list[Document],
        query: list[tuple[str, str]],
        document: Document,
    ) -> list[str]:
        known = {item["name"]: item for item in declared if item["in"] == "query"}
        given: dict[str, list[str]] = {}
        for name, value in query:
            given.setdefault(name, []).append(value)
        problems = []
        for name, values in given.items():
            if name not in known:
                problems.append(f"unknown query parameter {name}")
                continue
            schema = _resolve(known[name]["schema"], document)
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
        self, template: str, operation: Document, body: Any | None, document: Document
    ) -> list[str]:
        declared = operation.get("body")
        if declared is None:
            return ["a body where none is taken"] if body is not None else []
        if body is None:
            return ["the body is missing"] if declared["required"] else []
        problems = self._against(declared["schema"], document, body, "body")
        if isinstance(body, dict):
            for name, value in body.items():
                limit = BODY_ITEMS.get((template, name))
                if limit is not None and isinstance(value, list) and len(value) > limit:
                    problems.append(f"body['{name}'] has {len(value)} items, over {limit}")
                maximum = BODY_MAXIMUM.get((template, name))
                if maximum is not None and isinstance(value, int) and value > maximum:
                    problems.append(f"body['{name}'] is {value}, over {maximum}")
        return problems

    def _against(self, schema: Document, document: Document, value: Any, name: str) -> list[str]:
        if (validator := self._validators.get(id(schema))) is None:
            whole = {**schema, "schemas": document["schemas"]}
            validator = self._validators[id(schema)] = Draft202012Validator(whole)
        return [
            f"{name}{''.join(f'[{part!r}]' for part in error.path)}: {error.message[:200]}"
            for error in validator.iter_errors(value)
        ]


@cache
def committed() -> tuple[Document, ...]:
    """The extracts beside this module."""
    names = "platform.json", "software.json"
    return tuple(json.loads((FOLDER / name).read_text(encoding="utf-8")) for name in names)


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template)))


def _resolve(value: Document, document: Document) -> Document:
    while "$ref" in value:
        value = document["schemas"][value["$ref"].rpartition("/")[2]]
    return value


def _value(name: str, value: str, schema: Document, maximum: float | None) -> list[str]:
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
