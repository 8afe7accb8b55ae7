"""What was written a moment ago is there, whatever Port's search shows."""

import pytest

from port.just_written import SEARCH_SECONDS, JustWritten
from port.writer import PortWriter
from tests.unit.helpers.fake_client import mapping
from tests.unit.helpers.strict_port import OPTIONS, StrictPort, configured, entity


class Clock:
    def __init__(self) -> None:
        self.time = 100.0
        self.written = JustWritten(lambda: self.time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_what_was_written_is_known_for_as_long_as_a_search_may_not_show_it(clock):
    clock.written.note([entity("AB-1")])
    clock.time += SEARCH_SECONDS - 1
    clock.written.note([entity("AB-2")])
    keys = [("issue", "AB-1"), ("issue", "AB-2"), ("issue", "AB-3")]
    assert clock.written.called(keys) == [entity("AB-1"), entity("AB-2")]
    clock.time += 1
    assert clock.written.called(keys) == [entity("AB-2")]


def test_the_last_writing_counts(clock):
    clock.written.note([entity("AB-1", relations={"parent": "A"})])
    clock.time += SEARCH_SECONDS - 1
    clock.written.note([entity("AB-1", relations={"parent": "B"})])
    clock.time += SEARCH_SECONDS - 1
    assert clock.written.pointing_at({"A"}) == []
    assert len(clock.written.pointing_at({"B"})) == 1


def test_what_is_deleted_is_not_there(clock):
    clock.written.note([entity("AB-1"), entity("AB-1", "ticket")])
    clock.written.deleted([entity("AB-1")])
    keys = [("issue", "AB-1"), ("ticket", "AB-1")]
    assert clock.written.called(keys) == [entity("AB-1", "ticket")]


@pytest.fixture
def port(monkeypatch) -> StrictPort:
    configured(monkeypatch)
    return StrictPort()


async def test_a_writer_has_what_its_search_does_not_show(port):
    writer = PortWriter(port.client)
    child = entity("AB-2", relations={"parent": "AB-1"})
    await writer.upsert([entity("AB-1"), child], OPTIONS)
    assert await writer.shown([entity("AB-1")]) == []
    assert await writer.ours([entity("AB-1"), entity("AB-9")]) == [entity("AB-1")]
    assert await writer.pointing_at([entity("AB-1")], mapping("issue")) == ([child], True)
    await writer.delete([entity("AB-1")], OPTIONS)
    assert await writer.ours([entity("AB-1")]) == []
