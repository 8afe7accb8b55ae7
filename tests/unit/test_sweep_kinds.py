"""A sweep of some kinds leaves the others alone, and one of all looks at components, too."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from background.components_shown import COMPONENTS
from background.last_read import FIRST_LOOK_BACK_MINUTES
from jira.errors import JiraUnavailableError
from jira.kinds.issue_reader import IssueQuery
from jira.kinds.shown_components import ShownComponents
from kinds import Kinds
from tests.unit.helpers.catalog_fakes import entity
from tests.unit.helpers.fake_client import mapping
from tests.unit.helpers.sweep_site import SweepWorld, full

Row = dict[str, Any]
OF_ISSUES = {"properties": {"parts": ".fields.components"}}


async def sweep(world: SweepWorld, *kinds: Kinds) -> None:
    async for _ in world.sweeper.sweep(kinds or tuple(Kinds)):
        pass


@pytest.fixture
def world(made_sweep: Any) -> SweepWorld:
    return made_sweep(mapping("issue", "project"))  # type: ignore[no-any-return]


async def test_only_the_kinds_that_are_asked_for_are_read_and_written(world):
    world.jira.issue("1", "AB-1")
    world.jira.project("10", "AB")
    await sweep(world, Kinds.PROJECT)
    assert world.written == ["AB"]
    assert world.jira.asked == []


async def test_what_is_too_much_of_another_kind_stays(world):
    """It wasn't read: nobody knows that it is too much."""
    world.has(full("AB-9"), full("CD", "project"))
    world.jira.project("10", "AB")
    await sweep(world, Kinds.PROJECT)
    assert world.deleted == ["CD"]
    assert world.names() == ["AB-9"]


async def test_a_blueprint_that_another_kind_shares_is_not_complete(made_sweep):
    world = made_sweep(mapping("project", "user", blueprint='"thing"'))
    world.has(full("CD", "thing"))
    await sweep(world, Kinds.PROJECT)
    assert world.deleted == []


async def test_another_kinds_blueprint_that_is_computed_could_be_any(made_sweep):
    of = mapping("project", "issue")
    of.resources[1].port.entity.mappings.blueprint = ".fields.type"
    world = made_sweep(of)
    world.has(full("CD", "project"))
    await sweep(world, Kinds.PROJECT)
    assert world.deleted == []


async def test_a_sweep_of_some_kinds_is_not_the_last_sweep(world):
    """The next one still looks back to where the last whole one began."""
    await sweep(world, Kinds.PROJECT)
    world.time += 60
    await sweep(world)
    assert world.jira.asked[-1].endswith(f"updated >= -{FIRST_LOOK_BACK_MINUTES}m")


async def test_a_failure_while_reading_some_kinds_deletes_nothing(world):
    world.has(full("CD", "project"))
    world.jira.project("10", "AB")
    world.jira.breaks_off = True
    await sweep(world, Kinds.PROJECT)
    assert world.deleted == []


async def test_rows_that_port_has_as_they_are_are_not_written_again(world):
    world.jira.project("10", "AB")
    world.has(entity("AB", "project", properties={"name": "now"}))
    await sweep(world, Kinds.PROJECT)
    assert world.written == []


async def test_a_row_that_port_has_otherwise_is_written(world):
    world.jira.project("10", "AB")
    world.has(full("AB", "project"))
    await sweep(world, Kinds.PROJECT)
    assert world.written == ["AB"]


class Components:
    """Project AB's components, as its issues showed them and as they are now."""

    def __init__(self, world: SweepWorld) -> None:
        self.world = world
        self.shown = ShownComponents()
        self.now: list[Row] = [{"id": "1", "name": "UI"}]
        self.asked: list[str | None] = []
        self.error: Exception | None = None
        jira: Any = world.jira
        jira.reader.shown.components = self.shown
        jira.reader.pages = self.pages
        jira.components = SimpleNamespace(shown_in=self.shown_in)
        jira.project("10", "AB")
        world.has(entity("AB", "project", properties={"name": "now"}))
        self.shown.note([self.issue("UI")])

    def issue(self, component: str) -> Row:
        fields = {"components": [{"id": "1", "name": component}]}
        return {"id": "1", "key": "AB-1", "fields": fields}

    async def shown_in(self, project: Row) -> list[Row]:
        if self.error:
            raise self.error
        return self.now if project["key"] == "AB" else []

    async def pages(self, query: IssueQuery) -> AsyncIterator[list[Row]]:
        if "project in" in str(query.jql):
            self.asked.append(query.jql)
            rows = [self.issue(row["name"]) for row in self.now]
            self.shown.note(rows)
            yield rows


@pytest.fixture
def components(made_sweep: Any) -> Components:
    return Components(made_sweep(mapping("issue", "project", **OF_ISSUES)))


RENAMED: list[Row] = [{"id": "1", "name": "Web"}]


async def test_components_that_are_as_issues_show_them_have_nothing_read(components):
    await sweep(components.world)
    assert components.asked == []


async def test_a_component_that_was_renamed_has_its_projects_issues_read_again_once(components):
    components.now = RENAMED
    await sweep(components.world)
    await sweep(components.world)
    [jql] = components.asked
    assert jql.endswith('AND project in ("10")')
    assert components.world.written == ["AB-1"]


async def test_a_sweep_of_some_kinds_does_not_look_at_components(components):
    """It follows an event, within seconds of others: the next whole one does."""
    components.now = RENAMED
    await sweep(components.world, Kinds.ISSUE, Kinds.PROJECT)
    assert components.asked == []


async def test_a_mapping_that_does_not_read_components_has_nothing_read(made_sweep):
    of = mapping("issue", properties={"name": ".fields.summary"})
    components = Components(made_sweep(of))
    components.now = RENAMED
    components.error = JiraUnavailableError("503")
    await sweep(components.world)
    assert components.asked == []


async def test_a_project_that_is_gone_has_no_components_to_compare(components):
    components.world.jira.live.clear()
    components.error = JiraUnavailableError("503")
    await sweep(components.world)
    assert components.asked == []


async def test_components_that_cannot_be_read_are_said_and_looked_at_again(components):
    components.now = RENAMED
    components.error = JiraUnavailableError("503")
    await sweep(components.world)
    failing = components.world.failing
    assert [state.what for state in failing.states()] == [COMPONENTS]
    components.error = None
    await sweep(components.world)
    assert components.world.written == ["AB-1"]
    assert failing.states() == []


async def test_a_project_whose_components_fail_costs_no_other_its_own(components):
    components.world.jira.project("11", "CD")
    components.shown.note([{**components.issue("UI"), "key": "CD-1"}])
    components.now = RENAMED
    shown_in = components.shown_in

    async def fails_for_ab(project: Row) -> list[Row]:
        if project["key"] == "AB":
            raise JiraUnavailableError("503")
        return [{"id": "1", "name": "Web"}]

    components.world.jira.components.shown_in = fails_for_ab
    await sweep(components.world)
    [jql] = components.asked
    assert jql.endswith('AND project in ("11")')
    components.world.jira.components.shown_in = shown_in
    await sweep(components.world)
    assert len(components.asked) == 2
