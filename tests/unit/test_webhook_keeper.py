"""The webhook is kept whatever happens: a resync waits for the first try, and must not for ever."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from jira import webhook_registration as module
from jira.errors import JiraAnswerError, JiraAuthenticationError, JiraUnavailableError
from jira.http.api import JiraApi
from jira.webhook_registration import (
    CHECK_EVERY_SECONDS,
    RETRY_AFTER_SECONDS,
    WantedWebhook,
    WebhookKeeper,
)
from telemetry import metrics

WANTED = WantedWebhook("name", "https://port.example.com", ("user_created",), "a-secret-word")
API = cast(JiraApi, object())


class Enough(BaseException):
    """Ends the loop that never returns."""


class FakeJira:
    """Gives one answer after the other to those who keep the webhook."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[WantedWebhook] = []
        self.said: list[set[str]] = []
        self.settled: list[bool] = []

    async def ensure_webhook(self, api: JiraApi, wanted: WantedWebhook, said: set[str]) -> bool:
        assert api is API
        # It is the same each time, or what is said once would be said every hour.
        self.said.append(said)
        self.asked.append(wanted)
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return cast(bool, answer)


@pytest.fixture
def keep(monkeypatch) -> Callable[..., Any]:
    """Run a keeper over these answers; the pauses between them, and whether it was ready then."""

    async def run(*answers: Any) -> tuple[FakeJira, list[float], list[bool]]:
        jira = FakeJira(*answers)
        settled = asyncio.Event()
        keeper = WebhookKeeper(API, WANTED, settled)
        pauses: list[float] = []
        ready: list[bool] = []
        assert not keeper.ready.is_set()

        async def sleep(seconds: float) -> None:
            pauses.append(seconds)
            ready.append(keeper.ready.is_set())
            jira.settled.append(settled.is_set())
            if not jira.answers:
                raise Enough

        stand_in = SimpleNamespace(sleep=sleep, Event=asyncio.Event)
        monkeypatch.setattr(module, "asyncio", stand_in)
        monkeypatch.setattr(module, "ensure_webhook", jira.ensure_webhook)
        with pytest.raises(Enough):
            await keeper.run()
        return jira, pauses, ready

    return run


@pytest.mark.parametrize("kept", [True, False])
async def test_the_webhook_is_looked_after_every_hour(keep, kept):
    """False is a permission that is missing: an administrator may give it any time."""
    jira, pauses, ready = await keep(kept, kept, kept)
    assert jira.asked == [WANTED] * 3
    assert all(said is jira.said[0] for said in jira.said)
    assert pauses == [CHECK_EVERY_SECONDS] * 3
    assert ready[0]
    assert metrics.WEBHOOK_STATE.now == (metrics.IN_PLACE if kept else metrics.REFUSED)


@pytest.mark.parametrize(
    "error",
    [
        JiraUnavailableError("503"),
        JiraAuthenticationError("401"),
        JiraAnswerError("HTML"),
        ValueError("nobody thought of this"),
        KeyError("self"),
    ],
)
async def test_after_an_error_nobody_waits_for_us_and_we_go_on_soon(keep, log, error):
    await keep(error)
    assert metrics.WEBHOOK_STATE.now == metrics.UNREACHABLE
    _, pauses, ready = await keep(error, error, True)
    assert metrics.WEBHOOK_STATE.now == metrics.IN_PLACE
    assert ready == [True] * 3
    assert pauses == [RETRY_AFTER_SECONDS, RETRY_AFTER_SECONDS, CHECK_EVERY_SECONDS]
    said = [line for line in log if "could not be checked, trying again" in line]
    assert len(said) == 3


async def test_the_secret_is_settled_when_jira_said_so_and_stays_it(keep):
    """Until then Jira signs as the webhook was before; a permission that is missing is an answer,
    too: nobody but an administrator changes the webhook then.
    """
    down = JiraUnavailableError("503")
    jira, _, _ = await keep(down, ValueError("odd"), True, down)
    assert jira.settled == [False, False, True, True]
    jira, _, _ = await keep(down, False)
    assert jira.settled == [False, True]


async def test_an_error_of_jira_is_a_warning_with_its_words(keep, log):
    await keep(JiraUnavailableError("503: Not now."))
    [line] = [line for line in log if line.startswith("WARNING")]
    assert "503: Not now." in line


async def test_an_error_that_nobody_expects_is_logged_with_its_traceback(keep, log):
    await keep(ValueError("nobody thought of this"))
    [line] = [line for line in log if line.startswith("ERROR")]
    assert "Traceback" in line


async def test_a_keeper_that_is_cancelled_ends_and_holds_nobody_up(monkeypatch):
    asked = asyncio.Event()

    async def slow(api: JiraApi, wanted: WantedWebhook, said: set[str]) -> bool:
        asked.set()
        return await asyncio.Future()

    monkeypatch.setattr(module, "ensure_webhook", slow)
    keeper = WebhookKeeper(API, WANTED, asyncio.Event())
    task = asyncio.create_task(keeper.run())
    await asked.wait()
    assert not keeper.ready.is_set()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert keeper.ready.is_set()
