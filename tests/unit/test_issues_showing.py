"""Issues that show a release or a sprint which an event changed."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from background.failures import Failures
from background.issues_showing import (
    RELEASE_FIELDS,
    SPRINT_FIELDS,
    IssuesShowing,
    issues_showing,
    pages,
)
from client import JiraClient
from jira.errors import (
    JiraAuthenticationError,
    JiraError,
    JiraPermissionError,
    JiraRequestError,
    JiraUnavailableError,
)
from jira.kinds.issue import IssueKind
from jira.kinds.issue_reader import IssueQuery, IssueReader
from jira.kinds.project import ProjectKind
from jira.payloads import release_subjects
from port.failing import Failing
from tests.unit.helpers.fake_client import mapping

Row = dict[str, Any]
VERSION = {"id": 7, "projectId": 10}
SPRINT = {"id": 3, "originBoardId": 5}


def event(name: str, **payload: Any) -> Row:
    return {"webhookEvent": name, **payload}


def of(name: str, **payload: Any) -> list[IssuesShowing]:
    return issues_showing([event(name, **payload)])


@pytest.mark.parametrize("name", ["updated", "released", "unreleased"])
def test_a_release_shows_in_the_issues_that_name_it_in_either_field(name):
    [found] = of(f"jira:version_{name}", version=VERSION)
    assert found.clause == "(fixVersion in (7) OR affectedVersion in (7))"
    assert found.fields == RELEASE_FIELDS


@pytest.mark.parametrize("name", ["deleted", "merged"])
def test_what_shows_a_release_that_is_gone_are_the_issues_of_its_project(name):
    """Its id in a query would be a 400."""
    [found] = of(f"jira:version_{name}", version=VERSION, mergedTo=8)
    assert (found.clause, found.project_id) == (None, "10")


@pytest.mark.parametrize("name", ["updated", "started"])
def test_a_sprint_shows_in_its_issues(name):
    [found] = of(f"sprint_{name}", sprint=SPRINT)
    assert (found.clause, found.fields) == ("sprint in (3)", SPRINT_FIELDS)


def test_what_shows_a_sprint_that_is_gone_are_the_issues_of_its_boards_projects():
    [found] = of("sprint_deleted", sprint=SPRINT)
    assert (found.clause, found.board_id) == (None, "5")


def test_a_sprint_that_closes_keeps_some_issues_and_lets_go_of_others():
    kept, let_go = of("sprint_closed", sprint=SPRINT)
    assert (kept.clause, let_go.clause, let_go.board_id) == ("sprint in (3)", None, "5")


@pytest.mark.parametrize("board", [{}, {"originBoardId": None}, {"originBoardId": "5) OR (1"}])
def test_what_shows_a_sprint_that_is_gone_from_an_unknown_board_may_be_any_issues(board):
    [found] = of("sprint_deleted", sprint={"id": 3, **board})
    assert (found.clause, found.board_id, found.project_id) == (None, None, None)


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("jira:version_created", {"version": VERSION}),
        ("jira:version_moved", {"version": VERSION}),
        ("sprint_created", {"sprint": SPRINT}),
        ("jira:issue_updated", {"issue": {"id": "1"}, "version": VERSION, "sprint": SPRINT}),
        ("board_updated", {"board": {"id": 5}}),
        ("jira:version_deleted", {"version": {"id": 7}}),
        ("jira:version_updated", {"version": {"id": "7) OR (1"}}),
        ("jira:version_updated", {}),
        ("sprint_deleted", {"sprint": {"originBoardId": 5}}),
        ("sprint_updated", {"sprint": {"id": True}}),
        ("", {}),
    ],
)
def test_what_no_issue_shows_or_nothing_plausible_names(name, payload):
    assert of(name, **payload) == []


def test_events_of_the_same_thing_are_read_once():
    events = [event(f"jira:version_{n}", version=VERSION) for n in ("updated", "released")]
    events += [event("jira:version_updated", version={"id": "8"})]
    assert [found.name for found in issues_showing(events)] == [
        "issues of release 7",
        "issues of release 8",
    ]


def test_two_releases_of_one_project_that_are_gone_are_one_read():
    events = [event("jira:version_deleted", version={"id": n, "projectId": 10}) for n in (7, 8)]
    assert len(issues_showing(events)) == 1


def test_both_releases_of_a_merge_are_those_of_one_project():
    """What showed the one shows the other now: the project's issues have both."""
    payload = {"version": VERSION, "mergedTo": {"id": 8}}
    assert len(release_subjects(payload)) == 2
    assert len(of("jira:version_deleted", **payload)) == 1


