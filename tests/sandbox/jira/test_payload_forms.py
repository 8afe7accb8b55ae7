"""The forms that the stand-in sends payloads in, and the changes that have several."""

import random
from dataclasses import fields
from typing import Any

import pytest

from sandbox.jira.payload_forms import PayloadForms
from sandbox.jira.site import JiraSite


@pytest.fixture
def site():
    site = JiraSite()
    for key in ("AB", "CD"):
        site.create_project(key)
    site.create_issue("AB")  # AB-1
    site.create_issue("AB", type_name="Sub-task", parent="AB-1")  # AB-2
    site.create_issue("AB")  # AB-3
    return site


def items(payload: dict[str, Any]) -> list[tuple[Any, Any, Any]]:
    found = payload["changelog"]["items"]
    return [(item["field"], item["from"], item["to"]) for item in found]


def ids(site: JiraSite, *keys: str) -> list[str]:
    return [site.issue_of(key).id for key in keys]


def test_an_attachment_comes_and_goes_without_its_issue(site, events):
    before = site.issue_of("AB-1").updated
    made = site.attach("AB-1", "a.png")
    shown = site.row(site.issue_of("AB-1"))["fields"]
    assert [row["filename"] for row in shown["attachment"]] == ["a.png"]
    site.remove_attachment("AB-1", made.id)
    assert site.row(site.issue_of("AB-1"))["fields"]["attachment"] == []
    assert site.issue_of("AB-1").updated >= before
    assert [event for event, _ in events] == ["attachment_created", "attachment_deleted"]
    for _, payload in events:
        assert payload["attachment"]["id"] == made.id
        assert "issue" not in payload
        assert made.id in payload["attachment"]["self"]


def test_an_attachments_event_can_name_its_issue_and_the_issue_send_its_own(site, events):
    site.forms.attachment_alone = False
    site.attachments_send_issue_events = True
    made = site.attach("AB-1")
    site.remove_attachment("AB-1", made.id)
    names = [event for event, _ in events]
    assert names == ["attachment_created", "jira:issue_updated", "attachment_deleted"]
    assert events[0][1]["issue"]["key"] == "AB-1"
    assert items(events[1][1]) == [("Attachment", None, made.id)]


@pytest.mark.parametrize(
    ("form", "named"),
    [
        ("ids", [("IssueParentAssociation", "1", "3")]),
        ("keys", [("Parent Issue", "AB-1", "AB-3")]),
        ("plain", [("Parent", "1", "3")]),
        ("both", [("Parent", "AB-1", "AB-3"), ("IssueParentAssociation", "1", "3")]),
    ],
)
def test_a_parent_is_named_by_its_id_or_by_its_key(site, events, form, named):
    site.forms.parents = form
    site.edit_issue("AB-2", parent="AB-3")
    first, third = ids(site, "AB-1", "AB-3")
    real = {"1": first, "3": third}
    expected = [(field, real.get(old, old), real.get(new, new)) for field, old, new in named]
    assert items(events[-1][1]) == expected


@pytest.mark.parametrize("alone", [True, False])
def test_a_sub_task_becomes_a_task_and_a_task_a_sub_task(site, events, alone):
    site.forms.type_alone = alone
    site.convert_issue("AB-2", "Task")
    assert site.row(site.issue_of("AB-1"))["fields"]["subtasks"] == []
    assert "parent" not in events[-1][1]["issue"]["fields"]
    kept = [field for field, _, _ in items(events[-1][1])]
    assert kept == ["issuetype"] + ["IssueParentAssociation"] * (not alone)
    site.convert_issue("AB-2", "Sub-task", "AB-3")
    assert [row["key"] for row in site.row(site.issue_of("AB-3"))["fields"]["subtasks"]] == ["AB-2"]
    assert events[-1][1]["issue"]["fields"]["parent"]["key"] == "AB-3"


@pytest.mark.parametrize(
    "to", [("Sub-task",), ("Task", "AB-3"), ("Sub-task", "AB-2"), ("Sub-task", "CD-1")]
)
def test_what_can_not_be_converted_is_refused(site, to):
    site.create_issue("CD")
    with pytest.raises(ValueError, match=r"parent|converted"):
        site.convert_issue("AB-2", *to)


def test_a_move_can_tell_no_more_than_the_key(site, events):
    site.forms.key_alone = True
    site.move_issue("AB-3", "CD")
    assert [field for field, _, _ in items(events[-1][1])] == ["Key"]


@pytest.mark.parametrize("as_text", [True, False])
def test_an_issue_that_is_created_in_a_sprint_shows_it_and_has_no_item(site, events, as_text):
    site.forms.sprints_as_text = as_text
    sprint = site.create_sprint(site.create_board(["AB"]).id)
    site.create_issue("AB", sprint=sprint)
    name, payload = events[-1]
    assert name == "jira:issue_created"
    assert "changelog" not in payload
    [shown] = payload["issue"]["fields"]["customfield_10020"]
    if as_text:
        assert f"[id={sprint.id},rapidViewId={sprint.origin},state=FUTURE," in shown
    else:
        assert (shown["id"], shown["boardId"]) == (sprint.id, sprint.origin)


def test_comments_and_worklogs_can_name_their_issue_by_a_link_alone(site, events):
    site.forms.link_alone = True
    site.comment_issue("AB-1")
    site.add_worklog("AB-1")
    [issue_id] = ids(site, "AB-1")
    for (_, payload), part in zip(events, ("comment", "worklog"), strict=True):
        assert "issue" not in payload
        assert "issueId" not in payload[part]
        assert f"/issue/{issue_id}/{part}/" in payload[part]["self"]


def test_a_deleted_user_can_be_an_account_id_and_a_name(site, events):
    site.forms.bare_deleted_user = True
    user = site.create_user("Short stay")
    site.delete_user(user.account_id)
    name, payload = events[-1]
    assert name == "user_deleted"
    assert payload == {"accountId": user.account_id, "username": "somebody"}


def test_names_can_have_a_prefix_and_hooks_hear_of_them_by_the_usual_one(site, events):
    site.forms.prefixed_names = True
    site.add_worklog("AB-1")
    site.edit_issue("AB-1", summary="Edited")
    assert [(name, payload["webhookEvent"]) for name, payload in events] == [
        ("worklog_created", "jira:worklog_created"),
        ("jira:issue_updated", "jira:issue_updated"),
    ]


def test_what_has_a_form_is_a_copy(site, events):
    other = []
    site.forms.link_alone = True
    site.subscribe(lambda _, payload: other.append(payload))
    site.add_worklog("AB-1")
    assert events[-1][1] == other[-1]
    assert events[-1][1]["worklog"] is not other[-1]["worklog"]


def test_each_form_comes_by_and_the_same_for_the_same_seed():
    drawn = [PayloadForms.some(random.Random(seed)) for seed in range(30)]
    assert drawn == [PayloadForms.some(random.Random(seed)) for seed in range(30)]
    for field in fields(PayloadForms):
        found = {getattr(forms, field.name) for forms in drawn}
        assert len(found) == (4 if field.name == "parents" else 2)
