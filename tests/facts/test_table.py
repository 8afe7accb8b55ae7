"""Each fact of docs/jira-facts.md and port-facts.md has tests that prove that we live with it.

The tests themselves run where they are; here a row fails when one of them is renamed or removed.
What the product doesn't live with yet is in not_yet.py, by name.
"""

import importlib
import inspect
import re
from pathlib import Path

import pytest

from tests.facts import port_rows, rows, rows_of_payloads, rows_of_practice, rows_of_reading
from tests.facts.not_yet import NOT_YET
from tests.facts.rows import Row

TABLE: list[Row] = [
    *rows.ROWS,
    *rows_of_reading.ROWS,
    *rows_of_practice.ROWS,
    *rows_of_payloads.ROWS,
    *port_rows.ROWS,
]
DOCS = Path(__file__).resolve().parents[2] / "docs"
DOCUMENT = "".join((DOCS / f"{of}-facts.md").read_text("utf-8") for of in ("jira", "port"))
FACT = re.compile(r"^- \*\*(.*?)\*\* \((.*?)\) \S", re.MULTILINE)
FACTS: dict[str, str] = dict(FACT.findall(DOCUMENT))


def test_each_fact_has_a_name_of_its_own_and_says_how_sure_it_is():
    bullets = re.findall(r"^- ", DOCUMENT, re.MULTILINE)
    assert len(FACTS) == len(bullets) > 60
    for name, sure in FACTS.items():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name), name
        assert re.match(r"(documented|seen|unsettled)\b", sure), name


@pytest.mark.parametrize("fact", FACTS)
def test_each_fact_has_one_row_with_tests_or_says_what_is_missing(fact):
    found = [row for row in TABLE if row.fact == fact]
    assert len(found) == 1
    assert found[0].tests or fact in NOT_YET


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.fact)
def test_each_row_is_of_a_fact(row):
    assert row.fact in FACTS


@pytest.mark.parametrize("fact", NOT_YET)
def test_what_is_missing_is_said_of_a_fact(fact):
    assert fact in FACTS
    assert len(NOT_YET[fact]) > 20


def problems(row: Row) -> list[str]:
    """The tests of a row that don't exist, or don't run with all others."""
    found = []
    for name in row.tests:
        module, *parts = name.split("::")
        marks = set()
        value: object = importlib.import_module(module)
        for part in ("", *parts):
            value = getattr(value, part, None) if part else value
            given = getattr(value, "pytestmark", [])
            marks |= {mark.name for mark in (given if isinstance(given, list) else [given])}
        if not inspect.isfunction(value) or not parts[-1].startswith("test_"):
            found.append(f"{name} is no test")
        if marks & {"skip", "skipif", "xfail", "slow"}:
            found.append(f"{name} doesn't always run")
    return found


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.fact)
def test_every_test_of_a_row_exists_and_runs(row):
    assert problems(row) == []


class Unfit:
    """Not collected: it is here to be found by the test below."""

    @pytest.mark.skip
    def test_skipped(self):
        raise AssertionError

    @pytest.mark.xfail
    def test_that_fails(self):
        raise AssertionError


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("tests.facts.test_table::test_that_nobody_wrote", "is no test"),
        ("tests.facts.test_table::problems", "is no test"),
        ("tests.facts.test_table::TestNothing::test_it", "is no test"),
        ("tests.facts.test_table::Unfit::test_skipped", "doesn't always run"),
        ("tests.facts.test_table::Unfit::test_that_fails", "doesn't always run"),
        ("tests.e2e.test_faults::test_no_failure_of_jira_takes_anything_out_of_the_catalog", "run"),
    ],
)
def test_a_test_that_is_none_or_does_not_run_is_found(name, problem):
    assert [name in found and problem in found for found in problems(Row("x", (name,)))] == [True]
