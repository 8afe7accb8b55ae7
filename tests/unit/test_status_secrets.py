"""Whatever an event, an error or a setting holds: the status page shows nothing of it.

Everything that somebody writes in Jira, and everything that is secret, is marked here.
"""

import json
from collections.abc import Iterator, Sequence
from itertools import batched
from pathlib import Path
from typing import Any

import httpx
import pytest

from jira.errors import JiraAuthenticationError, JiraPartlyUnavailableError, JiraRequestError
from jira.events import JiraEvent
from jira.http.auth import Authentication, BasicAuthentication, BearerAuthentication
from jira.settings import JiraSettings
from port.entities import PortBlueprintError
from port.failing import Failing
from telemetry import lookups, metrics
from telemetry.instruments import Instruments
from telemetry.lookups import Lookup, Open
from telemetry.recent import ENDED, KEPT, Became
from telemetry.status.as_html import as_html
from telemetry.status.as_json import as_json
from telemetry.status.page import StatusPage
from telemetry.status.snapshot import Event
from telemetry.status.taken import taken
from tests.unit.helpers.told import told
from webhook_processors.counted import count, open_now
from webhook_processors.queued_event import DELIVERY_ID, QueuedEvent

MARK = "MARKED"
PERSON = {
    "accountId": "557058:1b2c",
    "displayName": f"{MARK} Jane",
    "emailAddress": f"{MARK}@example.com",
    "name": f"{MARK}name",
    "key": f"{MARK} key",
}
FIELDS = {
    "summary": f"{MARK} summary",
    "description": f"{MARK} description",
    "assignee": PERSON,
    "labels": [MARK],
    "project": {"id": "10", "key": "AB", "name": f"{MARK} project"},
    "parent": {"id": "9", "key": "AB-9", "fields": {"summary": MARK}},
    "customfield_10020": [{"id": 3, "name": f"{MARK} sprint", "goal": MARK}],
}
EVERYTHING: dict[str, Any] = {
    "timestamp": 1_770_000_000_000,
    "user": PERSON,
    "issue": {"id": "10001", "key": "AB-1", "fields": FIELDS},
    "comment": {"id": "1", "body": f"{MARK} comment", "author": PERSON},
    "worklog": {"id": "2", "issueId": "10001", "comment": f"{MARK} work", "author": PERSON},
    "project": {"id": 10, "key": "AB", "name": f"{MARK} project", "projectLead": PERSON},
    "version": {"id": "4", "projectId": 10, "name": f"{MARK} version", "description": MARK},
    "sprint": {"id": 3, "name": f"{MARK} sprint", "goal": MARK, "originBoardId": 5},
    "board": {"id": 5, "name": f"{MARK} board"},
    "issuetype": {"id": "6", "name": f"{MARK} type"},
    "attachment": {"id": "7", "filename": f"{MARK}.txt", "content": f"https://{MARK}"},
    "changelog": {
        "items": [{"field": "summary", "fromString": f"{MARK} before", "toString": f"{MARK} after"}]
    },
}
FORGED = {
    "issue": {"id": f"{MARK} id", "key": f"{MARK} key"},
    "project": {"id": MARK, "key": f"{MARK} KEY"},
    "accountId": f"{MARK}@example.com",
}


def queued(name: Any, **payload: Any) -> QueuedEvent:
    body = json.dumps({**payload, "webhookEvent": name})
    return QueuedEvent(body.encode(), {DELIVERY_ID: MARK, "x-hub-signature": f"sha256={MARK}"})


EVENTS = [
    *(queued(name, **EVERYTHING) for name in JiraEvent),
    queued(f"{MARK}_deleted", **EVERYTHING),
    queued({"name": MARK}, **EVERYTHING),
    queued(f"jira:issue_{MARK}", **FORGED),
    queued("user_deleted", **FORGED),
    queued("project_deleted", **FORGED),
]


def errors() -> Iterator[Exception]:
    request = httpx.Request("GET", f"https://{MARK}:{MARK}@port.example.com/v1/{MARK}?token={MARK}")
    yield JiraRequestError(f"Jira said: {MARK}")
    yield JiraAuthenticationError(f"the token {MARK} is refused", MARK)
    yield JiraPartlyUnavailableError({f"board {MARK}": JiraRequestError(MARK)})
    yield PortBlueprintError(f"Port says {MARK}.")
    yield httpx.ConnectError(MARK, request=request)
    response = httpx.Response(422, request=request, text=MARK)
    yield httpx.HTTPStatusError(MARK, request=request, response=response)
    yield KeyError(MARK)


