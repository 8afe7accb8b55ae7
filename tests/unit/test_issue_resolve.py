"""What an issue event comes to, and what Port's issues stand for, once Jira has been asked."""

from collections.abc import Iterable

import pytest

from jira.answers import Unread
from jira.errors import JiraError, JiraPermissionError, JiraUnavailableError
from jira.kinds.leads import Leads
from jira.payloads import IssueSubject, Row
from tests.unit.helpers.fake_client import ISSUES, FakeClient


@pytest.fixture
def jira():
    return FakeClient()


def about(issue_id: str, *keys: str, related: bool = False) -> IssueSubject:
    row = {"id": issue_id, "key": keys[0] if keys else None, "fields": {"summary": "then"}}
    return IssueSubject(issue_id, row, keys, related)


async def resolve_issues(jira: FakeClient, *subjects: IssueSubject) -> tuple[list[str], list[str]]:
    """The keys that are updated, and those that are deleted."""
    found = await jira.issues.resolve(subjects, ISSUES)
    return [row["key"] for row in found.updated], [row["key"] for row in found.deleted]


async def test_an_issue_that_is_there_is_what_jira_says_now(jira):
    row = jira.issue("1", "AB-1")
    found = await jira.issues.resolve([about("1", "AB-1")], ISSUES)
    assert found.updated == [row]
    assert found.deleted == []


async def test_an_issue_that_is_gone_is_deleted(jira):
    assert await resolve_issues(jira, about("1", "AB-1")) == ([], ["AB-1"])


async def test_a_deleted_row_is_what_the_event_carried(jira):
    """The mapping's identifier is computed from it."""
    found = await jira.issues.resolve([about("1", "AB-1")], ISSUES)
    assert found.deleted == [{"id": "1", "key": "AB-1", "fields": {"summary": "then"}}]


async def test_a_deletion_that_jira_knows_nothing_of_is_an_update(jira):
    """An event may be late or wrong: the webhook is a hint, the API is the truth."""
    jira.issue("1", "AB-1")
    assert await resolve_issues(jira, about("1", "AB-1")) == (["AB-1"], [])


async def test_an_issue_that_left_the_selector_is_deleted(jira):
    jira.issue("1", "AB-1")
    jira.outside = {"1"}
    assert await resolve_issues(jira, about("1", "AB-1")) == ([], ["AB-1"])


async def test_an_issue_without_a_plausible_key_that_is_gone_deletes_nothing(jira):
    assert await resolve_issues(jira, about("1")) == ([], [])


async def test_a_moved_issue_is_written_by_its_new_key_and_deleted_by_the_old(jira):
    """The old key redirects, so that reading it works."""
    jira.issue("1", "CD-7", former=["AB-1"])
    assert await resolve_issues(jira, about("1", "CD-7", "AB-1")) == (["CD-7"], ["AB-1"])


async def test_an_event_from_before_a_move_is_read_as_it_is_now(jira):
    jira.issue("1", "CD-7", former=["AB-1"])
    assert await resolve_issues(jira, about("1", "AB-1")) == (["CD-7"], ["AB-1"])


async def test_an_issue_that_moved_twice_is_deleted_by_every_former_key(jira):
    jira.issue("1", "EF-9", former=["AB-1", "CD-7"])
    updated, deleted = await resolve_issues(jira, about("1", "EF-9", "CD-7", "AB-1"))
    assert updated == ["EF-9"]
    assert sorted(deleted) == ["AB-1", "CD-7"]


async def test_an_issue_that_moved_back_keeps_its_key(jira):
    jira.issue("1", "AB-1", former=["CD-7"])
    assert await resolve_issues(jira, about("1", "CD-7", "AB-1")) == (["AB-1"], ["CD-7"])


async def test_an_old_key_is_given_up_even_where_another_issue_has_it_now(jira):
    """Whether the entity of that name may go, the catalog asks before it deletes."""
    jira.issue("1", "CD-7")
    jira.issue("2", "AB-1")
    assert await resolve_issues(jira, about("1", "CD-7", "AB-1")) == (["CD-7"], ["AB-1"])
    assert jira.keys_asked == []


