"""What a batch does to Port: nothing that lives is deleted, and nothing is left half done."""

from types import SimpleNamespace

import httpx
import pytest
from port_ocean.core.models import Entity

from jira.errors import JiraAuthenticationError, JiraUnavailableError
from kinds import Kinds
from port import live_writer as module
from tests.unit.helpers.catalog_fakes import (
    child_of,
    entity,
    results,
)
from tests.unit.helpers.catalog_world import CatalogWorld

DOWN = httpx.ConnectError("Port is down")


@pytest.fixture
def world(monkeypatch):
    made = CatalogWorld()
    monkeypatch.setattr(module, "event", SimpleNamespace(port_app_config=made.mapping))
    return made


async def test_what_is_there_is_written_and_what_is_gone_is_deleted(world):
    world.add(entity("AB-9"))
    await world.sync(results(world.issues, [world.issue("1", "AB-1")], ["AB-9"]))
    assert world.names == {"AB-1"}


@pytest.mark.parametrize("with_results", [True, False])
async def test_nothing_to_do_asks_nobody_anything(world, with_results):
    world.jira.down = True
    await world.sync(*([results(world.issues)] if with_results else []))
    assert world.port.done == []
    assert world.processor.mapped == []


async def test_a_write_without_a_delete_asks_jira_nothing(world):
    row = world.issue("1", "AB-1")
    world.jira.down = True
    await world.update(row)
    assert world.port.done == [("upsert", ["AB-1"])]


async def test_what_is_not_ours_in_port_is_not_deleted_and_jira_is_not_asked(world):
    world.jira.down = True
    await world.delete("AB-9")
    assert world.port.done == [("ours", ["AB-9"])]


async def test_deletes_come_before_upserts(world):
    """An upsert that relates to a deleted entity then makes the stub a resync would make."""
    world.add(entity("AB-9"))
    await world.sync(results(world.issues, [world.issue("1", "AB-1")], ["AB-9"]))
    assert [what for what, _ in world.port.done] == ["ours", "pointing_at", "delete", "upsert"]


async def test_an_entity_that_is_alive_under_that_name_is_written_and_not_deleted(world):
    """The event is late: the key of the issue that moved away is another issue's by now."""
    world.add(entity("AB-1", title="the former issue"))
    world.issue("2", "AB-1", parent="AB-7")
    await world.delete("AB-1")
    assert world.port.all_of("delete") == []
    assert world.port.has["issue", "AB-1"].relations == {"parent": "AB-7"}


async def test_a_project_that_has_the_key_by_now_is_written_and_not_deleted(world):
    world.add(entity("OLD", "project"))
    world.jira.project("11", "OLD")
    await world.sync(results(world.projects, deleted=["OLD"]))
    assert world.port.done == [("ours", ["OLD"]), ("upsert", ["OLD"])]


async def test_a_key_that_only_leads_to_an_issue_of_another_name_is_deleted(world):
    """A moved issue's old key redirects, so that reading it works."""
    world.add(entity("AB-1"))
    world.jira.issue("1", "CD-7", former=["AB-1"])
    await world.delete("AB-1")
    assert world.names == {"CD-7"}


async def test_an_issue_that_is_alive_outside_the_selector_is_deleted(world):
    world.add(entity("AB-1"))
    world.issue("1", "AB-1")
    world.jira.outside = {"1"}
    await world.delete("AB-1")
    assert world.names == set()


async def test_an_issue_that_is_alive_but_left_out_by_the_query_is_deleted(world):
    world.add(entity("AB-1"))
    row = world.issue("1", "AB-1")
    row["left_out"] = "true"
    await world.update(row)
    assert world.names == set()


async def test_only_the_dead_among_the_doomed_are_deleted(world):
    world.add(entity("AB-1"), entity("AB-2"), entity("AB-3"))
    world.issue("2", "AB-2")
    await world.delete("AB-1", "AB-2", "AB-3")
    assert world.port.all_of("delete") == [["AB-1", "AB-3"]]