def settings(oauth: Path | None) -> JiraSettings:
    return JiraSettings.from_config(
        {
            "jira_host": "https://x.atlassian.net",
            "atlassian_user_email": f"{MARK}@example.com",
            "atlassian_user_token": f"{MARK}-token",
            "webhook_secret": f"{MARK}-secret",
            "webhook_secret_previous": f"{MARK}-secret-before",
            "status_token": f"{MARK}-status-token",
        },
        identifier="my-jira",
        base_url=f"https://{MARK}:{MARK}@events.example.com",
        oauth_token_file=str(oauth) if oauth else None,
    )


async def nowhere(_: str) -> str:
    raise AssertionError("nobody is asked")


@pytest.fixture(params=["basic", "oauth"])
def authentication(request: pytest.FixtureRequest, tmp_path: Path) -> Authentication:
    file = tmp_path / "token"
    file.write_text(f"{MARK}.{MARK}.{MARK}")
    made = settings(file)
    if request.param == "basic":
        return BasicAuthentication(made.host, made.email, made.token)
    bearer = BearerAuthentication(made.host, file, nowhere)
    bearer.headers()
    return bearer


@pytest.fixture
def troubles(monkeypatch: pytest.MonkeyPatch) -> int:
    """Everything fails, and everything waits; how many that are."""
    monkeypatch.setattr(lookups, "TROUBLES", Lookup(()))
    failing = Failing()
    for number, error in enumerate(errors()):
        failing.note(f"board (resource {number} of the mapping)", error)
        failing.outage(f"issue (resource {number} of the mapping)", error)
    return 2 * len([*errors()])


@pytest.fixture(params=[*metrics.OUTCOMES, Became.WAITS])
def told_of(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Has some events end like this, or has them wait."""
    monkeypatch.setattr(lookups, "OPEN", Lookup(Open()))
    counter = Instruments().counter("events", "Another one", ["event", "outcome"])
    monkeypatch.setattr(metrics, "EVENTS", counter)

    def tell(events: Sequence[QueuedEvent]) -> None:
        ENDED.clear()
        if request.param == Became.WAITS:
            lookups.OPEN.by(lambda: open_now(dict.fromkeys(events)))
        else:
            for event in events:
                count(event, request.param)

    yield tell
    ENDED.clear()


def test_nothing_secret_and_nothing_of_an_issue_is_shown(authentication, troubles, told_of):
    made = settings(None)
    of_process = told(
        site=made.host,
        webhook_url=made.webhook_url,
        jira_credentials=authentication.describe,
        expires=authentication.expires,
    )
    seen: list[Event] = []
    for events in batched(EVENTS, KEPT // 2):
        told_of(events)
        snapshot = taken(of_process)
        assert (len(snapshot.failing), len(snapshot.events)) == (troubles, len(events))
        for text in (as_html(snapshot), as_json(snapshot), repr(snapshot), repr([*ENDED])):
            assert MARK not in text
        seen += snapshot.events
    # Names and keys are there: what isn't shown is left out, not the events.
    names = {event.event for event in seen} - {metrics.OTHER}
    assert names == set() or (names == {*JiraEvent} and "AB-1" in {e.subject for e in seen})


def test_what_was_marked_would_be_seen():
    """The marks are where events and errors carry them."""
    assert all(MARK.encode() in event.body for event in EVENTS)
    assert all(MARK in str(error) or MARK in repr(error) for error in errors())
    assert MARK in settings(None).status_token


def test_the_page_doesn_t_tell_its_token():
    assert f"{MARK}-status" not in repr(settings(None))
    page = StatusPage(f"{MARK}-status-token", lambda: taken(told()))
    scope = {"type": "http", "headers": [], "query_string": b"", "client": ("127.0.0.1", 1)}
    answer = page.answer(scope)
    assert answer.status_code == 401
    assert MARK.encode() not in bytes(answer.body)
    assert MARK not in str(answer.headers)
