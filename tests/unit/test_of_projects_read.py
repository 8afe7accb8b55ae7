"""All that belongs to a project is read again after its event: under its new name, or none."""

import pytest

from background.failures import Failures
from background.of_projects import changed_issues, found_late, looked_at, pages, settle
from jira.errors import JiraUnavailableError
from kinds import Kinds
from port.failing import Failing
from port.mapping.resources import label
from tests.unit.helpers.fake_client import mapping, resource
from tests.unit.helpers.planning_site import PlanningSite

MAPPING = mapping("project", "issue", "board", "sprint", "backlog", "epic")
EVERY = {kind: resource(kind) for kind in ("issue", "board", "sprint", "backlog", "epic")}


@pytest.fixture
async def site() -> PlanningSite:
    """A project with one of everything, as a resync has read it."""
    made = PlanningSite()
    made.project("10", "AB")
    made.board(1, "AB")
    made.sprint(5, 1)
    made.issue(101, "AB-1", 1)
    made.epic(102, "AB-2", 1)
    for kind in EVERY:
        await made.resync(Kinds(kind), EVERY[kind])
    _ = [page async for page in made.client.projects.listed()]
    made.client.all_was_read(0.0)
    return made


async def read(site: PlanningSite, failures: Failures | None = None):
    """The project as it is, and what is read of each kind, as names of what is there and gone."""
    failures = failures or Failures(site.client, Failing())
    project = await looked_at(site.client, "10")
    there: dict[str, set[str]] = {}
    gone: dict[str, set[str]] = {}
    async for page in pages(site.client, project, MAPPING, failures):
        for results in page:
            kind = results.resource.kind
            there.setdefault(kind, set()).update(str(r["id"]) for r in results.updated_raw_results)
            gone.setdefault(kind, set()).update(str(r["id"]) for r in results.deleted_raw_results)
    return project, there, gone


async def test_of_one_that_is_as_it_was_no_board_shows_anything_else(site):
    project, there, gone = await read(site)
    assert not project.is_another
    assert there["board"] == {"1"}
    assert not any(gone.values())
    assert changed_issues(site.client, project) == []


def another_key(site: PlanningSite) -> None:
    site.projects[0]["key"] = "CD"
    site.projects_of[1] = ["CD"]
    for row in site.issues.values():
        row["key"] = row["key"].replace("AB", "CD")
        row["fields"]["project"]["key"] = "CD"


def put_away(site: PlanningSite) -> None:
    site.projects.clear()
    site.issues.clear()
    site.on_board.clear()
    site.boards.clear()
    site.epics.clear()


async def test_under_another_key_all_of_it_is_read_and_nothing_has_the_old_one(site):
    another_key(site)
    project, there, gone = await read(site)
    assert project.is_another
    assert there["issue"] == {"101", "102"}
    assert there["board"] == {"1"}
    assert there["backlog"] == {"101"}
    assert there["epic"] == {"102"}
    assert gone["issue"] == {"101", "102"}, "as they were called"
    assert {one.name for one in changed_issues(site.client, project)} == {"101", "102"}
    settle(site.client, project)
    assert site.client.projects.in_catalog == {"10": "CD"}
    assert not (await looked_at(site.client, "10")).is_another


async def test_of_one_that_is_put_away_nothing_is_left(site):
    put_away(site)
    project, there, gone = await read(site)
    assert project.row is None
    assert gone["board"] == {"1"}
    assert gone["issue"] == {"101", "102"}
    assert gone["epic"] >= {"102"}
    assert gone["backlog"] >= {"101"}
    assert not any(there.values())
    assert all(one.gone for one in changed_issues(site.client, project))


async def test_issues_that_a_search_shows_late_are_read_when_it_does(site):
    another_key(site)
    late = site.issues.pop("101")
    site.on_board["backlog", 1] = []
    failures = Failures(site.client, Failing())
    project, there, _ = await read(site, failures)
    assert there["issue"] == {"102"}
    site.issues["101"] = late
    found = [page async for page in found_late(site.client, project, MAPPING, failures)]
    names = {r["id"] for page in found for of in page for r in of.updated_raw_results}
    assert "101" in {str(name) for name in names}
    assert project.issues.keys() == {"101", "102"}


@pytest.mark.parametrize("path", ["/rest/agile/1.0/board", "/rest/agile/1.0/board/1/epic"])
async def test_what_cannot_be_read_of_it_costs_only_what_needs_that(site, path):
    another_key(site)
    site.answers[path] = JiraUnavailableError("no")
    failures = Failures(site.client, Failing())
    _, there, _ = await read(site, failures)
    assert there["issue"] == {"101", "102"}
    behind = {
        of.kind
        for index, of in enumerate(MAPPING.resources)
        if failures.failing.is_behind(label(of, index))
    }
    assert "epic" in behind
    assert "issue" not in behind
