"""The webhooks of an app: registered, prolonged, moved; what Jira refuses is said, once."""

import asyncio
import time
from typing import Any

import httpx
import pytest
import respx

from jira.app_webhook_choice import NOBODY, WantedAppWebhooks
from jira.app_webhooks import (
    APP_WEBHOOKS,
    GONE_TRIES,
    REFRESH,
    REFRESH_EVERY_SECONDS,
    AppWebhookKeeper,
    AppWebhooks,
)
from jira.errors import (
    JiraAnswerError,
    JiraAuthenticationError,
    JiraPermissionError,
    JiraRequestError,
    JiraUnavailableError,
)
from tests.unit.helpers.fakes import FakeApi
from tests.unit.helpers.jira_over_http import HOST, made_api, passing_clock
from tests.unit.helpers.webhook_list import warnings

URL = "https://port.example.com/integration/webhook"
OLD_URL = "https://old.example.com/integration/webhook"
WANTED = WantedAppWebhooks.of(URL, ["jira:issue_created", "jira:issue_deleted"])
MYSELF = "/rest/api/3/myself"
PROJECTS = "/rest/api/3/project/search"


class Jira:
    """An app's webhooks, as Jira keeps them."""

    def __init__(self) -> None:
        self.hooks: dict[int, dict[str, Any]] = {}
        self.last = 1000
        self.leaving: dict[int, int] = {}
        """How many lists more show a webhook that was deleted."""
        self.deletion_lists = 2
        self.refuses: dict[str, list[str]] = {}
        """What is said of a filter."""
        self.errors: dict[tuple[str, str], Exception] = {}
        self.projects = [{"id": "1", "key": "AB"}]
        self.ends = int((time.time() + 2_592_000) * 1000)
        self.fake = FakeApi(self.answer)

    def add(self, jql: str, url: str = URL) -> int:
        self.last += 1
        number = self.last
        events = list(WANTED.events)
        self.hooks[number] = {"id": number, "url": url, "events": events, "jqlFilter": jql}
        return number

    def answer(self, method: str, path: str, what: Any) -> Any:
        if (error := self.errors.get((method, path))) is not None:
            return error
        if path == MYSELF:
            return {"accountId": "1"}
        if path == PROJECTS:
            named = what.get("keys")
            rows = [row for row in self.projects if named is None or row["key"] in named]
            return {"values": rows, "isLast": True, "total": len(rows)}
        if path == REFRESH:
            return {"expirationDate": self.ends}
        assert path == APP_WEBHOOKS
        if method == "GET":
            rows = list(self.hooks.values())
            self.leaving = {number: left - 1 for number, left in self.leaving.items()}
            self.let_go()
            return {"values": rows, "isLast": True, "total": len(rows)}
        if method == "DELETE":
            self.leaving |= dict.fromkeys(what["webhookIds"], self.deletion_lists)
            self.let_go()
            return None
        results: list[dict[str, Any]] = []
        for one in what["webhooks"]:
            if any(hook["url"] != what["url"] for hook in self.hooks.values()):
                results.append({"errors": ["Only a single URL per app is allowed."]})
            elif said := self.refuses.get(one["jqlFilter"]):
                results.append({"errors": said})
            else:
                results.append({"createdWebhookId": self.add(one["jqlFilter"], what["url"])})
        return {"webhookRegistrationResult": results}

    def let_go(self) -> None:
        for number in [number for number, left in self.leaving.items() if left <= 0]:
            del self.leaving[number]
            self.hooks.pop(number, None)

    @property
    def changes(self) -> list[tuple[str, str]]:
        return [(method, path) for method, path, _ in self.fake.asked if method != "GET"]


class World:
    """A keeper, and what it says."""

    def __init__(self) -> None:
        self.jira = Jira()
        self.time = 1000.0
        self.missed = 0
        self.settled = asyncio.Event()
        self.keeper = AppWebhookKeeper(
            self.jira.fake.api, WANTED, self.settled, self.miss, lambda: self.time
        )

    def miss(self) -> None:
        self.missed += 1

    async def check(self) -> bool:
        self.jira.fake.asked.clear()
        return await self.keeper.in_place()


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    async def sleep(seconds: float) -> None:
        return None

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return World()


def filters(world: World) -> list[str]:
    return [hook["jqlFilter"] for hook in world.jira.hooks.values()]


async def test_where_there_is_none_one_is_registered_for_all_issues(world: World) -> None:
    assert await world.check()
    assert filters(world) == [f'project != "{NOBODY}"']
    assert world.jira.changes == [("POST", APP_WEBHOOKS)]
    assert world.missed == 0, "the start's resync reads what came before"


async def test_one_that_is_there_is_prolonged_at_the_start_and_once_a_day(world: World) -> None:
    world.jira.add(f"project != {NOBODY}")
    assert await world.check()
    assert world.jira.changes == [("PUT", REFRESH)]
    world.time += REFRESH_EVERY_SECONDS - 1
    assert await world.check()
    assert world.jira.changes == []
    world.time += 1
    assert await world.check()
    assert world.jira.changes == [("PUT", REFRESH)]


async def test_one_that_jira_says_has_ended_after_all_is_an_error_and_tried_again(
    world: World,
) -> None:
    world.jira.add(f"project != {NOBODY}")
    world.jira.ends = 1000
    with pytest.raises(JiraAnswerError, match="have ended"):
        await world.check()


async def test_one_that_went_meanwhile_is_made_anew_and_what_it_did_not_tell_is_looked_for(
    world: World,
) -> None:
    assert await world.check()
    world.jira.hooks.clear()
    assert await world.check()
    assert len(world.jira.hooks) == 1
    assert world.missed == 1


