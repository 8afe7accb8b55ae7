"""/metrics, /health/ready and the status page of the real process: in bursts and outages."""

import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from prometheus_client.parser import text_string_to_metric_families

from sandbox.world import EMAIL, World
from telemetry.metrics import MADE
from tests.e2e.support import Status, make_world, started, status_of

WAITS = "For now live events wait"
PORT_FAILS = "Request POST .*/entities/bulk.* failed with status code: 503"
KEY = re.compile(r"\b[A-Z][A-Z0-9]+-[0-9]+\b|[0-9]{5}")


@dataclass
class Page:
    """What one scrape showed."""

    series: dict[tuple[str, frozenset[tuple[str, str]]], float]
    described: frozenset[str]

    def value(self, name: str, **labels: str) -> float:
        """All series of a name together that have these labels."""
        wanted = labels.items()
        return sum(
            value
            for (of, has), value in self.series.items()
            if of == f"ocean_jira_{name}" and wanted <= dict(has).items()
        )

    def ours(self) -> list[tuple[str, dict[str, str]]]:
        return [(name, dict(has)) for name, has in self.series if name.startswith("ocean_jira_")]


async def scraped(world: World) -> Page:
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"{world.process.url}/metrics")
    assert answer.status_code == 200
    families = list(text_string_to_metric_families(answer.text))
    return Page(
        {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in families
            for sample in family.samples
        },
        frozenset(family.name for family in families),
    )


async def readiness(world: World) -> tuple[int, list[str]]:
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"{world.process.url}/health/ready")
    return answer.status_code, answer.json()["reasons"]


@asynccontextmanager
async def waiting(world: World, line: str) -> AsyncIterator[Page]:
    """Ten changes that can't be done now, and what is shown meanwhile."""
    begins = len(world.process.log)
    for issue in list(world.site.issues.values())[:10]:
        world.site.edit_issue(issue.id, summary=f"Changed in an outage: {issue.key}")
    await world.deliveries.settled()
    await world.process.wait_for_log(line, after=begins)
    yield await scraped(world)


def outcomes(status: Status) -> Counter[str]:
    return Counter(event["outcome"] for event in status.shown["events"])


async def test_a_burst_and_two_outages_are_seen_as_what_they_are() -> None:
    # Without the sweep that makes up for a start: it would be under way at some scrape.
    async with started(60, OCEAN__INTEGRATION__CONFIG__SWEEP_INTERVAL="0") as world:
        page = await scraped(world)
        assert {*MADE.names} <= page.described
        assert {"object_count", "duration_seconds"} <= page.described
        assert page.value("webhook", state="in_place") == 1
        assert await readiness(world) == (200, [])

        for issue in list(world.site.issues.values())[:50]:
            world.site.edit_issue(issue.id, summary=f"Changed in a burst: {issue.key}")
        await world.settled()
        page = await scraped(world)
        accepted = world.deliveries.accepted
        assert page.value("deliveries_total", status="200") == accepted >= 50
        assert page.value("events_total") == accepted
        written = page.value("events_total", event="jira:issue_updated", outcome="written")
        assert page.value("event_lag_seconds_count") == written > 0
        assert 0 < page.value("event_lag_seconds_sum") / written < 30
        assert page.value("batch_events_sum") == accepted
        assert page.value("batch_events_count") < accepted
        assert page.value("requests_total") == len(world.jira.requests)
        assert page.value("port_requests_total", group="bulk upserts", status="200") > 0
        assert page.value("queue_events") == page.value("queue_oldest_seconds") == 0
        status = await status_of(world)
        shown = status.shown
        assert (shown["ready"], shown["attention"], shown["failing"]) == (True, [], [])
        assert outcomes(status) == {"written": 50}
        assert (shown["webhook"]["accepted"], shown["webhook"]["state"]) == (accepted, "in_place")
        assert [c["state"] for c in shown["credentials"]] == ["accepted", "accepted"]
        assert shown["comparisons"]["resync"]["outcome"] == "done"
        [issues] = [of for of in shown["resources"] if of["kind"] == "issue"]
        assert (issues["resync"]["rows"], issues["resync"]["written"]) == (60, 60)
        assert shown["lag"]["events"] == written
        assert "All is well" in status.html

        world.port.api.down = True
        async with waiting(world, PORT_FAILS) as page:
            assert page.value("queue_events") == 10
            assert page.value("queue_bytes") > 1000
            assert page.value("queue_oldest_seconds") > 0
            assert page.value("port_requests_total", status="503") > 0
            assert page.value("event_lag_seconds_count") == written
            assert await readiness(world) == (200, [])
        world.port.api.down = False
        await world.settled()

        world.jira.token_valid = False
        async with waiting(world, WAITS) as page:
            assert page.value("held_back_resources") > 0
            assert page.value("credentials", service="jira", state="refused") == 1
            assert page.value("requests_total", status="401") > 0
            refused = ["jira_credentials_refused", "jira_or_port_unreachable"]
            assert await readiness(world) == (200, refused)
            status = await status_of(world)
            shown = status.shown
            assert outcomes(status)["waits"] == shown["queue"]["under_way"] == 10
            assert shown["queue"]["lanes"][0]["again"] > 0
            [trouble] = [of for of in shown["failing"] if of["what"].startswith("issue ")]
            assert (trouble["waits"], "token" in trouble["to_do"]) == (True, True)
            assert shown["credentials"][0]["state"] == "refused"
            assert "Jira doesn&#x27;t accept the credentials" in status.html
        world.jira.token_valid = True
        await world.settled()
        assert await world.resync() == "completed"

        page = await scraped(world)
        assert page.value("credentials", service="jira", state="accepted") == 1
        assert page.value("queue_events") == page.value("held_back_resources") == 0
        assert page.value("events_total") == world.deliveries.accepted
        assert await readiness(world) == (200, [])
        deleted = list(world.site.issues.values())[-1]
        world.site.delete_issue(deleted.id)
        await world.settled()
        status = await status_of(world)
        newest = status.shown["events"][0]
        assert (newest["event"], newest["subject"]) == ("jira:issue_deleted", deleted.key)
        assert newest["outcome"] == "deleted"
        assert "Changed in" not in status.html + status.json
        assert EMAIL not in status.html + status.json

        ours = page.ours()
        assert len(ours) < 400
        for name, labels in ours:
            assert labels.keys() <= MADE.exported[name]
            for value in labels.values():
                assert not KEY.search(value), (name, value)
                assert EMAIL not in value
        log = "\n".join(world.process.log)
        assert re.search(r"live events done in \S+ s: jira:issue_updated [A-Z]+-\d+ \(", log)
        for usual in ("/metrics started", "/metrics HTTP", '/integration/webhook HTTP/1.1" 200'):
            assert usual not in log
        # Once for resyncs and once for events, however many batches there were.
        assert log.count("Unable to find valid data for: 'relations.parentIssue'") <= 2


async def test_a_start_with_a_token_that_never_worked_takes_no_events() -> None:
    async with make_world(5) as world:
        world.jira.token_valid = False
        assert await world.start() == "failed"
        assert await readiness(world) == (503, ["jira_credentials_refused", "webhook_missing"])
        assert (await scraped(world)).value("ready") == 0
        world.jira.token_valid = True
        assert await world.resync() == "completed"
        status, reasons = await readiness(world)
        assert (status, "jira_credentials_refused" in reasons) == (200, False)
