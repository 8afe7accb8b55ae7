"""What a document says that the log says, the code says."""

import re

import pytest

from tests.documents import PAGES, Said, blocks_of_log, spans
from tests.documents_source import WHERE, is_said, is_short, sentences_in, tells
from tests.test_docs_names import FACTS

CODE = re.compile(
    r"""^[.("$<[]                                 # an expression, a pattern
      |^(?:make|ocean|python3?|docker|kubectl|curl|helm|kill|openssl|env|git|flock|apt-get)\b
      |^(?:GET|POST|PUT|DELETE)\s
      |^--|^-\w\s
      |^[\w.]+\s=\s|^return\s|^\w+\(.*\)$          # a line of Python
      |^[\w-]+:\s(?:\S+|\[.*\])$                   # a setting and its value
      |^Authorization:\s
      |[A-Z]+=                                     # a variable and its value
      |\s(?:>=|<=|<|!=|==|AFTER)\s|\s\|\s          # a query
      |^(?:OR|AND|NOT)\s
    """,
    re.VERBOSE,
)
"""What has a space in it and is no sentence."""
OTHERS = frozenset({"client_max_body_size 25m", "appendonly yes", "appendfsync always", "of about"})
"""Lines for nginx and Redis, and what is put together of parts."""


def messages() -> list[Said]:
    """All in backticks that is more than one word, and neither a command nor an expression."""
    return [
        one
        for one in spans()
        if " " in one.text
        and one.page.name not in FACTS
        and one.page.parent.name != "benchmarks"
        and not CODE.search(one.text)
        and one.text not in OTHERS
    ]


@pytest.mark.parametrize("message", messages(), ids=lambda one: one.where)
def test_a_message_that_a_page_names_can_be_said(message: Said) -> None:
    assert is_said(message.text)


def shown() -> list[Said]:
    """The sentences of blocks that show a log: a probe's lines without the kind before them."""
    pages = {page for page in PAGES if page.name in ("getting-started.md", "permissions.md")}
    lines = [one for one in blocks_of_log() if one.page in pages]
    found = []
    for page, line in lines:
        if re.match(r"(?:\w+ +)+[\d,.]+ |kind ", line):
            continue
        rest = re.sub(r"^[a-z]+(?: \(not in the mapping\))?: ", "", line)
        found += [Said(page, part.rstrip(".…")) for part in re.split(r"(?<=\.) (?=[A-Z])", rest)]
    return found


@pytest.mark.parametrize("line", shown(), ids=lambda one: one.where)
def test_a_line_that_a_page_shows_can_be_said(line: Said) -> None:
    lowered = line.text[:1].lower() + line.text[1:]
    assert any(is_said(text, with_any_values=True) for text in (line.text, lowered))


def test_messages_are_found() -> None:
    found = [one.text for one in messages()]
    assert len(found) > 40
    assert len(shown()) > 8
    assert "Jira asks for a pause" in found


@pytest.mark.parametrize(
    ("sentence", "piece", "can"),
    [
        ("Jira asks for a pause", "asks for a pause", True),
        (f"{WHERE} works again, after {WHERE}", "works again, after 60 s", True),
        (f"The webhook {WHERE} can't be managed in Jira", "The webhook 'a' can't be managed", True),
        (f"The webhook {WHERE} can't be managed in Jira", "The webhook 'a' can be managed", False),
        (f"Port refused {WHERE} entities", "Port refuses 3 entities", False),
        (f"{WHERE}: {WHERE}", "anything: at all", False),
    ],
)
def test_a_sentence_with_values_tells_what_it_can(sentence: str, piece: str, can: bool) -> None:
    assert tells(sentence, piece, is_short) is can


def test_sentences_are_found_in_code_and_docstrings_are_none() -> None:
    source = '''
def f(name):
    """Not said at all."""
    log(f"The {name} is " + "done, after " + str(3))
'''
    assert f"The {WHERE} is done, after {WHERE}" in list(sentences_in(source))
    assert not any("Not said" in text for text in sentences_in(source))


def test_a_message_that_nobody_says_is_noticed() -> None:
    assert is_said("… works again, after …")
    assert is_said("The components that issues show can't be kept up to date: …")
    assert not is_said("Jira begs for a pause")
    assert not is_said("The kinds team are skipped: …")
