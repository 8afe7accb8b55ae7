"""How it is found out that something has another name: what is asked, and what that costs."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from client import JiraClient
from jira.errors import JiraAnswerError
from jira.http.api import JiraApi
from jira.http.auth import BasicAuthentication
from jira.kinds.issue import IssueSelector
from jira.kinds.names_in_issues import NamesInIssues
from jira.kinds.shown_names import FIELDS
from sandbox.jira.api import JiraApi as StandIn
from sandbox.jira.site import JiraSite

EMAIL, TOKEN = "account@example.com", "right"


@dataclass
class World:
    site: JiraSite
    api: StandIn
    client: JiraClient

    async def read(self, jql: str = "") -> None:
        """Issues come into the catalog."""
        selector = IssueSelector.parse_obj({"query": "true", "jql": jql})
        async for _ in self.client.issues.where(None, selector):
            pass

    async def cost(self, ask: Callable[[], Awaitable[Any]]) -> tuple[Any, list[str]]:
        """What is said, and which requests it took."""
        before = len(self.api.requests)
        said = await ask()
        return said, [request.path for request in self.api.requests[before:]]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    site = JiraSite()
    site.fill(40)
    api = StandIn(site, email=EMAIL, token=TOKEN)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=api.app)) as http:
        authentication = BasicAuthentication(site.base_url, EMAIL, TOKEN)
        client = JiraClient(JiraApi(http, authentication, site.base_url))
        made = World(site, api, client)
        await made.read()
        yield made


async def changed(world: World) -> dict[str, list[str]]:
    found = await world.client.names.changed(FIELDS)
    return dict(found.ids)


async def test_three_requests_tell_that_nothing_was_renamed(world):
    found, asked = await world.cost(lambda: changed(world))
    assert found == {}
    assert asked == [
        "/rest/api/3/status",
        "/rest/api/3/issuetype",
        "/rest/api/3/issue/bulkfetch",
    ]


@pytest.mark.parametrize("name", FIELDS)
async def test_only_what_is_wanted_is_asked_for(world, name):
    _, asked = await world.cost(lambda: world.client.names.changed([name]))
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("name", "rename"),
    [
        ("status", lambda site: site.rename_status("Done", "Finished")),
        ("issuetype", lambda site: site.rename_type("Bug", "Defect")),
        ("priority", lambda site: site.rename_priority("High", "Urgent")),
    ],
)
async def test_what_was_renamed_is_found(world, name, rename):
    new = rename(world.site)
    assert await changed(world) == {name: [new.id]}
    # Until the issues were read again.
    found = await world.client.names.changed(FIELDS)
    clause = f"{name} in ({new.id})"
    await world.read(clause)
    world.client.names.settle(found)
    assert await changed(world) == {}


async def test_a_sample_that_is_gone_says_nothing_and_another_does(world):
    sample = world.site.issues[world.client.issues.reader.shown.names.samples(["priority"])[0]]
    world.site.delete_issue(sample.key)
    new = world.site.rename_priority(sample.priority.name, "Urgent")
    assert await changed(world) == {"priority": [new.id]}


class Answers(JiraApi):
    """Answers every read alike."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    async def get(self, path: str, query: Any = None, **values: str) -> Any:
        return self.answer


@pytest.mark.parametrize("answer", [[], {}, None, "text", [1], {"values": []}])
async def test_no_list_of_names_is_an_error_and_nothing_is_gone(world, answer):
    """To an account that it doesn't know Jira shows an empty one."""
    await changed(world)
    reader = world.client.issues.reader
    with pytest.raises(JiraAnswerError):
        await NamesInIssues(Answers(answer), reader).changed(["status"])
    assert await changed(world) == {}
