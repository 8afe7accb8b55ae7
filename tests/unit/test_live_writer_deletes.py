"""Which candidates go, which stay, what is compared because of them, and what is tried again."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from loguru import logger
from port_ocean.core.handlers.webhook.webhook_event import WebhookEventRawResults

from kinds import Kinds
from port import live_writer as module
from port.deletions import Candidate, Reason, Stubs
from port.failing import Failing
from port.live_writer import LiveWriter
from port.writer import PortWriter
from tests.unit.helpers.counted import growth
from tests.unit.helpers.named_kinds import (
    Answers,
    Client,
    DeletingPort,
    Row,
    named_mapping,
    named_resource,
    path_mapper,
    thing,
    with_mapping,
)

OWN = named_resource("issue")
OTHER = named_resource("issue", ".lower")


class World:
    """A writer between a Port and the issues of a Jira."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, resource: Row, *names: str) -> None:
        self.mapping = named_mapping(resource)
        self.issues = Answers()
        self.port = DeletingPort(*(thing(name) for name in names))
        self.jira = Client(issue=self.issues)
        self.now = 100.0
        monkeypatch.setattr(module, "event", with_mapping(self.mapping))
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: self.now))
        self.writer = LiveWriter(cast(PortWriter, self.port), self.jira.client, Stubs(), Failing())

    async def rows(self, *rows: Row, gone: tuple[Row, ...] = (), **how: Any) -> None:
        results = WebhookEventRawResults(
            updated_raw_results=list(rows), deleted_raw_results=list(gone)
        )
        results.resource = self.mapping.resources[0]
        await self.writer.sync([results], path_mapper(), **how)

    async def candidate(self, reason: Reason, name: str = "A-1", since: float = 0.0) -> None:
        await self.writer.sync([], path_mapper(), [Candidate(thing(name), reason, since)])

    async def again(self) -> None:
        await self.writer.retry_refused(path_mapper())


@pytest.fixture
def lines():
    written: list[str] = []
    sink = logger.add(written.append, level="INFO", format="{level}|{message}")
    yield written
    logger.remove(sink)


@pytest.fixture
def own(monkeypatch) -> World:
    world = World(monkeypatch, OWN, "A-1", "A-2")
    world.issues.known = {"A-1": None}
    return world


@pytest.fixture
def other(monkeypatch) -> World:
    return World(monkeypatch, OTHER, "a-1", "a-2")


@pytest.mark.parametrize("reason", Reason)
async def test_what_is_gone_goes_with_its_reason(own: World, reason: Reason, lines: Any) -> None:
    with growth("deleted_total", reason=reason.name.lower()) as deleted:
        await own.candidate(reason)
    assert deleted.by == 1
    assert own.port.names == {"A-2"}
    assert any(f"({reason}): thing/A-1" in line for line in lines)
    # Before it was looked up, and after.
    assert own.jira.verified == 2


@pytest.mark.parametrize("reason", Reason)
async def test_what_jira_gave_no_answer_about_stays(own: World, reason: Reason) -> None:
    own.issues.known = {"A-1": ...}
    with growth("deleted_total", reason=reason.name.lower()) as deleted:
        await own.candidate(reason)
    assert deleted.by == 0
    assert own.port.names == {"A-1", "A-2"}
    assert own.port.deletes == []


@pytest.mark.parametrize("reason", Reason)
async def test_what_can_not_be_asked_for_goes_by_a_comparison_alone(
    other: World, reason: Reason
) -> None:
    """Or where Port itself says that it made it."""
    await other.candidate(reason, "a-1", since=50.0)
    goes = reason in (Reason.SWEEP, Reason.STUB)
    assert other.port.names == ({"a-2"} if goes else {"a-1", "a-2"})
    asked = reason in (Reason.EVENT, Reason.TOUCHED)
    assert other.writer.take_to_compare() == ({Kinds.ISSUE} if asked else set(), set())
    assert other.writer.take_to_compare() == (set(), set())


async def test_what_was_written_since_a_comparison_looked_is_compared_again(other: World) -> None:
    await other.rows({"lower": "a-1"}, compared=True)
    await other.candidate(Reason.SWEEP, "a-1", since=99.0)
    assert other.port.names == {"a-1", "a-2"}
    assert other.writer.take_to_compare() == (set(), {Kinds.ISSUE})
    await other.candidate(Reason.SWEEP, "a-1", since=101.0)
    assert other.port.names == {"a-2"}


