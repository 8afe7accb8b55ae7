"""One processor for each kind that events touch, named after it, and all of them registered."""

import ast
from pathlib import Path

import pytest

from client import KINDS
from webhook_processors import processors
from webhook_processors.base import JiraWebhookProcessor
from webhook_processors.processors import PROCESSORS

MAIN = Path(__file__).resolve().parents[2] / "main.py"
DEFINED = [
    made
    for made in vars(processors).values()
    if isinstance(made, type)
    and issubclass(made, JiraWebhookProcessor)
    and made is not JiraWebhookProcessor
]


@pytest.mark.parametrize("processor", DEFINED)
def test_a_processor_is_named_after_its_kind(processor):
    assert processor.__name__ == f"{processor.kind.name.capitalize()}WebhookProcessor"
    assert processor.kind is KINDS[processor.kind.name]


def test_every_kind_that_events_touch_has_exactly_one_processor_and_no_other_has_one():
    """A processor that nothing registers never sees an event."""
    touched = [name for name, kind in KINDS.items() if kind.touched_by]
    assert sorted(processor.kind.name for processor in PROCESSORS) == sorted(touched)


def test_every_processor_is_in_the_list_once():
    """A second one would read and write everything twice."""
    assert list(PROCESSORS) == DEFINED


def test_main_registers_the_list():
    [loop] = [
        ast.unparse(node)
        for node in ast.walk(ast.parse(MAIN.read_text("utf-8")))
        if isinstance(node, ast.For) and "add_webhook_processor" in ast.unparse(node)
    ]
    assert loop == (
        "for processor in PROCESSORS:\n    ocean.add_webhook_processor(WEBHOOK_PATH, processor)"
    )
