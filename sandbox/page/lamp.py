"""Says whether the catalog is what a fresh resync builds."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from sandbox.compare import Difference
from sandbox.page.actions import RefusedError
from sandbox.page.troubles import Troubles
from sandbox.world import World

SHOWN = 20
"""So many differences are shown by name."""


class Lamp:
    """Unknown until somebody asks; then equal, different, or no answer."""

    def __init__(self, world: World, troubles: Troubles, told: Callable[[], None]) -> None:
        self._world = world
        self._troubles = troubles
        self._told = told
        self._state: dict[str, Any] = {"state": "unknown"}

    @property
    def comparing(self) -> bool:
        """Whether it is being found out."""
        return bool(self._state["state"] == "comparing")

    def row(self) -> dict[str, Any]:
        """What a page shows of it."""
        return self._state

    async def compare(self) -> list[Difference]:
        """Wait for what is under way, build a fresh catalog, and hold the live one against it."""
        if self.comparing:
            raise RefusedError("It is being compared already.")
        if hindering := self._troubles.hindering():
            raise RefusedError(f"Switch off first: {', '.join(hindering)}.")
        self._set("comparing")
        try:
            found = await self._find()
        except (TimeoutError, RuntimeError) as error:
            self._set("failed", message=str(error).partition("\n")[0] or "It took too long.")
            raise
        except BaseException:
            self._set("unknown")
            raise
        self.show(found)
        return found

    def show(self, found: Sequence[Difference]) -> None:
        """Show what a comparison found."""
        self._set(
            "different" if found else "equal",
            entities=self._world.catalog.count(),
            differences=[str(difference) for difference in found[:SHOWN]],
            more=max(0, len(found) - SHOWN),
        )

    async def _find(self) -> list[Difference]:
        world = self._world
        await world.settled()
        await world.catalog.wait_for(lambda c: not c.deletes_pending, what="nothing that goes")
        found = await world.differences()
        if found and self._troubles.lagged:
            # What was read before the index knew of it, the integration reads again by itself.
            await world.caught_up()
            found = await world.differences()
        self._troubles.lagged = False
        return found

    def _set(self, state: str, **more: Any) -> None:
        self._state = {"state": state, "at": time.time(), **more}
        self._told()
