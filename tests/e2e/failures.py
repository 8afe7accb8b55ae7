"""What fails alone in test_one_failure.py, a row each: how it begins, what it costs, its end."""

import copy
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from sandbox.jira.entities import Board, Issue
from sandbox.jira.faults import SCOPE_MISSING, Fault
from sandbox.world import World
from tests.e2e.rows_of_plans import in_backlog, is_epic

AGILE = ("/rest/agile/", "/rest/software/")
CACHE = {"OCEAN__PORT__PORT_APP_CONFIG_CACHE_TTL": "0"}
FAST_TIMEOUT = {"OCEAN__CLIENT_TIMEOUT": "1"}
Arrived = Callable[[], bool]


@dataclass(frozen=True)
class Failure:
    """One thing that fails.

    `begin` makes it fail and returns what mends it. `miss` is a change that can't arrive
    meanwhile, and returns whether it did. `said` are the things that the log has to name, each
    once. `from_start`: it fails before the process does its first resync. `wakes` is an event that
    touches the failing thing, which brings what was missed. `healed`: a sweep brings it even while
    that fails, since it reads elsewhere. `sweeps` are as many as are done meanwhile: one that waits
    for a board of all its kinds takes more than a minute.
    """

    begin: Callable[[World], Callable[[], object]]
    miss: Callable[[World], Arrived]
    said: Collection[str]
    wakes: Callable[[World], object]
    from_start: bool = False
    healed: bool = False
    sweeps: int = 2
    settings: dict[str, str] = field(default_factory=dict)


def faults(world: World, *made: Fault) -> Callable[[], object]:
    """Switch faults on; returns what switches them off."""
    for fault in made:
        world.jira.faults.add(fault)

    def mend() -> None:
        for fault in made:
            world.jira.faults.remove(fault)

    return mend


def issue(world: World, test: Callable[[Issue], bool] = lambda _: True) -> Issue:
    """An issue of a project that no failing board shows."""
    of = world.site.issues.values()
    return next(i for i in of if i.visible and i.project.key == "EF" and test(i))


def broken_board(world: World) -> Board:
    """The one of the boards that fails; its project is on no other board."""
    of = world.site.boards.values()
    return next(b for b in of if [p.key for p in b.projects] == ["DO"])


def title(world: World, blueprint: str, identifier: str, text: str) -> Arrived:
    """Whether Port shows an entity under this title."""
    return lambda: (world.catalog.get(blueprint, identifier) or {}).get("title") == text


# A second resource of issues whose query Jira refuses.


def with_second_resource(given: dict[str, Any]) -> dict[str, Any]:
    """Entities of the same blueprint, of issues in a project that isn't there."""
    mapping = copy.deepcopy(given)
    [first] = [r for r in mapping["resources"] if r["kind"] == "issue"]
    second = copy.deepcopy(first)
    second["selector"]["jql"] = "project = NOSUCH"
    second["port"]["entity"]["mappings"]["identifier"] = '"second-" + .key'
    mapping["resources"].append(second)
    return mapping


def refuse_second_query(world: World) -> Callable[[], object]:
    world.port.api.set_mapping(with_second_resource(mapping_of(world)))

    def mend() -> None:
        world.deliveries.enabled = False
        world.site.create_project("NOSUCH", name="Such a project")
        world.site.create_issue("NOSUCH", summary="Of the second resource")
        world.deliveries.enabled = True

    return mend


def second_entities(world: World) -> Arrived:
    """What only the second resource brings."""
    return lambda: world.catalog.get("jiraIssue", "second-NOSUCH-1") is not None


def mapping_of(world: World) -> dict[str, Any]:
    """The mapping that Port has."""
    found: dict[str, Any] = (world.port.api.integration or {})["config"]
    return found


# Endpoints that Jira keeps from the account.


def no_licence(world: World) -> Callable[[], object]:
    return faults(world, *(Fault("status", path, status=403) for path in AGILE))


def no_scope(world: World) -> Callable[[], object]:
    made = (Fault("status", path, status=401, body=SCOPE_MISSING) for path in AGILE)
    return faults(world, *made)


def rename_a_board(world: World) -> Arrived:
    board = next(iter(world.site.boards.values()))
    world.site.rename_board(board.id, "Renamed unseen")
    return title(world, "jiraBoard", str(board.id), "Renamed unseen")


def touch_a_board(world: World) -> None:
    board = next(iter(world.site.boards.values()))
    world.site.rename_board(board.id, "Renamed unseen")


# One parent.


def board_500(world: World) -> Callable[[], object]:
    board = broken_board(world)
    board.fault = 500

    def mend() -> None:
        board.fault = None

    return mend


