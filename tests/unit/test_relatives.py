"""Those that show something of issues that changed are read, and nothing else is."""

import re
from collections.abc import AsyncIterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from background import relatives
from background.failures import Failures
from background.jobs import Jobs
from background.relatives import RELATIVES, Relatives
from background.relatives_plan import in_doubt, readers
from jira.changed_issues import ChangedIssue
from jira.errors import JiraRequestError, JiraUnavailableError
from jira.kinds.issue_reader import IssueQuery
from kinds import Kinds
from port.failing import Failing
from tests.unit.helpers import fake_client
from tests.unit.helpers.fake_client import FakeClient, FakeReader

Row = dict[str, Any]
LAG = 15.0
PARENT, STATUSES = ".fields.parent.fields.summary", ".fields.subtasks | map(.fields.status.name)"
LINKS = ".fields.issuelinks | map(.outwardIssue.fields.status.name)"


class Reader(FakeReader):
    """Finds children by a query, which is refused where it names what is gone."""

    async def names(self, query: IssueQuery) -> AsyncIterator[list[Row]]:
        asked = re.findall(r'"(\w+)"', str(query.jql))
        self.site.asked.append(f"children of {' '.join(asked)}")
        if not self.site.by_id.keys() >= set(asked):
            raise JiraRequestError("400")
        for row in self.site.by_id.values():
            if row["fields"].get("parent", {}).get("id") in asked:
                yield [{"id": row["id"], "key": row["key"]}]


