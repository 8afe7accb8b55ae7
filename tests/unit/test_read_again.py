"""What events touch of kinds that are behind the index is read again, once it has caught up."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from background.failures import Failures
from background.read_again import SUBJECTS_TOGETHER, Batch, ReadAgain, pages
from client import KINDS, JiraClient
from jira.errors import (
    JiraAuthenticationError,
    JiraError,
    JiraRequestError,
    JiraUnavailableError,
)
from jira.kinds.kind import Found
from jira.payloads import IssueSubject, Row
from kinds import Kinds
from port.failing import Failing
from tests.unit.helpers.fake_client import FakeClient, mapping

LAG = 15.0
BEHIND = (Kinds.BACKLOG, Kinds.EPIC)


class Clock:
    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


def subject(issue_id: int, *keys: str, **row: Any) -> IssueSubject:
    return IssueSubject(str(issue_id), {"id": str(issue_id), **row}, keys)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def again(clock) -> ReadAgain:
    return ReadAgain(clock, LAG)


def test_the_kinds_that_ask_boards_about_issues_are_behind():
    assert {name for name, kind in KINDS.items() if kind.behind_index} == {*BEHIND}


@pytest.mark.parametrize("kind", BEHIND)
def test_what_is_touched_waits_until_the_index_surely_shows_it(again, clock, kind):
    begun = clock.time
    batch = again.note({kind: [subject(1, "AB-1")]})
    assert batch is not None
    assert LAG <= again.seconds_until(batch) <= 1.5 * LAG
    clock.time += LAG / 10
    assert again.note({kind: [subject(2)]}) is None, "it is in the batch that waits"
    assert [one.id for one in batch.subjects[kind]] == ["1", "2"]
    assert clock.time + again.seconds_until(batch) >= begun + 1.1 * LAG


def test_what_comes_later_is_a_batch_of_its_own_so_that_none_waits_for_ever(again, clock):
    numbers = []
    for second in range(60):
        clock.time = 1000.0 + second
        batch = again.note({Kinds.BACKLOG: [subject(1)]})
        numbers += [] if batch is None else [batch.number]
    assert numbers == list(range(1, len(numbers) + 1))
    assert 5 < len(numbers) <= 20
    assert len(set(numbers)) == len(numbers)


def test_an_issue_is_in_a_batch_once_and_without_what_its_events_carried(again):
    batch = again.note({Kinds.BACKLOG: [subject(1, "AB-1", fields={"much": "text"})]})
    again.note({Kinds.BACKLOG: [subject(1, "AB-1")], Kinds.EPIC: [subject(1, "AB-1")]})
    again.note({Kinds.BACKLOG: [subject(1, "AB-1", "OLD-1")]})
    assert batch is not None
    assert [one.keys for one in batch.subjects[Kinds.BACKLOG]] == [("AB-1",), ("AB-1", "OLD-1")]
    assert [one.keys for one in batch.subjects[Kinds.EPIC]] == [("AB-1",)]
    assert all(one.row == {"id": "1"} for one in batch.subjects[Kinds.BACKLOG])


@pytest.mark.parametrize("touched", [{}, {Kinds.ISSUE: [subject(1)], Kinds.WORKLOG: ["x"]}])
def test_what_is_not_behind_does_not_wait(again, touched):
    assert again.note(touched) is None


def test_where_nothing_lags_nothing_waits(clock):
    assert ReadAgain(clock, 0.0).note({Kinds.BACKLOG: [subject(1)]}) is None


class Site:
    """Answers of the kinds that are behind, by their name."""

    def __init__(self) -> None:
        self.asked: list[tuple[Kinds, list[str]]] = []
        self.error: dict[Kinds, Exception] = {}
        self.failed: dict[Kinds, JiraError] = {}
        self.failing = Failing()
        fake = FakeClient()
        kinds = {name: SimpleNamespace(resolve=self._resolve(name)) for name in BEHIND}
        verify = fake.client.verify_credentials
        self.client = cast(JiraClient, SimpleNamespace(kinds=kinds, verify_credentials=verify))

    def _resolve(self, kind: Kinds) -> Any:
        async def resolve(subjects: list[IssueSubject], selector: Any) -> Found:
            self.asked.append((kind, [one.id for one in subjects]))
            if kind in self.error:
                raise self.error[kind]
            rows: list[Row] = [{"id": one.id} for one in subjects]
            return Found(rows[:1], rows[1:], self.failed.get(kind))

        return resolve

    async def read(self, batch: Batch, of: Any) -> list[tuple[int | None, list[str], list[str]]]:
        """The place of each resource, and the ids to update and to delete."""
        read = []
        async for page in pages(self.client, batch, of, Failures(self.client, self.failing)):
            for result in page:
                assert result.resource is of.resources[result.resource_index]
                updated = [row["id"] for row in result.updated_raw_results]
                read.append(
                    (
                        result.resource_index,
                        updated,
                        [row["id"] for row in result.deleted_raw_results],
                    )
                )
        return read


def batch_of(**subjects: range) -> Batch:
    of = {Kinds(kind): {subject(n): None for n in ids} for kind, ids in subjects.items()}
    return Batch(1, 0.0, of)


async def test_each_resource_that_goes_by_jira_s_names_is_read():
    """Others are compared, which their events asked for."""
    site = Site()
    of = mapping("issue", "backlog", "epic", "backlog", "backlog")
    of.resources[3].port.entity.mappings.identifier = '.key + "@" + (.__boardId | tostring)'
    read = await site.read(batch_of(backlog=range(1, 4), epic=range(5, 6)), of)
    assert read == [(1, ["1"], ["2", "3"]), (2, ["5"], []), (4, ["1"], ["2", "3"])]


async def test_many_are_read_in_parts():
    site = Site()
    await site.read(batch_of(backlog=range(250)), mapping("backlog"))
    assert [len(ids) for _, ids in site.asked] == [SUBJECTS_TOGETHER, SUBJECTS_TOGETHER, 50]


async def test_a_resource_that_fails_costs_only_itself():
    site = Site()
    site.error[Kinds.BACKLOG] = JiraRequestError("400: bad")
    of = mapping("backlog", "epic")
    assert await site.read(batch_of(backlog=range(1), epic=range(1)), of) == [(1, ["0"], [])]
    [state] = site.failing.states()
    assert state.what == "backlog (resource 1 of the mapping)"


async def test_a_row_that_fails_alone_has_its_resource_compared_as_a_whole():
    site = Site()
    site.failed[Kinds.BACKLOG] = JiraUnavailableError("503")
    of = mapping("backlog", "epic")
    read = await site.read(batch_of(backlog=range(2), epic=range(1)), of)
    assert read == [(0, ["0"], ["1"]), (1, ["0"], [])], "what could be read is written"
    assert site.failing.is_behind("backlog (resource 1 of the mapping)")
    assert not site.failing.is_behind("epic (resource 2 of the mapping)")


async def test_where_jira_knows_us_no_longer_all_is_tried_again(monkeypatch):
    site = Site()
    site.error[Kinds.BACKLOG] = JiraAuthenticationError("401")

    async def refused() -> str:
        raise JiraAuthenticationError("401")

    monkeypatch.setattr(site.client, "verify_credentials", refused)
    with pytest.raises(JiraAuthenticationError):
        await site.read(batch_of(backlog=range(1)), mapping("backlog"))
    assert site.failing.states() == []
