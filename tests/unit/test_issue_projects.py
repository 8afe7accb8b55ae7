"""Issues are read by projects, and a project that vanished is no reason to fail."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from jira.errors import JiraRequestError, JiraUnavailableError
from jira.kinds.issue import LISTS_OF_PROJECTS, IssueKind, IssueSelector
from jira.kinds.issue_reader import BULK_FETCH, IssueReader
from jira.kinds.project import SEARCH, ProjectKind
from tests.unit.helpers.fakes import FakeApi

SELECTOR = IssueSelector(query="true", jql="status = Open")


class Site:
    """Projects with issues; refuses a search that names a project that isn't there, as Jira does.

    `before_search` changes the site when a search has come.
    """

    def __init__(self, projects: int = 5) -> None:
        names = map(str, range(1, projects + 1))
        self.projects = {name: [f"{name}00{number}" for number in (1, 2, 3)] for name in names}
        self.before_search: Callable[[], Any] = lambda: None
        self.refused = ""
        self.lists = 0
        self.fake = FakeApi(self.answer)
        reader = IssueReader(self.fake.api)
        self.issues = IssueKind(reader, ProjectKind(self.fake.api))

    def answer(self, method: str, path: str, what: Any) -> Any:
        if path == SEARCH:
            self.lists += 1
            rows = [
                {"id": name, "key": f"P{name}", "insight": {"totalIssueCount": len(ids)}}
                for name, ids in self.projects.items()
            ]
            return {"values": rows, "isLast": True, "total": len(rows)}
        if path == BULK_FETCH:
            return {"issues": [{"id": i, "key": f"AB-{i}"} for i in what["issueIdsOrKeys"]]}
        return self.search(what)

    def search(self, body: dict[str, Any]) -> Any:
        self.before_search()
        if self.refused:
            return JiraRequestError(self.refused)
        named = re.search(r"project (not )?in \(([^)]*)\)", body["jql"])
        names = set(re.findall(r"\d+", named[2]) if named else self.projects)
        for name in sorted(names - self.projects.keys()):
            return JiraRequestError(f"'{name}' does not exist for the field 'project'")
        inside = names if named is None or named[1] is None else self.projects.keys() - names
        ids = [i for name in sorted(inside) for i in self.projects[name]]
        start = int(body.get("nextPageToken", "0"))
        answer: dict[str, Any] = {"issues": [{"id": i} for i in ids[start : start + 2]]}
        return answer | ({} if start + 2 >= len(ids) else {"nextPageToken": str(start + 2)})

    def all_ids(self) -> set[str]:
        return {i for ids in self.projects.values() for i in ids}

    async def read(self) -> set[str]:
        return {row["id"] async for page in self.issues.pages(SELECTOR) for row in page}


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.mark.parametrize("vanished", ["1", "3", "5", "12345"])
async def test_projects_that_vanished_since_the_last_list(site, vanished):
    """A permission that is lost sends no event. Whichever share named it: one, none, or all."""
    await site.read()
    for name in vanished:
        del site.projects[name]
    assert await site.read() == site.all_ids()
    assert site.lists == (1 if vanished == "5" else 2), "the last share names none of its own"


async def test_a_project_that_vanishes_while_issues_are_read(site):
    """Some rows were there before; what is left is there, all of it."""
    searches = iter(range(100))

    def vanish() -> None:
        if next(searches) == 6:
            site.projects.pop("4", None)

    site.before_search = vanish
    assert await site.read() >= site.all_ids()


async def test_projects_that_came_and_went(site):
    await site.read()
    del site.projects["2"]
    site.projects["9"] = ["9001"]
    assert await site.read() == site.all_ids()


async def test_two_that_vanish_one_after_the_other(site):
    await site.read()
    del site.projects["1"]

    def vanish() -> None:
        if site.lists == 2:
            site.projects.pop("2", None)

    site.before_search = vanish
    assert await site.read() == site.all_ids()


async def test_a_refusal_with_the_same_projects_has_another_cause(site):
    """A selector that names a field that doesn't exist, say."""
    site.refused = "Field 'colour' does not exist"
    with pytest.raises(JiraRequestError, match="colour"):
        await site.read()
    assert site.lists == 2


async def test_projects_that_change_again_and_again_are_an_end(site):
    site.refused = "A value with ID '7' does not exist"
    numbers = iter(range(100, 1000))
    site.before_search = lambda: site.projects.update({str(next(numbers)): []})
    with pytest.raises(JiraRequestError, match="'7'"):
        await site.read()
    assert site.lists == LISTS_OF_PROJECTS + 1


async def test_another_error_is_not_tried_again(site):
    await site.read()

    def down() -> None:
        raise JiraUnavailableError("503")

    site.before_search = down
    with pytest.raises(JiraUnavailableError):
        await site.read()
    assert site.lists == 1