async def test_an_issue_that_moved_out_of_the_selector_is_deleted_under_both_keys(jira):
    jira.issue("1", "CD-7", former=["AB-1"])
    jira.outside = {"1"}
    updated, deleted = await resolve_issues(jira, about("1", "CD-7", "AB-1"))
    assert updated == []
    assert sorted(deleted) == ["AB-1", "CD-7"]


async def test_an_issue_that_moved_and_is_gone_is_deleted_under_both_keys(jira):
    updated, deleted = await resolve_issues(jira, about("1", "CD-7", "AB-1"))
    assert updated == []
    assert sorted(deleted) == ["AB-1", "CD-7"]


async def test_a_related_issue_is_read_again(jira):
    jira.issue("5", "AB-5")
    assert await resolve_issues(jira, about("5", "AB-5", related=True)) == (["AB-5"], [])


async def test_a_parent_outside_the_selector_is_not_deleted(jira):
    """Port may hold a stub of it, made because a child points there."""
    jira.issue("5", "AB-5")
    jira.outside = {"5"}
    assert await resolve_issues(jira, about("5", "AB-5", related=True)) == ([], [])


async def test_a_subtask_that_is_gone_with_its_parent_is_deleted(jira):
    """Whether it sends an event of its own, nobody says."""
    updated, deleted = await resolve_issues(
        jira, about("1", "AB-1"), about("6", "AB-6", related=True)
    )
    assert updated == []
    assert sorted(deleted) == ["AB-1", "AB-6"]


async def test_a_related_issue_known_by_its_id_alone_deletes_nothing(jira):
    assert await resolve_issues(jira, about("5", related=True)) == ([], [])


async def test_a_related_issue_that_moved_is_deleted_by_its_old_key(jira):
    jira.issue("5", "CD-5", former=["AB-5"])
    assert await resolve_issues(jira, about("5", "AB-5", related=True)) == (["CD-5"], ["AB-5"])


async def test_a_related_issues_old_key_that_another_issue_has_now_stays(jira):
    jira.issue("5", "CD-5")
    jira.issue("6", "AB-5")
    assert await resolve_issues(jira, about("5", "AB-5", related=True)) == (["CD-5"], [])


async def test_only_related_issues_are_asked_for_by_key(jira):
    """All in one: a parent with many sub-tasks is one read more, not one for each."""
    jira.issue("1", "AB-1")
    await resolve_issues(
        jira,
        about("1", "AB-1"),
        about("2", "AB-2"),
        about("3", "AB-3", related=True),
        about("4", "AB-4", related=True),
    )
    assert jira.keys_asked == [["AB-3", "AB-4"]]


async def test_a_related_row_that_is_gone_is_deleted_by_its_key(jira):
    found = await jira.issues.resolve([about("6", "AB-6", related=True)], ISSUES)
    assert [(row["id"], row["key"]) for row in found.deleted] == [("6", "AB-6")]


async def test_no_subjects_are_nothing(jira):
    assert await resolve_issues(jira) == ([], [])


async def test_several_subjects_are_each_judged_by_themselves(jira):
    jira.issue("1", "AB-1")
    jira.issue("2", "CD-2", former=["AB-2"])
    jira.issue("4", "AB-4")
    jira.outside = {"4"}
    updated, deleted = await resolve_issues(
        jira, about("1", "AB-1"), about("2", "AB-2"), about("3", "AB-3"), about("4", "AB-4")
    )
    assert sorted(updated) == ["AB-1", "CD-2"]
    assert sorted(deleted) == ["AB-2", "AB-3", "AB-4"]


async def issues_known(jira: FakeClient, *names: str) -> tuple[list[str], list[str]]:
    known = await jira.issues.by_identifiers(list(names), ISSUES)
    return [row["key"] for row in known.rows], known.gone


async def test_issues_that_port_has_are_read_by_key_and_by_id(jira):
    jira.issue("1", "AB-1")
    jira.issue("2", "AB-2")
    assert await issues_known(jira, "AB-1", "2") == (["AB-1", "AB-2"], [])


async def test_issues_that_port_has_and_jira_has_not_are_gone(jira):
    jira.issue("1", "AB-1")
    assert await issues_known(jira, "AB-1", "AB-9", "9") == (["AB-1"], ["AB-9", "9"])


