"""Deliveries that our webhook didn't send change nothing and cost nothing."""

import json

import httpx
import pytest
import pytest_asyncio

from sandbox.jira.deliveries import signature
from tests.e2e.support import started

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world():
    async with started() as running:
        yield running


def deletion(issue) -> bytes:
    event = {"webhookEvent": "jira:issue_deleted", "issue": {"id": issue.id, "key": issue.key}}
    return json.dumps(event).encode()


async def post(world, body: bytes, **headers: str) -> httpx.Response:
    sent = {"content-type": "application/json", **headers}
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.post(world.process.webhook_url, content=body, headers=sent)


async def test_eight_forged_deletes_are_refused_and_nothing_is_asked_or_written(world):
    before = world.catalog.snapshot()
    jira, port = len(world.jira.requests), world.port.api.count(entities_only=True)
    for number, issue in enumerate(list(world.site.issues.values())[:8]):
        body = deletion(issue)
        forged = {"x-hub-signature": signature("a guess", body)} if number % 2 else {}
        assert (await post(world, body, **forged)).status_code == 401
    # A genuine event behind them shows that the queue held none of them.
    world.site.edit_issue(next(iter(world.site.issues)), summary="Genuine")
    await world.settled()
    assert world.catalog.snapshot().keys() == before.keys()
    assert len(world.jira.requests) - jira == 1
    # The genuine event's write, and a look for stubs that nothing points at any more.
    assert world.port.api.count(entities_only=True) - port == 1 + 1


@pytest.mark.parametrize(
    ("body", "status"), [(b"not json", 400), (b"[]", 400), (b'"text"', 400), (b"", 400)]
)
async def test_a_signed_body_that_is_no_object_is_refused(world, body, status):
    secret = next(iter(world.site.webhooks.values())).secret
    answer = await post(world, body, **{"x-hub-signature": signature(secret, body)})
    assert answer.status_code == status


async def test_a_signature_for_other_bytes_is_refused(world):
    secret = next(iter(world.site.webhooks.values())).secret
    issue = next(iter(world.site.issues.values()))
    forged = signature(secret, deletion(issue) + b" ")
    answer = await post(world, deletion(issue), **{"x-hub-signature": forged})
    assert answer.status_code == 401


async def test_a_replayed_deletion_of_a_living_issue_deletes_nothing(world):
    secret = next(iter(world.site.webhooks.values())).secret
    issue = next(iter(world.site.issues.values()))
    body = deletion(issue)
    answer = await post(world, body, **{"x-hub-signature": signature(secret, body)})
    assert answer.status_code == 200
    await world.process.wait_for_log("1 live events done")
    assert world.catalog.get("jiraIssue", issue.key) is not None
