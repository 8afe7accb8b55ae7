"""What a mapping may say, and what its defaults are for somebody who moves here."""

from typing import Any

import pytest
from pydantic.v1 import ValidationError

from kinds import Kinds
from port.mapping.resources import (
    JiraIssueConfig,
    JiraPortAppConfig,
    JiraProjectConfig,
    JiraUserConfig,
    UnknownKindConfig,
)


def resource(kind: str, **selector: Any) -> dict[str, Any]:
    mappings = {"identifier": ".key", "blueprint": '"b"'}
    return {
        "kind": kind,
        "selector": {"query": "true", **selector},
        "port": {"entity": {"mappings": mappings}},
    }


def parsed(*resources: dict[str, Any]) -> list[Any]:
    return list(JiraPortAppConfig.parse_obj({"resources": list(resources)}).resources)


@pytest.mark.parametrize(
    ("kind", "config", "defaults"),
    [
        ("project", JiraProjectConfig, {"expand": "insight"}),
        (
            "issue",
            JiraIssueConfig,
            {
                "jql": "(statusCategory != Done) OR (created >= -1w) OR (updated >= -1w)",
                "fields": "*all",
                "expand": None,
            },
        ),
        ("user", JiraUserConfig, {}),
    ],
)
def test_each_kind_has_its_model_and_its_defaults(kind, config, defaults):
    [found] = parsed(resource(kind))
    assert type(found) is config
    own = found.selector.dict(exclude={"query", "export_env_variables"})
    assert own == defaults


def test_what_a_mapping_says_is_kept():
    issue, project = parsed(
        resource("issue", jql="project = AB", fields="summary,status", expand="changelog"),
        resource("project", expand="lead"),
    )
    assert issue.selector.jql == "project = AB"
    assert issue.selector.fields == "summary,status"
    assert issue.selector.expand == "changelog"
    assert project.selector.expand == "lead"


@pytest.mark.parametrize("jql", ["", None])
def test_an_empty_jql_stays_empty_and_is_not_the_default(jql):
    """Empty means all issues: the default would leave the old ones out."""
    [issue] = parsed(resource("issue", jql=jql))
    assert issue.selector.jql == jql


@pytest.mark.parametrize(
    "bad",
    [
        resource("issue", jql={"project": "AB"}),
        resource("issue", fields=["summary"]),
        resource("issue", query=None),
        resource("project", expand=["insight"]),
        resource("project", query=None),
        resource("user", query=None),
    ],
    ids=["jql", "fields", "issue-query", "expand", "project-query", "user-query"],
)
def test_a_mistake_in_a_selector_is_refused_and_not_taken_for_an_unknown_kind(bad):
    """It would lose its selector without a word, and read everything."""
    with pytest.raises(ValidationError) as refused:
        parsed(bad)
    [error] = refused.value.errors()
    assert error["loc"][:3] == ("resources", 0, "selector")


@pytest.mark.parametrize("kind", Kinds)
def test_a_resource_without_a_selector_is_refused(kind):
    bad = resource(kind)
    del bad["selector"]
    with pytest.raises(ValidationError):
        parsed(bad)


@pytest.mark.parametrize("kind", ["incident", "Issue", "issues", "Sprint", ""])
def test_an_unknown_kind_passes_and_does_not_spoil_the_others(kind):
    """The framework reports it when it resyncs."""
    unknown, issue = parsed(resource(kind, sprintState="active"), resource("issue"))
    assert type(unknown) is UnknownKindConfig
    assert type(issue) is JiraIssueConfig


def test_resources_keep_their_order():
    kinds = ["issue", "user", "incident", "project", "issue", "sprint"]
    assert [found.kind for found in parsed(*map(resource, kinds))] == kinds


def test_a_mapping_without_resources():
    assert parsed() == []
