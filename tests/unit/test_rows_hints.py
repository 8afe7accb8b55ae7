"""What a mapping could say so that a row has what it lacks."""

from typing import Any

import pytest

from port.dry_run.chosen_mapping import narrowed
from port.rows.hints import hint_of
from tests.e2e.mappings import mapping, resource

ROW = {"key": "AB-1", "expand": "names,changelog", "fields": {}}


def hint(of: dict[str, Any], *names: str) -> str:
    [made] = narrowed(mapping(of), "a file").config.resources
    return hint_of(made, ROW)(names)


@pytest.mark.parametrize(
    ("of", "names", "said"),
    [
        (resource("issue", "thing", ".key"), ["changelog"], "`expand: changelog` brings it"),
        (resource("issue", "thing", ".key"), ["nope"], ""),
        (resource("issue", "thing", ".key"), ["fields", "nope"], ""),
        (resource("user", "thing", ".accountId"), ["changelog"], ""),
        (
            resource("issue", "thing", ".key", selector={"fields": "summary,status"}),
            ["fields", "duedate"],
            "these fields alone: summary,status",
        ),
        (
            resource("backlog", "thing", ".key", selector={"fields": ["summary", "status"]}),
            ["fields", "duedate"],
            "these fields alone: summary, status",
        ),
        (
            resource("issue", "thing", ".item", items=".fields.labels // []"),
            ["fields", "labels"],
            "itemsToParse takes it out of the row",
        ),
    ],
)
def test_what_keeps_it_out_is_named(of: dict[str, Any], names: list[str], said: str) -> None:
    found = hint(of, *names)
    assert (said in found) if said else found == ""
