"""Which issues are read again for a new name, and when Jira is asked at all."""

from typing import Any

import pytest

from background.names_shown import NAMES, clauses, showing_names, tell_of_names
from jira.errors import JiraAnswerError, JiraUnavailableError
from jira.kinds.shown_names import Changed
from tests.unit.helpers.fake_client import mapping
from tests.unit.helpers.sweep_site import SweepWorld

STATUS = Changed({"status": ["1", "3"]})
BOTH = Changed({"status": ["1"], "priority": ["2"]})


def showing(*expressions: str, **port: Any) -> Any:
    properties = {f"p{number}": text for number, text in enumerate(expressions)}
    [resource] = mapping("issue", properties=properties).resources
    return resource.copy(update={"port": resource.port.copy(update=port)})


@pytest.mark.parametrize(
    ("resource", "changed", "jql"),
    [
        (showing(".fields.status.name"), STATUS, ['(status in ("1", "3"))']),
        (showing(".fields.priority.name"), STATUS, []),
        (showing(".fields.status.name"), Changed(), []),
        (
            showing(".fields.status.name", ".fields.priority"),
            BOTH,
            ['(status in ("1") OR priority in ("2"))'],
        ),
        (showing(".fields.priority.name", ".fields.parent.key"), BOTH, ['(priority in ("2"))']),
        (showing(".fields.subtasks | map(.fields.status.name)", ".fields.status"), STATUS, [None]),
        (showing(".fields.parent.fields.status.name", ".fields.status"), STATUS, [None]),
        (showing(".fields"), STATUS, [None]),
        (showing(".key", items_to_parse=".fields.x"), STATUS, [None]),
        (showing(".fields.status.name"), Changed(gone=("status",)), [None]),
        (showing(".fields.priority.name"), Changed(gone=("status",)), []),
    ],
)
def test_the_issues_that_show_what_changed(resource, changed, jql):
    assert list(clauses(resource, changed)) == jql


def test_a_long_list_is_asked_for_in_parts():
    found = clauses(showing(".fields.status"), Changed({"status": [str(n) for n in range(250)]}))
    assert [clause.count('"') // 2 for clause in found if clause] == [100, 100, 50]


@pytest.mark.parametrize(
    ("name", "tells"),
    [
        *((f"issuetype_{what}", True) for what in ("created", "updated", "deleted")),
        *((name, False) for name in ("jira:issue_updated", "user_updated", "", None)),
    ],
)
def test_events_of_types_tell_of_names(name, tells):
    assert tell_of_names([{"webhookEvent": "project_updated"}, {"webhookEvent": name}]) is tells


class Names:
    """Says what changed, or fails."""

    def __init__(self, said: Changed | Exception) -> None:
        self.said = said
        self.asked: list[list[str]] = []
        self.settled: list[Changed] = []

    async def changed(self, fields: list[str]) -> Changed:
        self.asked.append(fields)
        if isinstance(self.said, Exception):
            raise self.said
        return self.said

    def settle(self, changed: Changed) -> None:
        self.settled.append(changed)


async def read(world: SweepWorld, names: Names) -> list[Any]:
    world.jira.client.names = names  # type: ignore[assignment]
    found = showing_names(world.jira.client, world.mapping, world.failures)
    return [results async for results in found]


@pytest.mark.parametrize("expression", [".key", ".fields.summary", ".fields.parent.key"])
async def test_jira_is_not_asked_where_the_mapping_shows_no_such_name(expression):
    world = SweepWorld(mapping("issue", "project", properties={"p": expression}))
    names = Names(STATUS)
    assert await read(world, names) == []
    assert names.asked == []


async def test_jira_is_asked_for_what_the_mapping_shows():
    world = SweepWorld(mapping("issue", properties={"p": ".fields.status.name"}))
    names = Names(Changed())
    assert await read(world, names) == []
    assert names.asked == [["status"]]
    assert world.jira.asked == []


async def test_the_issues_are_read_and_then_it_is_settled():
    world = SweepWorld(mapping("issue", properties={"p": ".fields.status.name"}))
    world.jira.issue("1", "AB-1")["changed"] = True
    names = Names(STATUS)
    [[results]] = await read(world, names)
    assert [row["key"] for row in results.updated_raw_results] == ["AB-1"]
    assert 'status in ("1", "3")' in str(world.jira.asked)
    assert names.settled == [STATUS]


async def test_a_list_that_can_not_be_read_leaves_it_to_the_next_sweep(log):
    world = SweepWorld(mapping("issue", properties={"p": ".fields.status.name"}))
    names = Names(JiraAnswerError("no list"))
    assert await read(world, names) == []
    assert names.settled == []
    assert any(NAMES in line and "no list" in line for line in log)


async def test_an_outage_ends_the_sweep():
    world = SweepWorld(mapping("issue", properties={"p": ".fields.status.name"}))
    world.jira.client.verify_credentials = refuse  # type: ignore[method-assign]
    with pytest.raises(JiraUnavailableError):
        await read(world, Names(JiraUnavailableError("down")))


async def refuse() -> str:
    raise JiraUnavailableError("down")
