"""An event loop whose time passes as soon as nobody has anything to do."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any


class _NoWait(selectors.DefaultSelector):
    """Waits for nothing: whoever would wait sleeps until the next timer, which is at once."""

    def __init__(self) -> None:
        super().__init__()
        self.slept = 0.0

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise RuntimeError("everybody waits, and for nothing that ever comes")
        self.slept += max(0.0, timeout)
        return super().select(0)


class SimulatedLoop(asyncio.SelectorEventLoop):
    """Its clock begins at 0."""

    def __init__(self) -> None:
        self._selecting = _NoWait()
        super().__init__(self._selecting)

    def time(self) -> float:
        return self._selecting.slept


def simulated[T](work: Coroutine[Any, Any, T]) -> T:
    """Run it on such a loop."""
    with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        return runner.run(work)


def loop_time() -> float:
    """The seconds since the simulation began."""
    return asyncio.get_running_loop().time()
