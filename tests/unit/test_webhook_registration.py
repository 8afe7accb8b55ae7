"""Our webhook in Jira: there once, as it has to be, whatever somebody did to it."""

from typing import Any

import pytest

from jira.errors import (
    JiraAnswerError,
    JiraAuthenticationError,
    JiraNotFoundError,
    JiraPermissionError,
    JiraRequestError,
    JiraUnavailableError,
)
from jira.webhook_registration import (
    WEBHOOKS,
    WantedWebhook,
    ensure_webhook,
    webhook_id,
    webhook_name,
)
from tests.unit.helpers.counted import growth
from tests.unit.helpers.fakes import FakeApi

SECRET = "a-very-secret-word"
WANTED = WantedWebhook(
    name=webhook_name("jira-1"),
    url="https://port.example.com/integration/webhook",
    events=("jira:issue_created", "jira:issue_deleted"),
    secret=SECRET,
)


class Hooks:
    """Jira's list of webhooks, as its API shows it: never with the secret."""

    def __init__(self) -> None:
        self.hooks: dict[str, dict[str, Any]] = {}
        self.secrets: dict[str, str] = {}
        self.errors: dict[str, Exception] = {}
        self.fake = FakeApi(self.answer)

    def add(self, hook_id: str, /, **changes: Any) -> None:
        self.secrets[hook_id] = "another secret"
        self.hooks[hook_id] = {
            "name": WANTED.name,
            "url": WANTED.url,
            "events": list(WANTED.events),
            "enabled": True,
            "excludeBody": False,
            "filters": {},
            "isSigned": True,
            "self": f"https://site.example.com{WEBHOOKS}/{hook_id}",
            **changes,
        }

    def answer(self, method: str, path: str, what: Any) -> Any:
        hook_id = path.removeprefix(WEBHOOKS).strip("/")
        if method in self.errors:
            return self.errors[method]
        if method == "GET":
            return list(self.hooks.values())
        if method == "DELETE":
            return self.hooks.pop(hook_id, None) and None
        hook_id = hook_id or str(len(self.hooks) + 1)
        self.add(hook_id, **{name: value for name, value in what.items() if name != "secret"})
        self.secrets[hook_id] = what["secret"]
        return self.hooks[hook_id]

    @property
    def changes(self) -> list[tuple[str, str]]:
        return [(m, p.removeprefix(WEBHOOKS)) for m, p, _ in self.fake.asked if m != "GET"]


@pytest.fixture
def jira():
    return Hooks()


def warnings(log: list[str]) -> list[str]:
    return [line for line in log if line.startswith("WARNING")]


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


@pytest.mark.parametrize("error", [JiraPermissionError("403"), JiraRequestError("400")])
async def test_where_it_can_not_become_ours_none_is_made_beside_it(jira, error):
    jira.add("7", name="Made by hand")
    jira.errors["PUT"] = error
    assert await ensure_webhook(jira.fake.api, WANTED, set()) is False
    assert [method for method, _ in jira.changes] == ["PUT"]


NO_ADMINISTRATOR = ("Administer Jira", "manageWebhooks")


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (JiraPermissionError("403: You are not an administrator."), NO_ADMINISTRATOR),
        (JiraNotFoundError("404: Not here."), NO_ADMINISTRATOR),
        (JiraRequestError("400: Not like that."), (WANTED.url, "https")),
    ],
)
async def test_a_refusal_is_one_warning_that_says_what_to_do(jira, log, method, error, advice):
    jira.errors[method] = error
    assert await ensure_webhook(jira.fake.api, WANTED, set()) is False
    [warning] = warnings(log)
    for part in (str(error), *advice):
        assert part in warning


async def test_a_webhook_that_somebody_deletes_in_between_is_made_anew(jira):
    jira.add("7")
    jira.errors["PUT"] = JiraNotFoundError("404")
    assert await ensure_webhook(jira.fake.api, WANTED, set()) is True
    assert [method for method, _ in jira.changes] == ["PUT", "POST"]
    assert jira.fake.bodies(WEBHOOKS)[-1] == WANTED.body()


async def test_a_webhook_that_may_not_be_changed_is_not_made_anew(jira, log):
    """That would be a second one."""
    jira.add("7")
    jira.errors["PUT"] = JiraPermissionError("403: Not yours.")
    assert await ensure_webhook(jira.fake.api, WANTED, set()) is False
    assert [method for method, _ in jira.changes] == ["PUT"]
    assert len(warnings(log)) == 1


@pytest.mark.parametrize("link", [None, "", "/"])
@pytest.mark.parametrize("place", ["first", "second"])
async def test_a_webhook_of_ours_without_its_address_is_an_error_and_nothing_is_changed(
    jira, link, place
):
    """Without the id a PUT or DELETE would go to the list itself."""
    jira.add("7", **({"self": link} if place == "first" else {}))
    jira.add("8", **({"self": link} if place == "second" else {}))
    with pytest.raises(JiraAnswerError, match="without its address"):
        await ensure_webhook(jira.fake.api, WANTED, set())
    assert jira.changes == []


def test_the_secret_is_not_shown_when_the_webhook_is_printed():
    assert SECRET not in repr(WANTED)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "error",
    [JiraUnavailableError("503"), JiraAuthenticationError("401"), JiraAnswerError("HTML")],
)
async def test_what_can_be_over_soon_is_raised_and_not_taken_for_a_no(jira, log, method, error):
    jira.add("7")
    jira.add("8")
    jira.errors[method] = error
    with pytest.raises(type(error)):
        await ensure_webhook(jira.fake.api, WANTED, set())
    assert not any("manageWebhooks" in line for line in log)


async def test_after_a_creation_that_got_no_answer_the_list_is_asked_again(jira):
    """The POST may have worked."""
    jira.errors["POST"] = JiraUnavailableError("time-out")
    with pytest.raises(JiraUnavailableError):
        await ensure_webhook(jira.fake.api, WANTED, set())
    jira.errors.clear()
    jira.add("7")
    assert await ensure_webhook(jira.fake.api, WANTED, set()) is True
    assert [method for method, _ in jira.changes] == ["POST", "PUT"]


@pytest.mark.parametrize("answer", [None, {}, "text", {"values": []}])
async def test_another_answer_than_a_list_makes_no_webhook(answer):
    """Taken for an empty list, it would make a twin at each start."""
    fake = FakeApi.scripted(answer)
    with pytest.raises(JiraAnswerError):
        await ensure_webhook(fake.api, WANTED, set())
    assert len(fake.asked) == 1


async def test_odd_entries_in_the_list_are_passed_over(jira):
    jira.add("7")
    good = jira.answer
    odd: list[Any] = [None, "text", {}, {"name": None}]
    jira.fake.answer = lambda m, p, w: [*odd, *good(m, p, w)] if m == "GET" else good(m, p, w)
    assert await ensure_webhook(jira.fake.api, WANTED, set()) is True
    assert jira.changes == [("PUT", "/7")]


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
