"""What payloads say has to be read again, by their shape; none of them decides anything."""

import json
from typing import Any

import pytest

from client import touched_by
from jira.payloads import (
    IdSubject,
    IssueSubject,
    ProjectSubject,
    UserSubject,
    WorklogSubject,
    names_no_issue,
)
from tests.unit.helpers.payload_shapes import SHAPES, Shape
from webhook_processors.queued_event import QueuedEvent, touched_of


def shown(subject: Any) -> str:
    match subject:
        case IssueSubject(id, _, keys, related):
            return "?" * related + (id or keys[0])
        case ProjectSubject(id, key, _, related):
            return "?" * related + str(id or key)
        case UserSubject(account_id):
            return account_id
        case IdSubject(id):
            return id
        case WorklogSubject(issue_id, worklogs):
            named = ", ".join(row["id"] for row in worklogs)
            return f"{issue_id}: {named}" if named else issue_id
    raise AssertionError(subject)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))
def test_what_a_payload_says_has_to_be_read_again(shape: Shape):
    found = {kind: list(map(shown, of)) for kind, of in touched_by(shape.payload).items()}
    assert found == shape.read


@pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))
def test_it_says_the_same_as_the_bytes_of_a_delivery(shape: Shape):
    event = QueuedEvent(json.dumps(shape.payload).encode(), {})
    assert touched_of(event) == touched_by(shape.payload)


def test_only_an_attachment_alone_changes_an_issue_of_which_nothing_is_told():
    found = [name for name, shape in SHAPES.items() if names_no_issue(shape.payload)]
    assert found == ["an attachment alone"]
