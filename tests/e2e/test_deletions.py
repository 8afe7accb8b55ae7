"""Nothing is deleted by accident: what can't be asked for by name stays till it is known."""

import pytest

from tests.e2e.mappings import (
    NO_SWEEP,
    blueprint,
    deletions,
    mapped,
    mapping,
    names,
    resource,
    site_of,
    sweep,
)
from tests.e2e.support import first

LABELS = resource("issue", "label", ".item", items=".fields.labels", title=".item")
COMMENTS = resource(
    "issue",
    "comment",
    ".comment.id",
    items=".fields.comment.comments",
    relations={"author": ".comment.author.accountId"},
)
COMMENTS["port"]["itemsToParseName"] = "comment"
USERS = resource(
    "user",
    "account",
    ".accountId",
    title=".displayName",
    properties={"text": ".accountType"},
)
LABELS_AND_USERS = mapping(USERS, LABELS)
TWO = [blueprint("label"), blueprint("account")]
SIX = [f"ONE-{number}" for number in range(1, 7)]
"""They could be keys of issues."""


async def test_labels_of_an_issue_outlive_an_edit_of_it() -> None:
    """No issue is called like a label, which says nothing of the label."""
    site = site_of()
    issue = next(iter(site.issues.values()))
    issue.labels = SIX
    async with mapped(site, LABELS_AND_USERS, TWO, **NO_SWEEP) as world:
        assert names(world) >= {("label", label) for label in SIX}
        site.edit_issue(issue.id, summary="Something else")
        await world.caught_up()
        assert names(world) >= {("label", label) for label in SIX}
        assert deletions(world) == []


async def test_a_label_that_no_issue_has_any_more_goes_soon() -> None:
    """And nothing else: what an issue no longer gives can only be seen by comparing all."""
    site = site_of()
    issue, other = list(site.issues.values())[:2]
    issue.labels, other.labels = SIX, SIX[:2]
    async with mapped(site, LABELS_AND_USERS, TWO, **NO_SWEEP) as world:
        site.edit_issue(issue.id, labels=[])
        await world.caught_up()
        assert names(world) >= {("label", label) for label in SIX[:2]}
        assert not names(world) & {("label", label) for label in SIX[2:]}
        assert await world.differences() == []
        assert deletions(world)


async def test_labels_of_an_issue_that_the_search_does_not_show_yet_stay() -> None:
    """A comparison reads the search, which lags behind what an event brought."""
    site = site_of()
    async with mapped(site, LABELS_AND_USERS, TWO, **NO_SWEEP) as world:
        site.index_lag = 0.8
        site.create_issue("AB", labels=["new"])
        old = first(world, lambda issue: bool(issue.labels))
        site.edit_issue(old.id, summary="Another")
        await world.settled()
        assert ("label", "new") in names(world)
        await world.caught_up()
        site.index_lag = 0.0
        assert await world.differences() == []
        assert deletions(world) == []


async def test_comments_of_a_deleted_user_stay() -> None:
    """They lose their author, and are made whole again by what they came from."""
    site = site_of()
    author = list(site.users.values())[2]
    comments = [site.comment_issue(issue.id) for issue in list(site.issues.values())[:3]]
    for comment in comments:
        comment.author = author
    made = {comment.id for comment in comments}
    blueprints = [blueprint("account"), blueprint("comment", author="account")]
    async with mapped(site, mapping(USERS, COMMENTS), blueprints, **NO_SWEEP) as world:
        assert names(world, "comment") == {("comment", one) for one in made}
        site.delete_user(author.account_id)
        await world.caught_up()
        assert names(world, "comment") == {("comment", one) for one in made}
        assert await world.differences() == []


