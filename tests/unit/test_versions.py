"""Which reading of an entity is the newer one, and who waits for whom."""

import asyncio
import random

import pytest

from port.versions import Reading, Turns, Versions
from tests.unit.helpers.catalog_fakes import entity
from tests.unit.helpers.fakes import settle

ONE, TWO = entity("AB-1"), entity("AB-2")


class Clock:
    """Time that a test sets."""

    def __init__(self) -> None:
        self.time = 100.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def versions(clock: Clock) -> Versions:
    return Versions(lambda: clock.time)


def live(since: float) -> Reading:
    return Reading(since, live=True)


@pytest.mark.parametrize(("since", "left"), [(99.0, [TWO]), (101.0, [ONE, TWO])])
def test_background_work_leaves_out_what_an_event_wrote_since_it_read(versions, since, left):
    versions.wrote([ONE], live(99.5))
    assert versions.newest([ONE, TWO], Reading(since)) == left


def test_an_event_and_background_work_itself_are_never_left_out(versions):
    versions.wrote([ONE], Reading(50.0))
    assert versions.newest([ONE], live(1.0)) == [ONE]
    assert versions.newest([ONE], Reading(1.0)) == [ONE]


@pytest.mark.parametrize(("since", "again"), [(99.0, True), (101.0, False)])
def test_an_event_that_read_before_background_work_wrote_may_be_the_older_one(
    clock, versions, since, again
):
    versions.wrote([ONE], Reading(99.5))
    clock.time = 102.0
    versions.wrote([ONE, TWO], live(since))
    assert [*versions.take_doubtful().values()] == ([ONE] if again else [])
    assert versions.take_doubtful() == {}


class Line:
    """Those who come with keys, and the order in which they get their turn."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.order: list[str] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.leave: dict[str, asyncio.Event] = {}

    async def comes(self, name: str, *keys: str) -> None:
        self.leave[name] = asyncio.Event()

        async def run() -> None:
            async with self.turns.of([("issue", key) for key in keys]):
                self.order.append(name)
                await self.leave[name].wait()

        self.tasks[name] = asyncio.create_task(run())
        await settle()

    async def leaves(self, name: str) -> None:
        self.leave[name].set()
        await settle()


@pytest.fixture
async def line():
    made = Line()
    yield made
    for task in made.tasks.values():
        task.cancel()
    await asyncio.gather(*made.tasks.values(), return_exceptions=True)


async def test_only_the_same_entity_is_waited_for(line):
    await line.comes("first", "a", "b")
    await line.comes("second", "b", "c")
    await line.comes("other", "d")
    assert line.order == ["first", "other"]
    await line.leaves("first")
    assert line.order == ["first", "other", "second"]


async def test_they_come_in_their_order(line):
    for number in range(4):
        await line.comes(str(number), "a")
    for number in range(4):
        await line.leaves(str(number))
    assert line.order == ["0", "1", "2", "3"]


async def test_who_gives_up_while_waiting_lets_nobody_pass_those_before(line):
    await line.comes("first", "a")
    await line.comes("second", "a")
    await line.comes("third", "a")
    line.tasks["second"].cancel()
    await settle()
    assert line.order == ["first"]
    await line.leaves("first")
    assert line.order == ["first", "third"]


async def test_nothing_is_kept_of_those_who_are_done(line):
    await line.comes("first", "a", "b")
    await line.comes("second", "a")
    line.tasks["second"].cancel()
    await line.leaves("first")
    await line.comes("third", "b")
    await line.leaves("third")
    assert line.turns._last == {}


@pytest.mark.parametrize("seed", range(20))
async def test_no_two_have_the_same_key_and_nobody_waits_for_ever(seed):
    rng = random.Random(seed)
    turns = Turns()
    inside: set[tuple[str, str]] = set()

    async def run(keys: set[tuple[str, str]]) -> None:
        async with turns.of(keys):
            assert not inside & keys
            inside.update(keys)
            try:
                for _ in range(rng.randrange(3)):
                    await asyncio.sleep(0)
            finally:
                inside.difference_update(keys)

    tasks = []
    for _ in range(50):
        keys = {("issue", rng.choice("abcdef")) for _ in range(rng.randrange(1, 4))}
        tasks.append(asyncio.create_task(run(keys)))
        if rng.random() < 0.3:
            await asyncio.sleep(0)
        if rng.random() < 0.2:
            rng.choice(tasks).cancel()
    async with asyncio.timeout(5):
        results = await asyncio.gather(*tasks, return_exceptions=True)
    wrong = [e for e in results if e and not isinstance(e, asyncio.CancelledError)]
    assert not wrong
    await settle()
    assert turns._last == {}
