"""What an event comes to, and what an entity in Port stands for, once Jira has been asked."""

import asyncio
from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from client import JiraClient
from jira import issue, project, user
from jira.errors import JiraUnavailableError
from jira.events import IssueSubject, ProjectSubject, UserSubject
from jira.overrides import JiraIssueSelector, JiraPortAppConfig

Row = dict[str, Any]


def resource(kind: str, **selector: Any) -> Any:
    mappings = {"identifier": ".key", "blueprint": '"b"'}
    one = {
        "kind": kind,
        "selector": {"query": "true", **selector},
        "port": {"entity": {"mappings": mappings}},
    }
    return JiraPortAppConfig.parse_obj({"resources": [one]}).resources[0]


ISSUES, PROJECTS, USERS = resource("issue"), resource("project"), resource("user")


class FakeJira:
    """Issues, projects and users, with the names that once led to them."""

    def __init__(self) -> None:
        self.by_id: dict[str, Row] = {}
        self.outside: set[str] = set()
        self.former: dict[str, str] = {}
        self.live: dict[str, Row] = {}
        self.accounts: dict[str, Row] = {}
        self.found_before: dict[str, Row] = {}
        self.down = False
        self.expands: set[str] = set()
        self.issues = SimpleNamespace(by_keys=self.by_keys)
        self.projects = SimpleNamespace(find=self.find_projects, find_keys=self.find_project_keys)

    @property
    def client(self) -> JiraClient:
        return cast(JiraClient, self)

    def issue(self, issue_id: str, key: str, *, former: Sequence[str] = ()) -> Row:
        self.by_id[issue_id] = {"id": issue_id, "key": key, "fields": {"summary": "now"}}
        self.former |= dict.fromkeys(former, issue_id)
        return self.by_id[issue_id]

    def project(self, project_id: str, key: str) -> Row:
        self.live[project_id] = {"id": project_id, "key": key, "name": "now"}
        return self.live[project_id]

    async def answer(self) -> None:
        await asyncio.sleep(0)
        if self.down:
            raise JiraUnavailableError("503")

    async def find_issues(self, ids: Iterable[str], selector: JiraIssueSelector) -> dict[str, Row]:
        await self.answer()
        there = self.by_id | self.found_before
        return {i: there[i] for i in ids if i in there and i not in self.outside}

    async def by_keys(self, keys: Iterable[str], fields: Sequence[str]) -> list[Row]:
        await self.answer()
        present = {row["key"]: row for row in self.by_id.values()}
        found = {}
        for name in keys:
            row = present.get(name) or self.by_id.get(self.former.get(name, name))
            if row:
                found[row["id"]] = row
        return list(found.values())

    async def find_projects(self, ids: Sequence[str], expand: str) -> dict[str, Row]:
        await self.answer()
        self.expands.add(expand)
        return {i: self.live[i] for i in ids if i in self.live}

    async def find_project_keys(self, keys: Sequence[str], expand: str) -> list[Row]:
        await self.answer()
        self.expands.add(expand)
        return [row for row in self.live.values() if row["key"] in keys]

    async def get_single_user(self, account_id: str) -> Row | None:
        await self.answer()
        return self.accounts.get(account_id)


@pytest.fixture
def jira():
    return FakeJira()


def about(issue_id: str, *keys: str, related: bool = False) -> IssueSubject:
    row = {"id": issue_id, "key": keys[0] if keys else None, "fields": {"summary": "then"}}
    return IssueSubject(issue_id, row, keys, related)


async def resolve_issues(jira: FakeJira, *subjects: IssueSubject) -> tuple[list[str], list[str]]:
    """The keys that are updated, and those that are deleted."""
    found = await issue.resolve(jira.client, subjects, ISSUES)
    return [row["key"] for row in found.updated], [row["key"] for row in found.deleted]


async def test_an_issue_that_is_there_is_what_jira_says_now(jira):
    row = jira.issue("1", "AB-1")
    found = await issue.resolve(jira.client, [about("1", "AB-1")], ISSUES)
    assert found.updated == [row]
    assert found.deleted == []


async def test_an_issue_that_is_gone_is_deleted(jira):
    assert await resolve_issues(jira, about("1", "AB-1")) == ([], ["AB-1"])


async def test_a_deleted_row_is_what_the_event_carried(jira):
    """The mapping's identifier is computed from it."""
    found = await issue.resolve(jira.client, [about("1", "AB-1")], ISSUES)
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


async def test_an_issue_that_moves_back_between_the_two_reads_keeps_its_key(jira):
    jira.issue("1", "AB-1", former=["CD-7"])
    jira.found_before = {"1": {"id": "1", "key": "CD-7"}}
    assert await resolve_issues(jira, about("1", "AB-1")) == (["CD-7"], [])


async def test_an_old_key_that_another_issue_has_now_is_not_deleted(jira):
    jira.issue("1", "CD-7")
    jira.issue("2", "AB-1")
    assert await resolve_issues(jira, about("1", "CD-7", "AB-1")) == (["CD-7"], [])


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


