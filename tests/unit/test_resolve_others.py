"""What project and user events come to, and what Port's entities of them stand for."""

import pytest

from jira.errors import JiraUnavailableError
from jira.kinds import issue, project, user
from jira.payloads import IssueSubject, ProjectSubject, UserSubject
from tests.unit.helpers.fake_client import ISSUES, PROJECTS, USERS, FakeClient, resource


@pytest.fixture
def jira():
    return FakeClient()


def named(project_id: str | None, key: str | None, *, related: bool = False) -> ProjectSubject:
    return ProjectSubject(project_id, key, {"id": project_id, "key": key}, related)


async def resolve_projects(
    jira: FakeClient, *subjects: ProjectSubject
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


async def test_an_old_key_is_given_up_even_where_another_project_has_it_now(jira):
    """Whether the entity of that name may go, the catalog asks before it deletes."""
    jira.project("10", "NEW")
    jira.project("11", "OLD")
    assert await resolve_projects(jira, named("10", "OLD")) == (["NEW"], ["OLD"])


async def test_a_key_that_another_of_the_events_projects_has_now_stays(jira):
    jira.project("10", "NEW")
    jira.project("11", "OLD")
    updated, deleted = await resolve_projects(jira, named("10", "OLD"), named("11", "OLD"))
    assert sorted(updated) == ["NEW", "OLD"]
    assert deleted == []


async def test_keys_that_a_project_had_before_are_deleted_too(jira):
    """The event of a renaming doesn't tell the key it had."""
    jira.project("10", "NEW")
    jira.former_keys = {"10": {"OLD", "OLDER", "NEW"}, "11": {"CD"}}
    updated, deleted = await resolve_projects(jira, named("10", "NEW"))
    assert (updated, sorted(deleted)) == (["NEW"], ["OLD", "OLDER"])


async def test_a_project_that_is_gone_is_deleted_under_every_key_it_had(jira):
    jira.former_keys = {"10": {"OLD", "NEW"}}
    _, deleted = await resolve_projects(jira, named("10", "NEW"))
    assert sorted(deleted) == ["NEW", "OLD"]


async def test_a_project_without_a_plausible_key_that_is_gone_deletes_nothing(jira):
    assert await resolve_projects(jira, named("10", None)) == ([], [])


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
        (issue, IssueSubject("1", {}, ("AB-1",)), "AB-1", ISSUES),
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
