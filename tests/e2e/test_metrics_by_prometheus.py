"""A real Prometheus scrapes the real process: it takes the page, and every query has an answer."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.servers import free_port
from sandbox.world import World
from tests.deploy.queries import RULES, of_dashboard, of_rules
from tests.e2e.support import started

PROMETHEUS = shutil.which("prometheus")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(PROMETHEUS is None, reason="Prometheus isn't installed"),
]

CONFIG = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: ["{rules}"]
scrape_configs:
  - job_name: jira
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""
QUIET = {
    "Wrong",  # nothing is
    "Failing",
    "Jira refuses or fails",
    "Kept by the sweep, by blueprint",
}
"""Panels that have nothing to show where all is well."""


class Prometheus:
    """Its API, as long as it runs."""

    def __init__(self, url: str, ended: asyncio.Task[int]) -> None:
        self._ended = ended
        self._http = httpx.AsyncClient(base_url=url, trust_env=False)

    async def ready(self) -> None:
        async with asyncio.timeout(30):
            while True:
                with contextlib.suppress(httpx.HTTPError):
                    if (await self._http.get("/-/ready")).status_code == 200:
                        return
                await self._a_moment()

    async def get(self, path: str, **query: str) -> Any:
        answer = (await self._http.get(f"/api/v1/{path}", params=query)).json()
        assert answer["status"] == "success", (query, answer)
        return answer["data"]

    async def values(self, expr: str) -> list[float]:
        asked = expr.replace("$__rate_interval", "30s").replace("$job", ".*")
        found = (await self.get("query", query=asked))["result"]
        return [float(series["value"][1]) for series in found]

    async def reaches(self, expr: str, least: float) -> None:
        """Wait for a scrape that shows so much."""
        async with asyncio.timeout(30):
            while sum(await self.values(expr)) < least:
                await self._a_moment()

    async def _a_moment(self) -> None:
        await asyncio.wait({self._ended}, timeout=0.2)
        assert not self._ended.done(), "Prometheus has ended"


@asynccontextmanager
async def prometheus(world: World, folder: Path) -> AsyncIterator[Prometheus]:
    config = folder / "prometheus.yaml"
    config.write_text(CONFIG.format(rules=RULES, port=world.process.port))
    address = f"127.0.0.1:{free_port()}"
    process = await asyncio.create_subprocess_exec(
        str(PROMETHEUS),
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={address}",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    ended = asyncio.create_task(process.wait())
    try:
        made = Prometheus(f"http://{address}", ended)
        await made.ready()
        yield made
    finally:
        process.terminate()
        await ended


def change(world: World, count: int) -> None:
    for issue in list(world.site.issues.values())[:count]:
        world.site.edit_issue(issue.id, summary=f"{issue.key}, changed once more")


async def test_every_query_is_answered_in_a_burst_and_an_outage(tmp_path: Path) -> None:
    async with started(60) as world, prometheus(world, tmp_path) as asked:
        await asked.reaches("ocean_jira_ready", 1)
        [target] = (await asked.get("targets"))["activeTargets"]
        assert (target["health"], target["lastError"]) == ("up", "")

        change(world, 50)
        await world.settled()
        await asked.reaches('ocean_jira_events_total{outcome="written"}', 50)
        empty = [q.where for q in of_dashboard() if not await asked.values(q.expr)]
        assert set(empty) <= QUIET
        for query in of_rules():
            await asked.values(query.expr)
        assert await asked.values("ALERTS") == []

        world.jira.token_valid = False
        change(world, 10)
        await asked.reaches('ocean_jira_credentials{state="refused"}', 1)
        await asked.reaches('ALERTS{alertname="JiraCredentialsRefused"}', 1)
        await asked.reaches("ocean_jira_queue_oldest_seconds", 2)
        world.jira.token_valid = True
        await world.settled()
        await asked.reaches("ocean_jira_event_lag_seconds_count", 60)
        rules = (await asked.get("rules"))["groups"]
        broken = [rule for group in rules for rule in group["rules"] if rule["health"] == "err"]
        assert broken == []
