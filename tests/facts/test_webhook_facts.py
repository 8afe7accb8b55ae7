"""Deliveries as they arrive: late, twice, odd, about things that no kind of ours stands for."""

import asyncio
import json
import re
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from jira.errors import JiraRequestError
from jira.webhook_registration import WantedWebhook, ensure_webhook
from sandbox.jira.deliveries import signature
from sandbox.jira.faults import Fault
from sandbox.world import World
from tests.e2e.support import first, make_world, title
from tests.facts.support import handled
from tests.unit.helpers.fakes import FakeApi

pytestmark = pytest.mark.asyncio(loop_scope="module")

IDENTIFIER = "x-atlassian-webhook-identifier"
LOUD = re.compile(r"\| (WARNING|ERROR|CRITICAL) +\| (?!DSP mode requested)")
"""The framework has a warning of its own about the mode it runs in."""
NOT_OURS = ("/rest/api/3/webhook", "/rest/agile", "/rest/software", "/rest/api/3/worklog")
"""Endpoints of webhooks of OAuth apps, boards, backlogs and worklogs."""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world():
    # Without sweeps, which would make up for what an event should have brought.
    settings = {"OCEAN__INTEGRATION__CONFIG__SWEEP_INTERVAL": "0", "log_level": "DEBUG"}
    async with make_world(40, site=None, **settings) as running:
        # These are facts about Jira.
        running.port.hurry()
        assert await running.start() == "completed"
        yield running


async def send(world: World, payload: object, **headers: str) -> httpx.Response:
    """A signed delivery, which the world waits for like for those of the site."""
    [hook] = world.site.webhooks.values()
    body = json.dumps(payload, ensure_ascii=False).encode()
    sent = {
        "content-type": "application/json; charset=utf-8",
        "x-hub-signature": signature(hook.secret or "", body),
        IDENTIFIER: str(uuid4()),
        **headers,
    }
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(hook.url, content=body, headers=sent)
    world.deliveries.accepted += answer.is_success
    return answer


async def ignored_quietly(world: World, payload: object) -> None:
    """Answered, named in the log at DEBUG, and nobody is asked or told anything."""
    lines, asked = len(world.process.log), len(world.jira.requests)
    before = world.catalog.snapshot()
    name = f"delivery-{uuid4()}"
    assert (await send(world, payload, **{IDENTIFIER: name})).status_code == 200
    await handled(world)
    said = world.process.log[lines:]
    assert [line for line in said if name in line and "Nothing to do" in line and "DEBUG" in line]
    assert [line for line in said if LOUD.search(line)] == []
    assert len(world.jira.requests) == asked
    assert world.catalog.snapshot() == before


async def told(world: World, event: str, **parts: object) -> None:
    await send(world, {"timestamp": 1, "webhookEvent": event, **parts})
    await handled(world)


def change_silently(world: World, **changes: object):
    """An issue that Jira shows otherwise now, without an event of its own."""
    issue = first(world)
    for name, value in changes.items():
        setattr(issue, name, value)
    world.site.forget_rows([issue])
    return issue


ODD: dict[str, object] = {
    "nothing": {},
    "no name": {"timestamp": 1, "issue": {"id": "10001", "key": "AB-1"}},
    "null as its name": {"webhookEvent": None, "issue": {"id": "10001", "key": "AB-1"}},
    "a number as its name": {"webhookEvent": 5, "issue": {"id": "10001", "key": "AB-1"}},
    "null as its issue": {"webhookEvent": "jira:issue_updated", "issue": None},
    "a comment that is text": {"webhookEvent": "comment_created", "comment": ""},
    "a comment without its issue": {"webhookEvent": "comment_updated", "comment": {"id": "1"}},
    "a bare issue": {"id": "10001", "key": "AB-1", "self": "x", "fields": {"summary": "Bare"}},
    "null as its user": {"webhookEvent": "user_updated", "user": None},
    "null as its project": {"webhookEvent": "project_updated", "project": None},
    "a link to nowhere": {"webhookEvent": "issuelink_created", "issueLink": None},
}


