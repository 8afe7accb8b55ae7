"""What a processor hands on: the framework's results, and what could not be said."""

from port_ocean.core.handlers.webhook.webhook_event import WebhookEventRawResults

from jira.errors import JiraError
from jira.payloads import Row


class PartialResults(WebhookEventRawResults):
    """What was read of an event's subjects; `failed` is why another try may say more."""

    def __init__(
        self, updated: list[Row], deleted: list[Row], failed: JiraError | None = None
    ) -> None:
        super().__init__(updated_raw_results=updated, deleted_raw_results=deleted)
        self.failed = failed
