"""An OAuth app: by way of the gateway, within its quota, with a webhook by hand or its own."""

import random
import time
from functools import partial
from typing import Any

import httpx

from sandbox.jira.deliveries import token
from sandbox.jira.faults import SCOPE_MISSING, Fault
from sandbox.jira.site import JiraSite
from sandbox.random_changes import change_something
from sandbox.world import CLIENT_SECRET, World
from tests.e2e.support import first, make_world, title

CONFIG = "OCEAN__INTEGRATION__CONFIG__"


async def test_an_oauth_app_keeps_the_catalog_up_to_date():
    site = JiraSite()
    site.fill_every_kind(30)
    async with make_world(site=site, every_kind=True, oauth=True) as world:
        world.jira.points.enforced = True
        assert await world.start() == "completed"
        issue = first(world)
        await world.arrival(
            lambda: site.edit_issue(issue.key, summary="By an app"),
            lambda: title(world, issue.key) == "By an app",
        )
        await world.caught_up()
        assert await world.differences() == []
    assert world.jira.points.refused == 0
    # Whatever the integration asked was asked by the app.
    assert world.jira.points.spent == sum(request.points for request in world.jira.requests)


def shows(world: World, key: str, text: str) -> bool:
    return title(world, key) == text


def app_site() -> JiraSite:
    site = JiraSite()
    site.fill(30, projects=4, users=6)
    return site


async def test_an_app_registers_its_webhooks_and_sweeps_find_what_these_do_not_tell() -> None:
    async with make_world(site=app_site(), oauth=True, app_webhooks=True) as world:
        assert await world.start() == "completed"
        site = world.site
        [hook] = site.app_webhooks()
        assert hook.url == world.process.webhook_url
        assert site.webhooks == {}
        issue = first(world)
        await world.arrival(
            lambda: site.edit_issue(issue.key, summary="By its own webhook"),
            lambda: title(world, issue.key) == "By its own webhook",
        )
        gone = first(world, lambda other: other is not issue and not other.children)
        site.delete_issue(gone.key)
        await world.settled()
        assert world.catalog.get("jiraIssue", gone.key) is None
        assert {delivery.status for delivery in world.deliveries.log} == {200}
        # No event tells an app of these.
        site.rename_project("AB", name="Another name")
        somebody = next(user for user in site.users.values() if user is not site.me)
        site.change_user(somebody.account_id, name="Another person")
        await world.sweep()
        await world.caught_up()
        assert await world.differences() == []


async def test_after_any_changes_events_and_one_sweep_make_the_catalog_right() -> None:
    rng = random.Random(20)
    async with make_world(site=app_site(), oauth=True, app_webhooks=True) as world:
        assert await world.start() == "completed"
        for _ in range(60):
            change_something(world.site, rng)
        await world.settled()
        await world.sweep()
        await world.caught_up()
        assert await world.differences() == []


async def test_forged_tokens_are_refused_and_an_old_one_too() -> None:
    async with make_world(site=app_site(), oauth=True, app_webhooks=True) as world:
        assert await world.start() == "completed"
        url = world.process.webhook_url
        forged = {
            "another secret": token("x" * 32, url),
            "long ago": token(CLIENT_SECRET, url, exp=int(time.time()) - 3600),
            "for another request": token(CLIENT_SECRET, f"{url}/else"),
            "no token": "",
        }
        asked = len(world.jira.requests)
        event = {"webhookEvent": "jira:issue_updated", "issue": {"id": first(world).id}}
        async with httpx.AsyncClient(trust_env=False) as client:
            for what, made in forged.items():
                headers = {"authorization": f"Bearer {made}"} if made else {}
                answer = await client.post(url, json=event, headers=headers)
                assert answer.status_code == 401, what
        assert len(world.jira.requests) == asked


async def test_without_the_client_secret_events_are_hints_at_a_bounded_rate() -> None:
    secretless: dict[str, Any] = {f"{CONFIG}OAUTH_CLIENT_SECRET": ""}
    async with make_world(site=app_site(), oauth=True, app_webhooks=True, **secretless) as world:
        assert await world.start() == "completed"
        assert any("taken as hints" in line for line in world.process.log)
        issue = first(world)
        await world.arrival(
            lambda: world.site.edit_issue(issue.key, summary="A hint"),
            lambda: title(world, issue.key) == "A hint",
        )
        await world.caught_up()
        url = world.process.webhook_url
        before = world.catalog.snapshot()
        forged = {
            "webhookEvent": "jira:issue_deleted",
            "issue": {"id": issue.id, "key": issue.key, "fields": {"summary": "Forged"}},
        }
        async with httpx.AsyncClient(trust_env=False) as client:
            foreign = await client.post(url, json={"webhookEvent": "project_deleted"})
            assert foreign.status_code == 401
            statuses = [200]
            while statuses[-1] == 200 and len(statuses) < 5000:
                statuses.append((await client.post(url, json=forged)).status_code)
        assert statuses[-1] == 503, "what comes too fast is to be sent again"
        assert len(statuses) > 500, "a bulk change goes through at once"
        await world.sweep()
        assert world.catalog.snapshot() == before


async def test_a_new_address_takes_the_place_of_the_old_one_and_what_ends_is_prolonged() -> None:
    async with make_world(site=app_site(), oauth=True, app_webhooks=True) as world:
        assert await world.start() == "completed"
        [old] = world.site.app_webhooks()
        await world.process.stop()
        # A day before its end.
        old.ends = world.site.now() + 24 * 60 * 60
        world.replace_process()
        assert await world.start() == "completed"
        assert old.ends > world.site.now() + 29 * 24 * 60 * 60
        await world.process.stop()
        world.replace_process(moves=True)
        assert await world.start() == "completed"
        [new] = world.site.app_webhooks()
        assert new.url == world.process.webhook_url != old.url


async def test_where_jira_takes_no_unknown_project_two_webhooks_share_all_issues() -> None:
    site = app_site()
    site.filters_may_name_unknown_projects = False
    async with make_world(site=site, oauth=True, app_webhooks=True) as world:
        assert await world.start() == "completed"
        assert len(site.app_webhooks()) == 2
        for key in ("AB", "CD"):
            issue = next(it for it in site.issues.values() if it.project.key == key)
            await world.arrival(
                partial(site.edit_issue, issue.key, summary="Told"),
                partial(shows, world, issue.key, "Told"),
            )
        assert len(world.deliveries.log) == 2


async def test_an_app_without_the_scope_says_so_and_resyncs_all_the_same() -> None:
    async with make_world(site=app_site(), oauth=True, app_webhooks=True) as world:
        world.jira.faults.add(
            Fault("status", "/rest/api/3/webhook", status=401, body=SCOPE_MISSING)
        )
        assert await world.start() == "completed"
        said = [line for line in world.process.log if "manage:jira-webhook" in line]
        assert len(said) == 1
