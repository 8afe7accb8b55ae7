"""Payloads as Jira sends them."""

from typing import Any

CREATED, UPDATED, DELETED = "jira:issue_created", "jira:issue_updated", "jira:issue_deleted"


def issue_event(name: str, *changes: dict[str, Any], **fields: Any) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "timestamp": 1,
        "webhookEvent": name,
        "issue": {"id": "10001", "key": "AB-1", "fields": fields},
        "user": {"accountId": "user-1"},
    }
    if changes:
        payload["changelog"] = {"id": "7", "items": list(changes)}
    return payload


def change(field: str, before: Any = None, after: Any = None, **more: Any) -> dict[str, Any]:
    return {"field": field, "fromString": before, "toString": after, **more}


MOVE = change("Key", "OLD-1", "AB-1")
