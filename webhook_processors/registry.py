"""The processors that main.py registers: one for each kind that events tell of."""

from jira.kinds.kind import Kind
from jira.kinds.registry import KINDS
from webhook_processors.base import JiraWebhookProcessor


def processor_of(kind: Kind) -> type[JiraWebhookProcessor]:
    """The processor class of a kind; all that it does by itself is to say which kind it is."""
    name = f"{kind.kind.capitalize()}WebhookProcessor"
    return type(name, (JiraWebhookProcessor,), {"kind": kind.kind})


PROCESSORS: tuple[type[JiraWebhookProcessor], ...] = tuple(
    processor_of(kind) for kind in KINDS.values() if kind.touched_by
)
