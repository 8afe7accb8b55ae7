"""Nothing secret or personal is in the log, at DEBUG, nor on the status page, whatever happens."""

import base64

import httpx
import pytest

from sandbox.jira.faults import Fault
from sandbox.world import EMAIL, TOKEN
from tests.e2e.support import Status, first, started, status_of

STATUS_TOKEN = "a-token-for-the-status-page"


async def test_no_secret_is_in_the_log_of_a_whole_run_at_debug_nor_on_the_status_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    signatures: list[str] = []
    import sandbox.jira.deliveries as module

    original = module.signature

    def noting(secret: str, body: bytes) -> str:
        signatures.append(original(secret, body))
        return signatures[-1]

    monkeypatch.setattr(module, "signature", noting)
    shown: list[Status] = []
    settings = {
        "OCEAN__INTEGRATION__CONFIG__WEBHOOK_SECRET": "a-configured-secret-0123456789",
        "OCEAN__INTEGRATION__CONFIG__STATUS_TOKEN": STATUS_TOKEN,
    }
    async with started(20, site=None, log_level="DEBUG", **settings) as world:
        (hook,) = world.site.webhooks.values()
        secret = hook.secret or ""
        world.site.edit_issue(first(world).id, summary="Edited")
        await world.settled()
        hook.secret = "another-secret-than-ours"
        world.site.edit_issue(first(world).id, summary="Forged")
        await world.deliveries.settled()
        hook.secret = secret
        for fault in (Fault("status", status=401), Fault("html"), Fault("reset", times=3)):
            world.jira.faults.add(fault)
            world.site.edit_issue(first(world).id, summary="Under a fault")
            await world.process.wait_for_log("wait for another try|retrying in")
            shown.append(await status_of(world, STATUS_TOKEN))
            await world.resync()
            world.jira.faults.clear()
            await world.settled(90)
        shown.append(await status_of(world, STATUS_TOKEN))
        async with httpx.AsyncClient(trust_env=False) as client:
            assert (await client.get(f"{world.process.url}/integration/status")).status_code == 401
        pages = "\n".join(text for status in shown for text in (status.html, status.json))
        log = "\n".join([*world.process.log, pages])
        log += "\n".join(str(entry) for entry in world.port.api.logs)
    issue = first(world)
    assert issue.key in pages
    people = [name for user in world.site.users.values() for name in (user.name, user.email)]
    for content in ("Edited", "Under a fault", *filter(None, people)):
        assert content not in pages, content
    pair = base64.b64encode(f"{EMAIL}:{TOKEN}".encode()).decode()
    assert len(signatures) >= 5
    for name, text in {
        "the API token": TOKEN,
        "the Basic pair": pair,
        "the account's e-mail": EMAIL,
        "the webhook's secret": secret,
        "the status page's token": STATUS_TOKEN,
        "Port's client secret": "port-client-secret",
        **{f"signature {n}": s.removeprefix("sha256=") for n, s in enumerate(signatures)},
    }.items():
        found = [line[:200] for line in log.splitlines() if text in line]
        assert not found, f"{name}: {found[0]}"
