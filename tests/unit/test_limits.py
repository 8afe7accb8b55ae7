"""Which changes of a query's result are found early, and what is said of the others."""

from typing import Any

import pytest

from port.mapping.limits import dates_looked_at, has_calendar, limits_of
from tests.unit.helpers import fake_client
from tests.unit.helpers.fake_client import mapping


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ({}, True),
        ({"identifier": ".fields.summary"}, False),
        ({"blueprint": ".fields.kind"}, False),
    ],
)
def test_which_resources_can_be_asked_about(resource, expected):
    of = mapping("issue", **resource)
    assert bool(dates_looked_at(of.resources[0])) is expected, "the default query has dates"


def test_queries_without_dates_and_other_kinds_are_not_asked_about():
    assert not dates_looked_at(fake_client.resource("issue", jql="project = AB"))
    assert not dates_looked_at(fake_client.resource("issue", jql=None))
    assert not dates_looked_at(mapping("worklog").resources[0])


@pytest.mark.parametrize(("jql", "expected"), [("due < endOfWeek()", True), (None, False)])
def test_which_mappings_have_dates_of_the_calendar(jql, expected):
    of = mapping("project", "issue")
    of.resources[1] = fake_client.resource("issue", jql=jql)
    assert has_calendar(of) is expected


def of(kind: str, jql: str | None, **mappings: Any) -> Any:
    found = mapping(kind, **mappings)
    [resource] = found.resources
    resource.selector = resource.selector.copy(update={"jql": jql})
    return found


@pytest.mark.parametrize(
    ("kind", "jql", "late"),
    [
        ("issue", None, None),
        ("issue", "updated >= -1w or due < endOfDay()", None),
        ("issue", "sprint in openSprints() and fixVersion in unreleasedVersions()", None),
        ("issue", "assignee in membersOf(x) or component = y", "membersOf(), component"),
        ("worklog", "updated >= -1w and created > -2w", "created, updated"),
        ("backlog", "due < startOfDay()", "a date of the calendar"),
    ],
)
def test_what_shows_with_the_next_sweep_is_said_of_the_resource(kind, jql, late):
    said = [
        f"{kind} (resource 1 of the mapping): no event tells when {late} in its query lets "
        "something in or out; that shows with the next sweep"
    ]
    assert limits_of(of(kind, jql)) == (said if late else [])


def test_of_entities_with_other_names_a_sweep_alone_tells():
    [said] = limits_of(of("issue", "updated >= -1w", identifier=".fields.summary"))
    assert "when updated in its query" in said


def test_other_kinds_have_no_query():
    assert limits_of(mapping("project", "user", "sprint", "epic")) == []
