"""How the framework's live events meet ours: what the queue takes, who reads it, where rows go."""

from typing import Any

import pytest
from port_ocean.core.handlers.webhook.webhook_event import WebhookEventRawResults

from jira.errors import JiraPermissionError
from tests.unit.helpers.fake_client import mapping
from tests.unit.helpers.manager_world import LIMIT, PATH, made_world, queued


@pytest.fixture
async def world(monkeypatch):
    async with made_world(monkeypatch) as made:
        yield made


async def test_an_event_that_is_accepted_waits_in_the_queue(world):
    sent = queued()
    assert await world.put(sent) == [True]
    assert await world.queue.get() is sent


async def test_where_nobody_reads_nothing_is_accepted(world):
    """Live events are off, or the worker isn't there yet: Jira sends it again later."""
    world.manager._event_processor_tasks.clear()
    assert await world.put(queued()) == [False]
    assert await world.queue.size() == 0


async def test_no_more_events_wait_than_the_limit_says_until_some_have_ended(world):
    sent = [queued(f"d-{n}", n) for n in range(LIMIT + 2)]
    assert await world.put(*sent) == [True] * LIMIT + [False] * 2
    assert await world.queue.size() == LIMIT
    world.start()
    await world.worked_off()
    assert await world.put(queued("later", 9)) == [True]


async def test_events_are_read_by_every_resource_they_touch_and_written(world):
    world.start()
    await world.put(queued("d-1", 1), queued("d-2", 2))
    await world.worked_off()
    assert world.read == [("d-1", 0), ("d-2", 0)]
    assert world.sent == ["catalog"]
    assert world.follow_ups.told == [[1, 2]]


@pytest.mark.parametrize("kinds", [("issue", "user"), ("backlog",), ("project", "backlog", "epic")])
async def test_what_an_event_touches_of_the_mapping_is_told_to_be_read_again(world, kinds):
    """Which of it is behind the index, whoever is told knows."""
    world.mapping.resources[:] = mapping(*kinds).resources
    world.start()
    await world.put(queued("d-1", 1))
    await world.worked_off()
    assert world.follow_ups.again == [{*kinds} & {"issue", "backlog", "epic"}]


async def test_one_resource_of_two_that_fails_holds_up_no_event(world, log):
    world.mapping.resources.append(world.mapping.resources[0])
    world.fails = {2: JiraPermissionError("403")}
    world.start()
    for number in range(3):
        await world.put(queued(f"d-{number}", number))
        await world.worked_off()
    assert world.sent == ["catalog"] * 3
    [line] = [line for line in log if line.startswith("ERROR")]
    assert "issue (resource 3 of the mapping)" in line
    world.fails = {}
    await world.put(queued("d-4", 4))
    await world.worked_off()
    assert "sweep of issue" in [line for line in log if "live events done" in line][-1]


async def test_a_pair_of_a_mapping_that_is_another_by_now_is_done(world, monkeypatch):
    """Its resync reads everything; under another resource the event would be read wrongly."""
    [pair] = (await world.manager._pairs(PATH, [event := queued()]))[event]
    world.mapping.resources[:] = mapping("user", "issue").resources
    assert (await world.manager._read(pair)).updated_raw_results == []
    world.mapping.resources.clear()
    assert (await world.manager._read(pair)).updated_raw_results == []
    assert world.read == []


async def test_a_pair_is_read_under_its_resource_as_it_is_by_now(world):
    event = queued()
    await world.manager.under_way.begin(PATH, [event])
    [pair] = (await world.manager._pairs(PATH, [event]))[event]
    changed = mapping("issue", "user").resources
    world.mapping.resources[:] = changed
    seen: list[Any] = []

    async def execute(processor: Any, resource: Any, index: int) -> WebhookEventRawResults:
        seen.append(resource)
        return WebhookEventRawResults([], [])

    world.manager._execute_processor = execute
    await world.manager._read(pair)
    assert seen == [changed[0]]


@pytest.mark.parametrize("up", [True, False])
async def test_jira_answers_where_it_knows_us(world, up):
    world.jira.down = not up
    assert await world.manager._jira_answers() is up
