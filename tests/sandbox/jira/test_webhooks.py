"""Registering webhooks."""

import pytest

from sandbox.jira.site import JiraSite

HOOKS = "/rest/webhooks/1.0/webhook"
HOOK = {
    "name": "Hook",
    "url": "http://listener.test/hook",
    "events": ["jira:issue_created", "project_created"],
    "filters": {},
    "secret": "first",
}


@pytest.fixture
def site():
    return JiraSite()


async def test_a_secret_is_written_never_read(client, site):
    row = (await client.post(HOOKS, json=HOOK)).json()
    assert row["isSigned"] is True
    assert "secret" not in row
    path = f"{HOOKS}/{row['self'].rsplit('/', 1)[1]}"
    kept = (await client.put(path, json={"name": "Other"})).json()
    assert (kept["name"], kept["isSigned"], kept["events"]) == ("Other", True, HOOK["events"])
    assert site.webhooks["1"].secret == "first"
    assert (await client.put(path, json={"secret": ""})).json()["isSigned"] is False
    assert (await client.get(path)).json()["isSigned"] is False
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404
    assert (await client.get(HOOKS)).json() == []
    again = (await client.post(HOOKS, json=HOOK)).json()
    assert again["self"] != row["self"]


async def test_webhooks_are_for_administrators(client, site):
    site.user_is_admin = False
    assert (await client.get(HOOKS)).status_code == 403
    assert (await client.post(HOOKS, json=HOOK)).status_code == 403
    site.user_is_admin = True
    assert (await client.post(HOOKS, json=HOOK | {"events": ["nonsense"]})).status_code == 400
