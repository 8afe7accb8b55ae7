"""Our webhook in Jira: there once, as it has to be, whatever somebody did to it."""

import pytest

from jira.errors import JiraNotFoundError, JiraPermissionError
from jira.webhook_registration import WEBHOOKS, ensure_webhook, webhook_id
from tests.unit.helpers.counted import growth
from tests.unit.helpers.webhook_list import SECRET, WANTED, Hooks, warnings


@pytest.fixture
def jira():
    return Hooks()


async def test_a_missing_webhook_is_made_with_everything_it_needs(jira, log):
    assert await ensure_webhook(jira.fake.api, WANTED, set()) is True
    [(method, path, body)] = [asked for asked in jira.fake.asked if asked[0] != "GET"]
    assert (method, path) == ("POST", WEBHOOKS)
    assert body.pop("description")
    assert body == {
        "name": "jira-1-Port-Ocean-Events-Webhook",
        "url": "https://port.example.com/integration/webhook",
        "events": ["jira:issue_created", "jira:issue_deleted"],
        "filters": {"issue-related-events-section": ""},
        "excludeBody": False,
        "enabled": True,
        "secret": SECRET,
    }
    assert warnings(log) == []


async def test_there_is_never_a_second_one(jira):
    for _ in range(3):
        assert await ensure_webhook(jira.fake.api, WANTED, set()) is True
    assert [method for method, _ in jira.changes] == ["POST", "PUT", "PUT"]
    assert len(jira.hooks) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"url": "https://elsewhere.example.com"}, "URL"),
        ({"events": ["jira:issue_created"]}, "events"),
        ({"events": [*WANTED.events, "board_created"]}, "events"),
        ({"events": None}, "events"),
        ({"events": "jira:issue_created"}, "events"),
        ({"events": {"jira:issue_created": True}}, "events"),
        ({"events": [None, 5, *WANTED.events]}, "events"),
        ({"filters": ["project = AB"]}, "JQL filter"),
        ({"filters": "project = AB"}, "JQL filter"),
        ({"enabled": False}, "disabled"),
        ({"excludeBody": True}, "body"),
        ({"filters": {"issue-related-events-section": "project = AB"}}, "JQL filter"),
        ({"isSigned": False}, "secret"),
    ],
)
async def test_what_somebody_changed_is_put_right_in_place_and_said(jira, log, change, said):
    jira.add("7", **change)
    with growth("webhook_repairs_total") as repairs:
        assert await ensure_webhook(jira.fake.api, WANTED, set()) is True
    assert repairs.by == 1
    assert jira.changes == [("PUT", "/7")]
    hook = jira.hooks["7"]
    assert (hook["url"], hook["events"]) == (WANTED.url, list(WANTED.events))
    assert (hook["enabled"], hook["excludeBody"]) == (True, False)
    assert hook["filters"] == {"issue-related-events-section": ""}
    assert jira.secrets["7"] == SECRET
    [warning] = warnings(log)
    assert said in warning


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"events": list(reversed(WANTED.events))},
        {"filters": {"issue-related-events-section": ""}},
        {"filters": None},
        {"filters": []},
        {"filters": ""},
        {"isSigned": None},
    ],
)
async def test_a_webhook_as_it_has_to_be_gets_the_secret_without_a_word(jira, log, change):
    """A GET never tells whether the secret is still ours."""
    jira.add("7", **change)
    with growth("webhook_repairs_total") as repairs:
        assert await ensure_webhook(jira.fake.api, WANTED, set()) is True
    assert repairs.by == 0
    assert jira.secrets["7"] == SECRET
    assert warnings(log) == []


async def test_twins_are_removed(jira, log):
    for hook_id in ("7", "8", "9"):
        jira.add(hook_id)
    assert await ensure_webhook(jira.fake.api, WANTED, set()) is True
    assert list(jira.hooks) == ["7"]
    assert jira.changes == [("PUT", "/7"), ("DELETE", "/8"), ("DELETE", "/9")]
    assert len(warnings(log)) == 2


async def test_a_twin_that_is_gone_already_is_fine(jira):
    jira.add("7")
    jira.add("8")
    jira.errors["DELETE"] = JiraNotFoundError("404")
    assert await ensure_webhook(jira.fake.api, WANTED, set()) is True


async def test_other_peoples_webhooks_are_left_alone(jira):
    jira.add("7", name="jira-2-Port-Ocean-Events-Webhook", url="https://b.example.com")
    jira.add("8", name="something else", url="https://c.example.com")
    before = dict(jira.hooks)
    await ensure_webhook(jira.fake.api, WANTED, set())
    assert before.items() <= jira.hooks.items()
    assert [method for method, _ in jira.changes] == ["POST"]


@pytest.mark.parametrize(
    "url",
    [
        WANTED.url,
        f"{WANTED.url}/",
        "https://PORT.example.com:443/integration/webhook",
    ],
)
async def test_one_of_another_name_that_sends_to_us_becomes_ours(jira, log, url):
    """Beside it a second one would be made, and each event of the first one be a 401."""
    jira.add("7", name="Made by hand", url=url, isSigned=False)
    for _ in range(2):
        assert await ensure_webhook(jira.fake.api, WANTED, set()) is True
    assert jira.changes == [("PUT", "/7")] * 2
    assert (jira.hooks["7"]["name"], jira.hooks["7"]["url"]) == (WANTED.name, WANTED.url)
    assert jira.secrets == {"7": SECRET}
    [warning] = warnings(log)
    assert "Adopted the webhook 'Made by hand'" in warning


async def test_of_several_that_send_to_us_one_is_ours_and_each_other_is_told_of_once(jira, log):
    jira.add("7", name="Made by hand")
    jira.add("8", name="older-Port-Ocean-Events-Webhook", url=f"{WANTED.url}/")
    jira.add("9", name="Switched off", enabled=False)
    said: set[str] = set()
    for _ in range(3):
        assert await ensure_webhook(jira.fake.api, WANTED, said) is True
    assert jira.changes == [("PUT", "/7")] * 3
    assert jira.hooks["8"]["name"] == "older-Port-Ocean-Events-Webhook"
    told = [line for line in warnings(log) if "Adopted" not in line]
    assert len(told) == 1
    for part in ("older-Port-Ocean-Events-Webhook", "id 8", "401", "delete it", "System, WebHooks"):
        assert part in told[0]


def test_the_secret_is_not_shown_when_the_webhook_is_printed():
    assert SECRET not in repr(WANTED)


@pytest.mark.parametrize("error", [None, JiraPermissionError("403")])
async def test_the_secret_is_never_logged(jira, log, error):
    if error:
        jira.errors["POST"] = error
    await ensure_webhook(jira.fake.api, WANTED, set())
    jira.add("7", url="https://elsewhere.example.com")
    jira.add("8")
    await ensure_webhook(jira.fake.api, WANTED, set())
    assert log
    assert not any(SECRET in line for line in log)


@pytest.mark.parametrize(
    ("link", "hook_id"),
    [
        ("https://site.example.com/rest/webhooks/1.0/webhook/72", "72"),
        ("https://site.example.com/rest/webhooks/1.0/webhook/72/", "72"),
        ("https://api.atlassian.com/ex/jira/0a-1b/rest/webhooks/1.0/webhook/72", "72"),
        ("", ""),
        (None, ""),
    ],
)
def test_the_id_is_the_last_segment_of_self(link, hook_id):
    assert webhook_id({"self": link}) == hook_id
