"""Fixtures for the unit tests."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from background import last_read, sweep
from port.mapping import resources
from tests.unit.helpers.sweep_site import SweepWorld


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
