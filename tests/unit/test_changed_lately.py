"""Events that change an issue without telling which, and what is read for them."""

from typing import Any

import pytest

from background.changed_lately import TOGETHER, Lately, changed_since, lately
from jira.errors import JiraError, JiraUnavailableError
from jira.kinds.issue_reader import SEARCH
from tests.unit.helpers.fake_client import mapping
from tests.unit.helpers.whole_site import WholeSite

NOW = 1_780_000_000.0
API = "https://your-site.atlassian.net/rest/api/2"


def attachment(*, seconds_ago: float | None = None, **more: Any) -> dict[str, Any]:
    payload = {
        "webhookEvent": "attachment_deleted",
        "attachment": {"id": "30001", "self": f"{API}/attachment/30001"},
        **more,
    }
    when = {} if seconds_ago is None else {"timestamp": int((NOW - seconds_ago) * 1000)}
    return {**payload, **when}


def minutes(*payloads: Any) -> list[int]:
    return [of.minutes for of in lately(payloads, lambda: NOW)]


@pytest.mark.parametrize(
    ("payload", "back"),
    [
        (attachment(seconds_ago=0), 10),
        (attachment(seconds_ago=299), 10),
        (attachment(seconds_ago=301), 60),
        (attachment(seconds_ago=3299), 60),
        (attachment(seconds_ago=3301), 1440),
        (attachment(seconds_ago=10**9), 1440),
        (attachment(seconds_ago=-500), 10),
        (attachment(), 60),
        (attachment(timestamp=True), 60),
        (attachment(timestamp="1780000000000"), 60),
        (attachment(timestamp=None), 60),
    ],
)
def test_how_far_back_is_looked(payload, back):
    assert minutes(payload) == [back]


@pytest.mark.parametrize(
    "payload",
    [
        attachment(issue={"id": "10010"}),
        {"webhookEvent": "comment_created"},
        {"webhookEvent": "jira:issue_updated", "issue": {}},
        {},
        None,
    ],
)
def test_other_events_ask_for_nothing(payload):
    assert minutes(payload) == []


def test_a_thousand_events_of_the_same_moments_are_one_read():
    events = [attachment(seconds_ago=number / 10) for number in range(1000)]
    assert lately(events, lambda: NOW) == [Lately(10, NOW - 600)]


def a_site(count: int) -> WholeSite:
    site = WholeSite()
    site.project("10", "AB")
    site.board(5, "AB")
    for number in range(1, count + 1):
        site.issue(number, f"AB-{number}", *([5] if number % 2 else []))
        site.worklogs[str(100 + number)] = {
            "id": str(100 + number),
            "issueId": str(number),
            "started": "2026-01-02T03:04:05.000+0000",
        }
    return site


async def read(site: WholeSite, *kinds: str, ago: float = 600) -> dict[str, list[str]]:
    failures: list[tuple[str, str]] = []

    async def failed(what: str, error: JiraError) -> None:
        failures.append((what, str(error)))

    found: dict[str, list[str]] = {}
    of = mapping(*kinds)
    async for page in changed_since(site.client, NOW - ago, of, failed, lambda: NOW):
        for results in page:
            assert results.deleted_raw_results == []
            rows = found.setdefault(results.resource.kind, [])
            rows += [row["id"] for row in results.updated_raw_results]
    if failures:
        found["failed"] = [what for what, _ in failures]
    return found


async def test_all_that_shows_an_issue_is_read_as_if_it_had_been_named():
    found = await read(a_site(3), "project", "issue", "backlog", "worklog", "user")
    assert found == {
        "issue": ["1", "2", "3"],
        "backlog": ["1", "3"],
        "worklog": ["101", "102", "103"],
    }


async def test_the_query_is_about_the_last_minutes_whenever_the_job_begins():
    site = a_site(1)
    await read(site, "issue", ago=601)
    assert site.fake.bodies(SEARCH)[0]["jql"].startswith("updated >= -11m ")


async def test_without_a_resource_that_shows_issues_nothing_is_asked():
    site = a_site(1)
    assert await read(site, "project", "user", "sprint") == {}
    assert site.fake.asked == []


async def test_issues_are_read_a_hundred_at_a_time():
    site = a_site(TOGETHER + 1)
    assert len((await read(site, "issue"))["issue"]) == TOGETHER + 1


async def test_one_resource_that_fails_does_not_cost_the_others_theirs():
    site = a_site(2)
    site.answers["/rest/agile/1.0/board"] = JiraUnavailableError("503")
    found = await read(site, "backlog", "issue")
    assert found["issue"] == ["1", "2"]
    assert found["failed"] == ["backlog (resource 1 of the mapping)"]


async def test_worklogs_that_fail_alone_are_told_and_the_others_come():
    site = a_site(2)
    site.answers["/rest/api/3/issue/2/worklog"] = JiraUnavailableError("503")
    found = await read(site, "worklog", "issue")
    assert found["worklog"] == ["101"]
    assert found["issue"] == ["1", "2"]
    assert found["failed"] == ["worklog (resource 1 of the mapping)"]