@pytest.mark.parametrize(
    ("how", "compared"),
    [({"live": True}, {Kinds.ISSUE}), ({}, {Kinds.ISSUE}), ({"compared": True}, set())],
)
async def test_rows_that_may_no_longer_give_something_have_their_kind_compared(
    other: World, how: dict[str, bool], compared: set[Kinds]
) -> None:
    await other.rows({"lower": "a-1"}, gone=({"lower": "a-2"},), **how)
    assert other.port.names == {"a-1", "a-2"}
    assert other.writer.take_to_compare() == (compared, set())


async def test_rows_under_jira_s_own_names_have_nothing_compared(own: World) -> None:
    own.issues.known = {"A-1": None, "A-2": None}
    await own.rows({"key": "A-2", "out": True}, gone=({"key": "A-1"},), live=True)
    assert own.port.names == set()
    assert own.writer.take_to_compare() == (set(), set())


async def test_a_row_that_can_not_be_mapped_is_said_once_and_stays(own: World, lines: Any) -> None:
    for _ in range(3):
        await own.rows({"key": "A-2", "error": "null is no text"}, live=True)
    assert own.port.names == {"A-1", "A-2"}
    [error] = [line for line in lines if line.startswith("ERROR")]
    assert "A row of issue (resource 1 of the mapping)" in error
    assert "null is no text" in error


async def test_what_lost_a_relation_and_can_not_be_asked_for_is_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    comments = named_resource("issue", ".item", '"comment"', itemsToParse=".items")
    world = World(monkeypatch, OWN, "A-1")
    mapping = named_mapping(OWN, comments)
    monkeypatch.setattr(module, "event", with_mapping(mapping))
    world.issues.known = {"A-1": None}
    world.port.pointing = [thing("c-1", "comment", of="A-1")]
    await world.candidate(Reason.EVENT)
    assert world.writer.take_to_compare() == ({Kinds.ISSUE}, set())


async def test_a_delete_that_port_refused_is_tried_again(own: World) -> None:
    own.port.refuses = {"A-1"}
    await own.candidate(Reason.EVENT)
    await own.again()
    assert own.port.deletes == [["A-1"], ["A-1"]]
    own.port.refuses = set()
    await own.again()
    assert own.port.names == {"A-2"}
    await own.again()
    assert len(own.port.deletes) == 3


async def test_a_refused_delete_is_dropped_when_the_entity_is_written_meanwhile(own: World) -> None:
    own.port.refuses = {"A-1"}
    await own.candidate(Reason.EVENT)
    own.issues.known = {"A-1": {"key": "A-1"}}
    await own.rows({"key": "A-1"}, live=True)
    own.issues.known = {"A-1": None}
    await own.again()
    assert own.port.deletes == [["A-1"]]
    assert own.port.names == {"A-1", "A-2"}


async def test_a_refused_delete_is_checked_anew(own: World) -> None:
    """What it stood for may be back."""
    own.port.refuses = {"A-1"}
    await own.candidate(Reason.EVENT)
    own.port.refuses = set()
    own.issues.known = {"A-1": {"key": "A-1"}}
    await own.again()
    assert own.port.names == {"A-1", "A-2"}
    assert own.port.deletes == [["A-1"]]


async def test_where_the_mapping_allows_none_nobody_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World(monkeypatch, OWN, "A-1")
    none = named_mapping(OWN, entityDeletionThreshold=0)
    monkeypatch.setattr(module, "event", with_mapping(none))
    await world.candidate(Reason.EVENT)
    assert world.port.names == {"A-1"}
    assert world.issues.asked == []


async def test_what_points_there_and_can_not_be_looked_up_is_compared_when_it_is_gone(
    other: World,
) -> None:
    """Compared before that, it would look as it should."""
    other.port.pointing = [thing("a-2", parent="a-1")]
    other.port.leaving = {"a-1"}
    await other.candidate(Reason.SWEEP, "a-1")
    other.writer.take_to_compare()
    await other.writer.settle(path_mapper())
    assert other.writer.take_to_compare() == (set(), set())
    other.port.leaving = set()
    await other.writer.settle(path_mapper())
    assert other.writer.take_to_compare() == ({Kinds.ISSUE}, set())
