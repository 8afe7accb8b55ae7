"""Thousands of mutated deliveries, well signed: each is answered, nothing else is disturbed."""

import asyncio
import json
import random
from typing import Any

import httpx
import pytest

from sandbox.jira.deliveries import signature
from sandbox.world import World
from tests.e2e.support import started, title

PARALLEL = 20

VALUES: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        -1,
        1.5,
        10**30,
        "",
        " ",
        "0",
        "x" * 300,
        [],
        {},
        [None],
        [[]],
        {"": 1},
    ),
    *('") OR id > 0 OR key in ("', "AB-1) OR (1=1", "../../x", "\u0000", "✓", "-1", "1e3"),
    {"id": None, "key": [], "fields": "text"},
]


def mutate(rng: random.Random, value: Any, *, depth: int = 0) -> Any:
    """The payload with something wrong somewhere."""
    if depth > 3 or rng.random() < 0.15:
        return rng.choice(VALUES)
    if isinstance(value, dict) and value:
        changed = dict(value)
        name = rng.choice(list(changed))
        if rng.random() < 0.25:
            del changed[name]
        else:
            changed[name] = mutate(rng, changed[name], depth=depth + 1)
        return changed
    if isinstance(value, list) and value:
        return [mutate(rng, value[0], depth=depth + 1), *value[1:]]
    return rng.choice(VALUES)


def genuine_payloads(world: World) -> list[dict[str, Any]]:
    """One payload of each kind that the site sends, of things that no longer matter to it."""
    seen: dict[str, dict[str, Any]] = {}

    def keep(event: str, payload: dict[str, Any]) -> None:
        seen.setdefault(event, dict(payload))

    stop = world.site.subscribe(keep)
    site = world.site
    site.create_project("FUZZ")
    parent, other = site.create_issue("FUZZ"), site.create_issue("FUZZ")
    child = site.create_issue("FUZZ", type_name="Sub-task", parent=parent.id)
    site.edit_issue(child.id, summary="Edited")
    site.comment_issue(parent.id)
    site.unlink_issues(site.link_issues(parent.id, other.id).id)
    site.move_issue(other.id, "AB")
    site.delete_issue(other.id)
    user = site.create_user("Nobody")
    site.change_user(user.account_id, name="Somebody")
    site.delete_user(user.account_id)
    site.rename_project("FUZZ", name="Fuzzy")
    site.archive_project("FUZZ")
    site.restore_project("FUZZ")
    site.trash_project("FUZZ")
    stop()
    return list(seen.values())


@pytest.mark.parametrize(
    ("deliveries", "seed"), [(1_000, 1), pytest.param(10_000, 2, marks=pytest.mark.slow)]
)
async def test_mutated_deliveries_are_answered_and_disturb_nothing(
    deliveries: int, seed: int
) -> None:
    rng = random.Random(seed)
    async with started(20) as world:
        payloads = genuine_payloads(world)
        await world.settled()
        before = world.catalog.snapshot()
        secret = next(iter(world.site.webhooks.values())).secret or ""
        statuses: set[int] = set()
        work = asyncio.Queue[bytes]()
        for _ in range(deliveries):
            body = json.dumps(mutate(rng, rng.choice(payloads))).encode()
            work.put_nowait(body)

        async def send() -> None:
            async with httpx.AsyncClient(trust_env=False) as client:
                while not work.empty():
                    body = work.get_nowait()
                    headers = {
                        "content-type": "application/json",
                        "x-hub-signature": signature(secret, body),
                        "x-atlassian-webhook-identifier": f"fuzz-{work.qsize()}",
                    }
                    answer = await client.post(
                        world.process.webhook_url, content=body, headers=headers, timeout=30
                    )
                    statuses.add(answer.status_code)
                    world.deliveries.accepted += answer.is_success

        await asyncio.gather(*(send() for _ in range(PARALLEL)))
        assert statuses <= {200, 400}
        issue = world.site.create_issue("AB", summary="Genuine, behind them all")
        await world.settled(60)
        assert title(world, issue.key) == "Genuine, behind them all"
        after = world.catalog.snapshot()
        changed = {key for key in before if before[key] != after.get(key)}
        assert changed <= {("jiraProject", "AB")}
        assert not [line for line in world.process.log if "Traceback" in line or "| ERROR" in line]
