"""What a page can do in Jira, and what it is told where it can't."""

from typing import Any

import pytest

from sandbox.jira.site import JiraSite
from sandbox.page.actions import ACTIONS, RefusedError, act


@pytest.fixture
def site() -> JiraSite:
    made = JiraSite()
    made.fill_every_kind(30)
    return made


def test_every_action_does_what_it_says(site: JiraSite):
    user = list(site.users)[1]
    done = [
        ("create", {"project": "AB", "summary": "New", "type": "Bug"}, "AB-7 created"),
        (
            "edit",
            {"issue": "AB-7", "summary": "Better", "assignee": user, "priority": "High"},
            "AB-7 edited",
        ),
        ("transition", {"issue": "AB-7", "status": "Done"}, "AB-7 is Done"),
        ("comment", {"issue": "AB-7", "text": "Good"}, "AB-7 commented on"),
        ("log-work", {"issue": "AB-7", "minutes": "30"}, "30 minutes of work logged on AB-7"),
        ("move", {"issue": "AB-7", "project": "CD"}, "AB-7 moved, and is CD-7 now"),
        ("delete", {"issue": "CD-7"}, "CD-7 deleted"),
        ("start-sprint", {"sprint": "3"}, "AB board: sprint 3 started"),
        ("close-sprint", {"sprint": "3"}, "AB board: sprint 3 closed"),
        ("archive", {"project": "AB"}, "AB archived"),
        ("restore", {"project": "AB"}, "AB restored"),
        ("rename-user", {"user": user, "name": "Else"}, "User 1 is called Else now"),
    ]
    assert {name for name, _, _ in done} == set(ACTIONS)
    events: list[str] = []
    site.subscribe(lambda event, _: events.append(event))
    for name, fields, said in done:
        before = len(events)
        assert act(site, name, fields) == said
        assert len(events) > before, name


@pytest.mark.parametrize(
    ("name", "fields", "why"),
    [
        ("nothing", {}, "There is no action 'nothing'."),
        ("create", {"project": "AB", "type": "Bug"}, "Please fill in: summary."),
        ("create", {"project": "AB", "type": "Bug", "summary": " "}, "Please fill in: summary."),
        ("create", {"project": "AB", "type": "Bug", "summary": "x" * 256}, "At most 255 char"),
        ("create", {"project": "XY", "type": "Bug", "summary": "New"}, "No project XY"),
        ("edit", {"issue": "XY-1", "summary": "New", "priority": "High"}, "No issue XY-1"),
        ("log-work", {"issue": "AB-1", "minutes": "many"}, "A whole number from 1 to 10080"),
        ("log-work", {"issue": "AB-1", "minutes": "0"}, "A whole number from 1 to 10080"),
        ("move", {"issue": "AB-1", "project": "AB"}, "AB-1 is in AB already"),
        ("start-sprint", {"sprint": "2"}, "Sprint 2 is active, not future"),
        ("restore", {"project": "AB"}, "Project AB is live"),
    ],
)
def test_what_cannot_be_done_says_why(site: JiraSite, name: str, fields: Any, why: str):
    with pytest.raises(RefusedError, match=why):
        act(site, name, fields)


def test_nothing_goes_into_an_archived_project(site: JiraSite):
    act(site, "archive", {"project": "CD"})
    for name, fields in (
        ("create", {"project": "CD", "summary": "New", "type": "Bug"}),
        ("move", {"issue": "AB-1", "project": "CD"}),
        ("archive", {"project": "CD"}),
    ):
        with pytest.raises(RefusedError, match="CD isn't live"):
            act(site, name, fields)


def test_one_project_stays(site: JiraSite):
    keys = [project.key for project in site.projects.values()]
    for key in keys[1:]:
        act(site, "archive", {"project": key})
    with pytest.raises(RefusedError, match="One project has to stay"):
        act(site, "archive", {"project": keys[0]})
