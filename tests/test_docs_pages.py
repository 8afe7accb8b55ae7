"""The documents as a whole: each can be found, none repeats another, the first one is short."""

import re
from itertools import combinations
from pathlib import Path

import pytest

from tests.documents import GUIDES, PAGES, ROOT, named, prose_of, text_of

README = ROOT / "README.md"
MOST_LINES = 120
"""A page and a half, on paper."""
LONG = 80
"""Signs from which on a sentence that stands on two pages is no chance."""


def links_of(page: Path) -> list[str]:
    """Where a page's links lead."""
    return re.findall(r"\]\(([^)\s]+)\)", text_of(page))


def test_the_readme_leads_to_every_page() -> None:
    linked = {(ROOT / link.partition("#")[0]).resolve() for link in links_of(README)}
    pages = {page for page in PAGES if page.parent.name == "docs" or page.parent == ROOT}
    assert sorted(named(page) for page in pages - linked - {README}) == []


def test_the_readme_is_short() -> None:
    assert text_of(README).count("\n") <= MOST_LINES


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_a_page_has_one_title_and_headings_of_their_own(page: Path) -> None:
    headings = re.findall(r"^(#+) (.+)$", prose_of(page), re.MULTILINE)
    if page.parent.name == "changelog" and page.name != "README.md":
        assert headings == []
        return
    assert [level for level, _ in headings].count("#") == 1
    assert headings[0][0] == "#"
    if page.name != "CHANGELOG.md":
        assert len({text for _, text in headings}) == len(headings)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_to_others_are_encrypted_and_whole(page: Path) -> None:
    addresses = re.findall(r"\bhttps?://[^\s)>`'\"]+", prose_of(page))
    for address in addresses:
        assert address.startswith(("https://", "http://127.0.0.1", "http://localhost")), address


def sentences_of(text: str) -> set[str]:
    """The long sentences of a page and of the cells of its tables, without what is set in them."""
    plain = re.sub(r"[`*]|\]\([^)]*\)|\[", "", text)
    parts = re.split(r"(?<=[.:;!?])\s+|\s\|\s|\n\n|\n(?=[-|#])", plain)
    found = (" ".join(part.split()) for part in parts)
    return {sentence for sentence in found if len(sentence) >= LONG}


def test_no_page_repeats_a_sentence_of_another() -> None:
    said = {page: sentences_of(prose_of(page)) for page in GUIDES}
    twice = {
        sentence: f"{named(one)}, {named(other)}"
        for one, other in combinations(said, 2)
        for sentence in said[one] & said[other]
    }
    assert twice == {}


def test_sentences_are_found() -> None:
    long = "This is a sentence that is so long that nobody says the same twice by chance anywhere."
    assert sentences_of(f"A short one. {long}\nAnd [a link](somewhere).") == {long}
    assert sentences_of(f"| a cell | {long} |\n|---|---|\n") == {long}
