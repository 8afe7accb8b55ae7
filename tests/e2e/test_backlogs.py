"""Backlogs while the index lags: what a row shows is current, and whether there is one follows."""

import asyncio
import random
import time
from typing import Any

import pytest

from sandbox.jira.site import JiraSite
from sandbox.random_agile_changes import AGILE_CHANGES
from sandbox.random_changes import CHANGES, change_something
from sandbox.world import World
from tests.e2e.mappings import blueprint, mapped, mapping, names, resource
from tests.e2e.rows_of_plans import in_backlog, sprint_ids

LAG = 4.0
SETTINGS: dict[str, Any] = {
    "OCEAN__INTEGRATION__CONFIG__SEARCH_INDEX_LAG": str(int(LAG)),
    "OCEAN__INTEGRATION__CONFIG__SWEEP_INTERVAL": "0",
}
BY_KEY = resource(
    "backlog",
    "wish",
    ".key",
    title=".fields.summary",
    properties={"text": ".fields.status.name", "more": ".__boardId | tostring"},
    relations={"boards": ".__boardIds | map(tostring)"},
)
BY_BOARD = resource(
    "backlog",
    "card",
    '.key + "@" + (.__boardId | tostring)',
    title=".fields.summary",
    properties={"text": ".fields.epic.name"},
    relations={"board": ".__boardId | tostring"},
)
EPICS = resource(
    "epic",
    "epic",
    ".key",
    title=".summary",
    properties={"text": ".done | tostring"},
    relations={"board": ".__boardId | tostring"},
)
BLUEPRINTS = [
    blueprint("board"),
    blueprint("wish", boards="board*"),
    blueprint("card", board="board"),
    blueprint("epic", board="board"),
]


def site_with_boards() -> JiraSite:
    """AB is on three boards, CD on two of these, EF on none."""
    site = JiraSite(seed=3)
    for key in ("AB", "CD", "EF"):
        site.create_project(key)
    for keys in (["AB"], ["AB", "CD"], ["CD", "AB"]):
        site.create_board(keys)
    for key in ("AB", "CD", "EF"):
        epic = site.create_issue(key, type_name="Epic", summary=f"Epic of {key}")
        for number in range(4):
            site.create_issue(key, summary=f"Wish {number}", parent=epic.id)
    site.start_sprint(site.create_sprint(1).id)
    return site


def waiting(site: JiraSite) -> list[str]:
    """The keys of the issues that wait, as they really are."""
    return [issue.key for issue in site.issues.values() if issue.visible and in_backlog(issue)]


def expected(site: JiraSite) -> set[str]:
    """The entities by issue and board."""
    return {
        f"{issue.key}@{board.id}"
        for issue in site.issues.values()
        if issue.visible and in_backlog(issue)
        for board in site.boards.values()
        if issue.project in board.projects
    }


def title(world: World, of: str, name: str) -> Any:
    return (world.catalog.get(of, name) or {}).get("title")


@pytest.mark.parametrize(
    "of", [[BY_KEY], [BY_BOARD], [BY_KEY, BY_BOARD]], ids=["key", "board", "both"]
)
async def test_after_edits_and_creations_backlogs_are_those_of_a_fresh_resync(of: Any) -> None:
    site = site_with_boards()
    async with mapped(site, mapping(*of, EPICS), BLUEPRINTS, **SETTINGS) as world:
        site.index_lag = LAG
        first, second, third, *_ = (site.issue_of(key) for key in waiting(site))
        began = time.monotonic()
        site.edit_issue(first.id, summary="Another wish")
        made = site.create_issue("AB", summary="A new wish")
        site.set_sprint(second.id, int(sprint_ids(site, "active")[0]))
        site.transition_issue(third.id, "Done")
        epic = site.create_issue("CD", type_name="Epic", summary="A new epic")
        old = next(i for i in site.issues.values() if i.type.level == 1)
        site.edit_issue(old.id, summary="Another epic")
        await world.settled()
        if time.monotonic() < began + LAG:
            # The index shows nothing of it yet; a row that is there is current all the same.
            for kind, name in (("wish", first.key), ("card", f"{first.key}@1")):
                assert title(world, kind, name) in (None, "Another wish")
        await world.caught_up()
        wishes = names(world, "wish") | names(world, "card")
        assert any(name.startswith(made.key) for _, name in wishes)
        assert not any(name.startswith((second.key, third.key)) for _, name in wishes)
        assert title(world, "epic", epic.key) == "A new epic"
        assert ("board", "null") not in names(world)
        assert [str(difference) for difference in await world.differences()] == []


