"""What is written beside the code says what the code does."""

import re
from pathlib import Path

import pytest
import yaml
from humps import decamelize

from client import webhook_events

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = [
    row["name"] for row in yaml.safe_load((ROOT / ".port/spec.yaml").read_text())["configurations"]
]
README = (ROOT / "README.md").read_text()
SETTINGS_PAGE = (ROOT / "docs/settings.md").read_text()
BY_HAND = (ROOT / "docs/webhook.md").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()


def variable(setting: str) -> str:
    return str(decamelize(setting)).upper()


@pytest.mark.parametrize("setting", SETTINGS)
def test_each_setting_is_on_its_page_and_in_the_example(setting: str) -> None:
    assert f"| `{setting}` | `{variable(setting)}` |" in SETTINGS_PAGE
    assert f"OCEAN__INTEGRATION__CONFIG__{variable(setting)}=" in EXAMPLE


def test_the_page_and_the_example_name_no_other_settings() -> None:
    known = {variable(setting) for setting in SETTINGS}
    assert set(re.findall(r"OCEAN__INTEGRATION__CONFIG__([A-Z_]+)=", EXAMPLE)) == known
    assert set(re.findall(r"^\| `\w+` \| `([A-Z_]+)` \|", SETTINGS_PAGE, re.MULTILINE)) == known


THINGS = {"issuelink": "issue link", "issuetype": "issue type"}
WORDS = {
    "soft_deleted": "moved to trash",
    "restored_deleted": "restored",
    "restored_archived": "unarchived",
}
"""What Jira's form calls some things and events; of all others it is the name."""


def in_words(event: str) -> str:
    """An event as the page names it: `project: created`."""
    thing, _, what = event.removeprefix("jira:").partition("_")
    return f"{THINGS.get(thing, thing)}: {WORDS.get(what, what.replace('_', ' '))}"


def events_by_hand(page: str = BY_HAND) -> set[str]:
    """The events that a page, docs/webhook.md, has the administrator choose."""
    found = r"(?:^\| |; )([a-z ]+): ([a-z ,]+)(?=[;|])"
    lists = re.findall(found, page.lower(), re.MULTILINE)
    return {f"{thing}: {what.strip()}" for thing, events in lists for what in events.split(",")}


def test_the_webhook_by_hand_has_every_event_and_no_other() -> None:
    assert events_by_hand() == {in_words(event) for event in webhook_events()}


PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("changelog/*.md")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:^ {4}|`)make ([a-z-]+)", page.read_text(), re.MULTILINE)) <= targets


@pytest.mark.parametrize(
    "target",
    [
        "demo",
        "test",
        "run",
        "probe",
        "dry-run",
        "rows",
        "uninstall-webhook",
        "bench",
        "lint",
        "help",
    ],
)
def test_the_readme_names_the_commands_that_everybody_needs(target: str) -> None:
    assert f"make {target}" in README


FAULTS = [
    line
    for line in (ROOT / "docs/faults.md").read_text().splitlines()
    if line.startswith("| ") and not line.startswith("| fault |")
]


@pytest.mark.parametrize("row", FAULTS, ids=lambda row: row.split("|")[1].strip())
def test_what_is_said_of_a_fault_has_a_test(row: str) -> None:
    found = re.search(r"\| `(tests/[\w/]+\.py)::(test_\w+)` \|$", row)
    assert found is not None, row
    assert re.search(rf"^(async )?def {found[2]}\(", (ROOT / found[1]).read_text(), re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """What the headings of a page are linked by."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if "://" in link:
            continue
        file, _, anchor = link.partition("#")
        target = page.parent / file if file else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link
