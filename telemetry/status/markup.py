"""HTML that can't hold what wasn't meant to be HTML: every text is escaped, without exception."""

from html import escape

VOID = frozenset(("meta", "link", "br"))


class Markup:
    """A piece of HTML; only `tag` and `together` make one."""

    __slots__ = ("_html",)

    def __init__(self, html: str) -> None:
        self._html = html

    def __str__(self) -> str:
        return self._html


Child = Markup | str | int | None


def tag(name: str, /, *children: Child, **attributes: str | bool | None) -> Markup:
    """An element. Of an attribute's name `_` becomes `-`, and one at its end goes (`class_`)."""
    attrs = "".join(
        f" {_named(key)}" if value is True else f' {_named(key)}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in VOID:
        return Markup(f"<{name}{attrs}>")
    return Markup(f"<{name}{attrs}>{together(*children)}</{name}>")


def together(*children: Child) -> Markup:
    """Pieces one after the other; what is None isn't there."""
    return Markup("".join(_html(child) for child in children if child is not None))


def style(css: str) -> Markup:
    """A style sheet of ours. Raises ValueError where it would end before its end."""
    if "</" in css:
        raise ValueError("a style sheet holds no tags")
    return Markup(f"<style>{css}</style>")


def document(head: Markup, body: Markup) -> str:
    """A whole page, in English."""
    return f'<!doctype html>\n<html lang="en">{head}{body}</html>\n'


def _html(child: Markup | str | int) -> str:
    return str(child) if isinstance(child, Markup) else escape(str(child))


def _named(key: str) -> str:
    return key.rstrip("_").replace("_", "-")