class Site:
    """Notes the queries for issues."""

    def __init__(self, error: JiraError | None = None) -> None:
        self.error = error
        # For queries with this in them; by default for all.
        self.refuses = ""
        self.down: JiraError | None = None
        self.failing = Failing()
        self.asked: list[str | None] = []
        self.boards_asked: list[str] = []
        self.boards: dict[str, Row | None] = {"5": {"id": 5, "__projectKeys": ["AB", "CD"]}}
        self.client = cast(
            JiraClient,
            SimpleNamespace(
                issues=IssueKind(cast(IssueReader, self), cast(ProjectKind, None)),
                boards=SimpleNamespace(any_of=self.any_of),
                projects=SimpleNamespace(live=self.live, find_keys=self.find_keys),
                verify_credentials=self.verify_credentials,
            ),
        )

    async def pages(self, query: IssueQuery) -> AsyncIterator[list[Row]]:
        self.asked.append(query.jql)
        if self.error and self.refuses in str(query.jql):
            raise self.error
        yield [{"id": "1"}]

    async def verify_credentials(self) -> str:
        if self.down:
            raise self.down
        return "account-1"

    async def any_of(self, ids: list[str]) -> dict[str, Row | None]:
        if self.error and self.refuses == "board":
            raise self.error
        self.boards_asked += ids
        return {i: self.boards[i] for i in ids if i in self.boards}

    async def live(self, ids: list[str]) -> dict[str, Row]:
        return {i: {"id": i} for i in ids}

    async def find_keys(self, keys: list[str]) -> list[Row]:
        numbers = {"AB": "10", "CD": "11"}
        return [{"id": numbers[key], "key": key} for key in keys]

    async def read(self, showing: IssuesShowing, *reads: str) -> int:
        of: Any = mapping("issue", properties={str(n): text for n, text in enumerate(reads)})
        of.resources[0].selector.jql = "a = 1 OR b = 2"
        return await self.read_by(showing, of)

    async def read_by(self, showing: IssuesShowing, of: Any) -> int:
        failures = Failures(self.client, self.failing)
        return len([page async for page in pages(self.client, showing, of, failures)])

    @property
    def failed(self) -> list[str]:
        return [state.what for state in self.failing.states()]


RELEASE = IssuesShowing("x", RELEASE_FIELDS, clause="(fixVersion in (7) OR affectedVersion in (7))")
IN_SPRINT = IssuesShowing("x", SPRINT_FIELDS, clause="sprint in (3)")


@pytest.mark.parametrize(
    ("showing", "reads"),
    [
        (RELEASE, ".fields.fixVersions | map(.name)"),
        (RELEASE, ".fields.versions[0].name"),
        (RELEASE, ".fields"),
        (IN_SPRINT, ".fields.customfield_10020 | map(.name)"),
        (IN_SPRINT, ".fields.sprint.name"),
        (IN_SPRINT, ".fields.closedSprints"),
        (IN_SPRINT, "."),
    ],
)
async def test_the_issues_of_the_selector_that_show_it_are_read(showing, reads):
    site = Site()
    assert await site.read(showing, ".key", reads) == 1
    assert site.asked == [f"(a = 1 OR b = 2) AND {showing.clause}"]


