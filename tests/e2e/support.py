"""What the end-to-end tests share: a world whose requests to Jira are as Atlassian publishes."""

import json
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from sandbox.jira.entities import Issue
from sandbox.jira.site import JiraSite
from sandbox.world import World


@asynccontextmanager
async def make_world(
    issues: int = 40, *, site: JiraSite | None = None, **settings: Any
) -> AsyncIterator[World]:
    """A world that fails at its end if a request to Jira wasn't as Atlassian publishes it."""
    if site is None:
        site = JiraSite()
        site.fill(issues, projects=4, users=6)
    async with World(site, **settings) as world:
        yield world
    problems = world.jira.violations()
    assert not problems, "\n".join(problems)


@asynccontextmanager
async def started(
    issues: int = 40, *, site: JiraSite | None = None, **settings: Any
) -> AsyncIterator[World]:
    """A world whose integration has done its first resync."""
    async with make_world(issues, site=site, **settings) as world:
        assert await world.start() == "completed"
        yield world


def character_of_port(world: World, rng: random.Random) -> None:
    """What nobody says of Port, one way or the other; and its deletes and searches take time."""
    routes = world.port.api.entity_routes
    routes.lean_listing = rng.random() < 0.7
    routes.rules.null_titles = rng.random() < 0.5
    routes.rules.twice_in_a_bulk = rng.random() < 0.5
    world.catalog.unchanged_is_updated = rng.random() < 0.5
    world.catalog.creator_owns = rng.random() < 0.3
    world.catalog.search_lag = rng.choice((0.0, 0.0, 0.5, 1.0))
    if rng.random() < 0.5:
        seconds = random.Random(rng.random())
        world.catalog.delete_seconds = lambda: seconds.uniform(0, 3)


@dataclass(frozen=True)
class Status:
    """The status page in both of its forms."""

    html: str
    json: str

    @property
    def shown(self) -> dict[str, Any]:
        """What it shows."""
        shown: dict[str, Any] = json.loads(self.json)
        return shown


async def status_of(world: World, token: str = "") -> Status:
    """The status page, as somebody on the machine gets it, by the token where one is set."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(
        trust_env=False, base_url=world.process.url, headers=headers
    ) as client:
        html = await client.get("/integration/status")
        as_json = await client.get("/integration/status", headers={"accept": "application/json"})
    assert html.status_code == as_json.status_code == 200
    assert html.headers["content-type"].startswith("text/html")
    assert html.headers["cache-control"] == "no-store"
    return Status(html.text, as_json.text)


def title(world: World, key: str) -> str | None:
    """The title that the catalog shows for an issue."""
    return (world.catalog.get("jiraIssue", key) or {}).get("title")


def relations(world: World, key: str) -> dict[str, Any]:
    """The relations that the catalog shows for an issue."""
    entity: dict[str, Any] = world.catalog.snapshot().get(("jiraIssue", key), {})
    return dict(entity.get("relations", {}))


def first(world: World, test: Callable[[Issue], bool] = lambda issue: True) -> Issue:
    """The first issue for which the test holds."""
    return next(issue for issue in world.site.issues.values() if issue.visible and test(issue))


def slow(seconds: float) -> Callable[[World], None]:
    """Port deletes so long after its answer, and its searches are behind."""

    def make(world: World) -> None:
        world.catalog.delete_seconds = lambda: seconds
        world.catalog.search_lag = min(seconds, 1.0)

    return make
