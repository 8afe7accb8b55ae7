"""What Jira says of entities that Port has: alive, gone, or neither."""

from typing import Any

import pytest

from kinds import Kinds
from port.related_rows import Looked, looked_up
from tests.unit.helpers.named_kinds import (
    Answers,
    Client,
    Row,
    named_mapping,
    named_resource,
    path_mapper,
    thing,
)

ISSUES = named_resource("issue")
OWN_NAMES = named_resource("project", ".key | ascii_downcase")
RULES = {"combinator": '"and"', "rules": [{"property": "a", "operator": "b", "value": "c"}]}


async def look(client: Client, *resources: Row, names: tuple[str, ...] = ("A-1",)) -> Looked:
    entities = [thing(name) for name in names]
    return await looked_up(client.client, entities, named_mapping(*resources), path_mapper())


def told(looked: Looked) -> dict[str, list[str]]:
    parts = {"alive": looked.alive, "gone": looked.gone, "unsaid": looked.unsaid}
    return {name: [str(e.identifier) for e in part] for name, part in parts.items() if part}


async def test_a_row_is_alive_and_one_that_jira_has_not_is_gone() -> None:
    issues = Answers(**{"A-1": {"key": "A-1"}, "A-2": None})
    looked = await look(Client(issue=issues), ISSUES, names=("A-1", "A-2"))
    assert told(looked) == {"alive": ["A-1"], "gone": ["A-2"]}
    assert issues.asked == [["A-1", "A-2"]]


async def test_what_the_query_leaves_out_is_gone() -> None:
    issues = Answers(**{"A-1": {"key": "A-1", "out": True}})
    assert told(await look(Client(issue=issues), ISSUES)) == {"gone": ["A-1"]}


async def test_of_what_jira_says_neither_nothing_is_told() -> None:
    """Not even a sweep may delete it: Jira was asked for it, and refused to answer."""
    issues = Answers(**{"A-1": ...})
    assert told(await look(Client(issue=issues), ISSUES)) == {}


async def test_of_a_row_that_can_not_be_mapped_nothing_is_told() -> None:
    issues = Answers(**{"A-1": {"key": "A-1", "error": "null"}, "A-2": None})
    looked = await look(Client(issue=issues), ISSUES, names=("A-1", "A-2", "A-3"))
    assert told(looked) == {"gone": ["A-2"], "unsaid": ["A-3"]}


async def test_a_name_that_no_kind_here_can_have_is_unsaid() -> None:
    """Left by another mapping: a sweep that read everything may delete it."""
    looked = await look(Client(issue=Answers()), ISSUES, names=("jira-1",))
    assert told(looked) == {"unsaid": ["jira-1"]}
    assert looked.came_from == set()


@pytest.mark.parametrize(
    "resource",
    [
        OWN_NAMES,
        named_resource("project", ".key", itemsToParse=".items"),
        named_resource("project", RULES),
    ],
    ids=["expression", "items", "search"],
)
async def test_where_one_resource_can_not_tell_only_a_comparison_can(resource: Row) -> None:
    issues, projects = Answers(**{"A-1": None, "A-2": {"key": "A-2"}}), Answers(**{"A-1": None})
    client = Client(issue=issues, project=projects)
    looked = await look(client, ISSUES, resource, names=("A-1", "A-2"))
    assert told(looked) == {"alive": ["A-2"], "unsaid": ["A-1"]}
    assert looked.came_from == {Kinds.PROJECT}
    assert projects.asked == []


@pytest.mark.parametrize(
    ("issue", "project", "expected"),
    [
        (None, None, {"gone": ["A-1"]}),
        (None, {"key": "A-1"}, {"alive": ["A-1"]}),
        ({"key": "A-1"}, None, {"alive": ["A-1"]}),
        (None, ..., {}),
        (None, "never one of these", {"gone": ["A-1"]}),
    ],
)
async def test_of_several_resources_on_one_blueprint_each_is_asked(
    issue: Any, project: Any, expected: dict[str, list[str]]
) -> None:
    client = Client(issue=Answers(**{"A-1": issue}), project=Answers(**{"A-1": project}))
    assert told(await look(client, ISSUES, named_resource("project"))) == expected


async def test_resources_of_other_blueprints_have_no_say() -> None:
    users = Answers()
    client = Client(issue=Answers(**{"A-1": None}), user=users)
    elsewhere = named_resource("user", '"u-" + .accountId', '"account"')
    assert told(await look(client, ISSUES, elsewhere)) == {"gone": ["A-1"]}
    assert users.asked == []


async def test_a_resource_of_an_unknown_kind_leaves_nothing_gone() -> None:
    issues = Client(issue=Answers(**{"A-1": None}))
    looked = await look(issues, ISSUES, named_resource("nonsense"))
    assert told(looked) == {"unsaid": ["A-1"]}
    assert looked.came_from == set()


async def test_a_resource_that_computes_its_blueprint_is_asked_as_well() -> None:
    answers = {"issue": Answers(**{"A-1": None}), "project": Answers(**{"A-1": None})}
    looked = await look(Client(**answers), ISSUES, named_resource("project", of=".type"))
    assert told(looked) == {"gone": ["A-1"]}
    answers["project"] = Answers(**{"A-1": ...})
    looked = await look(Client(**answers), ISSUES, named_resource("project", of=".type"))
    assert told(looked) == {}


async def test_nobody_is_asked_where_no_name_can_be() -> None:
    looked = await look(Client(), OWN_NAMES)
    assert told(looked) == {"unsaid": ["A-1"]}
    assert looked.came_from == {Kinds.PROJECT}
