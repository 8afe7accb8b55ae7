"""What the stand-in's events name is what the entities that they change are called."""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox import examples
from sandbox.jira.site import JiraSite
from sandbox.page.names import KINDS, named_in, own_names, related_names


def names_of(change: Callable[[JiraSite], Any]) -> set[str]:
    site = JiraSite()
    site.fill_every_kind(30)
    found: set[str] = set()

    def hear(_: str, payload: dict[str, Any]) -> None:
        found.update(named_in(payload, lambda one: getattr(site.issues.get(one), "key", None)))

    site.subscribe(hear)
    change(site)
    return found


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (lambda site: site.edit_issue("AB-1", summary="Else"), {"issue:AB-1"}),
        (lambda site: site.move_issue("AB-1", "CD"), {"issue:AB-1", "issue:CD-7"}),
        (lambda site: site.comment_issue("AB-1"), {"issue:AB-1"}),
        (lambda site: site.delete_issue("AB-1"), {"issue:AB-1"}),
        (lambda site: site.archive_project("AB"), {"project:AB"}),
        (lambda site: site.start_sprint(3), {"sprint:3"}),
        (lambda site: site.rename_board(1, "Else"), {"board:1"}),
        (lambda site: site.link_issues("AB-1", "CD-1"), {"issue:AB-1", "issue:CD-1"}),
    ],
)
def test_an_event_names_what_it_is_about(change: Callable[[JiraSite], Any], names: set[str]):
    assert names <= names_of(change)


def test_work_on_an_issue_names_both():
    found = names_of(lambda site: site.add_worklog("AB-1"))
    assert "issue:AB-1" in found
    assert any(name.startswith("worklog:") for name in found)


def test_somebody_is_named_where_it_is_about_them_alone():
    assert "user" in {n.partition(":")[0] for n in names_of(lambda s: s.create_user("Else"))}
    edited = names_of(lambda site: site.edit_issue("AB-1", summary="Else"))
    assert {name.partition(":")[0] for name in edited} == {"issue"}


def test_kinds_are_told_apart():
    assert own_names("jiraSprint", "3") != own_names("jiraBoard", "3")
    assert own_names("jiraTeam", "3") == frozenset()


def test_an_entity_relates_by_one_name_or_several():
    blueprints = {row["identifier"]: row for row in examples.blueprints()}
    found = related_names(
        blueprints["jiraIssue"],
        {"project": "AB", "subtasks": ["AB-2", "AB-3"], "assignee": None, "reporter": "u1"},
    )
    assert found == {"project:AB", "issue:AB-2", "issue:AB-3", "user:u1"}


def test_every_kind_is_a_blueprint_of_the_examples():
    assert {row["identifier"] for row in examples.blueprints()} >= KINDS.keys()
