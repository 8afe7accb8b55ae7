"""A sweep makes Port equal to Jira, and deletes nothing on doubtful grounds."""

import pytest

from background.last_read import MARGIN_MINUTES
from jira.errors import JiraAuthenticationError, JiraUnavailableError
from tests.unit.helpers.catalog_fakes import entity
from tests.unit.helpers.fake_client import mapping
from tests.unit.helpers.sweep_site import full


@pytest.fixture
def world(made_sweep):
    return made_sweep(mapping("issue", "project"))


@pytest.fixture
def later(made_sweep):
    """A site whose issues are read after something of it was written."""
    world = made_sweep(mapping("project", "issue"))
    world.jira.project("10", "AB")
    return world


def errors(log: list[str]) -> list[str]:
    return [line for line in log if line.startswith("ERROR")]


async def test_where_both_are_equal_nothing_is_done(world, log):
    world.jira.issue("1", "AB-1")
    world.has(full("AB-1"))
    await world.sweep()
    assert (world.written, world.deleted) == ([], [])
    assert errors(log) == []


async def test_what_is_missing_is_read_and_written(world):
    for n in range(1, 8):
        world.jira.issue(str(n), f"AB-{n}")
    world.has(full("AB-1"), full("AB-3"))
    await world.sweep()
    assert world.written == ["AB-2", "AB-4", "AB-5", "AB-6", "AB-7"]
    assert world.names() == [f"AB-{n}" for n in range(1, 8)]


async def test_what_is_a_bare_stub_in_port_counts_as_missing(world):
    """A delivery that never came: only the relation of another issue told of it."""
    world.jira.issue("1", "AB-1")
    world.jira.issue("2", "AB-2")
    world.has(entity("AB-1"), full("AB-2", parent="AB-1"))
    await world.sweep()
    assert world.written == ["AB-1"]


async def test_what_is_too_much_is_deleted(world):
    world.jira.issue("1", "AB-1")
    world.has(full("AB-1"), full("AB-2"), full("AB", "project"))
    await world.sweep()
    assert sorted(world.deleted) == ["AB", "AB-2"]


async def test_what_grew_out_of_the_query_is_deleted(world):
    """`updated >= -1w`: no event tells that a week is over."""
    world.jira.issue("1", "AB-1")
    world.jira.outside = {"1"}
    world.has(full("AB-1"))
    await world.sweep()
    assert world.names() == []


async def test_a_stub_of_an_issue_outside_the_query_stays_while_it_is_needed(world):
    world.jira.issue("1", "AB-1")
    world.has(full("AB-1", parent="AB-9"), entity("AB-9"))
    await world.sweep()
    assert world.names() == ["AB-1", "AB-9"]


async def test_projects_are_read_whole(world):
    """There are few, and they come with everything."""
    world.jira.project("10", "AB")
    world.jira.project("11", "CD")
    world.jira.project("12", "EF")
    await world.sweep()
    assert world.names("project") == ["AB", "CD", "EF"]


async def test_entities_of_blueprints_outside_the_mapping_are_left_alone(world):
    world.has(full("T", "team"))
    await world.sweep()
    assert world.names("team") == ["T"]


async def test_an_error_while_reading_deletes_nothing(world):
    world.jira.issue("1", "AB-1")
    world.has(full("AB-2"))
    world.jira.breaks_off = True
    await world.sweep()
    assert world.deleted == []
    assert [state.what for state in world.failing.states()] == ["issue (resource 1 of the mapping)"]


async def test_lost_credentials_look_like_an_empty_site_and_delete_nothing(later):
    later.has(full("AB-1"))

    def revoke() -> None:
        later.jira.bad_credentials = True

    with pytest.raises(JiraAuthenticationError):
        await later.sweep(at={1: revoke})
    assert later.deleted == []


async def test_another_account_may_see_less_and_deletes_nothing(later):
    later.has(full("AB-1"))

    def change() -> None:
        later.jira.account = "account-2"

    with pytest.raises(RuntimeError, match="account changed"):
        await later.sweep(at={1: change})
    assert later.deleted == []


async def test_what_was_written_meanwhile_is_not_deleted(world):
    """An event's write, newer than the list of names."""
    world.jira.issue("1", "AB-1")
    world.has(full("AB-9"))
    await world.sweep(at={1: lambda: world.has(full("AB-2"))})
    assert world.names() == ["AB-1", "AB-2"]
    assert world.deleted == ["AB-9"]


async def test_what_was_deleted_meanwhile_is_not_deleted_twice(world):
    world.jira.issue("1", "AB-1")
    world.has(full("AB-9"))
    await world.sweep(at={1: world.port.has.clear})
    assert world.port.all_of("again") == [["AB-9"]]
    assert world.deleted == []


async def test_each_page_is_a_step_of_its_own(world):
    """Live events have their turn in between."""
    for n in range(10, 16):
        world.jira.project(str(n), f"P{n}")
    assert await world.sweep() >= 4


@pytest.mark.parametrize("others", [1, 2])
async def test_a_resource_that_must_not_delete_keeps_its_blueprint(made_sweep, others):
    """One is enough, whichever of the resources with this blueprint it is."""
    of = mapping("issue", *["issue"] * (others - 1))
    of.resources[-1].enable_delete = False
    world = made_sweep(of)
    world.jira.issue("1", "AB-1")
    world.has(full("AB-9"))
    await world.sweep()
    assert world.names() == ["AB-1", "AB-9"]