async def test_what_rows_show_of_their_epic_follows_the_epic() -> None:
    """A board shows it in a field of its own; Jira sends an event of the epic alone."""
    site = site_with_boards()
    of = resource("backlog", "wish", ".key", properties={"text": ".fields.epic.name"})
    async with mapped(site, mapping(of), BLUEPRINTS, **SETTINGS) as world:
        site.index_lag = LAG
        epic = next(issue for issue in site.issues.values() if issue.type.level == 1)
        epic.epic_name = None
        site.edit_issue(epic.id, summary="Renamed")
        await world.caught_up()
        texts = {wish["properties"].get("text") for wish in world.catalog.entities("wish")}
        assert "Renamed" in texts
        assert [str(difference) for difference in await world.differences()] == []


async def test_a_row_for_each_board_keeps_every_entity_of_issue_and_board() -> None:
    """From another integration's entities to ours none is lost, live or by a resync."""
    site = site_with_boards()
    of = mapping(BY_BOARD)
    async with mapped(site, of, BLUEPRINTS, **SETTINGS) as world:
        cards = {name for _, name in names(world, "card")}
        assert cards == expected(site)
        assert len(cards) > len(waiting(site))
        issue = next(i for i in site.issues.values() if i.project.key == "AB" and in_backlog(i))
        site.edit_issue(issue.id, summary="Another wish")
        made = site.create_issue("CD", summary="A new wish")
        await world.caught_up()
        assert {name for _, name in names(world, "card")} == expected(site)
        assert title(world, "card", f"{issue.key}@3") == "Another wish"
        assert title(world, "card", f"{made.key}@2") == "A new wish"
        # It leaves the backlog of one of its boards, and of all.
        site.configure_board(2, ["CD"])
        site.delete_issue(made.id)
        await world.caught_up()
        cards = {name for _, name in names(world, "card")}
        assert cards == expected(site)
        assert f"{issue.key}@2" not in cards
        assert f"{issue.key}@3" in cards
        assert [str(difference) for difference in await world.differences()] == []


async def test_what_an_issue_leaves_of_its_boards_goes_and_the_others_stay() -> None:
    """By an event of the issue alone, which names no entity of ours."""
    site = site_with_boards()
    by_id = resource(
        "backlog", "card", '(.__boardId | tostring) + "/" + .id', title=".fields.summary"
    )
    async with mapped(site, mapping(by_id), BLUEPRINTS, **SETTINGS) as world:
        site.index_lag = LAG
        issue = next(i for i in site.issues.values() if i.project.key == "AB" and in_backlog(i))

        def boards() -> set[str]:
            cards = (name for _, name in names(world, "card"))
            return {name.partition("/")[0] for name in cards if name.endswith(f"/{issue.id}")}

        assert boards() == {"1", "2", "3"}
        site.move_issue(issue.id, "CD")
        await world.caught_up()
        assert boards() == {"2", "3"}
        assert [str(difference) for difference in await world.differences()] == []


async def test_of_several_rows_for_one_entity_the_lowest_board_counts_whatever_wrote_it() -> None:
    site = site_with_boards()
    async with mapped(site, mapping(BY_KEY), BLUEPRINTS, **SETTINGS) as world:

        def boards() -> dict[str, Any]:
            entities = world.catalog.entities("wish")
            return {str(e["identifier"]): e["properties"]["more"] for e in entities}

        by_resync = boards()
        lowest = {"AB": "1", "CD": "2"}
        assert by_resync == {
            key: lowest[key.partition("-")[0]] for key in waiting(site) if key[:2] != "EF"
        }
        for key in by_resync:
            site.edit_issue(key, summary="Live")
        await world.caught_up()
        assert boards() == by_resync
        assert {title(world, "wish", key) for key in by_resync} == {"Live"}
        # A sweep finds nothing to write.
        written = len([line for line in world.process.log if "Background work done" in line])
        await world.sweep()
        await world.caught_up()
        assert boards() == by_resync
        assert len([line for line in world.process.log if "Background work done" in line]) > written
        assert [str(difference) for difference in await world.differences()] == []


