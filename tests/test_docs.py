"""What is written beside the code says what the code does."""

import re
from pathlib import Path

import pytest
import yaml
from humps import decamelize

from jira.kinds.registry import webhook_events

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = [
    row["name"] for row in yaml.safe_load((ROOT / ".port/spec.yaml").read_text())["configurations"]
]
README = (ROOT / "README.md").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()


def variable(setting: str) -> str:
    return str(decamelize(setting)).upper()


@pytest.mark.parametrize("setting", SETTINGS)
def test_each_setting_is_in_the_readme_and_in_the_example(setting: str) -> None:
    assert f"| `{setting}` | `{variable(setting)}` |" in README
    assert f"OCEAN__INTEGRATION__CONFIG__{variable(setting)}=" in EXAMPLE


def test_the_readme_and_the_example_name_no_other_settings() -> None:
    known = {variable(setting) for setting in SETTINGS}
    assert set(re.findall(r"OCEAN__INTEGRATION__CONFIG__([A-Z_]+)=", EXAMPLE)) == known
    assert set(re.findall(r"^\| `\w+` \| `([A-Z_]+)` \|", README, re.MULTILINE)) == known


def test_the_webhook_by_hand_has_every_event() -> None:
    section = README[
        README.index("## The webhook by hand") : README.index("## Permissions")
    ].lower()
    words = {
        "attachment": "attachment: created, deleted",
        "board": "board: created, updated, deleted, configuration changed",
        "comment": "comment: created, updated, deleted",
        "issuelink": "issue link: created, deleted",
        "jira:issue": "issue: created, updated, deleted",
        "project": "project: created, updated, deleted, moved to trash, restored, archived, "
        "unarchived",
        "jira:version": "version: created, updated, deleted, released, unreleased, moved",
        "sprint": "sprint: created, updated, started, closed, deleted",
        "user": "user: created, updated, deleted",
        "worklog": "worklog: created, updated, deleted",
    }
    groups = {event.partition("_")[0] for event in webhook_events()}
    assert groups == set(words)
    assert [text for text in words.values() if text not in section] == []


@pytest.mark.parametrize("target", ["demo", "test", "run", "bench", "lint", "help"])
def test_the_commands_of_the_readme_exist(target: str) -> None:
    assert f"make {target}" in README
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
