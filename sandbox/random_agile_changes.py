"""Random changes of boards, sprints and teams in a stand-in Jira."""

import random
from collections.abc import Callable, Mapping

from sandbox.jira.entities import Board, BoardType, Issue, Sprint
from sandbox.jira.site import JiraSite
from sandbox.jira.teams import Team, TeamType
from sandbox.random_changes import (
    NothingToChangeError,
    live_project,
    one_of,
    parent_like,
    some_text,
)

FEWEST_BOARDS = 2
_BOARD_TYPES: tuple[BoardType, ...] = ("scrum", "scrum", "kanban", "simple")
_TEAM_TYPES: tuple[TeamType, ...] = ("OPEN", "MEMBER_INVITE", "ORG_ADMIN_MANAGED")


def board(site: JiraSite, rng: random.Random) -> Board:
    """Some visible board."""
    return one_of(rng, [b for b in site.boards.values() if b.visible])


def sprint_board(site: JiraSite, rng: random.Random) -> Board:
    """Some visible board that has sprints."""
    return one_of(rng, [b for b in site.boards.values() if b.visible and b.has_sprints])


def sprint(site: JiraSite, rng: random.Random, *states: str) -> Sprint:
    """Some visible sprint, in one of these states if some are given."""
    return one_of(
        rng,
        [s for s in site.sprints.values() if s.visible and (not states or s.state in states)],
    )


def planned_issue(site: JiraSite, rng: random.Random) -> Issue:
    """Some visible issue that is in a sprint."""
    return one_of(rng, [i for i in site.issues.values() if i.visible and i.sprint])


def team(site: JiraSite, rng: random.Random) -> Team:
    """Some team."""
    return one_of(rng, list(site.teams.values()))


def _some_projects(site: JiraSite, rng: random.Random) -> list[str]:
    return list({live_project(site, rng).key: None for _ in range(rng.choice((1, 1, 2, 3)))})


def _create_board(site: JiraSite, rng: random.Random) -> None:
    site.create_board(_some_projects(site, rng), name=some_text(rng), type=rng.choice(_BOARD_TYPES))


def _rename_board(site: JiraSite, rng: random.Random) -> None:
    site.rename_board(board(site, rng).id, some_text(rng))


def _configure_board(site: JiraSite, rng: random.Random) -> None:
    site.configure_board(board(site, rng).id, _some_projects(site, rng))


def _delete_board(site: JiraSite, rng: random.Random) -> None:
    if sum(b.visible for b in site.boards.values()) <= FEWEST_BOARDS:
        raise NothingToChangeError
    site.delete_board(board(site, rng).id)


def _create_sprint(site: JiraSite, rng: random.Random) -> None:
    site.create_sprint(sprint_board(site, rng).id, name=some_text(rng))


def _create_shared_sprint(site: JiraSite, rng: random.Random) -> None:
    on, also_on = sprint_board(site, rng), sprint_board(site, rng)
    site.create_sprint(on.id, name=some_text(rng), also_on=[also_on.id])


def _rename_sprint(site: JiraSite, rng: random.Random) -> None:
    site.rename_sprint(sprint(site, rng).id, some_text(rng))


def _change_goal(site: JiraSite, rng: random.Random) -> None:
    site.change_sprint(sprint(site, rng).id, goal=some_text(rng))


def _start_sprint(site: JiraSite, rng: random.Random) -> None:
    site.start_sprint(sprint(site, rng, "future").id)


def _close_sprint(site: JiraSite, rng: random.Random) -> None:
    site.close_sprint(sprint(site, rng, "active").id)


def _delete_sprint(site: JiraSite, rng: random.Random) -> None:
    site.delete_sprint(sprint(site, rng).id)


def _create_in_sprint(site: JiraSite, rng: random.Random) -> None:
    into = sprint(site, rng, "future", "active")
    site.create_issue(live_project(site, rng).key, summary=some_text(rng), sprint=into)


def _put_in_sprint(site: JiraSite, rng: random.Random) -> None:
    chosen, into = parent_like(site, rng), sprint(site, rng, "future", "active")
    if chosen.sprint is into:
        raise NothingToChangeError
    site.set_sprint(chosen.id, into.id)


def _take_out_of_sprint(site: JiraSite, rng: random.Random) -> None:
    site.set_sprint(planned_issue(site, rng).id, None)


def _create_team(site: JiraSite, rng: random.Random) -> None:
    site.create_team(
        some_text(rng), team_type=rng.choice(_TEAM_TYPES), members=_some_people(site, rng)
    )


def _rename_team(site: JiraSite, rng: random.Random) -> None:
    site.change_team(team(site, rng).team_id, display_name=some_text(rng))


def _describe_team(site: JiraSite, rng: random.Random) -> None:
    site.change_team(team(site, rng).team_id, description=some_text(rng))


def _change_members(site: JiraSite, rng: random.Random) -> None:
    site.set_team_members(team(site, rng).team_id, _some_people(site, rng))


def _delete_team(site: JiraSite, rng: random.Random) -> None:
    site.delete_team(team(site, rng).team_id)


def _some_people(site: JiraSite, rng: random.Random) -> list[str]:
    people = [user.account_id for user in site.users.values() if not user.deleted]
    return rng.sample(people, rng.randint(0, min(5, len(people))))


AGILE_CHANGES: Mapping[str, Callable[[JiraSite, random.Random], None]] = {
    change.__name__.strip("_"): change
    for change in (
        *(_create_board, _rename_board, _configure_board, _delete_board),
        *(_create_sprint, _create_shared_sprint, _rename_sprint, _change_goal),
        *(_start_sprint, _close_sprint, _delete_sprint, _put_in_sprint, _take_out_of_sprint),
        *(_create_in_sprint,),
    )
}
"""Every change of boards and sprints by its name."""

TEAM_CHANGES: Mapping[str, Callable[[JiraSite, random.Random], None]] = {
    change.__name__.strip("_"): change
    for change in (_create_team, _rename_team, _describe_team, _change_members, _delete_team)
}
"""Every change of teams by its name; Jira sends no event for any."""
