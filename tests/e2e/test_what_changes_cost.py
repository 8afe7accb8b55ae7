"""What one change costs in requests to Jira: the same on a site with many times the boards.

Counts, and no times: a project has the same few boards on every one of these sites.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.jira.site import JiraSite
from sandbox.world import World
from tests.e2e.support import make_world

FEW, MANY = 10, 45
INDEX: Any = {"OCEAN__INTEGRATION__CONFIG__SEARCH_INDEX_LAG": "1"}
ISSUES_EACH = 12

Costs = dict[str, Counter[str]]


def site_of(boards: int) -> JiraSite:
    """All kinds; the boards are of so many projects that each has the same few."""
    site = JiraSite()
    site.fill(ISSUES_EACH * (boards - 2), projects=boards - 2)
    site.fill_agile(boards - 2)
    site.fill_planning(worklogs=10)
    site.fill_teams()
    site.fill_plain()
    assert len(site.boards) == boards
    return site


def changes(site: JiraSite) -> Mapping[str, tuple[int, Callable[[], object]]]:
    """Each with the most requests that it may cost, on any site."""
    keys = [project.key for project in site.projects.values()]
    lonely = next(i for i in site.issues.values() if i.type.level == 0 and not i.parent)
    sprints = list(site.sprints.values())
    return {
        "an edit": (12, lambda: site.edit_issue(lonely.key, summary="Edited once")),
        "a renamed sprint": (20, lambda: site.rename_sprint(sprints[0].id, "Renamed")),
        "a started sprint": (
            40,
            lambda: site.start_sprint(next(s.id for s in sprints if s.state == "future")),
        ),
        "a renamed board": (12, lambda: site.rename_board(3, "Renamed")),
        "a board over another project": (40, lambda: site.configure_board(4, keys[3:5])),
        "a deleted board": (70, lambda: site.delete_board(5)),
        "a renamed project": (40, lambda: site.rename_project(keys[1], name="Renamed")),
    }


async def costs(boards: int) -> Costs:
    """What each change costs, made one after the other; the catalog ends as it should."""
    found: Costs = {}
    async with make_world(site=site_of(boards), every_kind=True, **INDEX) as world:
        # How long Port takes to delete has more read again, or less: that isn't what is counted.
        world.port.hurry()
        assert await world.start() == "completed"
        await world.caught_up()
        for name, (most, change) in changes(world.site).items():
            before = len(world.jira.requests)
            listed = catalog_lists(world)
            change()
            await world.caught_up()
            found[name] = Counter(
                f"{request.method} {re.sub(r'[0-9]+', 'n', request.path)}"
                for request in world.jira.requests[before:]
            )
            assert found[name].total() <= most, (name, found[name])
            assert catalog_lists(world) == listed, f"{name} lists all that Port has"
        assert [str(difference) for difference in await world.differences()] == []
    return found


def catalog_lists(world: World) -> int:
    """How often Port was asked for all that this integration made."""
    return sum(request.path.endswith("/datasource-entities") for request in world.port.api.requests)


async def test_what_a_change_costs_does_not_grow_with_the_boards_of_the_site() -> None:
    few, many = await costs(FEW), await costs(MANY)
    assert len(few) == len(many) > 5
    # Boards hold more or less by chance; there are more than four times as many of them.
    grown = [of for of in few if many[of].total() > 2 * few[of].total()]
    assert {of: (few[of], many[of]) for of in grown} == {}


LISTS_OF_A_BOARD, LISTS_OF_A_PROJECT = 4, 2
"""Its projects, sprints, backlog and epics; its releases and components: Jira lists these one by
one alone."""
SWEEP_BESIDES = 65
"""Lists of everything and rows that are new, by the page, and who we are."""
SWEEPS = 2
"""One at once, and another one when the index has caught up."""


async def test_a_quiet_sweep_asks_once_for_each_list_and_says_how_often_it_asked() -> None:
    async with make_world(site=site_of(MANY), every_kind=True, **INDEX) as world:
        assert await world.start() == "completed"
        await world.caught_up()
        before, listed = len(world.jira.requests), catalog_lists(world)
        log = len(world.process.log)
        await world.sweep()
        await world.caught_up()
        made = Counter(
            f"{request.method} {re.sub(r'[0-9]+', 'n', request.path)}"
            for request in world.jira.requests[before:]
        )
        said = re.findall(
            r"The sweep took .* and ([\d,]+) requests", "\n".join(world.process.log[log:])
        )
        projects = [project for project in world.site.projects.values() if project.visible]
        most = LISTS_OF_A_BOARD * MANY + LISTS_OF_A_PROJECT * len(projects) + SWEEP_BESIDES
        assert len(said) == SWEEPS
        assert sum(int(count.replace(",", "")) for count in said) == made.total(), made
        assert made.total() <= SWEEPS * most, made
        assert catalog_lists(world) == listed, "a sweep lists all that Port has at once"
