"""The audit calls well only what was audited, all of it."""

import json
from typing import Any

import pytest

from deploy.audit import NOT_AUDITED, VULNERABLE, WELL, verdict

FOUND = {"id": "PYSEC-1", "fix_versions": ["1.1", "2.0"], "aliases": [], "description": ""}
GOOD: dict[str, Any] = {"name": "good", "version": "1.0", "vulns": []}
BAD: dict[str, Any] = {"name": "bad", "version": "1.0", "vulns": [FOUND]}
UNFIXED: dict[str, Any] = {"name": "old", "version": "3", "vulns": [{**FOUND, "fix_versions": []}]}
UNKNOWN: dict[str, Any] = {"name": "unknown", "skip_reason": "not found on PyPI"}


@pytest.mark.parametrize(
    ("packages", "status", "sentences"),
    [
        ([GOOD, GOOD], WELL, ["None of 2 packages is known to be vulnerable."]),
        ([GOOD, BAD], VULNERABLE, ["bad 1.0: PYSEC-1, fixed in 1.1, 2.0"]),
        ([UNFIXED], VULNERABLE, ["old 3: PYSEC-1, fixed in no release yet"]),
        ([GOOD, UNKNOWN], NOT_AUDITED, ["Nothing is known of unknown."]),
        (
            [BAD, UNKNOWN],
            VULNERABLE,
            ["bad 1.0: PYSEC-1, fixed in 1.1, 2.0", "Nothing is known of unknown."],
        ),
    ],
)
def test_what_was_found(packages, status, sentences):
    assert verdict(json.dumps({"dependencies": packages, "fixes": []}), "") == (status, sentences)


@pytest.mark.parametrize("packages", [[UNKNOWN, UNKNOWN], []])
def test_an_index_that_says_nothing_is_no_audit(packages):
    status, (sentence,) = verdict(json.dumps({"dependencies": packages}), "")
    assert status == NOT_AUDITED
    assert sentence.startswith("Nothing was audited")


@pytest.mark.parametrize(
    ("report", "said", "told"),
    [("", "WARNING: one\nERROR: no connection\n", "ERROR: no connection"), ("", "", "it said no")],
)
def test_a_failure_is_told_by_its_last_line(report, said, told):
    status, (sentence,) = verdict(report, said)
    assert status == NOT_AUDITED
    assert told in sentence
