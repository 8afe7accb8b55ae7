"""Fixtures for the unit tests."""

from collections.abc import Iterator

import pytest
from loguru import logger


@pytest.fixture
def log() -> Iterator[list[str]]:
    """What is logged, each line beginning with its level."""
    lines: list[str] = []
    sink = logger.add(lines.append, level="TRACE", format="{level}|{message}|{extra}")
    yield lines
    logger.remove(sink)