class World:
    """A task (2) with a sub-task (3) under an epic (1), linked with another task (4)."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *texts: str, kind: str = "issue") -> None:
        self.mapping = fake_client.mapping(
            kind, properties={f"p{n}": text for n, text in enumerate(texts)}
        )
        self.jira = FakeClient()
        self.jira.reader = self.jira.issues.reader = Reader(self.jira)
        for number in range(1, 6):
            self.jira.issue(str(number), f"AB-{number}")["fields"] |= {"project": {"id": "10"}}
        self.jira.project("10", "AB")
        self.fields("2")["parent"] = {"id": "1"}
        self.fields("3")["parent"] = {"id": "2"}
        self.fields("2")["issuelinks"] = [{"outwardIssue": {"id": "4"}}, {"type": {}}]
        self.time = 1000.0
        monkeypatch.setattr(relatives, "event", SimpleNamespace(port_app_config=self.mapping))
        monkeypatch.setattr(relatives, "time", SimpleNamespace(monotonic=lambda: self.time))
        self.jobs = Jobs(lambda: self.time)
        self.failing = Failing()
        self.written: list[str] = []
        self.compared: list[Kinds] = []
        self.need_none: list[bool] = []
        self.fails: Exception | None = None
        self.relatives = Relatives(
            self.jira.client,
            self.sync,
            Failures(self.jira.client, self.failing),
            self.jobs,
            self.compare,
            index_seconds=LAG,
        )

    def fields(self, name: str) -> Row:
        found: Row = self.jira.by_id[name]["fields"]
        return found

    def compare(self, kinds: Any) -> list[str]:
        self.compared += kinds
        return [f"sweep of {kind}" for kind in kinds]

    async def sync(
        self, results: Sequence[Any], gone: Sequence[Any], *, compared: bool = False
    ) -> None:
        self.need_none.append(compared)
        if self.fails is not None:
            raise self.fails
        self.written += [row["key"] for of in results for row in of.updated_raw_results]

    async def run(self, *changed: ChangedIssue, after: float = 0.0) -> list[str]:
        self.time += after
        self.written.clear()
        if changed:
            assert self.relatives.note(changed) == [RELATIVES]

        async def around(step: Any) -> bool:
            return bool(await step())

        while self.jobs.seconds_until_due() == 0.0:
            await self.jobs.step(around)
        return sorted(self.written)


def summary(name: str, **more: Any) -> ChangedIssue:
    return ChangedIssue(name, frozenset(("summary",)), **more)


def status(name: str) -> ChangedIssue:
    return ChangedIssue(name, frozenset(("status",)))


async def test_where_nothing_is_shown_jira_is_not_asked(monkeypatch):
    world = World(monkeypatch, ".fields.parent.key", ".fields.subtasks | map(.key)")
    assert await world.run(summary("1"), status("3")) == []
    assert (world.jira.asked, world.jira.keys_asked) == ([], [])
    assert await world.run(after=LAG) == []


async def test_children_show_their_parent(monkeypatch):
    world = World(monkeypatch, PARENT)
    assert await world.run(summary("1"), status("2")) == ["AB-2"]
    assert world.jira.asked == ["children of 1"]
    assert world.jira.keys_asked == []


async def test_a_sub_task_has_no_children_to_be_asked_for(monkeypatch):
    world = World(monkeypatch, PARENT)
    assert await world.run(summary("3", children=False)) == []
    assert world.jira.asked == []


async def test_children_are_asked_for_once_more_when_the_index_has_caught_up(monkeypatch, log):
    world = World(monkeypatch, PARENT)
    assert await world.run(summary("4")) == []
    world.fields("5")["parent"] = {"id": "4"}
    assert await world.run(after=LAG - 1) == []
    assert await world.run(summary("1"), after=0.5) == ["AB-2"]
    assert await world.run(after=0.5) == ["AB-5"], "not put off by what came later"
    assert await world.run(after=LAG - 0.5) == [], "it was found before"
    assert world.jobs.seconds_until_due() is None
    assert any("entails: relatives of issues when the index" in line for line in log)


async def test_a_child_that_was_found_before_the_last_change_is_read_once_more(monkeypatch):
    world = World(monkeypatch, PARENT)
    assert await world.run(summary("1")) == ["AB-2"]
    assert await world.run(summary("4"), after=1) == []
    assert await world.run(after=LAG) == ["AB-2"], "the index may have been behind for the second"


async def test_a_parent_shows_its_sub_tasks(monkeypatch):
    world = World(monkeypatch, STATUSES)
    assert await world.run(status("3"), summary("2")) == ["AB-2"]
    assert (world.jira.asked, world.jira.keys_asked) == ([], [["3"]])
    assert world.jobs.seconds_until_due() is None


async def test_a_parent_shows_the_sum_of_times(monkeypatch):
    world = World(monkeypatch, ".fields.aggregatetimespent")
    assert await world.run(ChangedIssue("3", frozenset(("times",))), status("2")) == ["AB-2"]


async def test_linked_issues_show_each_other(monkeypatch):
    world = World(monkeypatch, LINKS)
    assert await world.run(status("2")) == ["AB-4"]


async def test_what_a_comparison_found_needs_no_other_one(monkeypatch):
    """It would find the same, and have these read again, for ever."""
    world = World(monkeypatch, STATUSES)
    found = ChangedIssue("3", None, compared=True)
    await world.run(found)
    await world.run(found, status("3"))
    await world.run(found, status("4"), summary("3"))
    assert world.need_none == [True, False, False]


async def test_what_is_asked_by_key_is_found(monkeypatch):
    world = World(monkeypatch, STATUSES)
    assert await world.run(ChangedIssue("AB-3", None)) == ["AB-2"]


async def test_what_the_resource_does_not_select_stays_as_it_is(monkeypatch):
    world = World(monkeypatch, PARENT, STATUSES)
    world.jira.outside = {"2"}
    assert await world.run(summary("1"), status("3")) == []


async def test_one_that_is_gone_by_now_does_not_spoil_the_query(monkeypatch):
    world = World(monkeypatch, PARENT)
    assert await world.run(summary("1"), summary("99")) == ["AB-2"]
    assert world.jira.asked == ["children of 1 99", "children of 1"]


async def test_a_refusal_with_another_cause_is_said_and_costs_the_children_alone(monkeypatch):
    world = World(monkeypatch, PARENT, STATUSES)

    async def names(query: IssueQuery) -> AsyncIterator[list[Row]]:
        if query.jql:
            raise JiraRequestError("400")
        yield []

    with monkeypatch.context() as refusing:
        refusing.setattr(world.jira.reader, "names", names)
        assert await world.run(summary("1"), status("3")) == ["AB-2"]
    assert [state.what for state in world.failing.states()] == ["What issues show of others"]
    assert await world.run(summary("1")) == ["AB-2"]
    assert world.failing.states() == []


async def test_what_failed_is_all_read_again(monkeypatch):
    world = World(monkeypatch, PARENT, STATUSES)
    world.jira.down = True
    assert await world.run(status("3")) == []
    assert await world.run(summary("1")) == [], "it fails as well"
    world.jira.down = False
    assert await world.run(after=60) == ["AB-2"]


async def test_what_could_not_be_written_is_read_again(monkeypatch):
    world = World(monkeypatch, STATUSES)
    world.fails = JiraUnavailableError("503")
    assert await world.run(status("3")) == []
    world.fails = None
    assert await world.run(after=10) == ["AB-2"]


async def test_those_that_showed_what_is_gone_are_read(monkeypatch):
    """No query finds them any more. A sub-task's links go with its parent."""
    world = World(monkeypatch, PARENT, LINKS)
    world.jira.reader.shown.issues.complete = True
    world.jira.reader.shown.issues.note(world.jira.by_id.values())
    link = {"outwardIssue": {"id": "3", "key": "AB-3"}}
    world.jira.reader.shown.issues.note([{"id": "5", "fields": {"issuelinks": [link]}}])
    del world.jira.by_id["2"], world.jira.by_id["3"]
    assert await world.run(summary("2", gone=True)) == ["AB-5"]
    assert world.jira.asked == []
    assert world.compared == []