async def test_an_old_address_goes_before_the_new_one_comes(world: World, log: list[str]) -> None:
    world.jira.add(f"project != {NOBODY}", OLD_URL)
    assert await world.check()
    assert [hook["url"] for hook in world.jira.hooks.values()] == [URL]
    assert world.jira.changes == [("DELETE", APP_WEBHOOKS), ("POST", APP_WEBHOOKS)]
    assert len(warnings(log)) == 1


async def test_where_the_old_address_stays_for_long_it_is_tried_again_later(world: World) -> None:
    world.jira.add(f"project != {NOBODY}", OLD_URL)
    world.jira.deletion_lists = GONE_TRIES + 5
    with pytest.raises(JiraUnavailableError, match="deleted"):
        await world.check()
    assert ("POST", APP_WEBHOOKS) not in world.jira.changes


async def test_twins_and_strangers_at_our_address_go_after_the_others_are_there(
    world: World,
) -> None:
    world.jira.add("status = Done")
    world.jira.deletion_lists = 0
    assert await world.check()
    assert world.jira.changes == [("POST", APP_WEBHOOKS), ("DELETE", APP_WEBHOOKS)]
    assert await world.check()
    assert await world.check()
    assert filters(world) == [f'project != "{NOBODY}"']


async def test_where_jira_knows_no_such_project_two_webhooks_share_all_issues(
    world: World,
) -> None:
    world.jira.refuses[f'project != "{NOBODY}"'] = ["The project does not exist."]
    assert await world.check()
    assert filters(world) == ['project != "AB"', 'project = "AB"']
    assert await world.check()
    assert ("POST", APP_WEBHOOKS) not in world.jira.changes


async def test_when_the_project_of_a_filter_is_gone_others_take_their_place(world: World) -> None:
    world.jira.refuses[f'project != "{NOBODY}"'] = ["The project does not exist."]
    assert await world.check()
    world.jira.projects = [{"id": "2", "key": "CD"}]
    world.jira.deletion_lists = 0
    assert await world.check()
    assert filters(world)[-2:] == ['project != "CD"', 'project = "CD"']
    assert await world.check()
    assert filters(world) == ['project != "CD"', 'project = "CD"']
    assert await world.check()
    assert ("POST", APP_WEBHOOKS) not in world.jira.changes


async def test_where_others_fill_all_places_they_go_first(world: World) -> None:
    for _ in range(4):
        world.jira.add("status = Done")
    assert await world.check()
    assert world.jira.changes == [("DELETE", APP_WEBHOOKS), ("POST", APP_WEBHOOKS)]
    assert filters(world) == [f'project != "{NOBODY}"']


async def test_half_of_a_pair_is_no_use_and_goes(world: World, log: list[str]) -> None:
    world.jira.refuses[f'project != "{NOBODY}"'] = ["The project does not exist."]
    world.jira.refuses['project = "AB"'] = ["An app may have 5 webhooks at most."]
    assert not await world.check()
    assert world.jira.changes[-1] == ("DELETE", APP_WEBHOOKS)
    [said] = warnings(log)
    assert "at most" in said
    assert "docs/webhook.md" in said


@pytest.mark.parametrize("error", [JiraPermissionError("not an app"), JiraRequestError("400")])
async def test_what_jira_refuses_is_said_and_nothing_else_suffers(
    world: World, log: list[str], error: Exception
) -> None:
    world.jira.errors["GET", APP_WEBHOOKS] = error
    assert not await world.check()
    assert str(error) in warnings(log)[0]


async def test_a_401_of_a_good_token_is_a_missing_scope_and_of_a_bad_one_an_outage(
    world: World, log: list[str]
) -> None:
    world.jira.errors["GET", APP_WEBHOOKS] = JiraAuthenticationError("401", "")
    assert not await world.check()
    assert "manage:jira-webhook" in warnings(log)[0]
    world.jira.errors["GET", MYSELF] = JiraAuthenticationError("401", "")
    with pytest.raises(JiraAuthenticationError):
        await world.check()


async def test_an_answer_without_a_list_is_no_reason_to_register(world: World) -> None:
    world.jira.answer = lambda method, path, what: {"errors": []}  # type: ignore[method-assign]
    world.jira.fake.answer = world.jira.answer
    with pytest.raises(JiraAnswerError):
        await world.check()
    assert world.jira.changes == []


@respx.mock
async def test_what_is_deleted_or_prolonged_is_named_in_the_body(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deletion = respx.delete(f"{HOST}{APP_WEBHOOKS}").respond(202)
    refresh = respx.put(f"{HOST}{REFRESH}").respond(json={"expirationDate": 1_559_392_950_000})
    async with made_api(monkeypatch, passing_clock(monkeypatch)) as api:
        hooks = AppWebhooks(api)
        await hooks.remove([1, 2])
        assert await hooks.refresh([3]) == 1_559_392_950.0
    assert deletion.calls.last.request.content == b'{"webhookIds":[1,2]}'
    assert refresh.calls.last.request.content == b'{"webhookIds":[3]}'


@respx.mock
async def test_registering_is_never_repeated_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """It could have been done: the next check sees it in the list."""
    route = respx.post(f"{HOST}{APP_WEBHOOKS}").mock(side_effect=httpx.ReadTimeout("slow"))
    async with made_api(monkeypatch, passing_clock(monkeypatch)) as api:
        with pytest.raises(JiraUnavailableError):
            await AppWebhooks(api).register(WANTED)
    assert route.call_count == 1