async def test_two_resources_of_one_blueprint_are_compared_together(made_sweep):
    world = made_sweep(mapping("project", "user", blueprint='"thing"', identifier=".key"))
    world.jira.project("10", "AB")
    world.jira.accounts["user-1"] = {"accountId": "user-1", "key": "U1", "active": True}
    world.has(full("AB", "thing"), full("U1", "thing"), full("gone", "thing"))
    await world.sweep()
    assert world.deleted == ["gone"]


async def test_a_blueprint_that_is_computed_could_be_any(made_sweep):
    """What nobody makes any more goes, as long as the one that computes it was read, too."""
    of = mapping("issue", "project")
    of.resources[1].port.entity.mappings.blueprint = ".fields.type"
    world = made_sweep(of)
    world.jira.issue("1", "AB-1")
    world.has(full("AB-9"), full("CD", "project"))
    await world.sweep()
    assert world.deleted == ["AB-9"]
    assert world.written == ["AB-1"]


@pytest.mark.parametrize("computed", [True, False])
async def test_a_row_that_cannot_be_mapped_may_stand_for_anything(made_sweep, log, computed):
    of = mapping("project", "project")
    of.resources[1].port.entity.mappings.blueprint = ".fields.type" if computed else '"other"'
    world = made_sweep(of)
    world.jira.project("1", "AB")
    world.has(full("CD", "project"))
    world.errors = [ValueError("no such thing")]
    for _ in range(2):
        await world.sweep()
    assert world.deleted == []
    said = [line for line in log if "no such thing" in line]
    assert len(said) == 2, "once for each resource, and not at each sweep"


async def test_a_name_that_needs_more_than_id_and_key_is_read_from_whole_rows(made_sweep, log):
    world = made_sweep(mapping("issue", identifier=".fields.summary"))
    world.jira.issue("1", "AB-1")["fields"] = {"summary": "one"}
    world.jira.issue("2", "AB-2")["fields"] = {"summary": "two"}
    world.has(full("one"), full("gone"))
    for _ in range(2):
        await world.sweep()
    assert world.names() == ["one", "two"]
    assert world.deleted == ["gone"]
    assert len([line for line in log if "issue-0" in line]) == 1, "said once, not at each sweep"


async def test_a_query_that_needs_more_than_id_and_key_is_put_to_whole_rows(made_sweep, log):
    of = mapping("issue")
    of.resources[0].selector.query = '.fields.summary == "now"'
    world = made_sweep(of)
    world.jira.issue("1", "AB-1")
    world.has(full("AB-1"), full("AB-2"))
    await world.sweep()
    assert (world.written, world.deleted) == (["AB-1"], ["AB-2"])
    assert [line for line in log if "whole rows" in line]


async def test_the_first_sweep_looks_back_a_day(world):
    """Nobody knows for how long the process was down."""
    await world.sweep()
    assert [asked for asked in world.jira.asked if "updated >= -1440m" in asked]


@pytest.mark.parametrize(
    ("identifier", "whole"),
    [
        (".key", False),
        (".fields.x // .key", True),
        ('.fields.x + "/" + .key', True),
    ],
)
async def test_only_a_plain_identifier_is_taken_from_id_and_key_alone(
    made_sweep, log, identifier, whole
):
    """jq finds a name in such a row for the others, too, and it is the wrong one."""
    world = made_sweep(mapping("issue", identifier=identifier))
    world.jira.issue("1", "AB-1")
    await world.sweep()
    assert any("reads whole rows" in line for line in log) is whole


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 0), (59, 0), (60, 1), (3600, 60)])
async def test_what_changed_since_the_last_sweep_is_read_and_written(world, seconds, minutes):
    """A delivery that never came; JQL knows minutes, and the index lags behind."""
    world.jira.issue("1", "AB-1")
    await world.sweep()
    world.written.clear()
    world.jira.by_id["1"]["changed"] = True
    world.has(full("AB-1"))
    world.time += seconds
    await world.sweep()
    assert world.jira.asked[-1].endswith(f"AND updated >= -{minutes + MARGIN_MINUTES}m")
    assert world.written == ["AB-1"]


async def test_what_changed_since_a_resync_began_is_read(world):
    world.sweeper.look_back_to(world.time)
    world.time += 600
    await world.sweep()
    assert world.jira.asked[-1].endswith(f"updated >= -{10 + MARGIN_MINUTES}m")


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 0), (61, 1), (3 * 86_400, 4320)])
async def test_without_a_resync_the_first_one_looks_back_to_the_last_process(
    world, seconds, minutes
):
    """Further than a day, where it was away for longer."""
    world.sweeper.last_read.all_before(seconds)
    await world.sweep()
    assert world.jira.asked[-1].endswith(f"AND updated >= -{minutes + MARGIN_MINUTES}m")


async def test_a_sweep_that_failed_is_not_the_last_one(world):
    await world.sweep()
    world.time += 600
    world.jira.down = True
    with pytest.raises(JiraUnavailableError):
        await world.sweep()
    world.jira.down = False
    world.time += 600
    await world.sweep()
    assert world.jira.asked[-1].endswith(f"updated >= -{20 + MARGIN_MINUTES}m")


async def test_a_sweep_looks_back_to_where_the_last_one_began_and_not_to_its_end(world):
    world.jira.project("10", "AB")

    def take_long() -> None:
        world.time += 1200

    await world.sweep(at={1: take_long})
    await world.sweep()
    assert world.jira.asked[-1].endswith(f"updated >= -{20 + MARGIN_MINUTES}m")
