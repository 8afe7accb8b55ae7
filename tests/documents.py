"""What the documents say, taken apart: prose, names and commands. No test is in here."""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
NOT_OURS = {".venv", ".venv-tools", "node_modules"}
PAGES = sorted(
    page
    for folder in (".", "docs", "changelog", "benchmarks", "deploy")
    for page in (ROOT / folder).glob("**/*.md" if folder == "docs" else "*.md")
)
"""Every document that people read."""
GUIDES = [page for page in PAGES if page.parent.name not in ("changelog", "benchmarks")]
"""Those that tell how it is, rather than what was new or measured."""

_FENCED = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?:(?<=\n\n)|\A)((?: {4}|\t)[^\n]*\n(?:(?: {4}|\t)[^\n]*\n|\n(?= {4}))*)")
_SPAN = re.compile(r"(?<!`)`([^`]+?)`(?!`)")
SHELL = ("", "sh", "shell", "bash", "console")


class Said(NamedTuple):
    """A piece of a page that is set as code."""

    page: Path
    text: str

    @property
    def where(self) -> str:
        """For the name of a test."""
        return f"{self.page.name}: {self.text[:60]}"


def named(page: Path) -> str:
    """A page as a test is called by it."""
    return page.relative_to(ROOT).as_posix()


@cache
def text_of(page: Path) -> str:
    """All of it."""
    return page.read_text("utf-8")


@cache
def prose_of(page: Path) -> str:
    """A page without its blocks of code."""
    return _INDENTED.sub("", _FENCED.sub("", text_of(page)))


@cache
def spans() -> tuple[Said, ...]:
    """What stands in backticks, line breaks as spaces."""
    return tuple(
        Said(page, " ".join(span.split()))
        for page in PAGES
        for span in _SPAN.findall(prose_of(page))
    )


@cache
def lines_of_blocks() -> tuple[Said, ...]:
    """The lines of blocks of commands, continued ones put together."""
    found: list[Said] = []
    for page in PAGES:
        text = text_of(page)
        blocks = [block for _, of, block in _FENCED.findall(text) if of in SHELL]
        blocks += _INDENTED.findall(_FENCED.sub("", text))
        for block in blocks:
            whole = re.sub(r"\\\n\s*", "", block)
            found += [Said(page, line.strip()) for line in whole.splitlines() if line.strip()]
    return tuple(found)


@cache
def blocks_of_log() -> tuple[Said, ...]:
    """The lines of blocks that show what is said, which aren't commands."""
    return tuple(
        Said(page, line.strip())
        for page in PAGES
        for _, of, block in _FENCED.findall(text_of(page))
        if of == "text"
        for line in block.splitlines()
        if line.strip()
    )
