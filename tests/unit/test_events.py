"""Every event that Jira documents is known by name, and it is said which of them nothing takes."""

import pytest

from client import KINDS, webhook_events
from jira.events import Family, JiraEvent, documented, events_of
from webhook_processors.processors import PROCESSORS

DOCUMENTED = {
    *(f"jira:issue_{what}" for what in ("created", "updated", "deleted")),
    *(f"worklog_{what}" for what in ("created", "updated", "deleted")),
    *(f"comment_{what}" for what in ("created", "updated", "deleted")),
    *("attachment_created", "attachment_deleted"),
    *("issuelink_created", "issuelink_deleted"),
    *("issue_property_set", "issue_property_deleted"),
    *(f"issuetype_{what}" for what in ("created", "updated", "deleted")),
    *(f"project_{what}" for what in ("created", "updated", "deleted")),
    *("project_soft_deleted", "project_restored_deleted"),
    *("project_archived", "project_restored_archived"),
    *(
        f"jira:version_{what}"
        for what in ("created", "updated", "deleted", "released", "unreleased", "moved")
    ),
    *(f"user_{what}" for what in ("created", "updated", "deleted")),
    *(f"sprint_{what}" for what in ("created", "updated", "started", "closed", "deleted")),
    *(f"board_{what}" for what in ("created", "updated", "deleted", "configuration_changed")),
    *(f"filter_{what}" for what in ("created", "updated", "deleted")),
    *(
        f"option_{what}_changed"
        for what in (
            *("voting", "watching", "unassigned_issues", "subtasks"),
            *("attachments", "issuelinks", "timetracking"),
        )
    ),
}
"""https://developer.atlassian.com/cloud/jira/platform/webhooks/"""

SHOWN_BY_NO_ROW = (Family.ISSUE_PROPERTY, Family.OPTION)
"""What these tell of is in no row of any kind."""


def test_the_events_are_those_that_jira_documents():
    assert set(JiraEvent) == DOCUMENTED


def test_every_family_has_events_and_every_event_is_of_one_family():
    found = [event for family in Family for event in events_of(family)]
    assert sorted(found) == sorted(JiraEvent)
    assert all(events_of(family) for family in Family)


def test_no_name_begins_with_another_familys():
    """An event's family is told by how its name begins."""
    for event in JiraEvent:
        assert len([family for family in Family if event.startswith(family)]) == 1, event


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_the_events_that_a_kind_registers_are_of_the_enum(kind):
    assert all(type(event) is JiraEvent for event in kind.events)
    assert all(type(family) is Family for family in kind.touched_by)


def test_the_events_of_families_come_in_the_enums_order():
    wanted = events_of(Family.SPRINT, Family.ISSUE)
    assert wanted == tuple(e for e in JiraEvent if e in wanted)
    assert all(type(event) is JiraEvent for event in wanted)
    assert {event.partition("_")[0] for event in wanted} == {"jira:issue", "sprint"}
    assert events_of() == ()


def test_what_a_row_may_show_is_registered_whole_or_not_at_all():
    """Of what no kind stands for no event is wanted; of all others every one is."""
    registered = set(webhook_events())
    assert registered <= DOCUMENTED
    for family in Family:
        events = set(events_of(family))
        assert registered & events in ({*events}, set()), family
    assert [family for family in SHOWN_BY_NO_ROW if registered & set(events_of(family))] == []


@pytest.mark.parametrize("name", webhook_events())
def test_every_registered_event_has_a_processor_that_looks_at_it(name):
    """Jira would send it for nothing."""
    kinds = [processor.kind for processor in PROCESSORS]
    assert [kind.name for kind in kinds if kind.is_touched_by(name) and name in kind.events]


@pytest.mark.parametrize("event", JiraEvent)
def test_an_event_is_known_with_and_without_jira_before_its_name(event):
    bare = event.removeprefix("jira:")
    assert documented(bare) == documented(f"jira:{bare}") == event


@pytest.mark.parametrize("name", ["", "jira:", "jira:version_merged", "unknown", "Jira:issue_x"])
def test_a_name_that_is_not_documented_stays_as_it_is(name):
    assert documented(name) == name
