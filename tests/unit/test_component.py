"""Components: read by project, from any of the three sources; no event tells of them."""

from typing import Any

import pytest

from jira.errors import (
    JiraAuthenticationError,
    JiraPermissionError,
    JiraRequestError,
    JiraUnavailableError,
)
from kinds import Kinds
from tests.unit.helpers.fake_client import resource
from tests.unit.helpers.planning_site import GONE, PlanningSite, Row, by_offset, warnings

PLAIN = resource("component")
LISTED = "/rest/api/3/project/{}/component"
ONE = "/rest/api/3/component/{}"
FORBIDDEN = JiraPermissionError("answered with 403")


class Site(PlanningSite):
    """Projects AB (components 1 to 3 of Jira's own, 8 and 9 of Compass) and CD (component 4)."""

    def __init__(self) -> None:
        super().__init__()
        self.project("10", "AB")
        self.project("11", "CD")
        self.components: list[Row] = [
            *(self.component(n, "AB", "jira") for n in (1, 2, 3)),
            *(self.component(n, "AB", "compass") for n in (8, 9)),
            self.component(4, "CD", "jira"),
        ]

    def component(self, number: int, project: str, source: str) -> Row:
        return {"id": str(number), "name": f"c{number}", "project": project, "source": source}

    def answer(self, method: str, path: str, what: Any) -> Any:
        parts = path.split("/")
        if path in self.answers or "component" not in parts:
            return super().answer(method, path, what)
        if parts[-1] != "component":
            return next((row for row in self.components if row["id"] == parts[-1]), GONE)
        rows = [
            row
            for row in self.components
            if row["project"] == parts[-2]
            and what["componentSource"] in ("auto", row["source"])
            and what.get("query", "") in row["name"]
        ]
        return by_offset(rows, what)


@pytest.fixture
def site() -> Site:
    return Site()


def ids(rows: list[Row]) -> list[str]:
    return [row["id"] for row in rows]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("jira", ["1", "2", "3", "4"]),
        ("compass", ["8", "9"]),
        ("auto", ["1", "2", "3", "8", "9", "4"]),
    ],
)
async def test_components_of_each_source(site, source, shown):
    rows = await site.resync(Kinds.COMPONENT, resource("component", component_source=source))
    assert ids(rows) == shown


@pytest.mark.parametrize("name_filter", [None, ""])
async def test_without_a_filter_none_is_sent(site, name_filter):
    await site.resync(Kinds.COMPONENT, resource("component", name_filter=name_filter))
    assert all("query" not in what for _, what in site.asked(LISTED.format(r"\w+")))


async def test_the_filter_of_the_selector(site):
    rows = await site.resync(Kinds.COMPONENT, resource("component", name_filter="c2"))
    assert ids(rows) == ["2"]


async def test_every_component_comes_with_its_whole_project(site):
    """The row that the kind `project` has, insight included."""
    rows = await site.resync(Kinds.COMPONENT, PLAIN)
    assert {row["id"]: row["__project"] for row in rows} == {
        **dict.fromkeys(("1", "2", "3"), site.projects[0]),
        "4": site.projects[1],
    }
    assert {what["expand"] for _, what in site.asked("/rest/api/3/project/search")} == {"insight"}


@pytest.mark.parametrize(
    "refusal", [FORBIDDEN, GONE, JiraRequestError("422")], ids=["403", "404", "422"]
)
async def test_a_project_that_is_refused_costs_only_its_own_components(site, log, refusal):
    site.answers[LISTED.format("AB")] = refusal
    assert ids(await site.resync(Kinds.COMPONENT, PLAIN)) == ["4"]
    [line] = warnings(log)
    assert "components of project AB " in line


@pytest.mark.parametrize("path", ["/rest/api/3/project/search", LISTED.format("AB")])
@pytest.mark.parametrize("failure", [JiraAuthenticationError("401"), JiraUnavailableError("503")])
async def test_a_failure_of_a_project_or_the_list_fails_the_kind(site, path, failure):
    site.answers[path] = failure
    with pytest.raises(type(failure)):
        await site.resync(Kinds.COMPONENT, PLAIN)


async def test_lost_credentials_look_like_an_empty_site_and_fail_the_kind(site):
    site.projects.clear()
    site.answers["/rest/api/3/myself"] = JiraAuthenticationError("401")
    with pytest.raises(JiraAuthenticationError):
        await site.resync(Kinds.COMPONENT, PLAIN)


@pytest.mark.parametrize("source", ["jira", "compass", "auto"])
async def test_what_port_has_is_read_with_the_row_of_a_resync(site, source):
    of = resource("component", component_source=source)
    of_resync = {row["id"]: row for row in await site.resync(Kinds.COMPONENT, of)}
    every = [row["id"] for row in site.components]
    rows, gone = await site.known(Kinds.COMPONENT, every, of)
    assert {row["id"]: row for row in rows} == of_resync
    assert gone == [name for name in every if name not in of_resync]


@pytest.mark.parametrize(
    ("name", "why"),
    [("77", "gone"), ("8", "of another source"), ("1", "outside the filter"), ("4", "not live")],
)
async def test_what_a_resync_would_not_show_is_gone(site, name, why):
    site.projects.pop()
    of = resource("component", name_filter="c2" if name == "1" else None)
    assert await site.known(Kinds.COMPONENT, [name], of) == ([], [name]), why


async def test_a_component_that_is_refused_is_neither_there_nor_gone(site, log):
    site.answers[ONE.format(1)] = FORBIDDEN
    rows, gone = await site.known(Kinds.COMPONENT, ["1", "2"], PLAIN)
    assert (ids(rows), gone) == (["2"], [])
    assert "component 1 " in warnings(log)[0]


@pytest.mark.parametrize("path", [ONE.format(1), LISTED.format("AB")])
async def test_a_failure_is_not_taken_for_a_component_that_is_gone(site, path):
    site.answers[path] = JiraUnavailableError("503")
    with pytest.raises(JiraUnavailableError):
        await site.known(Kinds.COMPONENT, ["1"], PLAIN)


async def test_what_is_no_id_is_neither_there_nor_gone(site):
    assert await site.known(Kinds.COMPONENT, ["c1", "", "1.0"], PLAIN) == ([], [])


async def test_the_components_of_a_project_are_those_that_its_issues_show(site):
    """Unfiltered, and Jira's own, whatever the selector of the kind says."""
    assert ids(await site.client.components.of_project(site.projects[0])) == ["1", "2", "3"]
