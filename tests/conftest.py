"""Fixtures for every test."""

from pathlib import Path
from typing import Any, cast

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def default_mapping() -> dict[str, Any]:
    """The mapping that a new installation starts with."""
    text = (ROOT / ".port/resources/port-app-config.yaml").read_text()
    return cast(dict[str, Any], yaml.safe_load(text))
