"""A row for each kind: what it reads of `WholeSite.fill`, and where from."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest

from jira.kinds.issue_reader import BULK_FETCH, SEARCH
from jira.kinds.worklog import BY_IDS
from kinds import Kinds
from tests.unit.helpers.fake_client import resource
from tests.unit.helpers.planning_site import AGILE, Row
from tests.unit.helpers.whole_site import TEAM_LIST, WholeSite, members_of

PROJECTS = "/rest/api/3/project/search"
BOARDS = f"{AGILE}/board"
TYPES = "/rest/api/3/issuetype"
FIVE = ("1", "2", "3", "4", "5")


@dataclass(frozen=True)
class Case:
    """One kind, as `WholeSite.fill` has it.

    `lists` are the paths that a read of all asks, with the name of the rows in their answers;
    `paged` is the one of them whose pages count. Of `parents`, those that can be refused alone,
    the first one has every row that isn't `left` without it; without a first one that fails there
    are those that are `left_by_a_failure`. `finds` are the paths that a read by id asks; `alone`
    are those of them that can be refused, or fail, for the first row alone. With `one` it is a
    plain list: `paged`, and the path of a row, empty where the list is asked for ids, too.
    """

    kind: Kinds
    ids: tuple[str, ...]
    paged: str
    lists: dict[str, str | None]
    finds: tuple[str, ...]
    selector: dict[str, Any] = field(default_factory=dict)
    id_of: str = "id"
    names: tuple[str, ...] = ()
    unknown: str = "77"
    unknown_name: str = "77"
    not_a_name: str | None = "not a name"
    event: Row | None = None
    parents: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    by_failure: tuple[str, ...] = ()
    said: str = ""
    alone: tuple[str, ...] = ()
    one: str | None = None

    @property
    def read_by(self) -> Any:
        return resource(self.kind, **self.selector).selector

    @property
    def left_by_a_failure(self) -> tuple[str, ...]:
        """The same unless the case says otherwise."""
        return self.by_failure or self.left

    @property
    def called(self) -> tuple[str, ...]:
        """What Port calls the rows, as the examples' mapping identifies the kind."""
        return self.names or self.ids


def of(*cases: Case) -> Any:
    return pytest.mark.parametrize("case", cases, ids=[case.kind for case in cases])


def of_each(name: str, cases: Iterable[tuple[Case, Any]]) -> Any:
    """One test for each of a case's values."""
    found = [pytest.param(case, value, id=f"{case.kind}-{value}") for case, value in cases]
    return pytest.mark.parametrize(("case", name), found)


def ids(case: Case, rows: Iterable[Row | None]) -> list[str]:
    return sorted(str(row[case.id_of]) for row in rows if row is not None)


def about(name: str, **payload: Any) -> Row:
    return {"webhookEvent": name, **payload}


ISSUE_EVENT = about("jira:issue_updated", issue={"id": "201", "key": "AB-11"})
EPIC_EVENT = about("jira:issue_updated", issue={"id": "101", "key": "AB-1"})
BACKLOG_OF = "/rest/software/1.0/board/{}/backlog"
ISSUES_IDS = tuple(str(n) for n in (*range(101, 106), *range(201, 206)))

