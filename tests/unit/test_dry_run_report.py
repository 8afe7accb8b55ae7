"""A dry run's findings for people and for programs."""

import json
import re
from pathlib import Path

import pytest

from port.dry_run.plan import BlueprintPlan, FieldChange, Plan
from port.dry_run.report import SHOWN, WIDEST, Report, Resource, as_json, as_table, short

GUIDE = (Path(__file__).parents[2] / "docs/dry-run.md").read_text("utf-8")
TOLD = Report(
    "the mapping in Port",
    [
        Resource("issue (resource 4 of the mapping)", 2_256),
        Resource("team (resource 3 of the mapping)", 0),
    ],
    Plan(
        {
            "jiraIssue": BlueprintPlan(
                create=["AB-9"],
                change={
                    "AB-7": [
                        FieldChange("properties.status", "To Do", "Done"),
                        FieldChange("relations.assignee", None, "712020:c2ce7ed4"),
                    ]
                },
                unchanged=2_254,
                delete=["AB-3"],
            ),
            "jiraProject": BlueprintPlan(unchanged=12, stubs=["CD"]),
        }
    ),
)
"""The example of the guide."""
FULL = Report(
    "the mapping in Port",
    [
        Resource("project (resource 1 of the mapping)", 3),
        Resource("team (resource 2 of the mapping)", 0),
        Resource("issue (resource 3 of the mapping)", 0, ["the query is refused"]),
    ],
    Plan(
        {
            "home": BlueprintPlan(
                create=["AB"],
                change={"CD": [FieldChange("title", None, "Ünï"), FieldChange("icon", 1, 2)]},
                unchanged=1_234,
                delete=["EF"],
                stubs=["GH"],
                refused={"IJ": "the blueprint has no property x"},
            )
        },
        {("_user", "somebody")},
    ),
    {("home", "too many"): 2},
    ["a note"],
)


def test_the_table_says_everything_once() -> None:
    assert as_table(FULL) == (
        "What a resync would do, by the mapping in Port. Nothing was written.\n"
        "\n"
        "blueprint  create  change  unchanged  delete  stubs  refused\n"
        "home            1       1      1,234       1      1        1\n"
        "\n"
        "home: change\n"
        '  CD: title nothing → "Ünï"; icon 1 → 2\n'
        "\n"
        "home: delete\n"
        "  EF\n"
        "\n"
        "home: Port would refuse\n"
        "  IJ: the blueprint has no property x\n"
        "\n"
        "home: stubs that Port makes for relations\n"
        "  GH\n"
        "\n"
        "Could not be read or mapped:\n"
        "  issue (resource 3 of the mapping): the query is refused\n"
        "\n"
        "Too much in Port, and kept:\n"
        "  2 of home: too many\n"
        "\n"
        "Besides:\n"
        "  Port has no somebody in _user: what relates to them is written without that\n"
        "  team (resource 2 of the mapping) gives no entity\n"
        "  a note"
    )


def test_json_says_the_same_with_whole_values() -> None:
    said = json.loads(as_json(FULL))
    assert said["mapping"] == "the mapping in Port"
    assert said["complete"] is False
    assert said["resources"][2] == {
        "resource": "issue (resource 3 of the mapping)",
        "entities": 0,
        "failures": ["the query is refused"],
    }
    assert said["blueprints"] == {
        "home": {
            "create": ["AB"],
            "change": {"CD": {"title": {"old": None, "new": "Ünï"}, "icon": {"old": 1, "new": 2}}},
            "unchanged": 1_234,
            "delete": ["EF"],
            "stubs": ["GH"],
            "refused": {"IJ": "the blueprint has no property x"},
        }
    }
    assert said["kept"] == [{"blueprint": "home", "entities": 2, "reason": "too many"}]
    assert said["accounts"] == [{"blueprint": "_user", "identifier": "somebody"}]
    assert said["notes"] == ["a note"]


def test_the_guide_shows_what_a_dry_run_says() -> None:
    _, table, _ = re.split(r"```text\n|\n```\n", GUIDE, maxsplit=2)
    assert table == as_table(TOLD)
    _, _, after = GUIDE.partition("```json\n")
    assert json.loads(after.partition("```")[0]) == json.loads(as_json(TOLD))


def test_a_long_list_is_cut_and_says_so() -> None:
    many = [f"AB-{number}" for number in range(1_000 + SHOWN)]
    table = as_table(Report("x", [], Plan({"thing": BlueprintPlan(delete=many, stubs=many)})))
    assert "  … and 1,000 more (JSON has all)" in table
    assert f"AB-7 and {len(many) - 8:,} more" in table
    assert f"  AB-{SHOWN - 1}\n" in table
    assert f"  AB-{SHOWN}\n" not in table


def test_without_resources_nothing_is_said_of_blueprints() -> None:
    assert "Nothing is read, or written." in as_table(Report("x", [], Plan()))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "nothing"),
        ([], "nothing"),
        ("", '""'),
        (False, "false"),
        (["a", 1], '["a", 1]'),
        ("x" * 100, '"' + "x" * (WIDEST - 2) + "…"),
    ],
)
def test_values_are_short(value: object, said: str) -> None:
    assert short(value) == said
