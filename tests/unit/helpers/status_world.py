"""Snapshots of the status page as a test wants them, and the page as a parser sees it."""

from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

from telemetry.lookups import Lane
from telemetry.status import snapshot as s
from telemetry.status.markup import VOID

AT = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)


def ago(seconds: float) -> datetime:
    return AT - timedelta(seconds=seconds)


def ran(outcome: str = "done", seconds: float = 90.0) -> s.Ran:
    return s.Ran(ago(600), seconds, outcome)


def failure(**changed: Any) -> s.Failure:
    made = s.Failure(
        "board (resource 2 of the mapping)",
        "The account may not do this in Jira (403).",
        "Give the account the permission.",
        ago(300),
        3,
        "With its next event.",
        waits=False,
    )
    return replace(made, **changed)


def event(**changed: Any) -> s.Event:
    made = s.Event("jira:issue_updated", "AB-1", ago(12), 0.25, 0.5, "written", "")
    return replace(made, **changed)


def quiet(**changed: Any) -> s.Snapshot:
    """Nothing has happened since the start."""
    made = s.Snapshot(
        at=AT,
        process=s.Process("1.0.0", "0.56.2", "my-jira", "https://x.atlassian.net", ago(5)),
        ready=True,
        wrong=[],
        failing=[],
        resources=[],
        comparisons=s.Comparisons(0, None, None, None, None, None, {}, 0, {}),
        webhook=s.Webhook("unknown", "Nobody.", None, None, 0, None, None, 0, 0, 0),
        credentials=[s.Credential("Jira", "a token", "unknown", None, None, None)],
        queue=s.Queue(0, 0, 10_000, 0, 0.0, []),
        lag=s.Lag(None, None, 0, None, {}),
        jobs=s.Jobs(0, 0, 0, 0, 0),
        points=None,
        waited_seconds={},
        events=[],
    )
    return replace(made, **changed)


def busy(**changed: Any) -> s.Snapshot:
    """Everything that can be shown is there."""
    resync = s.Resync(ran(), 1200, 30, 1170, 2, 14)
    resources = [
        s.Resource(1, "project", resync, None),
        s.Resource(
            2, "board", s.Resync(ran("failed"), 0, 0, 0, 0, 3), s.Sweep(ran("failed"), 0, 0)
        ),
        s.Resource(3, "issue", None, s.Sweep(ran(), 1200, 4)),
    ]
    made = quiet(
        wrong=["queue_full", "webhook_missing"],
        failing=[failure(), failure(what="the mapping", waits=True, times=1)],
        resources=resources,
        comparisons=s.Comparisons(
            1,
            "Resync for 12 s, 1 of 3 resources done",
            ran("failed"),
            ran("failed"),
            ran(),
            ago(-1800),
            {"missing": 3, "different": 0, "too_many": 1},
            3,
            {"jiraIssue": 12},
        ),
        webhook=s.Webhook(
            "refused", "See the log.", "https://e.example.com/integration/webhook", ago(60), 1,
            ago(12), ago(40), 1200, 3, 1,
        ),
        credentials=[
            s.Credential("Jira", "OAuth", "refused", ago(70), ago(10), ago(-3600)),
            s.Credential("Port", "client id and secret", "accepted", ago(9000), ago(9), None),
        ],
        queue=s.Queue(4, 2, 10_000, 12_345, 71.0, [Lane("issue (resource 3)", 1, 2, 3)]),
        lag=s.Lag(0.4, 61.0, 1200, 0.7, {"1": 0.93, "5": 1.0}),
        jobs=s.Jobs(1, 2, 1, 40, 3),
        points=s.Points(21_000, 32_500, ago(-1800), {"live": 900, "resync": 10_600}),
        waited_seconds={"jira_pause": 12.0, "port": 0.0, "of_another_sort": 3.0},
        events=[
            event(),
            event(event="sprint_closed", subject="17", outcome="waits", lag=None),
            event(subject="", outcome="failed", why="it makes no sense", took=None),
        ],
    )  # fmt: skip
    return replace(made, **changed)


def with_texts(value: Any, text: str) -> Any:
    """The same with this in place of every text in it, also of those that name others."""
    if isinstance(value, str):
        return text
    if is_dataclass(value) and not isinstance(value, type):
        parts = {f.name: with_texts(getattr(value, f.name), text) for f in fields(value)}
        return replace(value, **parts)
    if isinstance(value, dict):
        return {f"{text}{number}": with_texts(of, text) for number, of in enumerate(value.values())}
    if isinstance(value, list):
        return [with_texts(of, text) for of in value]
    return value


class Page(HTMLParser):
    """What a parser finds; raises where an element isn't ended, or another one is."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] != "style":
            self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every element of a sort."""
        return [attributes for name, attributes in self.elements if name == tag]
