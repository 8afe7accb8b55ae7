"""What a project's event says of all that belongs to it: decided by its keys before and after."""

from typing import cast

import pytest

from background.of_boards import differences
from background.of_projects import Project, changed_issues, settle
from client import JiraClient
from jira.http.api import JiraApi
from jira.kinds.project import ProjectKind
from jira.kinds.sprint import SprintKind
from tests.unit.helpers.fake_client import FakeClient


@pytest.fixture
def client() -> JiraClient:
    """Its catalog has one project with two issues."""
    fake = FakeClient()
    fake.projects.in_catalog = {"10": "AB"}
    for name, key in (("1", "AB-1"), ("2", "AB-2")):
        fake.reader.shown.keys.note(name, key)
    return fake.client


def project(now: str | None, before: str | None, **issues: str) -> Project:
    row = None if now is None else {"id": "10", "key": now}
    keys = {key for key in (now, before) if key}
    by_id = {name.lstrip("i"): key for name, key in issues.items()}
    return Project("10", row, before, keys, issues=by_id)


@pytest.mark.parametrize(
    ("now", "before", "is_another", "former"),
    [
        ("AB", "AB", False, set()),
        ("CD", "AB", True, {"AB"}),
        (None, "AB", True, {"AB"}),
        ("AB", None, True, set()),
        (None, None, False, set()),
    ],
    ids=["renamed", "another-key", "put-away", "back", "never-there"],
)
def test_what_became_of_a_project(now, before, is_another, former):
    one = project(now, before)
    assert one.is_another is is_another
    assert one.former_keys == former


def test_issues_of_a_project_with_another_name_are_shown_as_they_were(client):
    assert changed_issues(client, project("AB", "AB", i1="AB-1")) == []


def test_under_another_key_those_that_a_search_finds_changed_and_the_others_are_gone(client):
    found = changed_issues(client, project("CD", "AB", i1="CD-1"))
    assert {(one.name, one.gone) for one in found} == {("1", False), ("2", True)}
    assert all(one.changed is None for one in found), "perhaps anything"


def test_all_issues_of_a_project_that_is_put_away_are_gone_with_their_subtasks(client):
    found = changed_issues(client, project(None, "AB"))
    assert {(one.name, one.gone, one.subtasks) for one in found} == {
        ("1", True, True),
        ("2", True, True),
    }


def test_what_was_written_is_what_the_catalog_has(client):
    settle(client, project("CD", "AB"))
    assert client.projects.in_catalog == {"10": "CD"}
    assert list(client.issues.reader.shown.keys.of(["AB"])) == []
    settle(client, project(None, "CD"))
    assert client.projects.in_catalog == {}


@pytest.mark.parametrize(
    ("shown", "whole", "expected"),
    [
        ({"7": "", "8": ""}, False, set()),
        ({"8": "", "9": ""}, False, {"7", "9"}),
        ({}, False, {"7", "8"}),
        ({"8": "", "9": ""}, True, {"7", "8", "9"}),
    ],
    ids=["as-it-was", "one-left-one-came", "gone", "whole"],
)
def test_what_is_read_of_a_board(client, shown, whole, expected):
    kind = SprintKind(client.boards._api, client.boards)
    kind.seen.whole((), "3", {"7": "", "8": ""})
    assert set(differences(kind, (), {"3": shown}, whole=whole)) == expected
    assert set(differences(kind, (), {}, whole=whole)) == set(), "of what wasn't read nothing"


def test_a_project_that_a_resync_may_have_read_before_and_after_a_change_is_another():
    """All that it wrote may be of either name, whatever the list of projects said."""
    unsure = Project("10", {"id": "10", "key": "AB"}, "AB", {"AB"}, is_unsure=True)
    assert unsure.is_another
    assert Project("10", None, None, {"AB"}, is_unsure=True).is_another


@pytest.mark.parametrize(
    ("came", "unsure"), [(99.0, set()), (100.0, {"10"}), (150.0, {"10"})], ids=str
)
def test_of_projects_with_events_since_a_resync_began_nobody_knows_what_is_written(came, unsure):
    projects = ProjectKind(cast(JiraApi, None))
    projects.told_of("10", came)
    projects.all_was_read(100.0)
    assert projects.unsure == unsure
    projects.all_was_read(200.0)
    assert projects.unsure == unsure, "until all that belongs to it is read"


@pytest.mark.parametrize("named", [{"id": 10, "key": "AB"}, {"key": "AB"}, None], ids=str)
def test_an_event_of_a_project_is_remembered_by_its_id(client, monkeypatch, named):
    told: list[str] = []
    monkeypatch.setattr(client.projects, "told_of", lambda name, _: told.append(name))
    client.arrived({"webhookEvent": "project_updated", "project": named})
    assert told == (["10"] if named and "id" in named else [])


def test_what_is_read_of_an_unsure_project_is_sure_again(client):
    client.projects.unsure = {"10", "11"}
    settle(client, project("CD", "AB"))
    assert client.projects.unsure == {"11"}
