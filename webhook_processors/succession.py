"""From one process to the next: what the last one left, what this one leaves, and its end."""

from port_ocean.context.ocean import ocean
from port_ocean.utils.signal import signal_handler

from port.kept_marks import KeptMarks
from webhook_processors.bounded_end import bound, bound_server, leave_in_time
from webhook_processors.ending import Ending, seconds_to_end
from webhook_processors.hand_over import HandOver
from webhook_processors.manager import JiraLiveEventsManager
from webhook_processors.queued_event import QueuedEvent


class Succession:
    """What a process that takes events does at its start and at its end."""

    def __init__(self, manager: JiraLiveEventsManager, *, shares: bool) -> None:
        """`shares`: a Redis, where others make up for what this process leaves."""
        listener = ocean.config.event_listener
        self._manager = manager
        self._shares = shares
        self._takes_events = listener.should_process_webhooks
        self._resync_comes = listener.should_resync and bool(
            getattr(listener, "resync_on_start", False)
        )
        self._hand_over = HandOver(
            KeptMarks(lambda: ocean.app.port_client),
            lambda: manager.under_way.oldest,
            lambda: manager.under_way.arrivals,
        )

    def end_in_order(self) -> None:
        """What waits is written when the process is asked to end."""
        seconds = seconds_to_end(ocean.config)
        hand_over = None if self._shares else self._hand_over
        ending = Ending(self._manager, hand_over, seconds, resync_comes=self._resync_comes)
        # After all others, by which the framework ends what it has under way itself.
        signal_handler.register(ending.run, priority=-1)
        if self._takes_events:
            signal_handler.register(leave_in_time, priority=-2)

    @staticmethod
    def end_in_time() -> None:
        """Whoever stops us waits for so long, and no longer. To be called while the server runs."""
        bound_server()
        bound(signal_handler, ocean.app._report_resync_aborted)

    async def accept(self, path: str, queued: QueuedEvent) -> bool:
        """Queue an event; False where there is no room."""
        await self._hand_over.ready.wait()
        return await self._manager.accept(path, queued)

    async def run(self) -> None:
        """Make up for the last process, and keep what this one leaves for the next, for ever."""
        if self._shares or not self._takes_events:
            self._hand_over.ready.set()
            return
        start = await self._hand_over.begin()
        self._manager.follow_ups.catch_up.begins(start, resync_comes=self._resync_comes)
        await self._hand_over.run()
