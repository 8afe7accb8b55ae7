"""The status page's edge: who gets it, in which form, and what a browser is told about it."""

import base64
import re
from hashlib import sha256

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from telemetry.status.access import SETTING
from telemetry.status.page import HEADERS, StatusPage, asked_by
from telemetry.status.snapshot import Snapshot
from tests.unit.helpers.status_world import quiet

TOKEN = "a-token-of-a-test"
PATH = "/integration/status"


class Site:
    """The page, asked from an address."""

    def __init__(self, token: str = "", client: str = "127.0.0.1") -> None:
        self.taken = 0
        self.page = StatusPage(token, self.take)
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, client=(client, 4711)),
            base_url="http://localhost:8000",
        )

    def take(self) -> Snapshot:
        self.taken += 1
        return quiet()

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.page.answer(scope)(scope, receive, send)


@pytest.mark.parametrize(
    ("query", "accept", "is_json"),
    [
        ("", "*/*", False),
        ("", "text/html,application/xhtml+xml,*/*;q=0.8", False),
        ("", "application/json", True),
        ("", "application/json, text/html", False),
        ("?format=json", "text/html", True),
        ("?format=html", "application/json", False),
        ("?format=", "application/json", True),
        ("?again=1", "*/*", False),
    ],
)
async def test_the_form_is_what_was_asked_for(query, accept, is_json):
    answer = await Site().http.get(PATH + query, headers={"accept": accept})
    assert answer.status_code == 200
    sort = "application/json" if is_json else "text/html"
    assert answer.headers["content-type"].startswith(sort)
    assert answer.text.startswith("{" if is_json else "<!doctype html>")


async def test_it_is_shown_anew_only_where_that_is_asked_for():
    site = Site()
    assert 'http-equiv="refresh"' in (await site.http.get(f"{PATH}?again=1")).text
    assert 'http-equiv="refresh"' not in (await site.http.get(f"{PATH}?again=2")).text


async def test_who_only_wants_to_know_whether_it_is_there_gets_no_page():
    answer = await Site().http.head(PATH)
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("query", ["", "?format=json"])
@pytest.mark.parametrize("site", [Site(), Site(client="10.0.0.9"), Site(TOKEN)])
async def test_whatever_the_answer_is_nobody_keeps_it_and_nothing_runs_in_it(site, query):
    answer = await site.http.get(PATH + query)
    assert HEADERS.items() <= {**answer.headers}.items()
    assert answer.headers["cache-control"] == "no-store"


async def test_the_only_style_that_may_be_used_is_the_one_that_is_there():
    answer = await Site().http.get(PATH)
    policy = answer.headers["content-security-policy"]
    [css] = re.findall(r"<style>(.*?)</style>", answer.text, re.S)
    allowed = base64.b64encode(sha256(css.encode()).digest()).decode()
    assert f"style-src 'sha256-{allowed}';" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert "style=" not in answer.text


async def test_whoever_isn_t_here_is_told_what_to_do_and_nothing_else():
    site = Site(client="10.0.0.9")
    answer = await site.http.get(PATH, headers={"authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, site.taken) == (403, 0)
    assert "port-forward" in answer.text
    assert SETTING in answer.text
    assert "www-authenticate" not in answer.headers


async def test_a_proxy_on_this_machine_is_not_this_machine():
    answer = await Site().http.get(PATH, headers={"x-forwarded-for": "127.0.0.1"})
    assert answer.status_code == 403


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer another-token"}])
async def test_without_the_token_a_browser_is_told_to_ask_for_it(headers):
    site = Site(TOKEN)
    answer = await site.http.get(PATH, headers=headers)
    assert (answer.status_code, site.taken) == (401, 0)
    assert answer.headers["www-authenticate"].startswith("Bearer ")
    assert "Basic " in answer.headers["www-authenticate"]
    assert TOKEN not in answer.text
    assert "another-token" not in answer.text


async def test_with_the_token_it_is_shown_anywhere():
    site = Site(TOKEN, client="10.0.0.9")
    assert (await site.http.get(PATH, auth=("", TOKEN))).status_code == 200
    headers = {"authorization": f"Bearer {TOKEN}"}
    assert (await site.http.get(PATH, headers=headers)).status_code == 200


def test_a_header_that_is_repeated_fits_nothing():
    scope = {"headers": [(b"Host", b"localhost"), (b"host", b"evil.example")], "client": None}
    assert asked_by(scope).headers == {"host": "localhost, evil.example"}
    assert asked_by(scope).client is None
