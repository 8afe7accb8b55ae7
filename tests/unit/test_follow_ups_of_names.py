"""What is done after events of issue types and of people: the issues that show them are read."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from background import reads_after
from background.jobs import FIRST_RETRY_SECONDS
from background.reads_after import NAMES, PEOPLE
from tests.unit.helpers.follow_ups_world import after_a_resync, unstarted_world


class Reads:
    """Stands for what reads the issues: says whose, and fails as often as it is told to."""

    def __init__(self) -> None:
        self.fails = 0
        self.meanwhile: Any = None

    async def people(
        self, client: Any, accounts: Sequence[str], mapping: Any, failures: Any
    ) -> AsyncIterator[list[str]]:
        yield [f"issues of {account}" for account in accounts]
        if self.meanwhile:
            self.meanwhile()
            self.meanwhile = None
        if self.fails:
            self.fails -= 1
            raise RuntimeError("broke off")

    async def names(self, client: Any, mapping: Any, failures: Any) -> AsyncIterator[list[str]]:
        yield ["issues of a type"]


@pytest.fixture
def reads() -> Reads:
    return Reads()


@pytest.fixture
def world(monkeypatch, reads):
    monkeypatch.setattr(reads_after, "showing_people", reads.people)
    monkeypatch.setattr(reads_after, "showing_names", reads.names)
    return after_a_resync(unstarted_world(monkeypatch))


def user(account: str, name: str = "user_updated") -> dict[str, Any]:
    return {"webhookEvent": name, "user": {"accountId": account}}


async def test_a_types_event_has_the_names_compared(world):
    assert world.follow_ups.after([{"webhookEvent": "issuetype_updated"}]) == [NAMES]
    assert await world.run() == ["issues of a type"]


async def test_many_users_are_one_job_and_orphans_are_looked_for_too(world):
    names = world.follow_ups.after([user("b"), user("a"), user("b", "user_deleted")])
    assert names == ["orphans", PEOPLE]
    assert world.follow_ups.after([user("c")]) == ["orphans", PEOPLE]
    assert await world.run() == ["issues of a", "issues of b", "issues of c"]
    assert await world.run() == []


async def test_a_user_beside_a_project_is_not_forgotten(world):
    project = {"webhookEvent": "project_updated", "project": {"id": 10, "key": "AB"}}
    assert world.follow_ups.after([project, user("a")])[-1] == PEOPLE


async def test_the_users_of_a_job_that_fails_are_read_by_the_next_try(world, reads):
    reads.fails = 1
    world.follow_ups.after([user("a")])
    reads.meanwhile = lambda: world.follow_ups.after([user("b")])
    assert await world.run() == ["issues of a", "issues of a", "issues of b"]
    assert await world.run(after=FIRST_RETRY_SECONDS) == ["orphans"]


async def test_one_who_is_renamed_again_meanwhile_is_read_again(world, reads):
    reads.meanwhile = lambda: world.follow_ups.after([user("a")])
    world.follow_ups.after([user("a")])
    assert await world.run() == ["issues of a", "issues of a"]
