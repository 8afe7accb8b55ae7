"""What a sweep finds without an event: others may show it, and have to be read as well."""

from typing import Any

import pytest

from background.sweep_plan import gone_news, news_of
from jira.changed_issues import ChangedIssue
from tests.unit.helpers.catalog_fakes import entity, listed
from tests.unit.helpers.fake_client import mapping
from tests.unit.helpers.sweep_site import full

ROWS: list[dict[str, Any]] = [{"id": "1", "key": "AB-1"}, {"id": "2", "key": "AB-2"}]


def resource(**mappings: Any) -> Any:
    [found] = mapping("issue", **mappings).resources
    return found


def written(identifier: str, **relations: Any) -> Any:
    return entity(identifier, "issue", properties={"name": "now"}, relations=relations)


def news(*mapped: Any, at_port: Any = (), **mappings: Any) -> list[ChangedIssue]:
    known = {one.key: one for one in listed(*at_port)}
    return news_of(resource(**mappings), ROWS, mapped, known.get)


def changed(name: str, *shown_by: str) -> ChangedIssue:
    return ChangedIssue(name, changed=None, shown_by=frozenset(shown_by), compared=True)


def test_where_nothing_is_wrong_nothing_is_news():
    assert news(at_port=[written("AB-1", parent="AB-9")]) == []


def test_an_issue_that_is_new_touches_what_it_relates_to():
    parts = {"parent": "AB-9", "links": ["AB-7", "10008"], "who": "user@example.com", "none": None}
    assert news(written("AB-1", **parts)) == [changed("AB-1", "AB-9", "AB-7", "10008")]


def test_an_issue_that_came_under_another_parent_touches_both():
    before = [written("AB-1", parent="AB-8", home="AB-7"), written("AB-2", parent="AB-8")]
    now = written("AB-1", parent="AB-9", home="AB-7")
    assert news(now, at_port=before) == [changed("AB-1", "AB-9", "AB-8")]


def test_one_that_is_called_by_a_name_of_the_mappings_own_may_be_any_row():
    assert news(written("x"), identifier=".fields.summary") == [changed("1"), changed("2")]
    assert news(at_port=[written("x")], identifier=".fields.summary") == []


@pytest.mark.parametrize(
    ("kind", "identifier", "found"),
    [
        ("issue", ".key", True),
        ("backlog", ".key", True),
        ("issue", ".fields.summary", False),
        ("project", ".key", False),
    ],
)
def test_what_is_too_much_touches_what_it_related_to(kind, identifier, found):
    of = mapping(kind, blueprint='"thing"', identifier=identifier)
    extra = [full("AB-1", "thing", parent="AB-9", who="x"), full("AB-2", "other")]
    shown_by = frozenset(("AB-9",))
    gone = ChangedIssue("AB-1", None, gone=True, subtasks=True, shown_by=shown_by, compared=True)
    assert gone_news(listed(*extra), of) == ([gone] if found else [])


async def test_a_sweep_tells_what_was_new_changed_and_too_much(made_sweep):
    world = made_sweep(mapping("issue", "project"))
    for number in (1, 2, 3):
        world.jira.issue(str(number), f"AB-{number}")["changed"] = number == 3
    world.has(written("AB-1"), full("AB-3", parent="AB-8"), full("AB-4", parent="AB-9"))
    await world.sweep()
    assert world.written == ["AB-2", "AB-3"]
    told = {issue.name: (issue.gone, set(issue.shown_by)) for issue in world.sweeper.news}
    assert told == {"AB-2": (False, set()), "AB-3": (False, {"AB-8"}), "AB-4": (True, {"AB-9"})}


async def test_a_sweep_that_finds_nothing_tells_of_nothing(made_sweep):
    world = made_sweep(mapping("issue"))
    world.jira.issue("1", "AB-1")["changed"] = True
    world.has(entity("AB-1", "issue", properties={"name": "now"}))
    await world.sweep()
    assert (world.written, world.sweeper.news) == ([], [])
