"""Takes what the check needs out of Atlassian's published files: facts alone, no sentences.

    python -m sandbox.openapi.extract PLATFORM.json SOFTWARE.json

PLATFORM.json and SOFTWARE.json are the OpenAPI files that Atlassian offers for download on the
reference pages of the Jira Cloud platform and of Jira Software Cloud. What `paths.py` lists of
them is written to `platform.json` and `software.json` beside this module: methods, parameters,
bodies and answers with names, types, values and limits, and the scopes that a token needs.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sandbox.openapi.paths import COMMAND, FOLDER, PLATFORM, SOFTWARE, UNPUBLISHED

REFERENCE = "#/schemas/"
# Of a schema, what is copied as it is, and what holds schemas in turn.
PLAIN = frozenset(
    (
        *("type", "format", "nullable", "enum", "pattern", "required", "uniqueItems"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
        *("minLength", "maxLength", "minItems", "maxItems"),
    )
)
ONE = frozenset(("items", "not", "additionalProperties"))
SEVERAL = frozenset(("allOf", "anyOf", "oneOf"))

Document = dict[str, Any]


class NotPublishedError(Exception):
    """A path or method of the list isn't in the file that was given."""


def extract(published: Mapping[str, Any], calls: Iterable[str]) -> Document:
    """What a published file says of these calls, each `METHOD /path`, with the schemas they use."""
    paths: Document = {}
    for call in sorted(calls):
        method, _, path = call.partition(" ")
        item = published["paths"].get(path, {})
        if (operation := item.get(method.lower())) is None:
            raise NotPublishedError(
                f"{call} is not in this file: put it right in sandbox/openapi/paths.py, or list "
                "its path under UNPUBLISHED there"
            )
        shared = item.get("parameters", ())
        paths.setdefault(path, {})[method.lower()] = _operation(operation, shared)
    schemas = _reached(paths, published.get("components", {}).get("schemas", {}))
    version = published.get("info", {}).get("version", "")
    return {"info": {"version": version}, "paths": paths, "schemas": schemas}


def _operation(operation: Mapping[str, Any], shared: Iterable[Mapping[str, Any]]) -> Document:
    parameters = [
        {
            **{name: given[name] for name in ("in", "name", "required") if name in given},
            "schema": facts(given.get("schema", {})),
        }
        for given in (*shared, *operation.get("parameters", ()))
    ]
    found: Document = {"parameters": sorted(parameters, key=lambda it: (it["in"], it["name"]))}
    if body := operation.get("requestBody"):
        found["body"] = {"required": body.get("required", False), "schema": _schema(body)}
    if answer := operation.get("responses", {}).get("200"):
        found["answer"] = _schema(answer)
    if scopes := _scopes(operation):
        found["scopes"] = scopes
    return found


def _scopes(operation: Mapping[str, Any]) -> list[list[str]]:
    """The sets of scopes of which a token needs one, whole: the classic set first."""
    sets = operation.get("x-atlassian-oauth2-scopes")
    if sets is None:
        ways = (way for way in operation.get("security", ()) if "OAuth2" in way)
        sets = [{"scopes": way["OAuth2"]} for way in ways]
    return [sorted(each["scopes"]) for each in sets if each["scopes"]]


def _schema(of: Mapping[str, Any]) -> Any:
    return facts(of.get("content", {}).get("application/json", {}).get("schema", {}))


def facts(schema: Any) -> Any:
    """A schema without its sentences; a property may well be called `description`."""
    if not isinstance(schema, Mapping):
        return schema
    found: Document = {}
    for key, value in schema.items():
        if key in PLAIN:
            found[key] = value
        elif key == "$ref":
            found[key] = REFERENCE + value.rpartition("/")[2]
        elif key in ONE:
            found[key] = facts(value)
        elif key in SEVERAL:
            found[key] = [facts(entry) for entry in value]
        elif key == "properties":
            found[key] = {name: facts(entry) for name, entry in value.items()}
    return found


def _reached(paths: Document, schemas: Mapping[str, Any]) -> Document:
    found: Document = {}
    waiting = list(_references(paths))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = facts(schemas[name])
            waiting.extend(_references(found[name]))
    return found


def _references(value: Any) -> Iterable[str]:
    if isinstance(value, Mapping):
        if isinstance(name := value.get("$ref"), str):
            yield name.removeprefix(REFERENCE)
        for entry in value.values():
            yield from _references(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _references(entry)


def written(document: Document) -> str:
    """An extract as it is committed: sorted, with a line for each path and each schema."""
    sections = []
    for section, entries in sorted(document.items()):
        lines = (f" {_json(name)}: {_json(entry)}" for name, entry in sorted(entries.items()))
        sections.append(f"{_json(section)}: {{\n" + ",\n".join(lines) + "\n}")
    return "{\n" + ",\n".join(sections) + "\n}\n"


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def main(arguments: list[str] | None = None, folder: Path = FOLDER) -> None:
    """Read the two published files and write the two extracts."""
    parser = argparse.ArgumentParser(usage=COMMAND, description=__doc__)
    parser.add_argument("platform", type=Path, help="the OpenAPI of the Jira Cloud platform")
    parser.add_argument("software", type=Path, help="the OpenAPI of Jira Software Cloud")
    given = parser.parse_args(arguments)
    documents = {}
    for path, calls, name in (
        (given.platform, PLATFORM, "platform.json"),
        (given.software, SOFTWARE, "software.json"),
    ):
        published = json.loads(path.read_text(encoding="utf-8"))
        if found := sorted(set(UNPUBLISHED) & set(published["paths"])):
            sys.exit(f"{path} has {', '.join(found)}: no longer unpublished, see paths.py")
        try:
            documents[name] = extract(published, calls)
        except NotPublishedError as error:
            sys.exit(f"{path}: {error}")
    # Both or none: half of a new version would be neither.
    for name, document in documents.items():
        target = folder / name
        target.write_text(written(document), encoding="utf-8")
        print(f"{target}: {len(document['paths'])} paths, {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
