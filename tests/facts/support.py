"""What the facts that need the real app share."""

import asyncio
import re

from sandbox.world import World


async def handled(world: World) -> None:
    """Every delivery is done with; background work that it asked for may still be under way."""
    await world.deliveries.settled()
    done = re.compile(r"(\d+) live events done")
    async with asyncio.timeout(30):
        while True:
            lines = len(world.process.log)
            found = [done.search(line) for line in world.process.log]
            if sum(int(match[1]) for match in found if match) >= world.deliveries.accepted:
                return
            await world.process.wait_for_log(done.pattern, after=lines)
