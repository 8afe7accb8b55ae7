"""One processor for each kind that events touch, named after it, and all of them registered."""

import ast
from pathlib import Path

import pytest

from jira.kinds.registry import KINDS
from webhook_processors import processors
from webhook_processors.base import JiraWebhookProcessor

MAIN = Path(__file__).resolve().parents[2] / "main.py"
PROCESSORS = {
    name: made
    for name, made in vars(processors).items()
    if isinstance(made, type)
    and issubclass(made, JiraWebhookProcessor)
    and made is not JiraWebhookProcessor
}


def registered() -> list[str]:
    """The names that main.py hands to `ocean.add_webhook_processor`, in its own words."""
    [loop] = [
        node
        for node in ast.walk(ast.parse(MAIN.read_text("utf-8")))
        if isinstance(node, ast.For) and "add_webhook_processor" in ast.unparse(node)
    ]
    [call] = loop.body
    assert ast.unparse(call) == (
        f"ocean.add_webhook_processor(WEBHOOK_PATH, {ast.unparse(loop.target)})"
    )
    return [
        node.id
        for node in ast.walk(loop.iter)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    ]


@pytest.mark.parametrize("name", PROCESSORS)
def test_a_processor_is_named_after_its_kind(name):
    processor = PROCESSORS[name]
    assert name == processor.__name__ == f"{processor.kind.name.capitalize()}WebhookProcessor"
    assert processor.kind is KINDS[processor.kind.name]


def test_every_kind_that_events_touch_has_exactly_one_processor_and_no_other_has_one():
    """A processor that nothing registers never sees an event."""
    touched = [name for name, kind in KINDS.items() if kind.touched_by]
    assert sorted(processor.kind.name for processor in PROCESSORS.values()) == sorted(touched)


def test_main_registers_exactly_these_and_each_once():
    """A second one would read and write everything twice."""
    assert sorted(registered()) == sorted(PROCESSORS)
