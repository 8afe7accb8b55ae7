"""Nothing secret or personal about the account is in the log, at DEBUG, whatever happens."""

import base64

import pytest

from sandbox.jira.faults import Fault
from sandbox.world import EMAIL, TOKEN
from tests.e2e.support import first, started


async def test_no_secret_is_in_the_log_of_a_whole_run_at_debug(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    signatures: list[str] = []
    import sandbox.jira.deliveries as module

    original = module.signature

    def noting(secret: str, body: bytes) -> str:
        signatures.append(original(secret, body))
        return signatures[-1]

    monkeypatch.setattr(module, "signature", noting)
    settings = {"OCEAN__INTEGRATION__CONFIG__WEBHOOK_SECRET": "a-configured-secret-0123456789"}
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
            await world.resync()
            world.jira.faults.clear()
            await world.settled(90)
        log = "\n".join(world.process.log)
        log += "\n".join(str(entry) for entry in world.port.api.logs)
    pair = base64.b64encode(f"{EMAIL}:{TOKEN}".encode()).decode()
    assert len(signatures) >= 5
    for name, text in {
        "the API token": TOKEN,
        "the Basic pair": pair,
        "the account's e-mail": EMAIL,
        "the webhook's secret": secret,
        "Port's client secret": "port-client-secret",
        **{f"signature {n}": s.removeprefix("sha256=") for n, s in enumerate(signatures)},
    }.items():
        found = [line[:200] for line in log.splitlines() if text in line]
        assert not found, f"{name}: {found[0]}"
