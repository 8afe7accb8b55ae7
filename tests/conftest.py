"""Fixtures for every test."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from unittest.mock import MagicMock

import pytest
import yaml
from loguru import logger
from port_ocean.context import ocean as ocean_context

from sandbox import child
from sandbox.forks import Forks
from sandbox.integration_process import IntegrationProcess
from tests.spread import Spread, holds_slow_tests, rank

ROOT = Path(__file__).resolve().parent.parent


@pytest.hookimpl(tryfirst=True, optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Spread:
    """As `tests.spread` says, whatever `--dist` is."""
    config.option.loadscopereorder = False
    return Spread(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes long comes first, where there are workers to share."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: rank(item.nodeid))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A file without slow tests is not read when there is nothing else to run."""
    only_slow = config.option.markexpr == "slow" and collection_path.match("test_*.py")
    return True if only_slow and not holds_slow_tests(collection_path) else None


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


@pytest.fixture(scope="session", autouse=True)
def forked() -> Iterator[None]:
    """Whatever starts the product starts it as a fork: quicker, and otherwise the same."""
    forks = Forks(IntegrationProcess({}, port=1).environment())
    child.start = forks.start
    yield
    child.start = child.execute
    forks.close()


@pytest.fixture
def executed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The product is started as its user does it."""
    monkeypatch.setattr(child, "start", child.execute)


@pytest.fixture
def log() -> Iterator[list[str]]:
    """What is logged, each line beginning with its level."""
    lines: list[str] = []
    sink = logger.add(lines.append, level="TRACE", format="{level}|{message}|{extra}")
    yield lines
    logger.remove(sink)