def board_hangs(world: World) -> Callable[[], object]:
    name = f"board/{broken_board(world).id}/"
    return faults(world, *(Fault("hang", f"{path}1.0/{name}") for path in AGILE))


def change_under_board(world: World) -> Arrived:
    of = world.site.issues.values()
    found = next(i for i in of if i.visible and i.project.key == "DO" and in_backlog(i))
    sprints = [s for s in world.site.sprints.values() if broken_board(world) in s.boards]
    sprint = next(s for s in sprints if s.state == "future")
    world.site.rename_sprint(sprint.id, "Renamed unseen")
    world.site.edit_issue(found.id, summary="Edited unseen")
    return lambda: (
        title(world, "jiraSprint", str(sprint.id), "Renamed unseen")()
        and title(world, "jiraBacklog", found.key, "Edited unseen")()
    )


def touch_under_board(world: World) -> None:
    board = broken_board(world)
    world.site.rename_board(board.id, "Works again")


def user_500(world: World) -> Callable[[], object]:
    account_id = list(world.site.users)[2]
    query = {"accountId": account_id}
    return faults(world, Fault("status", "/rest/api/3/user", query=query, status=500))


def rename_user(world: World) -> Arrived:
    account_id = list(world.site.users)[2]
    world.site.change_user(account_id, name="Renamed unseen")
    return title(world, "jiraUser", account_id, "Renamed unseen")


def touch_a_user(world: World) -> None:
    world.site.change_user(list(world.site.users)[3], name="Another one")


# Port, and the mapping.


def blueprint_missing(world: World) -> Callable[[], object]:
    world.port.api.missing_blueprints = {"jiraProject"}

    def mend() -> None:
        world.port.api.missing_blueprints = set()

    return mend


def rename_projects(world: World) -> Arrived:
    """More than one, so that it isn't the entity alone which is tried again."""
    names = ("AB", "AS", "CD")
    for key in names:
        world.site.rename_project(key, name=f"{key} unseen")
    shown = [title(world, "jiraProject", key, f"{key} unseen") for key in names]
    return lambda: all(arrived() for arrived in shown)


def touch_a_project(world: World) -> None:
    world.site.edit_issue(issue(world).id, summary="Touches its project")


def query_wrong(world: World) -> Callable[[], object]:
    given = mapping_of(world)
    broken = copy.deepcopy(given)
    [users] = [r for r in broken["resources"] if r["kind"] == "user"]
    # Neither true nor false.
    users["selector"]["query"] = ".accountId"
    world.port.api.set_mapping(broken)
    return lambda: world.port.api.set_mapping(given)


ISSUE_2 = r"issue \(resource 12 of the mapping\)"
ROWS: dict[str, Failure] = {
    "a second resource's query is refused": Failure(
        refuse_second_query,
        second_entities,
        [ISSUE_2],
        lambda world: world.site.edit_issue(issue(world).id, summary="Touches both"),
        settings=CACHE,
    ),
    "no licence for boards": Failure(
        no_licence,
        rename_a_board,
        [rf"{kind} \(resource \d+ of the mapping\)" for kind in ("board", "epic", "backlog")],
        touch_a_board,
    ),
    "a token without the boards' scope": Failure(
        no_scope,
        rename_a_board,
        [rf"{kind} \(resource \d+ of the mapping\)" for kind in ("board", "epic", "backlog")],
        touch_a_board,
    ),
    "one board always 500": Failure(
        board_500,
        change_under_board,
        [rf"{kind} \(resource \d+ of the mapping\)" for kind in ("sprint", "backlog")],
        touch_under_board,
        from_start=True,
        sweeps=1,
    ),
    "one board hangs": Failure(
        board_hangs,
        change_under_board,
        [rf"{kind} \(resource \d+ of the mapping\)" for kind in ("sprint", "backlog")],
        touch_under_board,
        sweeps=1,
        settings=FAST_TIMEOUT,
    ),
    "one user always 500": Failure(
        user_500,
        rename_user,
        [r"user \(resource \d+ of the mapping\)"],
        touch_a_user,
        healed=True,
    ),
    "a blueprint is missing in Port": Failure(
        blueprint_missing, rename_projects, ["Blueprint jiraProject"], touch_a_project
    ),
    "a mapping error": Failure(
        query_wrong,
        rename_user,
        [r"A row of user \(resource \d+ of the mapping\)"],
        # In life a mapping that is saved asks for a resync.
        lambda world: world.process.have_everything_compared(),
        settings=CACHE,
    ),
}


def epics_of_others(world: World) -> set[str]:
    """The epics that a failing board costs nothing."""
    of = world.site.issues.values()
    return {i.id for i in of if i.visible and is_epic(i) and i.project.key != "DO"}
