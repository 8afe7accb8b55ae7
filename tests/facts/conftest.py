"""The product's own client for Jira, over as much of the framework as it looks at."""

from collections.abc import Iterator

import pytest
from loguru import logger

from tests.unit.helpers.jira_over_http import framework_context, made_http, passing_clock


@pytest.fixture
def clock(monkeypatch):
    return passing_clock(monkeypatch)


@pytest.fixture
def framework(monkeypatch):
    framework_context(monkeypatch)


@pytest.fixture
async def http(framework, clock):
    async with made_http(clock) as made:
        yield made


@pytest.fixture
def log() -> Iterator[list[str]]:
    """What is logged, each line beginning with its level."""
    lines: list[str] = []
    sink = logger.add(lines.append, level="TRACE", format="{level}|{message}")
    yield lines
    logger.remove(sink)
