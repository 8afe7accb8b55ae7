"""Rows that Port has a name for: read again in Jira, or gone, or left alone."""

from typing import Any

import pytest
from port_ocean.core.models import Entity

from jira.errors import JiraUnavailableError
from port.mapping.resources import JiraPortAppConfig
from port.related_rows import related
from tests.unit.helpers.fake_client import FakeClient, mapping


def entity(blueprint: Any, identifier: Any) -> Entity:
    return Entity.parse_obj({"identifier": identifier, "blueprint": blueprint})


async def read_again(
    jira: FakeClient, of: JiraPortAppConfig, *entities: Entity
) -> tuple[dict[int | None, list[str]], list[tuple[str, str]]]:
    """The keys of the rows that are there, by resource; blueprint and name of what is gone."""
    results, gone = await related(jira.client, entities, of)
    rows = {
        r.resource_index: [row.get("key") or row["accountId"] for row in r.updated_raw_results]
        for r in results
    }
    assert all(r.resource is of.resources[r.resource_index or 0] for r in results)
    assert all(r.deleted_raw_results == [] for r in results)
    return rows, [(e.blueprint, e.identifier) for e in gone]


@pytest.fixture
def jira():
    client = FakeClient()
    client.issue("1", "AB-1")
    client.issue("2", "CD-2", former=["AB-2"])
    client.project("10", "AB")
    client.accounts["user-1"] = {"accountId": "user-1"}
    return client


async def test_entities_are_read_by_the_kind_that_their_blueprint_is_made_of(jira):
    of = mapping("issue", "project", "user")
    rows, gone = await read_again(
        jira,
        of,
        entity("issue", "AB-1"),
        entity("project", "AB"),
        entity("user", "user-1"),
    )
    assert rows == {0: ["AB-1"], 1: ["AB"], 2: ["user-1"]}
    assert gone == []


async def test_what_nothing_in_jira_is_called_any_more_is_gone(jira):
    of = mapping("issue", "project", "user")
    rows, gone = await read_again(
        jira,
        of,
        *(entity("issue", name) for name in ("AB-1", "AB-2", "AB-9")),
        entity("project", "OLD"),
        entity("user", "user-9"),
    )
    assert rows == {0: ["AB-1", "CD-2"], 1: [], 2: []}
    assert gone == [
        ("issue", "AB-2"),
        ("issue", "AB-9"),
        ("project", "OLD"),
        ("user", "user-9"),
    ]


async def test_only_resources_of_the_entitys_blueprint_are_asked(jira):
    """A project and an issue type may have the same name."""
    rows, gone = await read_again(jira, mapping("issue", "project"), entity("project", "AB"))
    assert (rows, gone) == ({1: ["AB"]}, [])
    assert jira.keys_asked == []


async def test_an_entity_of_a_blueprint_that_two_resources_make_is_asked_for_in_both(jira):
    jira.outside = {"1"}
    rows, gone = await read_again(jira, mapping("issue", "issue"), entity("issue", "AB-1"))
    assert rows == {0: [], 1: []}
    assert set(gone) == {("issue", "AB-1")}


@pytest.mark.parametrize("blueprint", ['if .x then "issue" else "bug" end', ".kind", '""'])
async def test_a_computed_blueprint_is_nobodys(jira, blueprint):
    """Whether an entity is made of it can't be told from the mapping: it is left as it is."""
    of = mapping("issue", blueprint=blueprint)
    assert await read_again(jira, of, entity("issue", "AB-9")) == ({}, [])


async def test_an_entity_of_a_kind_that_is_not_ours_is_left_as_it_is(jira):
    of = mapping("elsewhere", blueprint='"issue"')
    assert await read_again(jira, of, entity("issue", "AB-9")) == ({}, [])


async def test_nothing_to_read_again_asks_nobody(jira):
    jira.down = True
    assert await read_again(jira, mapping("issue", "project", "user")) == ({}, [])


async def test_while_jira_is_down_nothing_is_taken_for_gone(jira):
    jira.down = True
    with pytest.raises(JiraUnavailableError):
        await related(jira.client, [entity("issue", "AB-1")], mapping("issue"))
