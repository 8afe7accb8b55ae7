"""The extract holds facts alone, and each path that the product calls."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.openapi.check import committed
from sandbox.openapi.extract import NotPublishedError, extract, facts, main, written
from sandbox.openapi.paths import FOLDER, PLATFORM, SOFTWARE, UNPUBLISHED

ROOT = Path(__file__).resolve().parents[2]
OUTSIDE = {"sandbox", "tests", "benchmarks", "deploy", ".venv"}
WORDS = {"title": "A title", "description": "A sentence.", "example": "{}", "x-more": {"a": 1}}
SCHEMA = {
    **WORDS,
    "type": "object",
    "required": ["description"],
    "properties": {
        "description": {**WORDS, "type": "string", "maxLength": 9},
        "next": {"$ref": "#/components/schemas/Node"},
    },
}
PUBLISHED: dict[str, Any] = {
    "info": {**WORDS, "version": "7"},
    "paths": {
        "/thing/{id}": {
            "parameters": [{**WORDS, "in": "path", "name": "id", "required": True, "schema": {}}],
            "put": {
                **WORDS,
                "parameters": [{"in": "query", "name": "a", "schema": {"enum": ["x"], **WORDS}}],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": SCHEMA, **WORDS}},
                },
                "responses": {
                    "200": {"content": {"application/json": {"schema": SCHEMA}}, **WORDS},
                    "404": WORDS,
                },
            },
            "get": {},
            "post": {
                "security": [{"basicAuth": []}, {"OAuth2": ["one"]}, {}],
                "x-atlassian-oauth2-scopes": [
                    {"scheme": "OAuth2", "scopes": ["one"], "state": "Current"},
                    {"scheme": "OAuth2", "scopes": ["three", "one"], "state": "Beta"},
                ],
            },
            "delete": {"security": [{"OAuth2": ["two", "one"]}]},
            "head": {"security": [{"OAuth2": []}], "x-atlassian-oauth2-scopes": []},
        },
        "/other": {"get": {}},
    },
    "components": {"schemas": {"Node": {**SCHEMA, "items": SCHEMA}, "Unused": SCHEMA}},
}


def test_facts_are_taken_and_sentences_are_left():
    plain = {
        "type": "object",
        "required": ["description"],
        "properties": {
            "description": {"type": "string", "maxLength": 9},
            "next": {"$ref": "#/schemas/Node"},
        },
    }
    assert extract(PUBLISHED, ["PUT /thing/{id}"]) == {
        "info": {"version": "7"},
        "paths": {
            "/thing/{id}": {
                "put": {
                    "parameters": [
                        {"in": "path", "name": "id", "required": True, "schema": {}},
                        {"in": "query", "name": "a", "schema": {"enum": ["x"]}},
                    ],
                    "body": {"required": True, "schema": plain},
                    "answer": plain,
                }
            }
        },
        "schemas": {"Node": {**plain, "items": plain}},
    }


@pytest.mark.parametrize(
    ("method", "scopes"),
    [
        ("post", [["one"], ["one", "three"]]),
        ("delete", [["one", "two"]]),
        ("get", None),
        ("head", None),
    ],
)
def test_the_scopes_are_taken_from_where_they_are_whole(method, scopes):
    taken = extract(PUBLISHED, [f"{method.upper()} /thing/{{id}}"])["paths"]["/thing/{id}"][method]
    assert taken.get("scopes") == scopes


@pytest.mark.parametrize("call", ["GET /absent", "DELETE /other"])
def test_what_is_not_published_is_refused_by_name(call):
    with pytest.raises(NotPublishedError, match=call):
        extract(PUBLISHED, [call])


def published_with(calls: tuple[str, ...]) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for call in calls:
        method, _, path = call.partition(" ")
        paths.setdefault(path, {})[method.lower()] = {}
    return {"paths": paths}


def test_the_command_writes_both_or_none(tmp_path, capsys):
    platform, software = tmp_path / "p.json", tmp_path / "s.json"
    target = tmp_path / "out"
    target.mkdir()
    platform.write_text(json.dumps(published_with(PLATFORM)))
    software.write_text(json.dumps(published_with(SOFTWARE[1:])))
    with pytest.raises(SystemExit, match=re.escape(SOFTWARE[0])):
        main([str(platform), str(software)], target)
    assert list(target.iterdir()) == []
    software.write_text(json.dumps(published_with(SOFTWARE)))
    main([str(platform), str(software)], target)
    assert sorted(path.name for path in target.iterdir()) == ["platform.json", "software.json"]
    assert f"{len(set(SOFTWARE))} paths" in capsys.readouterr().out


def test_the_command_says_what_is_published_by_now(tmp_path):
    both = tmp_path / "both.json"
    both.write_text(json.dumps(published_with((*PLATFORM, f"GET {UNPUBLISHED[0]}"))))
    with pytest.raises(SystemExit, match="no longer unpublished"):
        main([str(both), str(both)], tmp_path)


@pytest.mark.parametrize(
    ("name", "calls"), [("platform.json", PLATFORM), ("software.json", SOFTWARE)]
)
def test_what_is_committed_is_what_the_list_asks_for(name, calls):
    text = (FOLDER / name).read_text(encoding="utf-8")
    document = json.loads(text)
    found = {
        f"{method.upper()} {path}"
        for path, operations in document["paths"].items()
        for method in operations
    }
    assert found == set(calls)
    assert written(document) == text


def schemas(document: Any) -> Iterator[Any]:
    yield from document["schemas"].values()
    for operations in document["paths"].values():
        for operation in operations.values():
            yield from (item["schema"] for item in operation["parameters"])
            yield operation.get("answer", {})
            yield operation.get("body", {}).get("schema", {})


def test_what_is_committed_holds_facts_alone():
    for document in committed():
        assert set(document) == {"info", "paths", "schemas"}
        for schema in schemas(document):
            assert facts(schema) == schema


def product() -> Iterator[Path]:
    """The modules that are installed with the integration."""
    for path in sorted(ROOT.rglob("*.py")):
        if path.relative_to(ROOT).parts[0] not in OUTSIDE:
            yield path


def templates(source: str) -> Iterator[str]:
    """The paths of requests that a module spells, with `{}` for what is put in."""
    nodes = list(ast.walk(ast.parse(source)))
    pieces = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in nodes:
        text = ""
        if id(node) in pieces:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        elif isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
            text = "".join(str(part) for part in parts)
        if re.match(r"/(rest|gateway|_edge)/[\w/{}.-]+$", text):
            # What ends with a slash has something put behind it.
            yield re.sub(r"\{\w*\}", "{}", text + "{}" * text.endswith("/"))


def test_templates_are_found_however_they_are_written():
    source = 'A = "/rest/api/3/x/{id}"\nB = "/rest/x/"\ndef f(i): return f"/rest/y/{i}/z"\n'
    assert sorted(set(templates(source))) == ["/rest/api/3/x/{}", "/rest/x/{}", "/rest/y/{}/z"]


MODULES = {str(path.relative_to(ROOT)): set(templates(path.read_text())) for path in product()}
CALLED = [(module, path) for module, found in MODULES.items() for path in sorted(found)]


def test_paths_are_found_in_the_product():
    assert len(CALLED) > 20


@pytest.mark.parametrize(("module", "path"), CALLED)
def test_each_path_of_the_product_is_in_the_extract_or_said_to_be_unpublished(module, path):
    published = {template for document in committed() for template in document["paths"]}
    known = {re.sub(r"\{\w+\}", "{}", template) for template in published | set(UNPUBLISHED)}
    assert path in known, f"{module} calls {path}: list it in sandbox/openapi/paths.py"


@pytest.mark.parametrize("template", UNPUBLISHED)
def test_each_unpublished_path_is_called(template):
    called = {path for _, path in CALLED}
    assert re.sub(r"\{\w+\}", "{}", template) in called
