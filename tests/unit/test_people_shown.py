"""Which issues are read again for a user with another name."""

from typing import Any

import pytest

from background.people_shown import ACCOUNTS_TOGETHER, accounts_of, clause_of, showing_people
from jira.errors import JiraRequestError
from port.mapping.fields_read import people_read
from tests.unit.helpers.fake_client import mapping
from tests.unit.helpers.sweep_site import SweepWorld


def event(name: str, account: Any = "user-1") -> dict[str, Any]:
    return {"webhookEvent": name, "user": {"accountId": account, "displayName": "New"}}


@pytest.mark.parametrize(
    ("name", "accounts"),
    [
        ("user_updated", ["user-1"]),
        ("user_deleted", ["user-1"]),
        ("user_created", []),
        ("jira:issue_updated", []),
        ("", []),
    ],
)
def test_the_accounts_that_events_tell_of(name, accounts):
    assert accounts_of([event(name)]) == accounts


def test_an_account_is_named_once_and_odd_ones_are_left_out():
    odd = [event("user_updated", account) for account in (None, 5, "", 'x" OR 1', "user-2")]
    assert accounts_of([event("user_updated"), *odd, event("user_deleted")]) == ["user-1", "user-2"]


@pytest.mark.parametrize(
    ("expressions", "people"),
    [
        ([".fields.assignee.accountId"], ()),
        ([".fields.assignee.accountId // .fields.reporter.accountId"], ()),
        ([".fields.assignee.displayName"], ("assignee",)),
        ([".fields.assignee.accountId", ".fields.assignee.displayName"], ("assignee",)),
        ([".fields.creator.emailAddress", ".fields.reporter"], ("reporter", "creator")),
        ([".fields.assignee | .accountId"], ("assignee",)),
        ([".fields.assignee.accountIdentity"], ("assignee",)),
        ([".fields"], ("assignee", "reporter", "creator")),
        ([".fields.summary", ".key"], ()),
    ],
)
def test_the_people_of_whom_a_mapping_shows_more_than_the_account(expressions, people):
    properties = {f"p{number}": text for number, text in enumerate(expressions)}
    [resource] = mapping("issue", properties=properties).resources
    assert people_read(resource) == people


def test_what_items_are_parsed_of_may_show_everybody():
    [resource] = mapping("issue").resources
    resource.port.items_to_parse = ".fields.subtasks"
    assert people_read(resource) == ("assignee", "reporter", "creator")


def test_the_default_mapping_shows_the_creators_e_mail_alone(default_mapping):
    [issues] = [of for of in default_mapping["resources"] if of["kind"] == "issue"]
    mapped = issues["port"]["entity"]["mappings"]
    [resource] = mapping("issue", **mapped).resources
    assert people_read(resource) == ("creator",)


def test_the_clause_names_fields_and_accounts():
    assert clause_of(["assignee", "creator"], ["a", "b"]) == (
        '(assignee in ("a", "b") OR creator in ("a", "b"))'
    )


@pytest.fixture
def world() -> SweepWorld:
    world = SweepWorld(mapping("issue", "user", properties={"p": ".fields.creator.displayName"}))
    world.jira.issue("1", "AB-1")["changed"] = True
    return world


async def read(world: SweepWorld, *accounts: str) -> list[Any]:
    found = showing_people(world.jira.client, accounts, world.mapping, world.failures)
    return [results async for results in found]


async def test_their_issues_are_read_with_the_selectors_own_query(world):
    [[results]] = await read(world, "user-1")
    assert [row["key"] for row in results.updated_raw_results] == ["AB-1"]
    [asked] = world.jira.asked
    assert 'AND (creator in ("user-1"))' in asked


async def test_many_are_asked_for_together(world):
    await read(world, *(f"user-{number}" for number in range(ACCOUNTS_TOGETHER + 1)))
    assert len(world.jira.asked) == 2


async def test_nothing_is_asked_where_the_mapping_shows_accounts_alone(world):
    world.mapping = mapping("issue", properties={"p": ".fields.creator.accountId"})
    assert await read(world, "user-1") == []
    assert world.jira.asked == []


async def test_somebody_whom_jira_no_longer_knows_does_not_hide_the_others(world, monkeypatch):
    where = world.jira.client.issues.where

    async def picky(clause: str | None, selector: Any) -> Any:
        if "gone" in str(clause):
            raise JiraRequestError("The value 'gone' does not exist for the field 'creator'.")
        async for rows in where(clause, selector):
            yield rows

    monkeypatch.setattr(world.jira.client.issues, "where", picky)
    found = await read(world, "gone", "user-1")
    assert len(found) == 1
    assert not world.failing.is_behind("issue (resource 1 of the mapping)")
