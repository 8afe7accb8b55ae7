"""Every kind has an example of a blueprint and a mapping, and they fit together."""

import json
from pathlib import Path
from typing import Any

import jq
import pytest
import yaml

from kinds import Kinds
from port.mapping.jq_program import leaves
from port.mapping.resources import CONFIGS, JiraPortAppConfig

PORT = Path(__file__).resolve().parents[2] / ".port"
BY_DEFAULT = ("project", "user", "team", "issue")
DEFAULT_MAPPING = yaml.safe_load((PORT / "resources/port-app-config.yaml").read_text())
DEFAULT_BLUEPRINTS = json.loads((PORT / "resources/blueprints.json").read_text())


def mapping(kind: str) -> Any:
    return yaml.safe_load((PORT / f"examples/{kind}/mapping.yaml").read_text())


def blueprint(kind: str) -> Any:
    return json.loads((PORT / f"examples/{kind}/blueprint.json").read_text())


def mapped(kind: str) -> dict[str, Any]:
    [resource] = mapping(kind)["resources"]
    found: dict[str, Any] = resource["port"]["entity"]["mappings"]
    return found


def test_every_kind_has_an_example_and_nothing_else_has_one():
    assert {path.name for path in (PORT / "examples").iterdir()} == set(Kinds)


def test_the_default_mapping_holds_the_kinds_that_everybody_has():
    assert [row["kind"] for row in DEFAULT_MAPPING["resources"]] == list(BY_DEFAULT)
    assert len(DEFAULT_BLUEPRINTS) == len(BY_DEFAULT)


def test_the_default_mapping_parses_and_keeps_its_top():
    default = JiraPortAppConfig.parse_obj(DEFAULT_MAPPING)
    assert [type(found) for found in default.resources] == [CONFIGS[kind] for kind in BY_DEFAULT]
    assert default.create_missing_related_entities
    assert default.delete_dependent_entities


@pytest.mark.parametrize("kind", BY_DEFAULT)
def test_an_example_of_a_default_kind_is_the_default(kind):
    [resource] = mapping(kind)["resources"]
    assert [resource] == [row for row in DEFAULT_MAPPING["resources"] if row["kind"] == kind]
    name = blueprint(kind)["identifier"]
    assert [blueprint(kind)] == [row for row in DEFAULT_BLUEPRINTS if row["identifier"] == name]


@pytest.mark.parametrize("kind", Kinds)
def test_an_example_parses_as_its_kind_with_settings_that_exist(kind):
    [found] = JiraPortAppConfig.parse_obj(mapping(kind)).resources
    assert type(found) is CONFIGS[kind]
    [resource] = mapping(kind)["resources"]
    known = {field.alias for field in type(found.selector).__fields__.values()}
    assert set(resource["selector"]) <= known


@pytest.mark.parametrize("kind", Kinds)
def test_a_mapping_writes_what_its_blueprint_has(kind):
    made, of = mapped(kind), blueprint(kind)
    assert json.loads(made["blueprint"]) == of["identifier"]
    assert set(made.get("properties", {})) == set(of["schema"]["properties"])
    assert set(made.get("relations", {})) == set(of["relations"])


@pytest.mark.parametrize("kind", Kinds)
def test_every_expression_compiles(kind):
    for path, expression in leaves(mapped(kind)):
        assert jq.compile(expression), path


def test_relations_lead_to_blueprints_that_an_example_makes():
    made = {blueprint(kind)["identifier"] for kind in Kinds}
    assert len(made) == len(Kinds)
    targets = {
        relation["target"] for kind in Kinds for relation in blueprint(kind)["relations"].values()
    }
    assert targets <= made


def test_default_blueprints_relate_only_to_default_blueprints():
    """Others aren't there when the integration is installed."""
    there = {row["identifier"] for row in DEFAULT_BLUEPRINTS}
    targets = {r["target"] for row in DEFAULT_BLUEPRINTS for r in row["relations"].values()}
    assert targets <= there


ROWS: dict[str, dict[str, Any]] = {
    "release": {"id": "1", "self": "https://x.net/rest/1", "name": "1.0", "__projectKey": "AB"},
    "board": {"id": 1, "self": "https://x.net/rest/1", "name": "B", "__projectKeys": ["AB"]},
    "sprint": {"id": 1, "name": "S", "__boardIds": [1, 2]},
    "epic": {"id": 1, "key": "AB-1", "self": "https://x.net/rest/1", "__boardIds": []},
    "backlog": {"key": "AB-1", "self": "https://x.net/rest/1", "fields": {}, "__boardIds": [1]},
    "worklog": {"id": "1", "timeSpent": "1h", "author": None, "__issueKey": "AB-1"},
    "component": {"id": "1", "name": "C", "lead": None, "__project": {"key": "AB"}},
    "team": {"teamId": "1", "displayName": "T"},
}
"""The least that Jira says."""


@pytest.mark.parametrize(("kind", "row"), ROWS.items(), ids=ROWS)
def test_an_example_makes_an_entity_of_the_least_that_jira_says(kind, row):
    of = blueprint(kind)
    made = {path: jq.compile(e).input_value(row).first() for path, e in leaves(mapped(kind))}
    assert isinstance(made["identifier"], str)
    for name, relation in of["relations"].items():
        found = made[f"relations.{name}"]
        found = found if relation["many"] else [found]
        assert isinstance(found, list)
        assert all(target is None or isinstance(target, str) for target in found)


@pytest.mark.parametrize(
    ("name", "title"), [("Its own", "Its own"), ("", "Of the issue"), (None, "Of the issue")]
)
def test_an_epic_without_a_name_is_called_by_its_summary(name, title):
    row = ROWS["epic"] | {"name": name, "summary": "Of the issue"}
    assert jq.compile(mapped("epic")["title"]).input_value(row).first() == title


@pytest.mark.parametrize(
    ("kind", "prop", "url"),
    [
        ("release", "url", "https://x.net/projects/AB/versions/1"),
        ("board", "url", "https://x.net/jira/software/c/projects/AB/boards/1"),
        ("epic", "url", "https://x.net/browse/AB-1"),
        ("backlog", "url", "https://x.net/browse/AB-1"),
    ],
)
def test_the_links_of_an_example(kind, prop, url):
    expression = mapped(kind)["properties"][prop]
    assert jq.compile(expression).input_value(ROWS[kind]).first() == url