async def test_where_nobody_knows_who_showed_it_all_is_compared(monkeypatch):
    """A process that began without a resync."""
    world = World(monkeypatch, PARENT)
    assert await world.run(summary("1", gone=True)) == []
    assert world.compared == [Kinds.ISSUE]
    assert world.failing.is_behind("issue (resource 1 of the mapping)")
    world.compared.clear()
    await world.run(summary("3", gone=True, children=False))
    assert world.compared == []


@pytest.mark.parametrize(("unknown", "kinds"), [(False, ["backlog"]), (True, ["issue", "backlog"])])
def test_of_other_kinds_than_issues_nobody_ever_knows_who_showed_it(unknown, kinds):
    issues, _ = readers(fake_client.mapping("issue", "backlog", properties={"p": PARENT}))
    gone = [summary("1", gone=True)]
    assert [reader.resource.kind for reader in in_doubt(gone, issues, unknown)] == kinds


@pytest.mark.parametrize(
    ("relation", "compared"),
    [(".fields.parent.key", []), (".fields.parent.id", [Kinds.ISSUE])],
)
async def test_where_port_tells_whose_parent_is_gone_nothing_is_compared(
    monkeypatch, relation, compared
):
    world = World(monkeypatch, PARENT)
    world.mapping.resources[0].port.entity.mappings.relations["epic"] = relation
    await world.run(summary("1", gone=True))
    assert world.compared == compared


async def test_projects_show_when_an_issue_changed_last(monkeypatch):
    world = World(monkeypatch, ".insight.lastIssueUpdateTime", kind="project")
    known = ChangedIssue("1", frozenset(), "10")
    assert await world.run(known, ChangedIssue("2")) == ["AB"]
    assert world.jira.keys_asked == [["2"]], "its event didn't tell the project"
    assert await world.run(after=LAG) == ["AB"], "it may be counted by the index"


async def test_the_number_of_issues_changes_with_those_that_come_and_go_alone(monkeypatch):
    world = World(monkeypatch, ".insight.totalIssueCount", kind="project")
    assert await world.run(ChangedIssue("1", None, "10")) == []


async def test_a_resource_that_fails_costs_itself_alone(monkeypatch):
    world = World(monkeypatch, STATUSES)
    [other] = fake_client.mapping("issue", properties={"p": STATUSES}).resources
    other.selector = other.selector.copy(update={"jql": "refused"})
    world.mapping.resources.insert(0, other)
    find = world.jira.reader.find

    async def refusing(ids: Any, query: IssueQuery) -> Any:
        if query.jql == "refused":
            raise JiraRequestError("400")
        return await find(ids, query)

    monkeypatch.setattr(world.jira.reader, "find", refusing)
    assert await world.run(status("3")) == ["AB-2"]
    assert [state.what for state in world.failing.states()] == ["issue (resource 1 of the mapping)"]
