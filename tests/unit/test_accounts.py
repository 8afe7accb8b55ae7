"""Relations to somebody without an account: they cost the entity that relation, nothing more."""

from typing import Any

import httpx
import pytest

from port.accounts import ABSENT_SECONDS, Accounts
from port.writer import PortWriter
from tests.unit.helpers.strict_port import OPTIONS, StrictPort, configured, entity


class Port(StrictPort):
    """With a writer, on a clock that a test sets."""

    def __init__(self) -> None:
        super().__init__()
        self.time = 1000.0
        self.writer = PortWriter(self.client)
        self.writer._accounts = Accounts(self.client, lambda: self.time)

    def written(self, identifier: str) -> Any:
        """The relations that were sent last."""
        return [body["relations"] for body in self.bodies if body["identifier"] == identifier][-1]

    async def write(self, *entities: Any) -> None:
        written = await self.writer.write(entities, OPTIONS)
        assert (written.refused, written.error) == ([], None)


@pytest.fixture
def port(monkeypatch) -> Port:
    configured(monkeypatch)
    return Port()


def assigned(identifier: str, to: str | None, **more: Any) -> Any:
    return entity(identifier, relations={"assignee": to, **more})


async def test_an_entity_is_written_without_a_relation_to_nobody(port, log):
    port.accounts = {"a@b.com"}
    await port.write(assigned("AB-1", "a@b.com"), assigned("AB-2", "gone@b.com", parent="AB-1"))
    assert port.written("AB-1") == {"assignee": "a@b.com"}
    assert port.written("AB-2") == {"assignee": None, "parent": "AB-1"}
    [line] = [line for line in log if line.startswith("WARNING")]
    assert "Port has no 'gone@b.com' in _user" in line


async def test_of_several_only_those_that_are_not_there_are_left_out(port):
    port.accounts = {"a", "b"}
    await port.write(entity("AB-1", relations={"watchers": ["a", "x", "b"], "assignee": "a"}))
    assert port.written("AB-1") == {"watchers": ["a", "b"], "assignee": "a"}


async def test_who_was_not_there_a_moment_ago_is_not_asked_for_with_each_entity(port):
    for number in range(50):
        await port.write(assigned(f"AB-{number}", "gone"))
    assert len(port.searches) == 1
    assert len(port.bulks) == 51
    assert port.blueprints_read == ["issue"]
    port.time += ABSENT_SECONDS + 1
    port.accounts = {"gone"}
    await port.write(assigned("AB-1", "gone"))
    assert port.written("AB-1") == {"assignee": "gone"}


async def test_each_account_that_is_not_there_is_named_once(port, log):
    for _ in range(3):
        await port.write(assigned("AB-1", "x"), assigned("AB-2", "x"), assigned("AB-3", "y"))
        port.time += ABSENT_SECONDS + 1
    assert len([line for line in log if line.startswith("WARNING")]) == 2


async def test_a_blueprint_has_to_be_read_again_where_somebody_came(port):
    await port.write(assigned("AB-1", "x"), assigned("AB-2", "y"))
    assert await port.writer.accounts_that_came() == set()
    port.accounts = {"x"}
    assert await port.writer.accounts_that_came() == {"issue"}
    assert await port.writer.accounts_that_came() == set()
    await port.write(assigned("AB-1", "x"))
    assert port.written("AB-1") == {"assignee": "x"}


async def test_many_are_asked_for_in_parts(port):
    entities = [assigned(f"AB-{n}", f"nobody-{n}") for n in range(2500)]
    await port.write(*entities)
    assert [len(rules[1]["value"]) for rules in port.searches] == [1000, 1000, 500]


async def test_what_is_refused_for_something_else_stays_refused(port):
    port.refused = {"AB-1": 404}
    written = await port.writer.write([entity("AB-1", relations={"parent": "AB-9"})], OPTIONS)
    assert [str(refused.entity.identifier) for refused in written.refused] == ["AB-1"]


async def test_where_port_can_t_be_asked_the_entity_stays_refused(port, monkeypatch):
    async def down(*_: Any, **__: Any) -> Any:
        raise httpx.ConnectError("down")

    monkeypatch.setattr(port.client, "get_blueprint", down)
    written = await port.writer.write([assigned("AB-1", "x")], OPTIONS)
    assert [str(refused.entity.identifier) for refused in written.refused] == ["AB-1"]