@pytest.mark.parametrize(
    "showing", [RELEASE, IN_SPRINT, IssuesShowing("x", SPRINT_FIELDS, board_id="5")]
)
async def test_a_mapping_that_reads_neither_field_has_nothing_read(showing):
    """An event would have thousands of issues read for nothing."""
    site = Site()
    assert await site.read(showing, ".fields.summary", ".fields.components") == 0
    assert (site.asked, site.boards_asked) == ([], [])


async def test_the_issues_of_a_project_are_read_by_its_id():
    site = Site()
    assert (
        await site.read(IssuesShowing("x", RELEASE_FIELDS, project_id="10"), ".fields.versions")
        == 1
    )
    assert site.asked == ['(a = 1 OR b = 2) AND project in ("10")']


async def test_the_issues_of_every_project_of_a_board_are_read():
    site = Site()
    await site.read(IssuesShowing("x", SPRINT_FIELDS, board_id="5"), ".fields.sprint")
    assert site.asked == [f'(a = 1 OR b = 2) AND project in ("{n}")' for n in (10, 11)]


@pytest.mark.parametrize("board_id", ["5", None], ids=["known", "unknown"])
@pytest.mark.parametrize("board", [{}, {"5": None}], ids=["refused", "gone"])
async def test_a_board_that_is_gone_or_refused_may_have_had_any_projects(board, board_id):
    site = Site()
    site.boards = board
    assert (
        await site.read(IssuesShowing("x", SPRINT_FIELDS, board_id=board_id), ".fields.sprint") == 1
    )
    assert site.asked == ["a = 1 OR b = 2"]


async def test_a_release_that_went_meanwhile_is_no_failure():
    """A 400 for its id: the event that says so is on its way, or was here before."""
    site = Site(JiraRequestError("400"))
    assert await site.read(RELEASE, ".fields.versions") == 0
    assert site.failed == []


def two(jql: str) -> Any:
    """Two resources of issues; the second one's query is this."""
    of: Any = mapping("issue", "issue", properties={"x": ".fields.versions"})
    of.resources[1].selector.jql = jql
    return of


ERRORS = [JiraRequestError("400"), JiraUnavailableError("503"), JiraPermissionError("403")]
OF_PROJECT = IssuesShowing("x", RELEASE_FIELDS, project_id="10")


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("showing", [RELEASE, OF_PROJECT])
async def test_a_resource_that_fails_is_noted_and_has_to_be_read_whole_and_others_go_on(
    error, showing
):
    site = Site(error)
    site.refuses = "NOSUCH"
    assert await site.read_by(showing, two("project = NOSUCH")) == 1
    assert site.failed == ["issue (resource 2 of the mapping)"]
    assert site.failing.is_behind("issue (resource 2 of the mapping)")
    assert not site.failing.is_behind("issue (resource 1 of the mapping)")


@pytest.mark.parametrize("error", ERRORS[1:])
async def test_where_jira_does_not_know_us_the_read_fails_and_nothing_is_noted(error):
    site = Site(error)
    site.down = JiraAuthenticationError("401")
    with pytest.raises(JiraAuthenticationError):
        await site.read(RELEASE, ".fields.versions")
    assert site.failed == []


async def test_a_refused_query_for_a_whole_project_is_the_resources():
    site = Site(JiraRequestError("400"))
    assert await site.read(OF_PROJECT, ".fields.versions") == 0
    assert site.failed == ["issue (resource 1 of the mapping)"]


async def test_a_board_that_cannot_be_read_may_have_had_any_projects():
    """No licence for boards costs no issue its sprint."""
    site = Site(JiraAuthenticationError("401"))
    site.refuses = "board"
    of_board = IssuesShowing("x", SPRINT_FIELDS, board_id="5")
    assert await site.read(of_board, ".fields.sprint") == 1
    assert site.asked == ["a = 1 OR b = 2"]
