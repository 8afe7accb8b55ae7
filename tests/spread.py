"""How tests are spread over the workers of `pytest -n`: what takes long comes first, alone.

Tests that start processes wait most of their time, so one file of them would keep a worker busy
when all others are done: each is given out alone, but for those that share a world of their file.
All other files are given out as a whole.
"""

import re
from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).resolve().parent.parent
_APART = ("tests/e2e/", "tests/sandbox/test_")
_SHARED = re.compile(r"\bscope=\"module\"")
# The longest first, by parts of their names; the last are the many that take no time.
_FIRST = (
    "whatever_the_mapping",
    "random_changes",
    "many_resyncs",
    "random",
    "test_rotation.py",
    "tests/install/test_image.py",
    "test_large_benchmark.py",
    "takes_anything_out",
    "test_flood.py",
    "prometheus",
    "tests/e2e/",
    "tests/sandbox/test_",
    "tests/facts/",
    "tests/install/",
)
_LAST = "tests/unit/"


class Spread(LoadScopeScheduling):
    """Gives out what `share` says, in the order in which it was collected."""

    def _split_scope(self, nodeid: str) -> str:
        return share(nodeid)


def share(test: str, root: Path = ROOT) -> str:
    """What a test is given out as: its own name, or that of its file."""
    file = test.partition("::")[0]
    return test if file.startswith(_APART) and not _has_a_world(root / file) else file


def rank(test: str) -> int:
    """Its place among others: lower ones begin earlier."""
    if test.startswith(_LAST):
        return len(_FIRST) + 1
    return next((place for place, part in enumerate(_FIRST) if part in test), len(_FIRST))


def holds_slow_tests(file: Path) -> bool:
    """Whether a file is worth reading when slow tests are asked for, and no others."""
    return "mark.slow" in file.read_text("utf-8")


@cache
def _has_a_world(file: Path) -> bool:
    return bool(_SHARED.search(file.read_text("utf-8")))