@pytest.mark.parametrize("identifier", [".id", ".key | ascii_downcase", ".key"])
async def test_projects_of_a_deactivated_lead_stay(identifier: str) -> None:
    site = site_of(projects=5)
    lead = list(site.users.values())[1]
    for project in site.projects.values():
        project.lead = lead
    of = mapping(
        resource("user", "account", ".accountId", query=".active"),
        resource(
            "project",
            "home",
            identifier,
            selector={"expand": "lead"},
            title=".name",
            relations={"lead": ".lead.accountId"},
        ),
    )
    blueprints = [blueprint("account"), blueprint("home", lead="account")]
    async with mapped(site, of, blueprints, **NO_SWEEP) as world:
        homes = names(world, "home")
        assert len(homes) == 5
        site.change_user(lead.account_id, active=False)
        await world.caught_up()
        assert names(world, "home") == homes
        assert await world.differences() == []


async def test_issues_under_names_of_their_own_outlive_their_parent() -> None:
    site = site_of()
    parent = site.create_issue("AB", type_name="Epic")
    children = [site.create_issue("AB", parent=parent.id) for _ in range(3)]
    of = mapping(
        resource(
            "issue",
            "thing",
            '"jira-" + .id',
            title=".fields.summary",
            relations={
                "parent": 'if .fields.parent then "jira-" + .fields.parent.id else null end'
            },
        )
    )
    async with mapped(site, of, [blueprint("thing", parent="thing")], **NO_SWEEP) as world:
        site.delete_issue(parent.id)
        await world.caught_up()
        assert names(world) >= {("thing", f"jira-{child.id}") for child in children}
        assert ("thing", f"jira-{parent.id}") not in names(world)
        assert await world.differences() == []


async def test_entities_of_one_blueprint_made_of_two_kinds_go_when_neither_has_them() -> None:
    """A comparison of one kind alone can't tell what is too much there."""
    site = site_of()
    user = site.create_user("Somebody")
    of = mapping(
        resource("project", "thing", ".key | ascii_downcase"),
        resource("user", "thing", '"user-" + .accountId'),
    )
    async with mapped(site, of, [blueprint("thing")], **NO_SWEEP) as world:
        before = names(world)
        site.delete_user(user.account_id)
        await world.caught_up()
        assert names(world) == before - {("thing", f"user-{user.account_id}")}
        assert await world.differences() == []


async def test_releases_that_issues_show_go_when_no_issue_shows_them() -> None:
    """What a change only touches, the issues that showed it, may give less than before, too."""
    site = site_of(24)
    site.fill_planning(worklogs=0)
    versions = resource(
        "issue", "version", ".item.id", items=".fields.fixVersions", title=".item.name"
    )
    of = mapping(versions, resource("release", "release", ".id", title=".name"))
    async with mapped(site, of, [blueprint("version"), blueprint("release")], **NO_SWEEP) as world:
        before = names(world)
        [gone, *_] = first(world, lambda issue: bool(issue.fix_versions)).fix_versions
        site.delete_version(gone.id)
        await world.caught_up()
        assert names(world) == before - {("version", gone.id), ("release", gone.id)}
        assert await world.differences() == []


async def test_kinds_of_one_blueprint_that_go_by_own_names_need_no_comparison() -> None:
    site = site_of()
    user = site.create_user("Somebody")
    of = mapping(resource("project", "thing", ".key"), resource("user", "thing", ".accountId"))
    async with mapped(site, of, [blueprint("thing")], **NO_SWEEP) as world:
        before = names(world)
        site.delete_user(user.account_id)
        await world.settled()
        assert names(world) == before - {("thing", user.account_id)}
        assert not any("sweep of" in line for line in world.process.log)


async def test_an_entity_that_merely_looks_bare_is_no_orphan() -> None:
    """Titles of labels are their names, and nothing relates to them."""
    site = site_of()
    next(iter(site.issues.values())).labels = SIX
    bare = resource("issue", "label", ".item", items=".fields.labels")
    async with mapped(site, mapping(USERS, bare), TWO, **NO_SWEEP) as world:
        before = names(world)
        for _ in range(2):
            issue = site.create_issue("AB")
            site.delete_issue(issue.id)
            await world.caught_up()
        assert names(world) == before
        await sweep(world)
        assert names(world) == before
