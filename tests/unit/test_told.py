"""What the log calls events, and that machines read all of it."""

import json
from datetime import UTC, datetime
from logging import LogRecord, makeLogRecord
from typing import Any

import pytest
from loguru import logger
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent
from port_ocean.log.handlers import _serialize_record

from port.progress import Progress
from tests.unit.helpers.fake_client import resource
from webhook_processors.queued_event import DELIVERY_ID, QueuedEvent
from webhook_processors.told import (
    IN_CONTEXT,
    about,
    context_of,
    details,
    named,
    some,
)


def queued(name: str = "jira:issue_updated", delivery: str = "d-1", **payload: Any) -> QueuedEvent:
    body = json.dumps({"webhookEvent": name, **payload}).encode()
    return QueuedEvent(body, {DELIVERY_ID: delivery})


ISSUE = {"id": "10", "key": "AB-1", "fields": {"project": {"id": "1", "key": "AB"}}}


@pytest.mark.parametrize(
    ("event", "what"),
    [
        (queued(issue=ISSUE), "AB-1"),
        # Its project changes along with it, and is not what it is about.
        (queued("jira:issue_created", issue=ISSUE), "AB-1"),
        (queued("comment_created", comment={"id": "5"}, issue=ISSUE), "AB-1"),
        (queued("project_updated", project={"id": "1", "key": "AB"}), "AB"),
        (queued("user_updated", user={"accountId": "account-1"}), "account-1"),
        (queued("sprint_closed", sprint={"id": 7}), "7"),
        (queued("worklog_created", worklog={"id": "3", "issueId": "10"}), "10"),
        (queued("issuetype_updated", issuetype={"id": "3"}), ""),
        (queued("nobody_knows"), ""),
    ],
)
def test_what_an_event_is_about(event, what):
    assert about(event) == what


def test_an_event_is_called_by_its_name_what_it_is_about_and_its_delivery():
    assert named(queued(issue=ISSUE)) == "jira:issue_updated AB-1 (d-1)"
    assert named(queued("nobody_knows")) == "nobody_knows (d-1)"
    assert named(WebhookEvent("trace-1", {}, {})) == "unnamed (trace-1)"


def test_of_many_the_first_are_named():
    events = [queued(delivery=f"d-{n}", issue=ISSUE) for n in range(5)]
    assert some(events[:1]) == "jira:issue_updated AB-1 (d-0)"
    assert some(events).endswith("(d-1), jira:issue_updated AB-1 (d-2) and 2 more")


def test_lines_of_a_round_hold_its_deliveries_up_to_a_number():
    events = [queued(delivery=f"d-{n}") for n in range(3 * IN_CONTEXT)]
    context = context_of("issue", events)
    assert context["deliveries"] == [f"d-{n}" for n in range(IN_CONTEXT)]
    assert (context["resource"], context["live_events"]) == ("issue", 3 * IN_CONTEXT)


def sent_to_port(say: Any) -> list[dict[str, Any]]:
    """What the framework sends to Port of what is logged, as JSON."""
    records: list[LogRecord] = []

    def sink(message: Any) -> None:
        record = message.record
        records.append(
            makeLogRecord(
                {
                    "msg": record["message"],
                    "extra": record["extra"],
                    "levelname": record["level"].name,
                    "created": datetime.now(UTC).timestamp(),
                }
            )
        )

    handler = logger.add(sink, level="INFO")
    try:
        say()
    finally:
        logger.remove(handler)
    return [json.loads(json.dumps(_serialize_record(record))) for record in records]


def test_as_json_no_event_of_a_batch_is_lost():
    events = [queued(delivery=f"d-{n}", issue=ISSUE) for n in range(200)]
    [line] = sent_to_port(lambda: logger.bind(**details(events)).info("200 live events done"))
    assert [event["delivery"] for event in line["extra"]["events"]] == [
        f"d-{n}" for n in range(200)
    ]
    assert line["extra"]["events"][0]["entity"] == "AB-1"
    assert line["extra"]["events"][0]["event"] == "jira:issue_updated"


def test_as_json_the_table_of_a_resync_is_one_record_with_its_numbers():
    progress = Progress()
    progress.start([resource("project"), resource("issue")])
    with progress.at(0) as tally:
        tally.rows = 4
    [line] = sent_to_port(lambda: progress.end(succeeded=True))
    assert line["message"].count("\n") == 4
    assert [row["kind"] for row in line["extra"]["resync"]] == ["project", "issue"]
    assert line["extra"]["resync"][0]["rows"] == 4


def test_what_is_logged_meanwhile_holds_the_deliveries():
    def say() -> None:
        with logger.contextualize(**context_of("issue", [queued()])):
            logger.info("Deleting 1 from Port")

    [line] = sent_to_port(say)
    assert line["extra"]["deliveries"] == ["d-1"]
