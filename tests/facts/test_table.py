"""Each line of JIRA.md has tests that prove that the product, or the stand-in too, lives with it.

The tests themselves run where they are; here a row fails when one of them is renamed or removed.
"""

import importlib
import inspect
from pathlib import Path

import pytest

from tests.facts import rows, rows_of_reading
from tests.facts.rows import Row

TABLE: list[Row] = [*rows.ROWS, *rows_of_reading.ROWS]
FACTS = Path(__file__).resolve().parents[2].parent / "shared" / "JIRA.md"


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.starts)
def test_every_test_of_a_row_exists(row):
    assert row.tests
    for name in row.tests:
        module, _, function = name.partition("::")
        found = getattr(importlib.import_module(module), function, None)
        assert inspect.isfunction(found), name
        assert function.startswith("test_"), name
        marks = {mark.name for mark in getattr(found, "pytestmark", [])}
        assert not marks & {"skip", "xfail", "slow"}, name


def bullets(text: str) -> list[tuple[str, str]]:
    """The top-level bullets, each with the heading that it stands under."""
    heading = ""
    found = []
    for line in text.splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ")
        elif line.startswith("- "):
            found.append((heading, line.removeprefix("- ")))
    return found


@pytest.mark.skipif(not FACTS.exists(), reason="JIRA.md is not beside this repository")
def test_every_line_has_one_row_and_every_row_one_line():
    lines = bullets(FACTS.read_text("utf-8"))
    assert lines
    for heading, line in lines:
        meant = [row for row in TABLE if line.startswith(row.starts)]
        assert len(meant) == 1, line
        assert heading.startswith(meant[0].section), line
    assert len(TABLE) == len(lines)
    assert len({row.starts for row in TABLE}) == len(TABLE)
