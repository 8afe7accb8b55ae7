"""A resync says how far it is when it takes long, and at its end what it did, kind by kind."""

import re

from sandbox.world import World
from tests.e2e.support import make_world

TABLE = "The resync is done, after"
NUMBERS = ("rows", "written", "unchanged", "deleted", "requests")


async def table(world: World, after: int) -> dict[str, dict[str, int]]:
    """The numbers of the resync's table, by kind."""
    await world.process.wait_for_log("^all  ", after=after)
    lines = world.process.log[after:]
    begins = next(n for n, line in enumerate(lines) if TABLE in line)
    names = lines[begins + 1].split()
    rows = [line.split() for line in lines[begins + 2 :]]
    last = next(n for n, row in enumerate(rows) if row[0] == "all")
    return {
        row[0]: {n: int(v) for n, v in zip(names, row, strict=True) if n in NUMBERS}
        for row in rows[: last + 1]
    }


async def test_a_resync_ends_with_a_table_and_a_long_one_says_how_far_it_is() -> None:
    async with make_world(40) as world:
        assert await world.start() == "completed"
        first = await table(world, 0)
        assert list(first) == ["project", "user", "team", "issue", "all"]
        assert (first["issue"]["rows"], first["issue"]["written"]) == (40, 40)
        assert first["all"]["written"] == first["all"]["rows"] >= 40
        assert 0 < first["all"]["requests"] <= len(world.jira.requests)
        assert not any("Resync for" in line for line in world.process.log)

        [issue, other] = list(world.site.issues.values())[:2]
        world.site.webhooks.clear()
        world.site.delete_issue(issue.id)
        world.site.edit_issue(other.id, summary="Changed, and nobody was told")
        begins = len(world.process.log)
        world.jira.latency = 4.0
        assert await world.resync() == "completed"
        second = (await table(world, begins))["issue"]
        assert second["requests"] > 0
        assert (second["rows"], second["deleted"]) == (39, 1)
        # The parent of what went may have another number of sub-tasks.
        assert second["written"] in (1, 2)
        assert second["written"] + second["unchanged"] == 39
        told = [line for line in world.process.log[begins:] if "Resync for " in line]
        assert told
        dsp = [line for line in world.process.log[begins:] if "DSP mode requested" in line]
        assert len(dsp) <= 3, "not for each batch"
        assert all(re.search(r"Resync for \d\d s, \d of 4 resources done; ", line) for line in told)
