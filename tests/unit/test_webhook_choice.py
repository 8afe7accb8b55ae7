"""Which of the webhooks in Jira is ours, which goes, and which somebody has to be told of."""

from typing import Any

import pytest

from jira.webhook_choice import Choice, choose, is_same_url

NAME = "jira-1-Port-Ocean-Events-Webhook"
URL = "https://port.example.com/integration/webhook"
ELSEWHERE = "https://elsewhere.example.com/integration/webhook"


def hook(name: str, url: Any = URL, **more: Any) -> dict[str, Any]:
    return {"name": name, "url": url, "self": f"https://site.example.com/{name}/{url}", **more}


OURS = hook(NAME)
TWIN = hook(NAME, ELSEWHERE)
BY_HAND = hook("Made by hand")
OLDER = hook("older-Port-Ocean-Events-Webhook", f"{URL}/")
SWITCHED_OFF = hook("Switched off", enabled=False)
SOMEBODYS = hook("Somebody's", ELSEWHERE)


@pytest.mark.parametrize(
    ("hooks", "choice"),
    [
        ([], Choice()),
        ([SOMEBODYS], Choice()),
        ([OURS], Choice(OURS)),
        ([SOMEBODYS, OURS], Choice(OURS)),
        ([OURS, TWIN], Choice(OURS, [TWIN])),
        ([TWIN, OURS], Choice(TWIN, [OURS])),
        ([BY_HAND], Choice(BY_HAND)),
        ([SOMEBODYS, OLDER], Choice(OLDER)),
        ([BY_HAND, OLDER], Choice(BY_HAND, [], [OLDER])),
        ([SWITCHED_OFF], Choice(SWITCHED_OFF)),
        ([SWITCHED_OFF, OLDER], Choice(OLDER, [], [SWITCHED_OFF])),
        ([BY_HAND, OURS, OLDER], Choice(OURS, [], [BY_HAND, OLDER])),
        ([BY_HAND, TWIN], Choice(TWIN, [], [BY_HAND])),
        ([None, "text", {}, {"name": None}, {"url": 5}], Choice()),
    ],
)
def test_what_has_our_name_is_ours_and_else_what_sends_to_our_address(hooks, choice):
    assert choose(hooks, NAME, URL) == choice


@pytest.mark.parametrize(
    "other",
    [
        URL,
        f"{URL}/",
        f" {URL}",
        f"{URL}?issue=AB-1",
        f"{URL}#here",
        "https://port.example.com:443/integration/webhook",
        "HTTPS://Port.Example.COM/integration/webhook",
    ],
)
def test_the_same_place_written_in_another_way(other):
    assert is_same_url(other, URL)
    assert is_same_url(URL, other)


def test_the_default_port_is_that_of_the_scheme():
    assert is_same_url("http://port.example.com:80/x", "http://port.example.com/x")
    assert not is_same_url("http://port.example.com:443/x", "https://port.example.com/x")


@pytest.mark.parametrize(
    "other",
    [
        ELSEWHERE,
        "http://port.example.com/integration/webhook",
        "https://port.example.com:8443/integration/webhook",
        "https://port.example.com/integration/Webhook",
        "https://port.example.com/other/integration/webhook",
        "https://port.example.com",
        "https://port.example.com:x/integration/webhook",
        "https://[port/integration/webhook",
        "/integration/webhook",
        "",
        None,
        5,
        {},
    ],
)
def test_another_place_or_none(other):
    assert not is_same_url(other, URL)


@pytest.mark.parametrize("odd", ["", "/integration/webhook", "https://[port/x", None, 5])
def test_what_is_no_address_leads_nowhere(odd):
    assert not is_same_url(odd, odd)