CASES = [
    Case(
        Kinds.PROJECT,
        ids=("10", "11", "12"),
        names=("AB", "CD", "EF"),
        unknown_name="GH",
        not_a_name=None,
        paged=PROJECTS,
        lists={PROJECTS: "values"},
        finds=(PROJECTS,),
        event=about("project_updated", project={"id": 10, "key": "AB"}),
    ),
    Case(
        Kinds.ISSUE,
        ids=ISSUES_IDS,
        selector={"jql": None},
        unknown_name="GH-77",
        paged=SEARCH,
        lists={PROJECTS: "values", SEARCH: "issues", BULK_FETCH: "issues"},
        finds=(SEARCH,),
        event=ISSUE_EVENT,
    ),
    Case(
        Kinds.USER,
        ids=tuple(f"user-{n}" for n in FIVE),
        id_of="accountId",
        unknown="user-77",
        unknown_name="user-77",
        not_a_name=None,
        paged="/rest/api/3/users/search",
        lists={"/rest/api/3/users/search": None},
        finds=("/rest/api/3/user",),
        event=about("user_updated", user={"accountId": "user-1"}),
    ),
    Case(
        Kinds.TEAM,
        ids=("a", "b", "c"),
        id_of="teamId",
        selector={"include_members": True},
        not_a_name=None,
        paged=TEAM_LIST,
        lists={TEAM_LIST: "entities", members_of("a"): "results"},
        finds=(TEAM_LIST, members_of("a")),
        parents=tuple(map(members_of, ("a", "b", "c"))),
        left=("b", "c"),
        said="members of team a (Team a)",
        alone=(members_of("a"),),
    ),
    Case(
        Kinds.RELEASE,
        ids=FIVE,
        paged="/rest/api/3/project/AB/version",
        lists={PROJECTS: "values", "/rest/api/3/project/AB/version": "values"},
        finds=("/rest/api/3/version/1", PROJECTS),
        event=about("jira:version_updated", version={"id": 1}),
        parents=tuple(f"/rest/api/3/project/{key}/version" for key in ("AB", "CD", "EF")),
        left=("4", "5"),
        said="releases of project AB ",
        alone=("/rest/api/3/version/1",),
    ),
    Case(
        Kinds.BOARD,
        ids=("1", "2", "3"),
        paged=BOARDS,
        lists={BOARDS: "values", f"{BOARDS}/1/project": "values"},
        finds=(f"{BOARDS}/1", f"{BOARDS}/1/project"),
        event=about("board_updated", board={"id": 1}),
        parents=tuple(f"{BOARDS}/{n}/project" for n in (1, 2, 3)),
        left=("2", "3"),
        said="projects of board 1 (Board 1)",
        alone=(f"{BOARDS}/1", f"{BOARDS}/1/project"),
    ),
    Case(
        Kinds.SPRINT,
        ids=("21", "22", "23", "24", "25"),
        selector={"sprint_state": None},
        paged=f"{BOARDS}/1/sprint",
        lists={BOARDS: "values", f"{BOARDS}/1/sprint": "values"},
        finds=(f"{AGILE}/sprint/21", f"{BOARDS}/1", BOARDS, f"{BOARDS}/1/sprint"),
        event=about("sprint_updated", sprint={"id": 21}),
        parents=tuple(f"{BOARDS}/{n}/sprint" for n in (1, 2, 3)),
        left=("24", "25"),
        said="sprints of board 1 (Board 1)",
        alone=(f"{AGILE}/sprint/21", f"{BOARDS}/1/sprint"),
    ),
    Case(
        Kinds.BACKLOG,
        ids=("201", "202", "203", "204", "205"),
        selector={"jql": None},
        unknown_name="GH-77",
        paged=BACKLOG_OF.format(1),
        lists={BOARDS: "values", BACKLOG_OF.format(1): "issues", BULK_FETCH: "issues"},
        finds=(BULK_FETCH, BOARDS, BACKLOG_OF.format(1)),
        event=ISSUE_EVENT,
        parents=tuple(map(BACKLOG_OF.format, (1, 2, 3))),
        left=("204", "205"),
        said="backlog of board 1 (Board 1)",
        alone=(BACKLOG_OF.format(1),),
    ),
    Case(
        Kinds.EPIC,
        ids=("101", "102", "103", "104", "105"),
        selector={"status": None},
        unknown_name="GH-77",
        paged=f"{BOARDS}/1/epic",
        lists={
            BOARDS: "values",
            f"{BOARDS}/1/epic": "values",
            TYPES: None,
            SEARCH: "issues",
            BULK_FETCH: "issues",
        },
        finds=(TYPES, SEARCH, BOARDS, f"{BOARDS}/1/epic"),
        event=EPIC_EVENT,
        parents=tuple(f"{BOARDS}/{n}/epic" for n in (1, 2, 3)),
        # The search finds them without their board.
        left=("101", "102", "103", "104", "105"),
        # To say that they are on none, since the board says nothing now, would be a guess.
        by_failure=("104", "105"),
        said="epics of board 1 (Board 1)",
        alone=(f"{BOARDS}/1/epic",),
    ),
    Case(
        Kinds.WORKLOG,
        ids=("901", "902", "903", "904", "905"),
        selector={"jql": None},
        paged="/rest/api/3/issue/201/worklog",
        lists={
            SEARCH: "issues",
            BULK_FETCH: "issues",
            "/rest/api/3/issue/201/worklog": "worklogs",
        },
        finds=(BY_IDS, SEARCH, "/rest/api/3/issue/201/worklog"),
        event=about("worklog_updated", worklog={"id": "901", "issueId": "201"}),
        parents=tuple(f"/rest/api/3/issue/{n}/worklog" for n in ("201", *ISSUES_IDS)),
        left=("904", "905"),
        said="worklogs of issue AB-11 ",
        alone=("/rest/api/3/issue/201/worklog",),
    ),
    Case(
        Kinds.COMPONENT,
        ids=FIVE,
        paged="/rest/api/3/project/AB/component",
        lists={PROJECTS: "values", "/rest/api/3/project/AB/component": "values"},
        finds=("/rest/api/3/component/1", PROJECTS, "/rest/api/3/project/AB/component"),
        parents=tuple(f"/rest/api/3/project/{key}/component" for key in ("AB", "CD", "EF")),
        left=("4", "5"),
        said="components of project AB ",
        alone=("/rest/api/3/component/1", "/rest/api/3/project/AB/component"),
    ),
]


def filled() -> WholeSite:
    """A site with what the cases say."""
    site = WholeSite().fill()
    for case in CASES:
        if case.one is not None:
            site.plain_list(case.paged, case.one, *case.ids)
    return site