async def test_of_a_moved_issue_that_is_gone_another_issues_key_stays(jira):
    jira.issue("2", "AB-1")
    assert await resolve_issues(jira, about("1", "CD-7", "AB-1")) == ([], ["CD-7"])


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


async def issues_known(jira: FakeJira, *names: str) -> tuple[list[str], list[str]]:
    known = await issue.by_identifiers(jira.client, list(names), ISSUES)
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


def named(project_id: str | None, key: str | None, *, related: bool = False) -> ProjectSubject:
    return ProjectSubject(project_id, key, {"id": project_id, "key": key}, related)


async def resolve_projects(
    jira: FakeJira, *subjects: ProjectSubject
) -> tuple[list[str], list[str]]:
    found = await project.resolve(jira.client, subjects, PROJECTS)
    return [row["key"] for row in found.updated], [row["key"] for row in found.deleted]


async def test_a_project_that_is_live_is_what_jira_says_now(jira):
    row = jira.project("10", "AB")
    found = await project.resolve(jira.client, [named("10", "AB")], PROJECTS)
    assert (found.updated, found.deleted) == ([row], [])


async def test_projects_are_read_with_the_mappings_expand(jira):
    await project.resolve(jira.client, [named("10", "AB")], resource("project", expand="lead"))
    assert jira.expands == {"lead"}


async def test_a_project_that_is_not_live_is_deleted(jira):
    """In the trash, in the archive, or gone for good."""
    assert await resolve_projects(jira, named("10", "AB")) == ([], ["AB"])


async def test_an_event_from_before_a_renaming_deletes_the_old_key(jira):
    jira.project("10", "NEW")
    assert await resolve_projects(jira, named("10", "OLD")) == (["NEW"], ["OLD"])


async def test_a_deleted_projects_key_that_another_project_has_now_stays(jira):
    jira.project("11", "AB")
    assert await resolve_projects(jira, named("10", "AB")) == (["AB"], [])


async def test_a_renamed_projects_old_key_that_another_project_has_now_stays(jira):
    jira.project("10", "NEW")
    jira.project("11", "OLD")
    updated, deleted = await resolve_projects(jira, named("10", "OLD"))
    assert sorted(updated) == ["NEW", "OLD"]
    assert deleted == []


async def test_a_project_named_by_its_key_alone_is_read_by_it(jira):
    jira.project("10", "AB")
    assert await resolve_projects(jira, named(None, "AB"), named(None, "CD")) == (["AB"], ["CD"])


@pytest.mark.parametrize("live", [True, False])
async def test_the_project_of_an_issue_is_read_again_and_never_deleted(jira, live):
    if live:
        jira.project("10", "AB")
    updated, deleted = await resolve_projects(jira, named("10", None, related=True))
    assert updated == (["AB"] if live else [])
    assert deleted == []


async def test_projects_that_port_has(jira):
    row = jira.project("10", "AB")
    known = await project.by_identifiers(jira.client, ["AB", "OLD"], PROJECTS)
    assert (known.rows, known.gone) == ([row], ["OLD"])


def person(account_id: str) -> UserSubject:
    return UserSubject(account_id, {"accountId": account_id})


async def test_a_user_is_read_again_since_an_event_never_has_the_email(jira):
    jira.accounts["user-1"] = {"accountId": "user-1", "emailAddress": "user-1@example.com"}
    found = await user.resolve(jira.client, [person("user-1")], USERS)
    assert (found.updated, found.deleted) == ([jira.accounts["user-1"]], [])


async def test_a_user_that_jira_does_not_know_is_deleted(jira):
    found = await user.resolve(jira.client, [person("user-1")], USERS)
    assert (found.updated, found.deleted) == ([], [{"accountId": "user-1"}])


async def test_an_inactive_user_is_still_a_user(jira):
    jira.accounts["user-1"] = {"accountId": "user-1", "active": False}
    found = await user.resolve(jira.client, [person("user-1")], USERS)
    assert found.deleted == []


async def test_users_that_port_has(jira):
    jira.accounts["user-2"] = {"accountId": "user-2"}
    known = await user.by_identifiers(jira.client, ["user-1", "user-2"], USERS)
    assert (known.rows, known.gone) == ([{"accountId": "user-2"}], ["user-1"])


@pytest.mark.parametrize(
    ("kind", "subject", "identifier", "of"),
    [
        (issue, about("1", "AB-1"), "AB-1", ISSUES),
        (project, named("10", "AB"), "AB", PROJECTS),
        (user, person("user-1"), "user-1", USERS),
    ],
    ids=["issue", "project", "user"],
)
async def test_while_jira_is_down_nothing_is_taken_for_gone(jira, kind, subject, identifier, of):
    jira.down = True
    with pytest.raises(JiraUnavailableError):
        await kind.resolve(jira.client, [subject], of)
    with pytest.raises(JiraUnavailableError):
        await kind.by_identifiers(jira.client, [identifier], of)
