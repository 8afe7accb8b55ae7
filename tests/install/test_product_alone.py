"""What a container holds: the product's own files, the packages of requirements.lock, no root."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.integration_process import IntegrationProcess, integration_env
from sandbox.world import EMAIL, TOKEN, World
from tests.install.locks import ROOT

pytestmark = pytest.mark.slow

PRODUCT = (
    ".port",
    "background",
    "client.py",
    "initialize_client.py",
    "integration.py",
    "jira",
    "kinds.py",
    "main.py",
    "port",
    "pyproject.toml",
    "telemetry",
    "webhook_processors",
)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everybody may read; pytest's own are for their owner alone."""
    made = Path(tempfile.mkdtemp(prefix="product-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def venv(folder: Path) -> Path:
    """An environment with the packages of requirements.lock alone."""
    made = folder / "venv"
    command: list[str | Path] = [
        reachable_python(folder),
        "deploy/install.py",
        made,
        "requirements.lock",
    ]
    subprocess.run(command, cwd=ROOT, check=True)
    return made


@pytest.fixture
def product(folder: Path) -> Path:
    """The product's own files, and nothing else."""
    made = folder / "product"
    made.mkdir()
    for name in PRODUCT:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, made / name)
    return made


def reachable_python(folder: Path) -> Path:
    """This Python, or a copy of it where others may not enter its folder."""
    base = Path(sys.base_prefix)
    if os.geteuid() or all(parent.stat().st_mode & 0o001 for parent in (base, *base.parents)):
        return Path(sys._base_executable)  # type: ignore[attr-defined]
    copy = folder / "python"
    leave = shutil.ignore_patterns("site-packages", "__pycache__", "test", "tests", "*.a")
    shutil.copytree(base, copy, symlinks=True, ignore=leave)
    (copy / f"lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages").mkdir()
    return copy / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}"


async def test_it_runs_from_its_own_files_and_packages_for_anybody(folder, venv, product):
    assert shutil.which("mypy", path=venv / "bin") is None
    async with World() as world:
        env = integration_env(
            port_url=world.port.server.url,
            jira_url=world.jira_server.url,
            email=EMAIL,
            token=TOKEN,
            HOME="/nonexistent",
            LD_LIBRARY_PATH=str(folder / "python/lib"),
        )
        ocean = venv / "bin/ocean"
        # It is started where its health endpoint answers that it is ready.
        async with IntegrationProcess(env, root=product, ocean=ocean, unprivileged=True) as process:
            assert await world.port.api.resync_finished() == "completed"
        assert not any("Traceback" in line for line in process.log)
        assert not list(product.rglob("__pycache__"))
        assert world.jira.violations() == []
