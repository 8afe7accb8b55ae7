"""What the tests of the dry run share: run it beside a world, and what happened to a catalog."""

import json
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.commands import Ended, run_command
from sandbox.integration_process import IntegrationProcess
from sandbox.world import World

Key = tuple[str, str]
Rows = dict[Key, dict[str, Any]]
SORTS = ("create", "change", "delete", "stubs")

READS = re.compile(
    r"GET .*|POST /v1/auth/access_token|POST /v1/entities/search"
    r"|POST /v1/blueprints/[^/]+/entities/search"
    r"|POST /v1/blueprints/entities/datasource-entities"
)
"""What changes nothing in Port."""
JIRA_READS = re.compile(
    r"GET .*|POST /rest/api/3/(search/jql|search/approximate-count|issue/bulkfetch"
    r"|worklog/list|changelog/bulkfetch)|POST /gateway/.*/members"
)
"""What changes nothing in Jira."""


@dataclass(frozen=True)
class Asked:
    """A request."""

    method: str
    path: str


@dataclass(frozen=True)
class Ran:
    """A dry run that has ended."""

    ended: Ended

    @property
    def code(self) -> int:
        """The exit status."""
        return self.ended.status

    @property
    def out(self) -> str:
        """Its standard output."""
        return self.ended.out

    @property
    def errors(self) -> str:
        """What went to standard error: the log."""
        return self.ended.errors

    @property
    def report(self) -> dict[str, Any]:
        """What it said as JSON."""
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def blueprints(self) -> dict[str, dict[str, Any]]:
        """For each blueprint what becomes of its entities; without those where nothing does."""
        return {
            blueprint: {sort: of[sort] for sort in SORTS if of[sort]}
            for blueprint, of in self.report["blueprints"].items()
            if any(of[sort] for sort in SORTS)
        }

    def counts(self, sort: str) -> dict[str, int]:
        """How many entities of each blueprint, where there are any."""
        every = {name: of[sort] for name, of in self.report["blueprints"].items()}
        sizes = {name: of if isinstance(of, int) else len(of) for name, of in every.items()}
        return {name: size for name, size in sizes.items() if size}


async def dry_run(world: World, *arguments: str, **settings: str) -> Ran:
    """Run it as `make dry-run` does, with the settings of the world's integration."""
    # What was written long ago is found by a search.
    world.port.hurry()
    process = IntegrationProcess({**world.process._env, **settings}, port=world.process.port)
    command = (sys.executable, "-m", "port.dry_run", "--format", "json", *arguments)
    return Ran(await run_command(process, *command, timeout=300))


def writes(requests: Iterable[Any], reads: re.Pattern[str]) -> list[str]:
    """Those of some requests that are not a read."""
    every = [f"{request.method} {request.path}" for request in requests]
    assert every
    return [one for one in every if not reads.fullmatch(one)]


async def foretold(world: World, *arguments: str, **settings: str) -> Ran:
    """A dry run of a world whose integration isn't running: nothing else may be written."""
    port, jira = len(world.port.api.requests), len(world.jira.requests)
    before = rows(world), dict(world.catalog.blueprints), dict(world.port.api.integration or {})
    webhooks = dict(world.site.webhooks)
    ran = await dry_run(world, *arguments, **settings)
    assert writes(world.port.api.requests[port:], READS) == [], ran.errors
    assert writes(world.jira.requests[jira:], JIRA_READS) == []
    after = rows(world), dict(world.catalog.blueprints), dict(world.port.api.integration or {})
    assert after == before
    assert world.site.webhooks == webhooks
    return ran


def mapping_file(folder: Path, mapping: dict[str, Any]) -> str:
    """A file that holds a mapping; JSON is YAML, too."""
    path = folder / "mapping.yaml"
    path.write_text(json.dumps(mapping))
    return str(path)


def rows(world: World) -> Rows:
    """The whole catalog, as it is now."""
    return {
        (row["blueprint"], row["identifier"]): {
            **row,
            "properties": dict(row["properties"]),
            "relations": dict(row["relations"]),
        }
        for row in world.catalog.entities()
    }


def happened(world: World, before: Rows) -> dict[str, dict[str, Any]]:
    """What became of the catalog since, in the form of a dry run's report."""
    after = rows(world)
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for blueprint, name in sorted(before.keys() - after.keys()):
        found[blueprint].setdefault("delete", []).append(name)
    for blueprint, name in sorted(after.keys() - before.keys()):
        sort = "stubs" if _is_stub(after[blueprint, name]) else "create"
        found[blueprint].setdefault(sort, []).append(name)
    for key in sorted(after.keys() & before.keys()):
        if changes := _changes(before[key], after[key]):
            found[key[0]].setdefault("change", {})[key[1]] = changes
    return dict(found)


def as_happened(ran: Ran) -> dict[str, dict[str, Any]]:
    """A dry run's report in the order of `happened`."""
    return {
        blueprint: {sort: of[sort] if sort == "change" else sorted(of[sort]) for sort in of}
        for blueprint, of in ran.blueprints.items()
    }


def _is_stub(row: dict[str, Any]) -> bool:
    """Whether Port made it, and nobody filled it in."""
    by_port = str(row["dataSource"]).startswith("port-auto-")
    empty = not any((*row["properties"].values(), *row["relations"].values()))
    return by_port and empty and row["title"] == row["identifier"]


def _changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    if before["title"] != after["title"]:
        found["title"] = {"old": before["title"], "new": after["title"]}
    for part in ("properties", "relations"):
        for name in before[part].keys() | after[part].keys():
            old, new = before[part].get(name), after[part].get(name)
            if (old or None) != (new or None) if part == "relations" else old != new:
                found[f"{part}.{name}"] = {"old": old, "new": new}
    return found


class Recorder:
    """An ASGI application that another one answers for, with every request written down."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.requests: list[Asked] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As the other application."""
        if scope["type"] == "http":
            self.requests.append(Asked(scope["method"], scope["path"]))
        await self._app(scope, receive, send)


async def comes_true(world: World, ran: Ran, ends: str = "completed") -> None:
    """Have the integration do the resync that was foretold."""
    before = rows(world)
    assert await world.start() == ends
    assert as_happened(ran) == happened(world, before)


def quietly(world: World, change: Callable[[], object]) -> None:
    """A change that no event tells of."""
    world.deliveries.enabled = False
    change()
    world.deliveries.enabled = True