async def test_without_credentials_nothing_is_deleted(world):
    """Jira then answers 200 and nothing: every issue looks gone."""
    world.add(entity("AB-1"), child_of("AB-1", "AB-2"))
    world.jira.bad_credentials = True
    with pytest.raises(JiraAuthenticationError):
        await world.delete("AB-1")
    assert world.names == {"AB-1", "AB-2"}
    assert [what for what, _ in world.port.done] == ["ours"]


async def test_a_token_that_is_good_again_while_jira_is_asked_has_nothing_deleted(world):
    """What was read before, and what is looked up now, was said to a stranger."""
    world.add(entity("AB-1"))
    world.jira.bad_credentials = True
    said_to_a_stranger = world.jira.reader.by_keys

    async def by_keys(*asked, **how):
        rows = await said_to_a_stranger(*asked, **how)
        world.jira.bad_credentials = False
        return rows

    world.jira.reader.by_keys = by_keys
    with pytest.raises(JiraAuthenticationError):
        await world.delete("AB-1")
    assert world.names == {"AB-1"}


async def test_while_jira_is_down_nothing_is_deleted(world):
    world.add(entity("AB-1"))
    world.jira.down = True
    with pytest.raises(JiraUnavailableError):
        await world.delete("AB-1")
    assert world.names == {"AB-1"}


async def test_where_what_goes_cannot_be_looked_up_nothing_is_deleted(world):
    world.add(entity("AB-1"))

    async def account() -> str:
        return "account-1"

    world.jira.verify_credentials = account
    world.jira.down = True
    await world.delete("AB-1")
    assert world.names == {"AB-1"}
    # What went unsaid, a comparison of the kind makes up for, once Jira is back.
    assert world.writer.take_to_compare() == ({Kinds.ISSUE}, set())


async def test_what_was_stopped_is_done_when_it_is_tried_again(world):
    world.add(entity("AB-1"))
    world.jira.bad_credentials = True
    with pytest.raises(JiraAuthenticationError):
        await world.delete("AB-1")
    world.jira.bad_credentials = False
    await world.delete("AB-1")
    assert world.names == set()


async def test_what_pointed_at_a_deleted_entity_is_read_again(world):
    """Port took its relation; a resync would have it as Jira says now."""
    world.add(entity("AB-1"), child_of("AB-1", "AB-2"), child_of("AB-8", "AB-3"))
    world.issue("2", "AB-2", parent="AB-7")
    world.issue("3", "AB-3")
    await world.delete("AB-1")
    assert world.port.all_of("upsert") == [["AB-2"]]
    assert world.port.has["issue", "AB-2"].relations == {"parent": "AB-7"}


async def test_what_points_at_it_in_jira_still_points_at_it_afterwards(world):
    """The parent left the selector: a resync makes a stub of it."""
    world.add(entity("AB-1"), child_of("AB-1", "AB-2"))
    world.issue("1", "AB-1")
    world.jira.outside = {"1"}
    world.issue("2", "AB-2", parent="AB-1")
    await world.delete("AB-1")
    assert world.port.has["issue", "AB-2"].relations == {"parent": "AB-1"}


async def test_who_pointed_is_asked_before_the_delete(world):
    """Afterwards Port no longer knows."""
    world.add(entity("AB-1"), child_of("AB-1", "AB-2"))
    await world.delete("AB-1")
    assert [what for what, _ in world.port.done][:3] == ["ours", "pointing_at", "delete"]


async def test_what_pointed_and_is_written_anyway_is_not_read_again(world):
    world.add(entity("AB-1"), child_of("AB-1", "AB-2"))
    row = world.issue("2", "AB-2")
    await world.sync(results(world.issues, [row], ["AB-1"]))
    assert world.port.all_of("upsert") == [["AB-2"]]


async def test_entities_of_another_kind_that_pointed_are_read_again_too(world):
    world.add(entity("AB", "project"), child_of("AB", "AB-1"))
    world.issue("1", "AB-1")
    await world.sync(results(world.projects, deleted=["AB"]))
    assert world.port.all_of("upsert") == [["AB-1"]]