async def test_an_issue_that_port_has_outside_the_selector_is_gone(jira):
    jira.issue("1", "AB-1")
    jira.outside = {"1"}
    assert await issues_known(jira, "AB-1") == ([], ["AB-1"])


async def test_a_key_that_port_has_and_that_only_redirects_is_gone(jira):
    jira.issue("1", "CD-7", former=["AB-1"])
    assert await issues_known(jira, "AB-1") == (["CD-7"], ["AB-1"])


@pytest.mark.parametrize("name", ["", "a name", "AB", "AB-1 OR 1", "557058:0a"])
async def test_an_identifier_that_is_no_issues_is_neither_there_nor_gone(jira, name):
    """A mapping may make identifiers of anything: what isn't understood isn't deleted."""
    assert await issues_known(jira, name) == ([], [])


def by_key(*keys: str) -> list[IssueSubject]:
    return [IssueSubject("", {"key": key}, (key,), related=True) for key in keys]


async def test_a_parent_that_is_named_by_its_key_alone_is_read_again(jira):
    jira.issue("1", "AB-1")
    jira.issue("5", "AB-5")
    jira.issue("6", "AB-6")
    found = await resolve_issues(jira, about("1", "AB-1"), *by_key("AB-5", "AB-6"))
    assert found == (["AB-1", "AB-5", "AB-6"], [])
    assert jira.keys_asked == [["AB-5", "AB-6"]]


async def test_a_parent_by_its_key_that_is_gone_is_deleted(jira):
    assert await resolve_issues(jira, *by_key("AB-5")) == ([], ["AB-5"])


async def test_a_parent_by_its_key_outside_the_selector_is_not_deleted(jira):
    jira.issue("5", "AB-5")
    jira.outside = {"5"}
    assert await resolve_issues(jira, *by_key("AB-5")) == ([], [])


async def test_a_parent_by_a_former_key_is_read_again_and_the_key_is_given_up(jira):
    jira.issue("5", "CD-5", former=["AB-5"])
    assert await resolve_issues(jira, *by_key("AB-5")) == (["CD-5"], ["AB-5"])


async def test_whose_sub_task_an_issue_was_is_known_by_who_showed_it(jira):
    """Not every event of a sub-task that becomes a task names the parent that it leaves."""
    jira.issue("1", "AB-1")
    parent = jira.issue("5", "AB-5")
    left = IssueSubject("1", {"id": "1"}, ("AB-1",), left_parent=True)
    assert await resolve_issues(jira, left) == (["AB-1"], [])
    parent["fields"]["subtasks"] = [{"id": "1", "key": "AB-1"}, None, {"id": True}, {"key": "x"}]
    jira.reader.shown.subtasks.note([parent, {"id": "9"}, {"id": "8", "fields": None}])
    assert await resolve_issues(jira, left) == (["AB-1", "AB-5"], [])
    assert await resolve_issues(jira, about("1", "AB-1")) == (["AB-1"], [])


class CannotSay:
    """Reads keys of which one can't be said."""

    def __init__(self, error: JiraError) -> None:
        self.error = error

    async def by_keys(self, keys: Iterable[str], *, unread: Unread) -> list[Row]:
        for key in keys:
            unread.note(key, self.error)
        return []


@pytest.mark.parametrize("error", [JiraUnavailableError("503"), JiraPermissionError("403")])
async def test_a_key_that_cannot_be_looked_up_costs_the_events_own_issue_nothing(jira, error):
    row = jira.issue("1", "AB-1")
    jira.issues._leads = Leads(CannotSay(error))
    found = await jira.issues.resolve([about("1", "AB-1"), *by_key("AB-5")], ISSUES)
    passes = error if isinstance(error, JiraUnavailableError) else None
    assert (found.updated, found.deleted, found.failed) == ([row], [], passes)


async def test_where_nothing_but_such_a_key_is_named_a_failure_is_raised_and_a_refusal_is_not(jira):
    jira.issues._leads = Leads(CannotSay(JiraPermissionError("403")))
    assert await resolve_issues(jira, *by_key("AB-5")) == ([], [])
    jira.issues._leads = Leads(CannotSay(JiraUnavailableError("503")))
    with pytest.raises(JiraUnavailableError):
        await resolve_issues(jira, *by_key("AB-5"))
