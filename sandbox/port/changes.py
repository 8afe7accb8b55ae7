"""Who is told about changes, and waiting until something holds."""

import asyncio
from collections.abc import Callable

type ChangeCallback = Callable[[str, str, str], None]


class Changes:
    """Callbacks for each change, and a wait that wakes at each change."""

    def __init__(self) -> None:
        self._callbacks: list[ChangeCallback] = []
        self._waiters: set[asyncio.Future[None]] = set()

    def subscribe(self, callback: ChangeCallback) -> Callable[[], None]:
        """Call back with (op, blueprint, identifier); return how to end it."""
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)

    def publish(self, op: str, blueprint: str, identifier: str) -> None:
        """Tell everybody about a change of an entity."""
        for callback in list(self._callbacks):
            callback(op, blueprint, identifier)
        self.wake()

    def wake(self) -> None:
        """Let the waiting look again."""
        waiters, self._waiters = self._waiters, set()
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def wait(
        self,
        predicate: Callable[[], bool],
        timeout: float,  # noqa: ASYNC109 - the message says what was awaited
        explain: Callable[[], str],
    ) -> None:
        """Wait until the predicate holds, or raise TimeoutError with the explanation."""
        loop = asyncio.get_running_loop()
        end = loop.time() + timeout
        while not predicate():
            waiter: asyncio.Future[None] = loop.create_future()
            self._waiters.add(waiter)
            try:
                async with asyncio.timeout_at(end):
                    await waiter
            except TimeoutError:
                raise TimeoutError(f"after {timeout} s {explain()}") from None
            finally:
                self._waiters.discard(waiter)
