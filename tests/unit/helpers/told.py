"""What the status page is told of a process that a test makes up."""

from dataclasses import replace
from typing import Any

from telemetry.health import Health
from telemetry.status.taken import Told

NOW = 1_770_000_000.0


def told(**changed: Any) -> Told:
    made = Told(
        version="1.0.0",
        framework="0.56.2",
        integration="my-jira",
        site="https://x.atlassian.net",
        webhook_url="https://events.example.com/integration/webhook",
        jira_credentials=lambda: "e-mail and a classic API token",
        health=lambda: Health(True),
        next_sweep=lambda: 600.0,
        expires=lambda: None,
        quota=lambda: None,
        started=NOW - 60,
    )
    return replace(made, **changed)
