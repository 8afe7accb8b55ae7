"""The secret, the token and the address of a running installation are changed: no event is lost."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from sandbox.jira.faults import Fault
from sandbox.jira.webhooks import HOOKS
from sandbox.world import World
from tests.e2e.support import first, started, title

CONFIG = "OCEAN__INTEGRATION__CONFIG__"
SECRET, PREVIOUS = f"{CONFIG}WEBHOOK_SECRET", f"{CONFIG}WEBHOOK_SECRET_PREVIOUS"
TOKEN_SETTING = f"{CONFIG}ATLASSIAN_USER_TOKEN"
NEW_TOKEN = "sandbox-api-token-9876543210"


@dataclass(frozen=True)
class Change:
    """What is changed from one run to the next."""

    name: str
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    in_jira: Callable[[World], None] = lambda world: None
    moves: bool = False
    """Whether it is reached by another address afterwards."""


def another_token(world: World) -> None:
    world.jira.token = NEW_TOKEN


def unsigned(world: World) -> None:
    for hook in world.site.webhooks.values():
        hook.secret = None


ALL_AT_ONCE = Change(
    "all at once",
    {SECRET: "the-old-secret-0123456789"},
    {SECRET: "the-new-secret-0123456789", TOKEN_SETTING: NEW_TOKEN},
    another_token,
    moves=True,
)
CHANGES = (
    Change("secret", {SECRET: "the-old-secret-0123456789"}, {SECRET: "the-new-secret-0123456789"}),
    Change("first secret", {}, {SECRET: "the-new-secret-0123456789"}),
    Change(
        "secret with the previous one",
        {SECRET: "the-old-secret-0123456789"},
        {SECRET: "the-new-secret-0123456789", PREVIOUS: "the-old-secret-0123456789"},
    ),
    Change("token", {}, {TOKEN_SETTING: NEW_TOKEN}, another_token),
    Change("base URL", moves=True),
    ALL_AT_ONCE,
    Change("somebody's unsigned webhook", in_jira=unsigned),
)


@asynccontextmanager
async def webhook_held(world: World) -> AsyncIterator[None]:
    """Jira doesn't answer whoever wants to change the webhook, until the block ends."""
    fault = world.jira.faults.add(Fault("hang", HOOKS, method="PUT"))
    try:
        yield
    finally:
        world.jira.faults.remove(fault)


RUNS = [*((change, False) for change in CHANGES), (ALL_AT_ONCE, True)]


@pytest.mark.parametrize(
    ("change", "as_it_happened"),
    RUNS,
    ids=[f"{change.name}{', as it happened' * late}" for change, late in RUNS],
)
async def test_no_event_of_the_change_is_lost(change: Change, as_it_happened: bool) -> None:
    """Events come before, while nothing runs, before the webhook is put right, and after it.

    Nobody says whether a delivery that comes again is signed, and goes where, as it did before. If
    so, what it told is read by the resync, which begins after the webhook was put right.
    """
    async with started(12, site=None, **change.before) as world:
        # Jira waits some minutes between its tries, longer than a restart takes.
        world.deliveries.retry_delay = 3.0
        world.deliveries.as_it_happened = as_it_happened
        gone = first(world)
        world.site.edit_issue(gone.id, summary="Before")
        await world.settled()
        await world.process.stop()
        made = [world.site.create_issue("AB", summary="While nothing runs")]
        world.site.delete_issue(gone.id)
        change.in_jira(world)
        world.replace_process(moves=change.moves, **change.after)
        async with webhook_held(world):
            resync = await world.launch()
            made.append(world.site.create_issue("AB", summary="Before the webhook is right"))
            async with asyncio.timeout(30):
                await world.deliveries.log[-1].tried.wait()
        assert await world.port.api.resync_finished(resync) == "completed"
        made.append(world.site.create_issue("AB", summary="After"))
        await world.settled()
        assert [title(world, each.key) for each in made] == [each.summary for each in made]
        assert title(world, gone.key) is None
        [hook] = world.site.webhooks.values()
        assert hook.url == world.process.webhook_url
        assert hook.secret
        if not as_it_happened:
            assert {delivery.status for delivery in world.deliveries.log} == {200}
        assert await world.differences() == []


async def test_what_came_after_the_token_had_ended_is_there_with_the_next_one() -> None:
    async with started(12) as world:
        another_token(world)
        issue = first(world)
        world.site.edit_issue(issue.id, summary="Nobody could read it")
        await world.process.wait_for_log("wait for another try")
        assert title(world, issue.key) != issue.summary
        await world.process.stop()
        world.replace_process(moves=False, **{TOKEN_SETTING: NEW_TOKEN})
        assert await world.start() == "completed"
        await world.settled()
        assert title(world, issue.key) == issue.summary
        assert await world.differences() == []
