"""What the page's server gives and takes, without an integration behind it."""

import asyncio
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest
import pytest_asyncio

from sandbox.compare import Difference
from sandbox.jira.site import JiraSite
from sandbox.page.server import PHASES, DemoPage
from sandbox.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Served:
    def __init__(self, world: World, page: DemoPage, client: httpx.AsyncClient) -> None:
        self.world = world
        self.page = page
        self.client = client

    async def post(self, path: str, **body: Any) -> Any:
        return (await self.client.post(path, json=body)).json()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def served() -> AsyncIterator[Served]:
    site = JiraSite()
    site.fill_every_kind(30)
    async with World(site, every_kind=True) as world, DemoPage(world) as page:
        page.phase("yours")
        async with httpx.AsyncClient(base_url=page.url, trust_env=False) as client:
            yield Served(world, page, client)


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in ("src", "href")]


async def test_all_that_the_page_needs_comes_from_here(served: Served):
    answer = await served.client.get("/")
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    links = Links()
    links.feed(answer.text)
    files = [link for link in links.found if link.startswith("/")]
    assert len(files) == 3
    assert [link for link in links.found if not link.startswith(("/", "#"))] == []
    assert [(await served.client.get(file)).status_code for file in files] == [200] * 3


async def test_it_listens_on_this_machine_alone_and_under_no_other_name(served: Served):
    assert served.page.url.startswith("http://127.0.0.1:")
    answer = await served.client.get("/", headers={"host": "elsewhere.example.com"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("summary=New", "application/x-www-form-urlencoded"),
        ('{"issue": "AB-1"}', "text/plain"),
        ("{", "application/json"),
        ("[]", "application/json"),
    ],
)
async def test_what_a_form_of_another_site_may_send_does_nothing(
    served: Served, content: str, kind: str
):
    before = len(served.world.site.issues)
    answer = await served.client.post("/do/delete", content=content, headers={"content-type": kind})
    assert "refused" in answer.json()
    assert len(served.world.site.issues) == before


async def test_a_change_tells_which_events_it_made(served: Served):
    first = await served.post("/do/comment", issue="AB-1", text="Good")
    second = await served.post("/do/comment", issue="AB-1", text="Better")
    assert first["said"] == "AB-1 commented on"
    assert second["changes"] == [first["changes"][-1] + 1]
    assert await served.post("/do/comment", issue="AB-1") == {"refused": "Please fill in: text."}


async def test_nothing_changes_while_the_demo_is_at_something_else(served: Served):
    served.page.phase("changes")
    why = {"refused": f"Not now. {PHASES['changes']}"}
    assert await served.post("/do/comment", issue="AB-1", text="Good") == why
    assert await served.post("/trouble/jira-down", on=True) == why
    assert await served.post("/compare") == why
    editing = asyncio.create_task(served.page.may_edit())
    await asyncio.sleep(0)
    assert not editing.done()
    served.page.phase("yours")
    await asyncio.wait_for(editing, 5)


async def test_edits_are_switched_off_and_on(served: Served):
    await served.post("/edits", on=False)
    editing = asyncio.create_task(served.page.may_edit())
    await asyncio.sleep(0)
    assert not editing.done()
    await served.post("/edits", on=True)
    await asyncio.wait_for(editing, 5)


async def test_every_switch_changes_something_and_takes_it_back(served: Served):
    site, jira, port = served.world.site, served.world.jira, served.world.port.api
    deliveries = served.world.deliveries

    def seen() -> tuple[object, ...]:
        faults = [fault.kind for fault in jira.faults.active]
        boards = [board.fault for board in site.boards.values()]
        order = (deliveries.duplicate, deliveries.shuffle, deliveries.max_delay)
        return faults, boards, order, port.down, site.index_lag, served.page.troubles.forger.running

    before = seen()
    for trouble in served.page.troubles.rows():
        path = f"/trouble/{trouble['name']}"
        await served.post(path, on=True)
        await served.post(path, on=True)
        assert seen() != before, trouble["name"]
        await served.post(path, on=False)
        assert seen() == before, trouble["name"]


async def test_there_are_no_other_switches(served: Served):
    refused = {"refused": "There is no switch 'nothing'."}
    assert await served.post("/trouble/nothing", on=True) == refused


async def test_the_lamp_does_not_guess_while_trouble_hinders_a_resync(served: Served):
    for name in ("jira-down", "index-lag", "disorder"):
        await served.post(f"/trouble/{name}", on=True)
    assert await served.post("/compare") == {"refused": "Switch off first: Jira down, Index lag."}
    for name in ("jira-down", "index-lag", "disorder"):
        await served.post(f"/trouble/{name}", on=False)
    assert served.page.lamp.row()["state"] == "unknown"


@pytest.mark.parametrize(("found", "state"), [(0, "equal"), (1, "different"), (30, "different")])
async def test_the_lamp_says_what_a_comparison_found(
    served: Served, monkeypatch: pytest.MonkeyPatch, found: int, state: str
):
    async def differences() -> list[Difference]:
        assert served.page.hold == PHASES["comparison"]
        return [Difference("jiraIssue", f"AB-{n}", None, {}) for n in range(found)]

    async def nothing() -> None:
        return

    monkeypatch.setattr(served.world, "differences", differences)
    monkeypatch.setattr(served.world, "settled", nothing)
    monkeypatch.setattr(served.world, "caught_up", nothing)
    assert await served.post("/compare") == {}
    row = served.page.lamp.row()
    assert (row["state"], len(row["differences"]) + row["more"]) == (state, found)
    assert not served.page.hold


async def test_after_the_index_lagged_differences_are_looked_for_again(
    served: Served, monkeypatch: pytest.MonkeyPatch
):
    done: list[str] = []

    async def differences() -> list[Difference]:
        done.append("differences")
        return [] if "caught up" in done else [Difference("jiraIssue", "AB-1", None, {})]

    async def caught_up() -> None:
        done.append("caught up")

    async def nothing() -> None:
        return

    monkeypatch.setattr(served.world, "differences", differences)
    monkeypatch.setattr(served.world, "settled", nothing)
    monkeypatch.setattr(served.world, "caught_up", caught_up)
    await served.post("/trouble/index-lag", on=True)
    await served.post("/trouble/index-lag", on=False)
    await served.post("/compare")
    assert done == ["differences", "caught up", "differences"]
    assert served.page.lamp.row()["state"] == "equal"


async def test_a_comparison_that_fails_says_so(served: Served, monkeypatch: pytest.MonkeyPatch):
    async def fails() -> None:
        raise TimeoutError("after 60 s something wasn't done\nand more")

    monkeypatch.setattr(served.world, "settled", fails)
    assert await served.post("/compare") == {}
    row = served.page.lamp.row()
    assert (row["state"], row["message"]) == ("failed", "after 60 s something wasn't done")


async def test_issues_are_found_by_project_and_by_text(served: Served):
    every = (await served.client.get("/issues")).json()
    assert every["total"] == 30
    some = (await served.client.get("/issues", params={"project": "AB", "text": "ab-1"})).json()
    assert [row["key"] for row in some["rows"]] == ["AB-1"]


async def test_a_page_is_told_everything_first_and_then_what_is_new(served: Served):
    async with asyncio.timeout(20), served.client.stream("GET", "/events") as answer:
        lines = answer.aiter_lines()
        names = [await anext(line async for line in lines if line.startswith("event: "))]
        await served.post("/do/comment", issue="AB-1", text="Good")
        async for line in lines:
            if line.startswith("event: "):
                names.append(line)
            if line == "event: jira":
                break
    assert names[0] == "event: everything"
