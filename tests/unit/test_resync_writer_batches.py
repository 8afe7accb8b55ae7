"""A resync's batches are compared and written beside the reading, and none outlives its resync."""

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from port_ocean.clients.port.types import UserAgentType
from port_ocean.core.models import Entity

from port import resync_writer as module
from port.bulk import Written
from port.resync import BATCHES_AT_ONCE, RESYNC, Resync, resync
from port.resync_writer import JiraEntitiesStateApplier
from tests.unit.helpers.fake_client import resource as resource_of
from tests.unit.helpers.resync_writes import FakePort, again, issue, made_applier, write

RESOURCE = SimpleNamespace(kind="issue")


@pytest.fixture
def port() -> FakePort:
    return FakePort()


@pytest.fixture
def applier(port, monkeypatch) -> JiraEntitiesStateApplier:
    return made_applier(port, monkeypatch)


@pytest.fixture
def present() -> Iterator[Resync]:
    """The resync that the test runs in."""
    made = Resync()
    token = RESYNC.set(made)
    yield made
    RESYNC.reset(token)


async def written() -> None:
    await RESYNC.get().writes.written()


class Compared:
    """Which entities Port has as they are, once somebody has looked at their blueprint."""

    def __init__(self, *has: str) -> None:
        self.has = set(has)
        self.looked: list[str] = []
        self.compared: list[str] = []

    async def look(self, blueprint: str, _: Any) -> None:
        await asyncio.sleep(0)
        self.looked.append(blueprint)

    def is_there(self, entity: Entity) -> bool:
        assert entity.blueprint in self.looked
        self.compared.append(entity.identifier)
        return entity.identifier in self.has


@pytest.fixture
def compared(applier, monkeypatch, present) -> Compared:
    """In a resync, where entities are compared first."""
    made = Compared()
    applier.compared = made
    metrics = SimpleNamespace(inc_metric=lambda **_: None, current_resource_kind=lambda: "issue")
    monkeypatch.setattr(module, "ocean", SimpleNamespace(metrics=metrics))
    framework_is_at = SimpleNamespace(resource_config=RESOURCE, index=0)
    monkeypatch.setattr(module, "resource", framework_is_at)
    present.progress.start([resource_of("issue")])
    return made


async def test_in_a_resync_a_batch_is_taken_on_and_written_beside(applier, port, compared):
    assert await write(applier, issue(1), issue(2)) == ["AB-1", "AB-2"]
    assert port.has == {}, "the next batch is mapped meanwhile"
    await written()
    assert len(port.has) == 2


async def test_no_more_batches_are_taken_on_than_may_wait(applier, compared):
    for number in range(BATCHES_AT_ONCE):
        await write(applier, issue(number))
    third = asyncio.create_task(write(applier, issue(9)))
    await asyncio.sleep(0)
    assert not third.done()
    await third
    await written()


async def test_an_entity_of_several_rows_is_written_once_as_the_last_one_says(
    applier, port, compared
):
    """Requests go out together: which of two came last would be chance."""
    first, last = issue(1, parent=2), issue(1, parent=3)
    await write(applier, issue(3), first, issue(2), last)
    await written()
    assert len(compared.compared) == 3
    assert port.has["AB-1"].relations == last.relations


async def test_what_port_has_already_is_not_written(applier, port, compared):
    compared.has = {f"AB-{n}" for n in range(1, 120)}
    await write(applier, *(issue(n) for n in range(120)))
    await written()
    assert list(port.has) == ["AB-0"]


async def test_batches_look_at_a_blueprint_once_in_a_resync(applier, port, compared):
    for number in range(3):
        await write(applier, issue(number))
    await written()
    assert compared.looked == ["issue"]
    async with resync() as another:
        another.progress.start([resource_of("issue")])
        await write(applier, issue(1))
        await written()
    assert compared.looked == ["issue", "issue"], "somebody may have changed it meanwhile"


async def test_a_write_that_fails_is_raised_to_whoever_waits_for_it(applier, port, compared):
    """The kind fails by it, and nothing is deleted."""
    port.broken = True
    await write(applier, issue(1))
    with pytest.raises(RuntimeError, match="it broke off"):
        await written()
    await written()


async def test_what_was_refused_waits_for_the_batches_that_are_being_written(
    applier, port, compared
):
    await write(applier, issue(1, parent=2))
    await write(applier, issue(2))
    assert await again(applier) == []
    assert port.has["AB-1"] == issue(1, parent=2)


async def test_what_a_resync_that_ends_took_on_is_not_written_later(applier, port, compared):
    async with resync():
        await write(applier, issue(1))
    assert port.has == {}


async def test_a_resync_that_is_given_up_takes_nothing_from_the_next_one(applier, port, compared):
    """They share the applier, and the first may still be ending when the second one writes."""
    async with resync() as first:
        await write(applier, issue(1))
        async with resync():
            await write(applier, issue(2))
            await first.scope.end()
            await written()
    assert list(port.has) == ["AB-2"]


async def test_what_failed_in_one_resync_does_not_fail_the_other(applier, port, compared):
    async with resync() as first:
        port.broken = True
        await write(applier, issue(1))
        await asyncio.wait(first.writes._writing)
        port.broken = False
        async with resync():
            await write(applier, issue(2))
            await written()
        with pytest.raises(RuntimeError, match="it broke off"):
            await written()


async def test_one_request_that_fails_leaves_no_other_behind(applier, port, compared, monkeypatch):
    """What is still being written when the batch has failed would belong to nobody."""
    under_way = 0

    async def fails_first(entities: list[Entity], *_: Any) -> Written:
        nonlocal under_way
        if entities[0].identifier == "AB-0":
            raise RuntimeError("it broke off")
        under_way += 1
        await asyncio.sleep(0)
        under_way -= 1
        return Written(taken=entities)

    monkeypatch.setattr(port, "write", fails_first)
    await write(applier, *(issue(n) for n in range(3 * module.WRITTEN_TOGETHER)))
    with pytest.raises(RuntimeError, match="it broke off"):
        await written()
    assert under_way == 0


async def test_outside_of_a_resync_it_is_written_at_once(applier, port):
    applier.compared = Compared()
    await write(applier, issue(1))
    assert list(port.has) == ["AB-1"]


@pytest.mark.parametrize("there", [True, False])
async def test_what_a_resync_relates_to_may_be_stubs(applier, port, compared, there):
    """Also where Port had it as it is: its last relation may go with the next event."""
    compared.has = {"AB-1"} if there else set()
    await write(applier, issue(1, parent=9))
    await written()
    assert applier.stubs.may_be(issue(9))
    assert not applier.stubs.may_be(issue(1))


async def test_what_becomes_of_entities_is_counted_for_their_resource(applier, port, compared):
    compared.has = {"AB-1"}
    await write(applier, issue(1), issue(2), issue(3, parent=4))
    await written()
    tally = RESYNC.get().progress.of(0)
    assert (tally.written, tally.unchanged) == (1, 1)
    port.has["AB-4"] = issue(4)
    await again(applier)
    assert (tally.written, tally.unchanged) == (2, 1)


async def test_what_goes_is_counted_for_the_first_resource_of_its_blueprint(applier, compared):
    async def delete(entities: list[Entity]) -> list[Entity]:
        return entities[1:]

    applier.deletes = delete
    await applier.delete([issue(1), issue(2)], UserAgentType.exporter)
    assert RESYNC.get().progress.of(0).deleted == 1
