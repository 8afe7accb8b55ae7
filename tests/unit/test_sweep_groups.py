"""What is compared together: the resources that make the same blueprint's entities."""

from typing import Any

import pytest

from background.sweep_groups import Group, groups
from kinds import Kinds
from tests.unit.helpers.fake_client import mapping


def named(found: list[Group]) -> list[list[str]]:
    return [[resource.kind for _, resource in group.resources] for group in found]


def of(*kinds: str, shared: tuple[int, ...] = (), computed: tuple[int, ...] = ()) -> Any:
    made = mapping(*kinds)
    for index in shared:
        made.resources[index].port.entity.mappings.blueprint = '"thing"'
    for index in computed:
        made.resources[index].port.entity.mappings.blueprint = ".fields.type"
    return made


def test_each_blueprint_is_compared_by_itself():
    found = groups(of("issue", "project", "user"), tuple(Kinds))
    assert named(found) == [["issue"], ["project"], ["user"]]
    assert [group.blueprints for group in found] == [{"issue"}, {"project"}, {"user"}]
    assert not any(group.incomplete or group.any_incomplete for group in found)


def test_those_that_make_the_same_are_compared_together_wherever_they_are():
    found = groups(of("issue", "project", "user", shared=(0, 2)), tuple(Kinds))
    assert named(found) == [["issue", "user"], ["project"]]
    assert [group.places for group in found] == [{0, 2}, {1}]


def test_where_one_may_make_any_all_are_compared_together():
    [found] = groups(of("issue", "project", computed=(1,)), tuple(Kinds))
    assert found.blueprints == {"issue"}
    assert found.places == {0, 1}
    assert not found.any_incomplete


def test_of_some_kinds_the_others_are_left_out():
    [found] = groups(of("issue", "project"), (Kinds.PROJECT,))
    assert found.blueprints == {"project"}
    assert found.places == {1}
    assert not found.incomplete


def test_what_another_kind_makes_too_is_not_all_read():
    [found] = groups(of("issue", "project", shared=(0, 1)), (Kinds.PROJECT,))
    assert found.places == {1}
    assert found.incomplete == {"thing"}


def test_where_another_kind_may_make_any_nothing_is_all_read():
    [found] = groups(of("issue", "project", computed=(0,)), (Kinds.PROJECT,))
    assert found.places == {1}
    assert found.any_incomplete


@pytest.mark.parametrize("computed", [True, False])
def test_what_must_not_be_deleted_from_is_as_good_as_not_read(computed):
    made = of("issue", "project", computed=(0,) if computed else ())
    made.resources[0].enable_delete = False
    first = groups(made, tuple(Kinds))[0]
    assert first.any_incomplete is computed
    assert first.incomplete == (set() if computed else {"issue"})


def test_what_port_finds_by_rules_is_not_all_known_by_name():
    made = of("issue", "issue")
    made.resources[1].port.entity.mappings.identifier = {"combinator": "and", "rules": []}
    [found] = groups(made, tuple(Kinds))
    assert found.incomplete == {"issue"}