@pytest.mark.parametrize("single_pass", ["true", "false"])
async def test_an_epic_relates_to_the_last_board_that_shows_it_and_without_one_to_none(
    single_pass: str,
) -> None:
    site = site_with_boards()
    settings = SETTINGS | {"OCEAN__INTEGRATION__CONFIG__SINGLE_PASS_MAPPING": single_pass}
    async with mapped(site, mapping(EPICS), BLUEPRINTS, **settings) as world:

        def board_of(key: str) -> Any:
            return world.catalog.snapshot()["epic", key]["relations"].get("board")

        epics = {i.project.key: i for i in site.issues.values() if i.type.level == 1}
        of_ab, of_ef = epics["AB"].key, epics["EF"].key
        assert (board_of(of_ab), board_of(of_ef)) == ("3", None)
        for epic in epics.values():
            site.edit_issue(epic.id, summary="Another epic")
        await world.caught_up()
        assert (board_of(of_ab), board_of(of_ef)) == ("3", None)
        assert title(world, "epic", of_ef) == "Another epic"
        site.configure_board(3, ["EF"])
        await world.caught_up()
        assert (board_of(of_ab), board_of(of_ef)) == ("2", "3")
        assert ("board", "null") not in names(world)
        assert [str(difference) for difference in await world.differences()] == []


IDENTIFIERS = (
    '.key + "@" + (.__boardId | tostring)',
    '(.__boardId | tostring) + "/" + .id',
    ".key",
    ".id",
)
QUERIES = ("true", "true", ".__boardId != 1", '.fields.status.name != "To Do"')
JQLS: tuple[dict[str, Any], ...] = ({}, {"jql": ""}, {"jql": "priority != Low"})
FIELDS: tuple[dict[str, Any], ...] = ({}, {"fields": ["summary", "status", "flagged"]})
AFTER = 2.0


async def run(seed: int) -> list[str]:
    """What is wrong after random changes while boards lag, under a random mapping of backlogs."""
    rng = random.Random(seed)
    site = JiraSite(seed=seed)
    site.fill_every_kind(50)
    resources = [
        resource(
            "backlog",
            name,
            rng.choice(IDENTIFIERS),
            query=rng.choice(QUERIES),
            selector=rng.choice(JQLS) | rng.choice(FIELDS),
            title=".fields.summary",
            properties={"text": ".fields.status.name", "more": ".fields.flagged | tostring"},
            relations={"board": ".__boardId | tostring"},
        )
        for name in ("wish", "card")
    ]
    blueprints = [
        blueprint("board"),
        blueprint("epic", board="board"),
        *(blueprint(name, board="board") for name in ("wish", "card")),
    ]
    settings = SETTINGS | {
        "OCEAN__INTEGRATION__CONFIG__SEARCH_INDEX_LAG": str(int(AFTER)),
        "OCEAN__INTEGRATION__CONFIG__SWEEP_DELETE_LIMIT": "100",
    }
    # Without it nothing would take away boards that Port makes for relations.
    boards = resource("board", "board", ".id | tostring", title=".name")
    # Of a few issues that wait, all may go at once.
    of = mapping(boards, *resources, EPICS, entityDeletionThreshold=1)
    async with mapped(site, of, blueprints, **settings) as world:
        world.deliveries.duplicate = 0.1
        world.deliveries.shuffle = True
        world.deliveries.max_delay = 0.3
        site.index_lag = AFTER - 0.5
        made = []
        for _ in range(60):
            made.append(change_something(site, rng, {**CHANGES, **AGILE_CHANGES}))
            if rng.random() < 0.03:
                world.port.api.request_resync()
            if rng.random() < 0.3:
                await world.deliveries.breathe()
        await world.caught_up()
        found = [f"seed {seed}: {difference}" for difference in await world.differences()]
        return [*found, f"seed {seed}: {resources} {made}"] if found else []


async def run_all(seeds: range) -> None:
    found = await asyncio.gather(*(run(seed) for seed in seeds))
    problems = [problem for each in found for problem in each]
    assert not problems, "\n".join(problems)


async def test_random_changes_end_in_the_backlogs_of_a_fresh_resync() -> None:
    await run_all(range(3))


@pytest.mark.slow
async def test_more_random_changes_end_in_the_backlogs_of_a_fresh_resync() -> None:
    await run_all(range(100, 105))
