"""Fixtures for every test."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from unittest.mock import MagicMock

import pytest
import yaml
from loguru import logger
from port_ocean.context import ocean as ocean_context

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def default_mapping() -> dict[str, Any]:
    """The mapping that a new installation starts with."""
    text = (ROOT / ".port/resources/port-app-config.yaml").read_text()
    return cast(dict[str, Any], yaml.safe_load(text))


@pytest.fixture
def framework(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The part of the running app that mapping looks at."""
    app = MagicMock()
    monkeypatch.setattr(ocean_context, "_port_ocean", ocean_context.PortOceanContext(app))
    config = app.config
    config.allow_environment_variables_jq_access = True
    config.process_in_queue_max_workers = 1
    config.process_in_queue_timeout = 60
    return app


@pytest.fixture
def log() -> Iterator[list[str]]:
    """What is logged, each line beginning with its level."""
    lines: list[str] = []
    sink = logger.add(lines.append, level="TRACE", format="{level}|{message}|{extra}")
    yield lines
    logger.remove(sink)
