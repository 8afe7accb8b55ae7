"""The changelog tells of this version, and each note that waits goes into the next."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
NOTES = PROJECT["tool"]["towncrier"]
CHANGELOG = (ROOT / NOTES["filename"]).read_text()


def test_the_newest_version_is_the_projects():
    newest = re.findall(r"^## (\S+) \(\d{4}-\d\d-\d\d\)$", CHANGELOG, re.MULTILINE)[0]
    assert newest == PROJECT["project"]["version"]


def test_new_notes_have_a_place_to_go():
    assert CHANGELOG.count(NOTES["start_string"]) == 1
    assert CHANGELOG.index(NOTES["start_string"]) < CHANGELOG.index("\n## ")


def test_headings_are_those_of_the_types():
    names = {kind["name"] for kind in NOTES["type"]}
    assert set(re.findall(r"^### (.+)$", CHANGELOG, re.MULTILINE)) <= names


def test_each_note_is_of_a_type_and_says_something():
    types = {kind["directory"] for kind in NOTES["type"]}
    for note in (ROOT / NOTES["directory"]).iterdir():
        if note.name != "README.md":
            assert re.fullmatch(rf"[\w+-]+\.({'|'.join(types)})\.md", note.name), note.name
            assert note.read_text().strip(), note.name
    told = set(re.findall(r"`(\w+)`", (ROOT / NOTES["directory"] / "README.md").read_text()))
    assert types <= told