async def test_what_pointed_is_not_forgotten_when_the_write_after_the_delete_fails(world):
    """The second time nothing is left to delete, so that nobody could be asked who pointed."""
    world.add(entity("AB-1"), child_of("AB-1", "AB-2"))
    world.issue("2", "AB-2", parent="AB-7")
    row = world.issue("3", "AB-3")
    world.port.fails = {"upsert": DOWN}
    with pytest.raises(httpx.ConnectError):
        await world.sync(results(world.issues, [row], ["AB-1"]))
    assert world.port.has["issue", "AB-2"].relations == {}
    world.port.fails = {}
    await world.sync(results(world.issues, [row], ["AB-1"]))
    assert world.port.has["issue", "AB-2"].relations == {"parent": "AB-7"}


async def test_what_pointed_is_made_whole_by_the_next_batch_whatever_it_is_about(world):
    """The event that deleted may have been dropped."""
    world.add(entity("AB-1"), child_of("AB-1", "AB-2"))
    world.issue("2", "AB-2", parent="AB-7")
    world.port.fails = {"upsert": DOWN}
    with pytest.raises(httpx.ConnectError):
        await world.delete("AB-1")
    world.port.fails = {}
    await world.sync()
    assert world.port.has["issue", "AB-2"].relations == {"parent": "AB-7"}


async def test_what_pointed_is_read_again_after_a_delete_that_got_no_answer(world):
    """It may have worked."""
    world.add(entity("AB-1"), child_of("AB-1", "AB-2"))
    world.issue("2", "AB-2")
    world.port.fails = {"delete": DOWN}
    with pytest.raises(httpx.ConnectError):
        await world.delete("AB-1")
    world.port.fails = {}
    del world.port.has["issue", "AB-1"]
    await world.delete("AB-1")
    assert world.port.all_of("upsert") == [["AB-2"]]


async def test_once_whole_it_is_not_read_again(world):
    world.add(entity("AB-1"), child_of("AB-1", "AB-2"), child_of("AB-1", "AB-3"))
    world.issue("2", "AB-2")
    await world.delete("AB-1")
    assert world.names == {"AB-2"}
    world.port.done.clear()
    world.jira.down = True
    await world.sync()
    assert world.port.done == []


async def test_what_pointed_and_is_gone_itself_is_deleted_and_so_on(world):
    """A project that was deleted: its issues send no events."""
    world.add(*(child_of(f"AB-{n - 1}", f"AB-{n}") for n in range(2, 6)), entity("AB-1"))
    world.issue("5", "AB-5")
    await world.delete("AB-1")
    assert world.port.all_of("delete") == [["AB-1"], ["AB-2"], ["AB-3"], ["AB-4"]]
    assert world.names == {"AB-5"}
    assert world.port.has["issue", "AB-5"].relations == {}


async def test_a_circle_of_what_is_gone_ends(world):
    world.add(child_of("AB-3", "AB-1"), child_of("AB-1", "AB-2"), child_of("AB-2", "AB-3"))
    await world.delete("AB-1")
    assert world.names == set()


async def test_a_circle_of_what_is_there_ends(world):
    for one, other in (("AB-2", "AB-3"), ("AB-3", "AB-2")):
        world.add(entity(one, relations={"parent": "AB-1", "blocks": other}))
    world.add(entity("AB-1"))
    world.issue("2", "AB-2", parent="AB-3")
    world.issue("3", "AB-3", parent="AB-2")
    await world.delete("AB-1")
    assert world.port.all_of("upsert") == [["AB-2", "AB-3"]]


async def test_a_chain_goes_no_further_without_credentials(world):
    """They can be lost half way."""
    world.add(entity("AB-1"), child_of("AB-1", "AB-2"))
    delete = world.port.delete

    async def revoked(entities: list[Entity], options: object) -> list[Entity]:
        left: list[Entity] = await delete(entities, options)
        world.jira.bad_credentials = True
        return left

    world.port.delete = revoked
    with pytest.raises(JiraAuthenticationError):
        await world.delete("AB-1")
    assert world.names == {"AB-2"}


async def test_port_is_given_the_mappings_own_options(world):
    world.mapping.delete_dependent_entities = False
    world.add(entity("AB-1"))
    await world.sync(results(world.issues, [world.issue("2", "AB-2")], ["AB-1"]))
    assert world.port.options
    assert all(given == world.mapping.get_port_request_options() for given in world.port.options)
