"""A write that fails: whose failure it is, and what passes by itself."""

import httpx
import pytest

from jira.errors import (
    JiraAnswerError,
    JiraAuthenticationError,
    JiraNotFoundError,
    JiraPermissionError,
    JiraRequestError,
    JiraUnavailableError,
    MappingError,
)
from port.entities import PortRefusedError
from tests.unit.helpers.lanes_world import DOWN, PORT_DOWN, World, of_level
from webhook_processors.lane import (
    MAX_TRIES,
    passes,
)


@pytest.fixture
async def world():
    made = World()
    yield made
    await made.outcomes.close()


async def test_events_wait_while_port_is_down(world, log):
    world.write_fails = {"all": PORT_DOWN}
    await world.take("a", "b", "c")
    await world.rest(3 * MAX_TRIES)
    assert world.ended == {}
    [warning] = log
    assert "nobody answers" in warning
    world.write_fails = {}
    await world.rest()
    assert world.ended == {"a": True, "b": True, "c": True}


async def test_while_port_is_down_it_isn_t_asked_for_each_event(world):
    world.write_fails = {"all": PORT_DOWN}
    await world.take(*(f"d-{n}" for n in range(100)))
    assert len(world.writes) == 2
    await world.rest()
    assert len(world.writes) == 4
    assert world.writes[1] != world.writes[3], "another one is tried alone"


@pytest.mark.parametrize("count", [2, 3, 100])
@pytest.mark.parametrize("error", [PORT_DOWN, ValueError("no such property")], ids=repr)
@pytest.mark.parametrize("place", [0, 1, -1])
async def test_one_that_spoils_every_write_it_is_part_of_takes_no_other_with_it(
    world, log, count, error, place
):
    names = [f"d-{n}" for n in range(count)]
    world.write_fails = {names[place]: error}
    await world.take(*names)
    await world.rest()
    assert {name for name, written in world.ended.items() if written} == {*names} - {names[place]}
    for number in range(2 * MAX_TRIES):
        await world.take(f"later-{number}")
        await world.rest()
    assert world.ended[names[place]] is False
    assert len(of_level("ERROR", log)) == 1


@pytest.mark.parametrize("error", [PORT_DOWN, ValueError("no such property")], ids=repr)
@pytest.mark.parametrize("place", [0, 63, 127])
async def test_one_of_many_is_told_apart_in_few_writes(world, error, place):
    names = [f"d-{n}" for n in range(128)]
    world.write_fails = {names[place]: error}
    await world.take(*names)
    await world.rest()
    assert len(world.ended) >= 127
    assert len(world.writes) <= 20


async def test_several_that_spoil_writes_are_all_told_apart(world):
    world.write_fails = dict.fromkeys(("d-0", "d-1", "d-7"), PORT_DOWN)
    await world.take(*(f"d-{n}" for n in range(8)))
    await world.rest(4)
    assert len(world.ended) == 5
    assert all(world.ended.values())


@pytest.mark.parametrize(("up", "ends"), [(True, {"a": False}), (False, {})])
async def test_a_delete_that_jira_can_t_be_asked_about_is_given_up_while_jira_answers(
    world, up, ends
):
    """It is looked up before; a board that always fails is no outage."""
    world.write_fails, world.jira_up = {"a": DOWN}, up
    await world.take("a")
    await world.rest(MAX_TRIES)
    assert world.ended == ends


def status_error(status: int) -> httpx.HTTPStatusError:
    request = httpx.Request("POST", "https://port.example.com")
    response = httpx.Response(status, request=request)
    return httpx.HTTPStatusError(str(status), request=request, response=response)


@pytest.mark.parametrize(
    "error",
    [
        JiraUnavailableError("503"),
        JiraAuthenticationError("401"),
        JiraAnswerError("HTML"),
        MappingError("a mistake"),
        TimeoutError(),
        httpx.ConnectError("down"),
        httpx.ReadTimeout("slow"),
        *(status_error(status) for status in (401, 429, 500, 503)),
    ],
    ids=repr,
)
def test_what_an_outage_did_passes(error):
    assert passes(error)


@pytest.mark.parametrize(
    "error",
    [
        JiraRequestError("400"),
        JiraPermissionError("403"),
        JiraNotFoundError("404"),
        PortRefusedError([], "No such property."),
        ValueError("nobody thought of this"),
        *(status_error(status) for status in (400, 403, 404, 422)),
    ],
    ids=repr,
)
def test_what_is_refused_stays_so(error):
    assert not passes(error)
