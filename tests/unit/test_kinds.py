"""What every kind promises, in one table: how each is read, and what is never taken for gone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest

from client import MYSELF
from jira.errors import (
    JiraAnswerError,
    JiraAuthenticationError,
    JiraError,
    JiraPermissionError,
    JiraRequestError,
    JiraUnavailableError,
)
from jira.kinds.issue_reader import BULK_FETCH, SEARCH
from jira.kinds.worklog import BY_IDS
from kinds import Kinds
from tests.unit.helpers.fake_client import resource
from tests.unit.helpers.planning_site import AGILE, GONE, Row, all_rows, warnings
from tests.unit.helpers.whole_site import TEAM_LIST, WholeSite, members_of

PROJECTS = "/rest/api/3/project/search"
BOARDS = f"{AGILE}/board"
TYPES = "/rest/api/3/issuetype"
FIVE = ("1", "2", "3", "4", "5")
FORBIDDEN = JiraPermissionError("answered with 403")
DOWN = JiraUnavailableError("503")


@dataclass(frozen=True)
class Case:
    """One kind, as `WholeSite.fill` has it.

    `lists` are the paths that a read of all asks, with the name of the rows in their answers;
    `paged` is the one of them whose pages count. Of `parents`, those that can be refused alone,
    the first one has every row that isn't `left` without it. `finds` are the paths that a read by
    id asks; `alone` are those of them that can be refused for the first row alone.
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
    said: str = ""
    alone: tuple[str, ...] = ()

    @property
    def read_by(self) -> Any:
        return resource(self.kind, **self.selector).selector

    @property
    def called(self) -> tuple[str, ...]:
        """What Port calls the rows, as the examples' mapping identifies the kind."""
        return self.names or self.ids


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
        alone=(f"{AGILE}/sprint/21",),
    ),
    Case(
        Kinds.BACKLOG,
        ids=("201", "202", "203", "204", "205"),
        selector={"jql": None},
        unknown_name="GH-77",
        paged=BACKLOG_OF.format(1),
        lists={BOARDS: "values", BACKLOG_OF.format(1): "issues"},
        finds=(BULK_FETCH, BOARDS, BACKLOG_OF.format(1)),
        event=ISSUE_EVENT,
        parents=tuple(map(BACKLOG_OF.format, (1, 2, 3))),
        left=("204", "205"),
        said="backlog of board 1 (Board 1)",
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
        said="epics of board 1 (Board 1)",
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


def of(*cases: Case) -> Any:
    return pytest.mark.parametrize("case", cases, ids=[case.kind for case in cases])


def of_each(name: str, cases: Iterable[tuple[Case, Any]]) -> Any:
    """One test for each of a case's values."""
    found = [pytest.param(case, value, id=f"{case.kind}-{value}") for case, value in cases]
    return pytest.mark.parametrize(("case", name), found)


every_kind = of(*CASES)
with_parents = of(*(case for case in CASES if case.parents))
with_events = of(*(case for case in CASES if case.event))
refused_alone = of_each("path", ((case, path) for case in CASES for path in case.alone))
every_list = of_each("path", ((case, path) for case in CASES for path in case.lists))
every_find = of_each("path", ((case, path) for case in CASES for path in case.finds))


@pytest.fixture
def site() -> WholeSite:
    return WholeSite().fill()


async def read_all(site: WholeSite, case: Case) -> list[Row]:
    return await all_rows(site.client.read_all(case.kind, case.read_by))


async def find(site: WholeSite, case: Case, *ids: str) -> dict[str, Row | None]:
    return await site.client.kinds[case.kind].find(ids, case.read_by)


def ids(case: Case, rows: Iterable[Row | None]) -> list[str]:
    return sorted(str(row[case.id_of]) for row in rows if row is not None)


def test_every_kind_is_in_the_table():
    assert {case.kind for case in CASES} == set(Kinds)
    assert {case.kind for case in CASES if case.event is None} == {Kinds.TEAM, Kinds.COMPONENT}


@every_kind
async def test_every_row_of_every_page_is_read_and_each_once(site, case):
    assert ids(case, await read_all(site, case)) == sorted(case.ids)
    assert len([path for _, path, _ in site.fake.asked if path == case.paged]) > 1


@every_list
async def test_the_table_names_paths_that_a_read_of_all_asks(site, case, path):
    await read_all(site, case)
    assert path in {asked for _, asked, _ in site.fake.asked}


@pytest.mark.parametrize("read_before", [True, False])
@every_kind
async def test_a_row_that_is_found_is_the_row_of_a_read_of_all(site, case, read_before):
    by_id = {str(row[case.id_of]): row for row in await read_all(WholeSite().fill(), case)}
    if read_before:
        await read_all(site, case)
    assert await find(site, case, *case.ids) == {name: by_id[name] for name in case.ids}


@every_kind
async def test_a_row_that_port_has_is_the_row_of_a_read_of_all(site, case):
    rows = await read_all(site, case)
    known = await site.client.kinds[case.kind].by_identifiers(case.called, case.read_by)
    assert sorted(known.rows, key=str) == sorted(rows, key=str)
    assert known.gone == []


@with_events
async def test_a_row_that_an_event_names_is_the_row_of_a_read_of_all(site, case):
    rows = await read_all(site, case)
    kind = site.client.kinds[case.kind]
    assert kind.is_touched_by(case.event["webhookEvent"])
    found = await kind.resolve(kind.subjects(case.event), case.read_by)
    assert found.updated
    assert all(row in rows for row in found.updated)
    assert found.deleted == []


@every_kind
async def test_what_jira_no_longer_has_is_none_and_disturbs_nothing(site, case):
    first = case.ids[0]
    found = await find(site, case, first, case.unknown)
    assert list(found) == [first, case.unknown]
    assert found[case.unknown] is None
    assert ids(case, found.values()) == [first]


@every_kind
async def test_what_port_has_and_jira_has_not_is_gone(site, case):
    names = [case.called[0], case.unknown_name]
    known = await site.client.kinds[case.kind].by_identifiers(names, case.read_by)
    assert ids(case, known.rows) == [case.ids[0]]
    assert known.gone == [case.unknown_name]


@of(*(case for case in CASES if case.not_a_name))
async def test_what_cannot_be_a_name_is_neither_there_nor_gone(site, case):
    """A mapping may make identifiers of anything: what isn't understood isn't deleted."""
    names = [case.not_a_name, "", "1.0", case.called[0]]
    known = await site.client.kinds[case.kind].by_identifiers(names, case.read_by)
    assert (len(known.rows), known.gone) == (1, [])


@every_kind
async def test_nothing_to_find_is_nothing(site, case):
    assert await find(site, case) == {}


@pytest.mark.parametrize(
    "refusal", [FORBIDDEN, GONE, JiraRequestError("422")], ids=["403", "404", "422"]
)
@with_parents
async def test_a_parent_that_is_refused_costs_only_itself(site, case, log, refusal):
    site.answers[case.parents[0]] = refusal
    assert ids(case, await read_all(site, case)) == sorted(case.left)
    assert warnings(log)
    assert all(f"The {case.said}" in line for line in warnings(log))


@pytest.mark.parametrize("refusal", [FORBIDDEN, JiraRequestError("400: bad")], ids=["403", "400"])
@with_parents
async def test_where_every_parent_is_refused_it_is_not_the_parents_and_the_kind_fails(
    site, case, refusal
):
    """A wrong query, or a permission that is missing everywhere: nothing may be deleted."""
    site.answers |= dict.fromkeys(case.parents, refusal)
    with pytest.raises(type(refusal)):
        await read_all(site, case)


@every_list
@pytest.mark.parametrize("failure", [JiraAuthenticationError("401"), DOWN], ids=["401", "503"])
async def test_a_failure_anywhere_fails_the_kind(site, case, path, failure):
    site.answers[path] = failure
    with pytest.raises(type(failure)):
        await read_all(site, case)


@of_each("path", ((c, path) for c in CASES for path in c.lists if path not in c.parents))
async def test_a_list_of_all_that_is_refused_fails_the_kind(site, case, path):
    site.answers[path] = FORBIDDEN
    with pytest.raises(JiraPermissionError):
        await read_all(site, case)


@pytest.mark.parametrize("odd", [None, {}, "text", 5, {"odd": []}], ids=str)
@every_list
async def test_an_answer_that_is_no_list_is_an_error_and_not_empty(site, case, path, odd):
    site.answers[path] = odd
    with pytest.raises(JiraAnswerError):
        await read_all(site, case)


@pytest.mark.parametrize("odd", [None, 5, {}, "text", ["text"], [None]], ids=str)
@every_list
async def test_rows_that_are_no_rows_are_an_error_and_not_left_out(site, case, path, odd):
    rows = case.lists[path]
    site.answers[path] = odd if rows is None else {rows: odd, "isLast": True, "pageInfo": {}}
    with pytest.raises(JiraAnswerError):
        await read_all(site, case)


@every_kind
async def test_a_site_without_rows_is_empty_where_jira_knows_us(site, case):
    site.empty()
    assert await read_all(site, case) == []
    assert site.fake.asked[-1][1] == MYSELF


@every_kind
async def test_a_site_that_is_empty_for_strangers_fails_the_kind(site, case):
    """A token that ran out gets 200 and nothing; it must never empty a catalog."""
    site.empty()
    site.answers[MYSELF] = JiraAuthenticationError("401")
    with pytest.raises(JiraAuthenticationError):
        await read_all(site, case)


@every_kind
async def test_credentials_that_end_in_the_middle_of_the_read_fail_the_kind(site, case):
    """What comes after that is 200 and nothing, and would be missing without a word."""
    answer = site.fake.answer

    def ends_after_the_first(method: str, path: str, what: Any) -> Any:
        answered = answer(method, path, what)
        if path == case.paged:
            site.empty()
            site.answers[MYSELF] = JiraAuthenticationError("401")
        return answered

    site.fake.answer = ends_after_the_first
    with pytest.raises((JiraAuthenticationError, JiraAnswerError)) as failed:
        await read_all(site, case)
    assert site.projects == [], "it was asked for what counts"
    # An end before the announced total is noticed even earlier.
    assert isinstance(failed.value, JiraAuthenticationError) or re.search(
        r"\d of \d", str(failed.value)
    )


@refused_alone
async def test_what_is_refused_alone_is_neither_there_nor_gone(site, case, path, log):
    site.answers[path] = FORBIDDEN
    first, *others = case.ids
    assert list(await find(site, case, first, others[-1])) == [others[-1]]
    assert list(await find(site, case, first)) == []
    known = await site.client.kinds[case.kind].by_identifiers([first, others[-1]], case.read_by)
    assert (ids(case, known.rows), known.gone) == ([others[-1]], [])
    assert any(case.kind in line or case.said in line for line in warnings(log))
    if case.event:
        kind = site.client.kinds[case.kind]
        found = await kind.resolve(kind.subjects(case.event), case.read_by)
        assert (found.updated, found.deleted) == ([], [])


@every_find
async def test_a_failure_is_not_taken_for_what_is_gone(site, case, path):
    kind = site.client.kinds[case.kind]
    subjects = kind.subjects(case.event) if case.event else ()
    await kind.resolve(subjects, case.read_by)
    an_event_asks_it = path in {asked for _, asked, _ in site.fake.asked}
    site.answers[path] = DOWN
    with pytest.raises(JiraUnavailableError):
        await kind.by_identifiers([case.called[0]], case.read_by)
    with pytest.raises(JiraUnavailableError):
        await find(site, case, case.ids[0])
    if an_event_asks_it:
        with pytest.raises(JiraUnavailableError):
            await kind.resolve(subjects, case.read_by)
    else:
        assert path == BY_IDS or case.event is None


@pytest.mark.parametrize("odd", [None, [], "text", {}], ids=str)
@every_find
async def test_an_odd_answer_never_makes_another_row(site, case, path, odd):
    """It is an error, or there is no such row, or the row is known from elsewhere."""
    [right] = (await find(WholeSite().fill(), case, case.ids[0])).values()
    site.answers[path] = odd
    try:
        found = await find(site, case, case.ids[0])
    except JiraError:
        return
    assert found in ({case.ids[0]: None}, {case.ids[0]: right})
