"""Selectors of the planning kinds: their defaults, and what is said about a mistake."""

from typing import Any

import pytest
from pydantic.v1 import ValidationError

from jira.kinds.worklog_query import query_of
from kinds import Kinds
from port.mapping.resources import CONFIGS
from tests.unit.test_resources import parsed, resource

DEFAULTS: dict[str, dict[str, Any]] = {
    "team": {"include_members": False},
    "release": {},
    "board": {"board_type": None, "project_key": None},
    "sprint": {"sprint_state": ["active"]},
    "backlog": {
        "jql": "updated >= -1w OR statusCategory != Done",
        "fields": None,
        "use_software_api": True,
    },
    "epic": {"status": ["incomplete"]},
    "worklog": {"jql": "updated >= -1w", "api_query_params": None},
    "component": {"component_source": "jira", "name_filter": None},
}


@pytest.mark.parametrize(("kind", "defaults"), DEFAULTS.items(), ids=DEFAULTS)
def test_each_kind_has_its_model_and_its_defaults(kind, defaults):
    [found] = parsed(resource(kind))
    assert type(found) is CONFIGS[kind]
    assert found.selector.dict(exclude={"query", "export_env_variables"}) == defaults


@pytest.mark.parametrize(
    ("kind", "said", "kept"),
    [
        ("team", {"includeMembers": True}, {"include_members": True}),
        (
            "board",
            {"boardType": "kanban", "projectKey": "AB"},
            {"board_type": "kanban", "project_key": "AB"},
        ),
        ("sprint", {"sprintState": None}, {"sprint_state": None}),
        ("sprint", {"sprintState": ["closed", "future"]}, {"sprint_state": ["closed", "future"]}),
        (
            "backlog",
            {"jql": "", "fields": ["summary"], "useSoftwareApi": False},
            {"jql": "", "fields": ["summary"], "use_software_api": False},
        ),
        ("epic", {"status": None}, {"status": None}),
        ("epic", {"status": ["complete", "incomplete"]}, {"status": ["complete", "incomplete"]}),
        ("worklog", {"jql": None}, {"jql": None}),
        ("board", {"projectKey": 5}, {"project_key": "5"}),
        ("backlog", {"fields": []}, {"fields": []}),
        ("backlog", {"fields": ["summary", 5, 5]}, {"fields": ["summary", "5", "5"]}),
        ("component", {"nameFilter": 5}, {"name_filter": "5"}),
        (
            "component",
            {"componentSource": "auto", "nameFilter": "x"},
            {"component_source": "auto", "name_filter": "x"},
        ),
    ],
)
def test_what_a_mapping_says_is_kept(kind, said, kept):
    [found] = parsed(resource(kind, **said))
    own = found.selector.dict(exclude={"query", "export_env_variables"})
    assert own == DEFAULTS[kind] | kept


@pytest.mark.parametrize(
    "said",
    [
        {"startedAfter": 1, "startedBefore": 2, "expand": "properties"},
        {"started_after": 1, "started_before": 2, "expand": "properties"},
        {"started_after": "1", "startedBefore": "2", "expand": "properties"},
        {"startedAfter": 1, "started_after": 7, "started_before": 2, "expand": "properties"},
    ],
)
def test_the_parameters_of_worklogs_are_kept_in_either_spelling(said):
    [found] = parsed(resource("worklog", apiQueryParams=said))
    assert query_of(found.selector).asked() == {
        "startedAfter": 1,
        "startedBefore": 2,
        "expand": "properties",
    }


@pytest.mark.parametrize(
    ("status", "done"),
    [
        (None, None),
        ([], None),
        (["complete"], True),
        (["complete", "complete"], True),
        (["incomplete"] * 3, False),
        (["complete", "incomplete"], None),
        (["incomplete", "complete", "incomplete"], None),
    ],
)
def test_a_list_of_what_epics_may_be_can_be_empty_and_name_something_twice(status, done):
    [found] = parsed(resource("epic", status=status))
    assert found.selector.done is done


def mistakes(*resources: Any) -> list[tuple[Any, ...]]:
    """Where each mistake is, and the words about it."""
    with pytest.raises(ValidationError) as refused:
        parsed(*resources)
    return [(*error["loc"], error["msg"]) for error in refused.value.errors()]


ONE_OF = "unexpected value; permitted: "


@pytest.mark.parametrize(
    ("kind", "selector", "where", "words"),
    [
        ("sprint", {"sprintState": []}, ["sprintState"], "sprintState is empty: name at least one"),
        (
            "sprint",
            {"sprintState": ["active", "active"]},
            ["sprintState"],
            "sprintState names active, active: name each only once",
        ),
        (
            "sprint",
            {"sprintState": ["active", "open"]},
            ["sprintState", 1],
            f"{ONE_OF}'active', 'closed', 'future'",
        ),
        ("sprint", {"sprintState": "active"}, ["sprintState"], "not a valid list"),
        ("epic", {"status": ["done"]}, ["status", 0], f"{ONE_OF}'complete', 'incomplete'"),
        ("board", {"boardType": "Scrum"}, ["boardType"], f"{ONE_OF}'scrum', 'kanban', 'simple'"),
        ("board", {"projectKey": ["AB"]}, ["projectKey"], "str type expected"),
        ("team", {"includeMembers": "perhaps"}, ["includeMembers"], "boolean"),
        ("backlog", {"fields": "summary,status"}, ["fields"], "not a valid list"),
        ("backlog", {"useSoftwareApi": None}, ["useSoftwareApi"], "not an allowed value"),
        ("backlog", {"jql": ["a"]}, ["jql"], "str type expected"),
        ("worklog", {"jql": {}}, ["jql"], "str type expected"),
        (
            "worklog",
            {"apiQueryParams": {"startedAfter": "yesterday"}},
            ["apiQueryParams", "startedAfter"],
            "not a valid integer",
        ),
        ("worklog", {"apiQueryParams": "x"}, ["apiQueryParams"], "not a valid dict"),
        (
            "component",
            {"componentSource": "both"},
            ["componentSource"],
            f"{ONE_OF}'jira', 'compass', 'auto'",
        ),
        ("component", {"componentSource": None}, ["componentSource"], "not an allowed value"),
        ("release", {"query": None}, ["query"], "not an allowed value"),
    ],
)
def test_a_mistake_names_its_setting_once_and_says_what_is_right(kind, selector, where, words):
    """And not every kind there is, as a union would."""
    [(*found, said)] = mistakes(resource("project"), resource(kind, **selector))
    assert found == ["resources", 1, "selector", *where]
    assert words in said


@pytest.mark.parametrize("kind", Kinds)
def test_a_mistake_outside_the_selector_is_named_where_it_is(kind):
    bad = resource(kind)
    del bad["port"]["entity"]["mappings"]["identifier"]
    [(*found, _)] = mistakes(bad)
    assert found == ["resources", 0, "port", "entity", "mappings", "identifier"]


def test_mistakes_in_two_resources_are_both_named():
    found = mistakes(resource("sprint", sprintState=[]), resource("epic", status="all"))
    assert [(where[1], where[3]) for where in found] == [(0, "sprintState"), (1, "status")]


@pytest.mark.parametrize("kind", [None, ["issue"], {"a": 1}])
def test_a_kind_that_is_no_text_is_a_mistake_of_its_own_resource(kind):
    found = mistakes(resource("sprint"), resource("issue") | {"kind": kind})
    assert {where[1] for where in found} == {1}


def test_a_mapping_that_was_parsed_can_be_parsed_again():
    """The framework copies it."""
    resources = parsed(*(resource(kind) for kind in Kinds))
    assert parsed(*resources) == resources
