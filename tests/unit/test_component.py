"""Components: read by project, from any of the three sources; no event tells of them."""

import pytest

from kinds import Kinds
from tests.unit.helpers.fake_client import resource
from tests.unit.helpers.planning_site import Row
from tests.unit.helpers.whole_site import WholeSite

PLAIN = resource("component")
LISTED = "/rest/api/3/project/{}/component"


@pytest.fixture
def site() -> WholeSite:
    """Projects AB (components 1 to 3 of Jira's own, 8 and 9 of Compass) and CD (component 4)."""
    made = WholeSite()
    made.project("10", "AB")
    made.project("11", "CD")
    for number in (1, 2, 3):
        made.component(str(number), "AB")
    for number in (8, 9):
        made.component(str(number), "AB", "compass")
    made.component("4", "CD")
    return made


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


@pytest.mark.parametrize("source", ["jira", "compass", "auto"])
async def test_what_port_has_is_read_with_the_row_of_a_resync(site, source):
    of = resource("component", component_source=source)
    of_resync = {row["id"]: row for row in await site.resync(Kinds.COMPONENT, of)}
    every = list(site.components)
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


async def test_the_components_of_a_project_are_those_that_its_issues_show(site):
    """Unfiltered, and Jira's own, whatever the selector of the kind says."""
    assert ids(await site.client.components.shown_in(site.projects[0])) == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("selector", "again"),
    [({}, False), ({"component_source": "auto"}, True), ({"name_filter": "c2"}, True)],
)
async def test_those_that_were_read_a_moment_ago_are_not_asked_for_again(site, selector, again):
    """Where they were all of them: a sweep has a request of each project less."""
    await site.resync(Kinds.COMPONENT, resource("component", **selector))
    before = len(site.asked(LISTED.format(r"\w+")))
    shown = await site.client.components.shown_in(site.projects[0])
    assert [(row["id"], row["name"]) for row in shown] == [("1", "c1"), ("2", "c2"), ("3", "c3")]
    assert (len(site.asked(LISTED.format(r"\w+"))) > before) is again
