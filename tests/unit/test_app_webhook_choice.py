"""Which webhooks of an app are kept, made, removed; what Jira says with 200 is read."""

from typing import Any

import pytest

from client import webhook_events
from jira.app_webhook_choice import (
    EVENTS,
    NOBODY,
    AppChoice,
    WantedAppWebhooks,
    choose_of_app,
    ends_at,
    filters_by,
    registered,
)
from sandbox.jira import app_webhooks as stand_in

URL = "https://port.example.com/integration/webhook"
WANTED = WantedAppWebhooks.of(URL, ["jira:issue_created", "comment_created", "user_created"])
ALL = f'project != "{NOBODY}"'


def hook(number: int, jql: str = ALL, **changes: Any) -> dict[str, Any]:
    events = ["jira:issue_created", "comment_created"]
    return {"id": number, "url": URL, "events": events, "jqlFilter": jql, **changes}


def test_of_our_events_those_are_asked_for_that_jira_tells_apps_of() -> None:
    assert WANTED.events == ("comment_created", "jira:issue_created")
    assert set(WantedAppWebhooks.of(URL, webhook_events()).events) == EVENTS
    assert EVENTS <= stand_in.EVENTS


@pytest.mark.parametrize("key", [NOBODY, "AB"])
def test_all_issues_pass_the_filters_each_by_one_alone(key: str) -> None:
    assert WANTED.body(filters_by(key))["url"] == URL
    for project in ("AB", "CD"):
        payload = {"issue": {"key": f"{project}-1", "fields": {"project": {"key": project}}}}
        passed = [jql for jql in filters_by(key) if stand_in._passes(jql, payload)]
        assert len(passed) == 1


@pytest.mark.parametrize(
    ("hooks", "choice"),
    [
        pytest.param([], AppChoice(), id="none"),
        pytest.param([hook(1)], AppChoice([1], key=NOBODY), id="ours"),
        pytest.param([hook(1, ALL.replace('"', ""))], AppChoice([1], key=NOBODY), id="rewritten"),
        pytest.param([hook(1), hook(2)], AppChoice([1], [2], key=NOBODY), id="twins"),
        pytest.param(
            [hook(1, 'project != "AB"'), hook(2, 'project = "AB"')],
            AppChoice([1, 2], key="AB"),
            id="a pair",
        ),
        pytest.param([hook(1, 'project != "AB"')], AppChoice([], [1]), id="half of a pair"),
        pytest.param(
            [hook(1, 'project != "AB"'), hook(2, 'project = "CD"')],
            AppChoice([], [1, 2]),
            id="no pair",
        ),
        pytest.param(
            [hook(1, 'project != "AB"'), hook(2, 'project = "AB"'), hook(3)],
            AppChoice([1, 2], [3], key="AB"),
            id="one set is enough",
        ),
        pytest.param([hook(1, "status = Done")], AppChoice([], [1]), id="a filter of others"),
        pytest.param([hook(1, events=["jira:issue_created"])], AppChoice([], [1]), id="few events"),
        pytest.param([hook(1, fieldIdsFilter=["summary"])], AppChoice([], [1]), id="few fields"),
        pytest.param(
            [hook(1, url="https://old.example.com")], AppChoice([], [1], moved=True), id="moved"
        ),
        pytest.param([{"url": URL}, {"id": "x"}], AppChoice(), id="nothing that has an id"),
    ],
)
def test_which_are_kept_and_which_go(hooks: list[dict[str, Any]], choice: AppChoice) -> None:
    assert choose_of_app(hooks, WANTED) == choice


@pytest.mark.parametrize(
    ("answer", "ids", "words"),
    [
        ({"webhookRegistrationResult": [{"createdWebhookId": 7}]}, [7], []),
        ({"webhookRegistrationResult": [{"errors": ["no"]}]}, [], ["no"]),
        ({"webhookRegistrationResult": [{"createdWebhookId": 7, "errors": ["no"]}]}, [], ["no"]),
        ({"webhookRegistrationResult": []}, [], ["it told of 0 of 1 webhooks"]),
        ({"webhookRegistrationResult": [{}]}, [], ["it told of 0 of 1 webhooks"]),
        ({"webhookRegistrationResult": [None, "x"]}, [], ["it told of 0 of 1 webhooks"]),
        (None, [], ["it told of 0 of 1 webhooks"]),
        ([], [], ["it told of 0 of 1 webhooks"]),
    ],
)
def test_what_jira_says_of_each_is_read(answer: Any, ids: list[int], words: list[str]) -> None:
    assert registered(answer, 1) == (ids, words)


def test_of_two_one_that_is_refused_is_told() -> None:
    answer = {"webhookRegistrationResult": [{"createdWebhookId": 7}, {"errors": ["no"]}]}
    assert registered(answer, 2) == ([7], ["no"])


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (1_559_392_950_000, 1_559_392_950.0),
        ("2019-06-01T12:42:30.000+0000", 1_559_392_950.0),
        (None, None),
        (True, None),
        ("soon", None),
    ],
)
def test_when_a_webhook_ends(value: object, moment: float | None) -> None:
    assert ends_at(value) == moment
