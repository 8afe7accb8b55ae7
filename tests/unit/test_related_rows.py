"""Rows that Port has a name for: read again in Jira, or gone, or left alone."""

from typing import Any, cast

import pytest
from port_ocean.core.handlers.entity_processor.base import BaseEntityProcessor
from port_ocean.core.models import Entity

from jira.errors import JiraUnavailableError
from kinds import Kinds
from port.mapping.resources import JiraPortAppConfig
from port.mapping.row_mapper import RowMapper
from port.related_rows import looked_up
from tests.unit.helpers.catalog_fakes import FakeProcessor, expand
from tests.unit.helpers.fake_client import FakeClient, FakeUsers, mapping

MAPPER = RowMapper(cast(BaseEntityProcessor, FakeProcessor()), expand)


def entity(blueprint: Any, identifier: Any) -> Entity:
    return Entity.parse_obj({"identifier": identifier, "blueprint": blueprint})


async def read_again(
    jira: FakeClient, of: JiraPortAppConfig, *entities: Entity
) -> tuple[list[tuple[str, str]], list[tuple[str, str]], list[tuple[str, str]]]:
    """Blueprint and name of what is alive, of what is gone, and of what can't be said."""
    looked = await looked_up(jira.client, entities, of, MAPPER)
    return names(looked.alive), names(looked.gone), names(looked.unsaid)


def names(entities: list[Entity]) -> list[tuple[str, str]]:
    return sorted({(str(e.blueprint), str(e.identifier)) for e in entities})


@pytest.fixture
def jira():
    client = FakeClient()
    client.issue("1", "AB-1")
    client.issue("2", "CD-2", former=["AB-2"])
    client.project("10", "AB")
    client.accounts["user-1"] = {"accountId": "user-1"}
    return client


async def test_entities_are_read_by_the_kind_that_their_blueprint_is_made_of(jira):
    asked = [entity("issue", "AB-1"), entity("project", "AB"), entity("user", "user-1")]
    alive, gone, unsaid = await read_again(jira, mapping("issue", "project", "user"), *asked)
    assert alive == [("issue", "AB-1"), ("project", "AB"), ("user", "user-1")]
    assert (gone, unsaid) == ([], [])


async def test_what_nothing_in_jira_is_called_any_more_is_gone(jira):
    asked = [
        *(entity("issue", name) for name in ("AB-1", "AB-2", "AB-9")),
        entity("project", "OLD"),
        entity("user", "user-9"),
    ]
    alive, gone, unsaid = await read_again(jira, mapping("issue", "project", "user"), *asked)
    # The old key leads to the issue under its present one.
    assert alive == [("issue", "AB-1"), ("issue", "CD-2")]
    assert gone == [("issue", "AB-2"), ("issue", "AB-9"), ("project", "OLD"), ("user", "user-9")]
    assert unsaid == []


async def test_only_resources_of_the_entitys_blueprint_are_asked(jira):
    """A project and an issue type may have the same name."""
    found = await read_again(jira, mapping("issue", "project"), entity("project", "AB"))
    assert found == ([("project", "AB")], [], [])
    assert jira.keys_asked == []


async def test_an_entity_of_a_blueprint_that_two_resources_make_is_asked_for_in_both(jira):
    jira.outside = {"1"}
    found = await read_again(jira, mapping("issue", "issue"), entity("issue", "AB-1"))
    assert found == ([], [("issue", "AB-1")], [])


async def test_what_is_no_name_of_the_kind_its_resource_does_not_make(jira):
    """Left by another mapping: only a comparison of everything may delete it."""
    found = await read_again(jira, mapping("issue"), entity("issue", "a stub's name"))
    assert found == ([], [], [("issue", "a stub's name")])
    assert jira.keys_asked == []


@pytest.mark.parametrize("blueprint", ['if .x then "issue" else "bug" end', ".kind"])
async def test_a_resource_that_computes_its_blueprint_is_asked_about_every_entity(jira, blueprint):
    of = mapping("issue", blueprint=blueprint)
    found = await read_again(jira, of, entity("issue", "AB-9"), entity("bug", "AB-8"))
    assert found == ([], [("bug", "AB-8"), ("issue", "AB-9")], [])


@pytest.mark.parametrize(
    "identifier", ['"jira-" + .id', ".key | ascii_downcase", ".fields.summary", ".item"]
)
async def test_an_entity_that_goes_by_a_name_of_the_mappings_own_stays(jira, identifier):
    of = mapping("issue", identifier=identifier)
    assert await read_again(jira, of, entity("issue", "AB-9")) == ([], [], [("issue", "AB-9")])
    looked = await looked_up(jira.client, [entity("issue", "AB-9")], of, MAPPER)
    assert looked.came_from == {Kinds.ISSUE}


async def test_one_resource_that_cannot_tell_is_enough_for_it_to_stay(jira):
    of = mapping("issue", "project", blueprint='"issue"')
    of.resources[1].port.entity.mappings.identifier = '"x" + .key'
    assert await read_again(jira, of, entity("issue", "AB-9")) == ([], [], [("issue", "AB-9")])


async def test_an_entity_that_nothing_of_ours_makes_stays(jira):
    of = mapping("elsewhere", blueprint='"issue"')
    assert await read_again(jira, of, entity("issue", "AB-9")) == ([], [], [("issue", "AB-9")])
    nobody = await read_again(jira, mapping("project"), entity("issue", "AB-9"))
    assert nobody == ([], [], [("issue", "AB-9")])


async def test_nothing_to_read_again_asks_nobody(jira):
    jira.down = True
    assert await read_again(jira, mapping("issue", "project", "user")) == ([], [], [])


async def test_while_jira_is_down_nothing_is_taken_for_gone(jira):
    jira.down = True
    looked = await looked_up(jira.client, [entity("issue", "AB-1")], mapping("issue"), MAPPER)
    assert (looked.alive, looked.gone, looked.unsaid) == ([], [], [])
    assert looked.failed == {Kinds.ISSUE}


class OneUserFails(FakeUsers):
    async def _one(self, account_id: str) -> Any:
        if account_id == "user-8":
            raise JiraUnavailableError("500")
        return await super()._one(account_id)


async def test_for_what_jira_fails_alone_nothing_is_said_and_the_others_are_told(jira):
    """It stays even where a sweep didn't find it: it may be there."""
    jira.kinds[Kinds.USER] = OneUserFails(jira)
    asked = [entity("issue", "AB-9"), entity("user", "user-8")]
    looked = await looked_up(jira.client, asked, mapping("issue", "user"), MAPPER)
    assert (names(looked.gone), names(looked.unsaid)) == ([("issue", "AB-9")], [])
    assert looked.failed == {Kinds.USER}