@pytest.mark.parametrize("payload", ODD.values(), ids=list(ODD))
async def test_an_odd_delivery_is_answered_and_ignored_quietly(world, payload):
    await ignored_quietly(world, payload)


OTHERS: dict[str, dict[str, object]] = {
    "sprint_created": {"sprint": {"id": 1, "state": "future"}},
    "sprint_started": {"sprint": {"id": 1, "state": "active", "originBoardId": 2}},
    "sprint_deleted": {"sprint": {"id": "1"}},
    "board_created": {"board": {"id": 2, "type": "scrum"}},
    "board_configuration_changed": {"configuration": {"id": 2}},
    "board_deleted": {"board": {"id": 2}},
    "jira:version_released": {"version": {"id": "3", "projectId": 10001}},
    "jira:version_deleted": {"version": {"id": "3"}, "mergedTo": {"id": "4"}},
    "jira:version_merged": {"version": {"id": "3"}, "mergedTo": "4"},
    "issue_property_set": {"property": {"key": "x"}, "issueId": 10001},
    "filter_deleted": {"filter": {"id": "1"}},
    "option_voting_changed": {"property": {"key": "x"}},
}


@pytest.mark.parametrize("event", OTHERS)
async def test_an_event_about_what_no_kind_stands_for_is_ignored_quietly(world, event):
    await ignored_quietly(world, {"timestamp": 1, "webhookEvent": event, **OTHERS[event]})


async def test_odd_deliveries_do_not_disturb_the_others(world):
    issue = first(world)
    lines = len(world.process.log)
    world.site.edit_issue(issue.id, summary="Among odd ones")
    answers = await asyncio.gather(*(send(world, payload) for payload in ODD.values()))
    assert {answer.status_code for answer in answers} == {200}
    await handled(world)
    assert title(world, issue.key) == "Among odd ones"
    said = "\n".join(world.process.log[lines:])
    assert not re.search(r"\| (ERROR|CRITICAL) |for another try|Dropped", said)


async def test_a_user_event_with_the_account_id_alone_is_enough(world):
    user = next(user for user in world.site.users.values() if user is not world.site.me)
    user.name = "Known by id"
    await told(world, "user_updated", user={"accountId": user.account_id})
    assert world.catalog.get("jiraUser", user.account_id)["title"] == "Known by id"


async def test_an_id_may_be_a_number(world):
    issue = change_silently(world, summary="By a number")
    await told(world, "jira:issue_updated", issue={"id": int(issue.id), "key": issue.key})
    assert title(world, issue.key) == "By a number"


@pytest.mark.parametrize("event", ["worklog_created", "worklog_updated", "worklog_deleted"])
async def test_a_worklog_reads_its_issue_again(world, event):
    issue = change_silently(world, summary=f"After {event}")
    worklog = {"id": "1", "issueId": issue.id, "timeSpentSeconds": 60}
    await told(world, event, worklog=worklog)
    assert title(world, issue.key) == f"After {event}"


@pytest.mark.parametrize("event", ["comment_created", "attachment_created"])
async def test_an_event_with_a_slim_issue_reads_it_again(world, event):
    issue = change_silently(world, summary=f"After {event}")
    await told(world, event, issue={"id": issue.id, "key": issue.key})
    assert title(world, issue.key) == f"After {event}"


