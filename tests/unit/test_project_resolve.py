"""What project events come to, and what Port's entities of projects stand for."""

import pytest

from jira.payloads import ProjectSubject
from tests.unit.helpers.fake_client import PROJECTS, FakeClient, resource


@pytest.fixture
def jira():
    return FakeClient()


def named(project_id: str | None, key: str | None, *, related: bool = False) -> ProjectSubject:
    return ProjectSubject(project_id, key, {"id": project_id, "key": key}, related)


async def resolve_projects(
    jira: FakeClient, *subjects: ProjectSubject
) -> tuple[list[str], list[str]]:
    found = await jira.projects.resolve(subjects, PROJECTS)
    return [row["key"] for row in found.updated], [row["key"] for row in found.deleted]


async def test_a_project_that_is_live_is_what_jira_says_now(jira):
    row = jira.project("10", "AB")
    found = await jira.projects.resolve([named("10", "AB")], PROJECTS)
    assert (found.updated, found.deleted) == ([row], [])


async def test_projects_are_read_with_the_mappings_expand(jira):
    await jira.projects.resolve([named("10", "AB")], resource("project", expand="lead").selector)
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
    known = await jira.projects.by_identifiers(["AB", "OLD"], PROJECTS)
    assert (known.rows, known.gone) == ([row], ["OLD"])
