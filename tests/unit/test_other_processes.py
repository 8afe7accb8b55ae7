"""Another process that resyncs under our name is noticed; our own resyncs are not taken for one."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
import pytest
from port_ocean.clients.port.client import PortClient

from port.other_processes import FORGOTTEN_SECONDS, OtherProcesses

BEFORE = "2026-01-01T08:00:00+00:00"


class Port:
    """Its integration's state, and processes that note their resyncs there."""

    def __init__(self) -> None:
        self.integration: dict[str, Any] = {"resyncState": {"updatedAt": BEFORE}}
        self.fails: Exception | None = None
        self.asked = 0
        self.other = self.update_integration_state

    async def update_integration_state(
        self, state: dict[str, Any], should_raise: bool = True
    ) -> dict[str, Any]:
        self.integration["resyncState"] = {**self.integration["resyncState"], **state}
        return self.integration

    async def get_current_integration(
        self, should_raise: bool = True, should_log: bool = True
    ) -> dict[str, Any]:
        assert should_raise
        self.asked += 1
        if self.fails:
            raise self.fails
        return self.integration


class World:
    """One process, which looks when a test says so."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.port = Port()
        self.made_up: list[float] = []
        self.others = OtherProcesses(cast(PortClient, self.port), self.make_up, lambda: self.time)

    async def make_up(self, seconds: float) -> None:
        self.made_up.append(seconds)

    async def begins(self, start: str | None = None, *, other: bool = False) -> None:
        """A resync of this process, or of another one, as the framework notes it."""
        started = start or datetime.now(UTC).isoformat()
        state = {"status": "running", "lastResyncStart": started, "lastResyncEnd": None}
        update = self.port.other if other else self.port.update_integration_state
        await update(state, should_raise=False)

    async def ends(self, status: str = "completed") -> None:
        await self.port.other({"status": status, "lastResyncEnd": "now"})


@pytest.fixture
def world() -> World:
    return World()


async def test_our_own_resyncs_are_ours(world, log):
    await world.others.look()
    for status in ("completed", "failed", "aborted"):
        await world.begins()
        await world.others.look()
        await world.ends(status)
        await world.others.look()
    assert (world.made_up, world.others.are_there) == ([], False)
    assert [line for line in log if line.startswith("ERROR")] == []


async def test_one_of_another_process_is_said_once_and_made_up_for_at_its_end(world, log):
    await world.others.look()
    began = (datetime.now(UTC) - timedelta(seconds=30)).isoformat()
    await world.begins(began, other=True)
    await world.others.look()
    await world.others.look()
    assert (world.made_up, world.others.are_there) == ([], True)
    await world.ends()
    await world.others.look()
    await world.others.look()
    assert len(world.made_up) == 1
    assert 30 <= world.made_up[0] < 60
    await world.begins(other=True)
    await world.ends()
    await world.others.look()
    assert len(world.made_up) == 2
    assert len([line for line in log if "Another process resyncs" in line]) == 1


async def test_what_the_process_before_this_one_left_says_nothing(world):
    """It may have been killed in the middle."""
    await world.begins(BEFORE, other=True)
    await world.others.look()
    await world.begins()
    await world.ends()
    await world.others.look()
    assert (world.made_up, world.others.are_there) == ([], False)


async def test_one_that_ends_after_this_process_began_is_another_process_s(world):
    await world.begins(BEFORE, other=True)
    await world.others.look()
    await world.ends()
    await world.others.look()
    assert world.others.are_there
    assert len(world.made_up) == 1


async def test_one_that_is_gone_for_a_day_is_forgotten_and_said_anew(world, log):
    await world.others.look()
    for _ in range(2):
        await world.begins(other=True)
        await world.others.look()
        world.time += FORGOTTEN_SECONDS
        assert not world.others.are_there
    assert len([line for line in log if "Another process resyncs" in line]) == 2


async def test_while_port_is_down_nothing_is_noticed_and_nothing_lost(world):
    await world.others.look()
    await world.begins(other=True)
    await world.ends()
    world.port.fails = httpx.ConnectError("refused")
    await world.others.look()
    assert not world.others.are_there
    world.port.fails = None
    await world.others.look()
    assert len(world.made_up) == 1


@pytest.mark.parametrize(
    "integration", [{}, {"resyncState": None}, {"resyncState": {}}, {"resyncState": {"status": 1}}]
)
async def test_an_integration_without_a_state_says_nothing(world, integration):
    world.port.integration = integration
    await world.others.look()
    await world.others.look()
    assert not world.others.are_there


async def test_a_start_that_nobody_can_read_is_long_ago(world):
    await world.others.look()
    await world.begins("yesterday", other=True)
    await world.ends()
    await world.others.look()
    assert world.made_up == [FORGOTTEN_SECONDS]


async def test_it_costs_one_request_a_look(world):
    async def pause(_: float) -> None:
        if world.port.asked == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await world.others.run(pause)
    assert world.port.asked == 3
