"""Tests that wait are given out one by one, those that share a world together, long ones first."""

from pathlib import Path

import pytest

from tests.spread import holds_slow_tests, rank, share

WORLD = '@pytest_asyncio.fixture(loop_scope="module", scope="module")\n'
LOOP = 'pytestmark = pytest.mark.asyncio(loop_scope="module")\n'


@pytest.mark.parametrize(
    ("file", "text", "apart"),
    [
        ("tests/e2e/test_x.py", "", True),
        ("tests/e2e/test_x.py", LOOP, True),
        ("tests/e2e/test_x.py", WORLD, False),
        ("tests/sandbox/test_x.py", "", True),
        ("tests/sandbox/jira/test_x.py", "", False),
        ("tests/unit/test_x.py", "", False),
        ("tests/test_x.py", "", False),
    ],
)
def test_a_test_goes_alone_where_it_starts_processes_and_shares_nothing(
    file: str, text: str, apart: bool, tmp_path: Path
) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(text)
    tests = [f"{file}::test_one", f"{file}::test_two[a::b]"]
    assert [share(test, tmp_path) for test in tests] == (tests if apart else [file, file])


def test_what_takes_long_comes_first_and_what_takes_no_time_last() -> None:
    order = [
        "tests/e2e/test_deletions_random.py::test_nothing_is_lost_whatever_the_mapping_of_many",
        "tests/e2e/test_x.py::test_random_changes_end_well",
        "tests/e2e/test_x.py::test_one_change",
        "tests/facts/test_x.py::test_a_fact",
        "tests/mappings/test_x.py::test_a_mapping",
        "tests/unit/test_x.py::test_a_sum",
    ]
    mixed = [*order[3:], *order[:3]]
    assert sorted(mixed, key=rank) == order


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@pytest.mark.slow\ndef test_x(): ...", True),
        ("pytestmark = pytest.mark.slow", True),
        ("pytest.param(1, marks=pytest.mark.slow)", True),
        ("def test_slow(): ...", False),
    ],
)
def test_files_with_slow_tests_are_found_by_their_text(
    text: str, found: bool, tmp_path: Path
) -> None:
    file = tmp_path / "test_x.py"
    file.write_text(text)
    assert holds_slow_tests(file) is found
