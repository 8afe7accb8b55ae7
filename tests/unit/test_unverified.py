"""How many bytes of strangers are held, and who has to go for others."""

import random

import pytest

from webhook_processors.unverified import SMALL_BYTES, SMALL_SHARE, Unverified

KB, MB = 1024, 1024 * 1024
LIMIT = 64 * MB
SMALL_PART = LIMIT // SMALL_SHARE
LARGE_PART = LIMIT - SMALL_PART
LARGEST = 25 * MB


@pytest.fixture
def held():
    return Unverified[str](LIMIT)


def test_what_fits_stays(held):
    assert [held.hold(f"d-{n}", MB) for n in range(LARGE_PART // MB)] == [[]] * (LARGE_PART // MB)
    assert held.held == LARGE_PART


def test_what_is_held_is_what_has_arrived_and_not_the_sum_of_its_steps(held):
    for size in (1, 10, 10, SMALL_BYTES, SMALL_BYTES + 1, MB):
        assert held.hold("d", size) == []
        assert held.held == size


def test_what_is_released_is_free_for_others(held):
    for n in range(100):
        assert held.hold(f"d-{n}", LARGEST) == []
        held.release(f"d-{n}")
    assert held.held == 0


def test_to_release_what_is_not_there_changes_nothing(held):
    held.hold("d", MB)
    held.release("another")
    held.release("d")
    held.release("d")
    assert held.held == 0


def test_who_has_been_there_the_longest_goes_first_and_no_more_than_needed(held):
    for name in "abcdef":
        held.hold(name, 9 * MB)
    assert held.hold("g", 9 * MB) == ["a"]
    assert held.hold("h", 20 * MB) == ["b", "c"]


def test_who_came_first_goes_first_even_when_it_is_the_one_that_grows(held):
    """Others began later: they have had less time."""
    for name in "ab":
        held.hold(name, LARGEST)
    assert held.hold("c", 10 * MB) == ["a"]
    held.hold("d", LARGE_PART - LARGEST - 10 * MB)
    assert held.hold("b", LARGEST + 1) == ["b"]
    assert held.held == LARGE_PART - LARGEST


def test_who_had_to_go_is_not_named_twice(held):
    held.hold("a", 30 * MB)
    assert held.hold("b", 30 * MB) == ["a"]
    assert held.hold("c", 20 * MB) == []


def test_large_ones_take_nothing_from_small_ones(held):
    """However much is sent in large ones, a small delivery is taken."""
    small = [f"small-{n}" for n in range(SMALL_PART // SMALL_BYTES)]
    for name in small:
        assert held.hold(name, SMALL_BYTES) == []
    for n in range(500):
        assert not set(held.hold(f"large-{n}", LARGEST)) & set(small)
    for name in small:
        assert held.hold(name, SMALL_BYTES) == []


def test_small_ones_take_nothing_from_large_ones(held):
    held.hold("large", LARGEST)
    for n in range(1000):
        assert "large" not in held.hold(f"small-{n}", SMALL_BYTES)


def test_who_grows_out_of_the_small_ones_makes_room_there(held):
    for n in range(SMALL_PART // SMALL_BYTES):
        held.hold(f"d-{n}", SMALL_BYTES)
    assert held.hold("d-0", SMALL_BYTES + 1) == []
    assert held.hold("new", SMALL_BYTES) == []
    assert held.held == SMALL_PART + SMALL_BYTES + 1


def test_the_largest_delivery_of_jiras_fits_into_the_smallest_limit():
    held = Unverified[str](32 * MB)
    assert held.hold("d", LARGEST + 100 * KB) == []


def test_what_could_never_fit_goes_itself():
    held = Unverified[str](32 * MB)
    assert held.hold("d", 32 * MB) == ["d"]
    assert held.held == 0


@pytest.mark.parametrize("seed", range(20))
def test_the_limit_holds_whatever_comes_and_nobody_goes_too_early(seed):
    """A delivery goes only when what came after it into its part would fill that part with it."""
    chance = random.Random(seed)
    held = Unverified[int](LIMIT)
    sizes: dict[int, int] = {}
    arrived = dict.fromkeys(("small", "large"), 0)
    came: dict[int, tuple[str, int]] = {}
    limits = {"small": SMALL_PART, "large": LARGE_PART}
    for step in range(3000):
        if sizes and chance.random() < 0.2:
            gone = chance.choice(list(sizes))
            held.release(gone)
            del sizes[gone]
            continue
        name = chance.choice(list(sizes)) if sizes and chance.random() < 0.6 else step
        more = chance.choice((10, 4 * KB, 64 * KB, MB, 5 * MB))
        size = min(LARGEST, sizes.get(name, 0) + more)
        part = "small" if size <= SMALL_BYTES else "large"
        known = sizes[name] if name in sizes and came[name][0] == part else 0
        if not known:
            came[name] = (part, arrived[part])
        arrived[part] += size - known
        sizes[name] = size
        for victim in held.hold(name, size):
            its_part, before = came[victim]
            assert its_part == part
            assert arrived[part] - before > limits[part]
            del sizes[victim]
        assert held.held == sum(sizes.values()) <= LIMIT
