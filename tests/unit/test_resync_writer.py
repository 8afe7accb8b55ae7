"""What Port refuses in a resync is remembered whole, and written again while that helps."""

import pytest
from port_ocean.clients.port.types import UserAgentType
from port_ocean.core.models import Entity

from port.resync_writer import JiraEntitiesStateApplier, names
from tests.unit.helpers.resync_writes import FakePort, again, issue, made_applier, write


@pytest.fixture
def port() -> FakePort:
    return FakePort()


@pytest.fixture
def applier(port, monkeypatch) -> JiraEntitiesStateApplier:
    return made_applier(port, monkeypatch)


async def test_what_was_refused_is_written_again_with_title_and_properties(applier, port):
    assert await write(applier, issue(1, parent=2), issue(2)) == ["AB-2"]
    assert await again(applier) == []
    assert port.has["AB-1"] == issue(1, parent=2)


async def test_the_order_of_what_relates_to_each_other_does_not_matter(applier, port):
    assert await write(applier, *(issue(n, parent=n + 1) for n in range(1, 9))) == []
    await write(applier, issue(9))
    assert await again(applier) == []
    assert len(port.has) == 9


async def test_of_two_batches_each_keeps_its_own(applier, port):
    await write(applier, issue(1, parent=9))
    await write(applier, issue(2, parent=9))
    await write(applier, issue(9))
    await again(applier)
    assert port.has["AB-1"].title == "Issue 1"
    assert port.has["AB-2"].title == "Issue 2"


async def test_what_relates_to_itself_in_a_ring_is_left_and_said(applier, port, log):
    await write(applier, issue(1, parent=2), issue(2, parent=1), issue(3, parent=4), issue(4))
    assert await again(applier) == ["AB-1", "AB-2"]
    assert sorted(port.has) == ["AB-3", "AB-4"]
    [warning] = [line for line in log if line.startswith("WARNING")]
    assert "refused 2 entities" in warning
    assert "issue/AB-1, issue/AB-2" in warning
    assert "It said: it relates to nothing" in warning


async def test_it_ends_when_nothing_more_is_taken(applier, port):
    await write(applier, issue(1, parent=2))
    await again(applier)
    assert port.calls == 2
    await again(applier)
    assert port.calls == 2


async def test_what_failed_in_a_moments_outage_is_made_up_for(applier, port):
    port.down = True
    await write(applier, issue(1), issue(2))
    port.down = False
    assert await again(applier) == []
    assert len(port.has) == 2


async def test_what_the_framework_finds_too_much_is_deleted_by_ours(applier):
    deleted: list[Entity] = []

    async def delete(entities: list[Entity]) -> list[Entity]:
        deleted.extend(entities)
        return entities

    applier.deletes = delete
    await applier.delete([issue(1), issue(2)], UserAgentType.exporter)
    assert deleted == [issue(1), issue(2)]


def test_of_many_only_the_first_are_named():
    assert names([issue(n) for n in range(8)]).endswith("issue/AB-4 and 3 more")
