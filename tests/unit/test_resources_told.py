"""What is told of a resource without any I/O: its blueprint, its kind, what is read for it."""

from typing import Any

import pytest

from jira.kinds.issue import names_its_fields
from port.mapping.resources import blueprint_of, identity_only, kind_of, selector_of
from tests.unit.helpers.fake_client import mapping

FULL = {
    "identifier": ".key",
    "title": ".fields.summary",
    "blueprint": '"issue"',
    "icon": '"Jira"',
    "team": ".fields.team",
    "properties": {"status": ".fields.status.name"},
    "relations": {"project": ".fields.project.key"},
}


def test_to_delete_nothing_but_the_identity_is_mapped():
    of = mapping("issue", **FULL).resources[0]
    identity = identity_only(of)
    assert identity.port.entity.mappings.dict(exclude_none=True) == {
        "identifier": ".key",
        "blueprint": '"issue"',
        "properties": {},
        "relations": {},
    }
    assert (identity.kind, identity.selector) == (of.kind, of.selector)


def test_the_mapping_itself_stays_as_it_is():
    """The framework keeps it for all events and resyncs."""
    of = mapping("issue", **FULL).resources[0]
    identity_only(of)
    assert of.port.entity.mappings.dict() == FULL


def test_an_identity_that_is_a_search_stays_one():
    rules = [{"property": "jiraKey", "operator": "=", "value": ".key"}]
    search = {"combinator": "and", "rules": rules}
    of = mapping("issue", identifier=search).resources[0]
    assert identity_only(of).port.entity.mappings.is_using_search_identifier


@pytest.mark.parametrize(
    ("expression", "blueprint"),
    [
        ('"issue"', "issue"),
        ("'issue'", "issue"),
        (' "jira issue" ', "jira issue"),
        (".fields.type", None),
        ("issue", None),
        ('"issue" + .suffix', None),
        ('if .x then "a" else "b" end', None),
        ('"issue', None),
        ('""', None),
        ("", None),
    ],
)
def test_the_blueprint_that_a_resource_always_maps_to(expression, blueprint):
    of = mapping("issue", blueprint=expression).resources[0]
    assert blueprint_of(of) == blueprint


def test_a_kind_that_nobody_knows_is_none_of_ours():
    ours, theirs = mapping("issue", "elsewhere").resources
    assert kind_of(ours) is not None
    assert kind_of(theirs) is None


MAPS_SUMMARY = {"properties": {"title": ".fields.summary"}, "relations": {}}


def issues(selector: Any = None, **mapped: Any) -> Any:
    of = mapping("issue", **{**MAPS_SUMMARY, **mapped})
    made = of.dict()
    made["resources"][0]["selector"] = {"query": "true", **(selector or {})}
    return type(of).parse_obj(made).resources[0]


async def test_issues_are_read_with_the_fields_alone_that_are_mapped(whole_issues):
    whole_issues["on"] = False
    of = issues({"jql": "project = AB"})
    selector: Any = await selector_of(of)
    assert (selector.jql, selector.fields) == ("project = AB", "summary")
    assert of.selector.fields == "*all", "the mapping itself stays as it is"


async def test_a_mapping_of_id_and_key_alone_reads_one_field_and_not_all(whole_issues):
    """A list without any field would mean all of them."""
    whole_issues["on"] = False
    assert (await selector_of(issues(properties={"name": ".key"}))).fields == "key"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("whole", "selector", "mapped"),
    [
        pytest.param(True, {}, {}, id="rows leave as they are"),
        pytest.param(False, {"fields": "status"}, {}, id="the mapping names its fields"),
        pytest.param(False, {"fields": "*all"}, {}, id="the mapping names all fields"),
        pytest.param(False, {}, {"properties": {"all": ".fields"}}, id="not plain what is mapped"),
    ],
)
async def test_otherwise_issues_are_read_as_the_selector_says(
    whole_issues, whole, selector, mapped
):
    whole_issues["on"] = whole
    of = issues(selector, **mapped)
    assert await selector_of(of) is of.selector
    assert names_its_fields(of.selector) is ("fields" in selector)


@pytest.mark.parametrize("kind", ["project", "user", "backlog", "epic", "elsewhere"])
async def test_the_selector_of_another_kind_is_read_as_it_is(whole_issues, kind):
    whole_issues["on"] = False
    [of] = mapping(kind, **MAPS_SUMMARY).resources
    assert await selector_of(of) is of.selector