async def test_a_retry_is_known_by_its_name_and_read_no_second_time(world):
    """Our first answer may have been lost on its way; the same change again has another name."""
    # What others left to do would be counted, too.
    await world.caught_up()
    issue = change_silently(world, summary="Sent twice")
    payload = {"webhookEvent": "jira:issue_updated", "issue": {"id": issue.id, "key": issue.key}}
    name, requests = str(uuid4()), []
    for headers in (
        {IDENTIFIER: name},
        {IDENTIFIER: name, "x-atlassian-webhook-retry": "1", "x-atlassian-webhook-flow": "Primary"},
        {IDENTIFIER: str(uuid4())},
    ):
        before = len(world.jira.requests)
        assert (await send(world, payload, **headers)).status_code == 200
        await world.settled()
        requests.append(len(world.jira.requests) - before)
    first, retried, renamed = requests
    assert first == renamed > 0
    assert retried == 0
    assert title(world, issue.key) == "Sent twice"


async def test_a_body_that_is_not_ascii_is_checked_over_its_bytes(world):
    """Serialised again with escapes, the same payload would have another signature."""
    issue = change_silently(world, summary="naïve café ✓")
    fields = {"summary": issue.summary}
    await told(world, "jira:issue_updated", issue={"id": issue.id, "key": "AB-1", "fields": fields})
    assert title(world, issue.key) == "naïve café ✓"
    issue = change_silently(world, summary="Escaped")
    raw = json.dumps({"webhookEvent": "jira:issue_updated", "user": {"displayName": "naïve"}})
    [hook] = world.site.webhooks.values()
    other_bytes = json.dumps(json.loads(raw), ensure_ascii=False).encode()
    forged = signature(hook.secret or "", other_bytes)
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(hook.url, content=raw, headers={"x-hub-signature": forged})
    assert answer.status_code == 401


@pytest.mark.parametrize("method", ["sha512", "sha1", "sha-256"])
async def test_a_signature_by_another_method_is_refused(world, method):
    answer = await send(world, {}, **{"x-hub-signature": f"{method}={'0' * 64}"})
    assert answer.status_code == 401


async def test_a_delivery_as_an_oauth_app_gets_it_is_refused(world):
    """A bearer token takes the place of the signature there; nothing here can check it."""
    headers = {"authorization": "Bearer eyJhbGciOiJIUzI1NiJ9.e30.AAAA", "x-hub-signature": ""}
    assert (await send(world, {"webhookEvent": "jira:issue_deleted"}, **headers)).status_code == 401


async def test_an_answer_does_not_wait_for_jira(world):
    issue = first(world)
    hang = world.jira.faults.add(Fault("hang"))
    try:
        async with asyncio.timeout(5):
            world.site.edit_issue(issue.id, summary="Answered at once")
            await world.deliveries.settled(5)
        assert world.deliveries.log[-1].status == 200
        assert title(world, issue.key) != "Answered at once"
    finally:
        world.jira.faults.remove(hang)
    await handled(world)
    assert title(world, issue.key) == "Answered at once"


async def test_twenty_deliveries_at_once_are_all_taken(world):
    issues = [world.site.create_issue("AB", summary=f"Wide {number}") for number in range(40)]
    assert world.deliveries.parallel == 20
    await handled(world)
    assert [title(world, issue.key) for issue in issues] == [issue.summary for issue in issues]
    assert {(delivery.status, delivery.attempts) for delivery in world.deliveries.log} == {(200, 1)}


async def test_no_request_goes_to_what_is_not_ours(world):
    """Neither at start, nor in a resync, nor for any event above."""
    assert await world.resync() == "completed"
    paths = {request.path for request in world.jira.requests}
    assert "/rest/webhooks/1.0/webhook" in paths
    assert sorted(path for path in paths if path.startswith(NOT_OURS)) == []


async def test_a_webhook_address_that_jira_refuses_is_a_warning_with_its_words(log):
    """Such as one that isn't https: everything else goes on."""
    refusal = JiraRequestError("400: The URL must use the HTTPS scheme.")
    fake = FakeApi.scripted([], refusal)
    wanted = WantedWebhook("ours", "http://here.example.com/hook", ["user_created"], "s")
    assert await ensure_webhook(fake.api, wanted, set()) is False
    [warning] = log
    assert warning.startswith("WARNING|")
    assert "must use the HTTPS scheme" in warning
