"""Fixtures for the unit tests."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from loguru import logger

from background import last_read, sweep
from port.mapping import resources
from tests.unit.helpers.sweep_site import SweepWorld


@pytest.fixture
def log() -> Iterator[list[str]]:
    """What is logged, each line beginning with its level."""
    lines: list[str] = []
    sink = logger.add(lines.append, level="TRACE", format="{level}|{message}|{extra}")
    yield lines
    logger.remove(sink)


@pytest.fixture(autouse=True)
def whole_issues(monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """Issues are read as the mapping says, unless a test sets `on` to False."""
    set_to = {"on": True}

    async def answer() -> bool:
        return set_to["on"]

    monkeypatch.setattr(resources, "whole_issues", answer)
    return set_to


@pytest.fixture
def made_sweep(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], SweepWorld]:
    """Makes a Jira, a Port and a sweeper for a mapping."""

    def make(mapping: Any) -> SweepWorld:
        world = SweepWorld(mapping)
        monkeypatch.setattr(sweep, "event", SimpleNamespace(port_app_config=mapping))
        for module in (sweep, last_read):
            monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: world.time))
        return world

    return make
