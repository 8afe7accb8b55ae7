"""Which events bring no news: handled before, or read since they arrived."""

from collections import OrderedDict
from collections.abc import Hashable, Iterable

from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent

from jira.events import Family
from jira.payloads import IdSubject, event_name
from kinds import Kinds
from webhook_processors.base import DELIVERY_ID
from webhook_processors.queued_event import QueuedEvent, touched_of

MAX_REMEMBERED = 20_000

ENTAIL_MORE = (Family.PROJECT, Family.VERSION, Family.BOARD, Family.SPRINT)
"""Events that change what they don't name, such as the issues of a project."""

Subject = tuple[Kinds | None, Hashable]


class AlreadyHandled:
    """Remembers deliveries by identifier, and when a subject was last read."""

    def __init__(self, most: int = MAX_REMEMBERED) -> None:
        self._most = most
        self._deliveries: OrderedDict[str, None] = OrderedDict()
        self._read_at: OrderedDict[Subject, float] = OrderedDict()

    def is_old_news(self, event: WebhookEvent) -> bool:
        """Whether handling the event could change nothing any more.

        Jira repeats a delivery under its identifier; and what was read after an event arrived
        already shows what the event is about. Events that entail more always count.
        """
        if not isinstance(event, QueuedEvent) or event.again:
            return False
        if self.is_repeated(event):
            return True
        if event_name(event.payload).startswith(ENTAIL_MORE):
            return False
        subjects = subjects_of(event)
        return bool(subjects) and all(
            self._read_at.get(subject, 0.0) > event.arrived for subject in subjects
        )

    def is_repeated(self, event: WebhookEvent) -> bool:
        """Whether this very delivery was handled."""
        return event.headers.get(DELIVERY_ID) in self._deliveries

    def note(self, events: Iterable[WebhookEvent], begun: float) -> None:
        """These were handled; their reads began after `begun` (monotonic seconds)."""
        for event in events:
            if delivery := event.headers.get(DELIVERY_ID):
                self._deliveries[delivery] = None
            for subject in subjects_of(event):
                self._read_at[subject] = begun
                self._read_at.move_to_end(subject)
        for remembered in (self._deliveries, self._read_at):
            while len(remembered) > self._most:
                remembered.popitem(last=False)


def subjects_of(event: WebhookEvent) -> list[Subject]:
    """What an event touches, of every kind, with the keys it names; each once.

    An issue is the same for all kinds that are made of issues; a bare id is one kind's alone.
    """
    subjects = (
        (kind if isinstance(subject, IdSubject) else None, subject)
        for kind, of in touched_of(event).items()
        for subject in of
    )
    return list(dict.fromkeys(subjects))
