"""How much memory a process and its workers hold."""

import asyncio
import contextlib
from pathlib import Path

_PROC = Path("/proc")
_SAMPLE_SECONDS = 0.5
_RESET_HIGH_WATER = "5"


class MemoryWatch:
    """Samples a process tree, and keeps the highest total.

    Workers come and go, and share pages with their parent: each page counts once
    (PSS), where the parent's own high-water mark counts as the least.
    """

    def __init__(self) -> None:
        self._pid = 0
        self._peak = 0
        self._task: asyncio.Task[None] | None = None

    def start(self, pid: int) -> None:
        """Begin to look at the process."""
        self._pid = pid
        self._task = asyncio.create_task(self._sample())

    async def stop(self) -> None:
        """Stop looking; the peak stays."""
        if self._task is None:
            return
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self._task = None

    def peak_bytes(self) -> int:
        """The most memory seen so far."""
        self._look()
        return self._peak

    def forget(self) -> None:
        """Begin anew: the most memory from now on."""
        self._peak = 0
        # Without it the process's own high-water mark would stay.
        with contextlib.suppress(OSError):
            (_PROC / str(self._pid) / "clear_refs").write_text(_RESET_HIGH_WATER)

    async def _sample(self) -> None:
        while True:
            self._look()
            await asyncio.sleep(_SAMPLE_SECONDS)

    def _look(self) -> None:
        if not self._pid:
            return
        together = sum(_kilobytes(pid, "smaps_rollup", "Pss:") for pid in _tree(self._pid))
        alone = _kilobytes(self._pid, "status", "VmHWM:")
        self._peak = max(self._peak, 1024 * max(together, alone))


def _tree(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        # A process may end while it is looked at.
        with contextlib.suppress(OSError):
            for thread in (_PROC / str(one) / "task").iterdir():
                with contextlib.suppress(OSError):
                    found += [int(child) for child in (thread / "children").read_text().split()]
    return found


def _kilobytes(pid: int, file: str, field: str) -> int:
    with contextlib.suppress(OSError):
        for line in (_PROC / str(pid) / file).read_text().splitlines():
            if line.startswith(field):
                return int(line.split()[1])
    return 0
