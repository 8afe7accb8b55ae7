"""The image: what is in it, and that it runs as its Dockerfile says, for anybody, read-only."""

import asyncio
import os
import re
import shutil
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath

import pytest
import yaml

from sandbox.integration_process import IntegrationProcess, integration_env
from sandbox.world import EMAIL, TOKEN, World
from tests.install.chart import environment
from tests.install.dockerfile import check_of
from tests.install.image import BUILD, DOCKERFILE, FINAL, Image, build, sent_files
from tests.install.locks import ROOT
from tests.install.own_network import in_own_network
from tests.test_rooms import MODULES

PORT = 8000
# What Kubernetes and the compose file give it to end.
GRACE = 30
# A machine that is busy with others takes long, and nobody learns anything from that.
PATIENCE = 300

# A fork's parent would be in another network.
pytestmark = pytest.mark.usefixtures("executed")
needs_root = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0,
    reason="a root folder of one's own needs Linux and root",
)


def copied() -> list[PurePosixPath]:
    return [
        PurePosixPath(source)
        for instruction in BUILD.instructions
        if instruction.name == "COPY"
        for source in instruction.words[:-1]
    ]


def test_the_image_has_all_of_the_product_and_nothing_else():
    product = {path.relative_to(ROOT).parts[0] for path in MODULES.values()}
    tools = {"deploy/install.py", "deploy/healthcheck.py", "requirements.lock"}
    wanted = product | {".port", "pyproject.toml"} | tools
    assert sorted(map(str, copied())) == sorted(wanted)


def test_what_is_sent_to_the_builder_is_what_it_copies():
    sent = sent_files()
    assert len(sent) > 100
    for path in sent:
        assert any(source in (path, *path.parents) for source in copied()), path
    for source in copied():
        assert any(source in (path, *path.parents) for path in sent), source
    assert not [path for path in sent if path.name.startswith(".env") or path.suffix == ".pyc"]


def test_the_base_is_one_release_of_python_and_of_debian():
    assert BUILD.base == FINAL.base
    assert re.fullmatch(r"python:3\.1[23]\.\d+-slim-[a-z]+(@sha256:[0-9a-f]{64})?", BUILD.base)
    # What the product says that it runs on.
    version = BUILD.base.removeprefix("python:").partition("-")[0]
    assert (ROOT / ".python-version").read_text().strip() == version.rpartition(".")[0]


def test_it_says_which_version_it_is():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    label = FINAL.last("LABEL").text
    assert f'org.opencontainers.image.version="{version}"' in label
    assert f":{version} ." in DOCKERFILE.read_text()


def test_nothing_stands_between_a_signal_and_the_process():
    assert FINAL.last("CMD").text.startswith("[")
    assert FINAL.last("CMD").command[:2] == ["ocean", "sail"]
    assert check_of(FINAL)[0] == "python3"
    assert not [one.name for one in FINAL.instructions if one.name in ("RUN", "ENTRYPOINT")]
    user, _, group = FINAL.last("USER").text.partition(":")
    assert int(user) > 1000
    assert int(group) > 1000


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    """The image, built once; its folder may be entered by everybody, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="image-"))
    folder.chmod(0o755)
    yield build(folder)
    shutil.rmtree(folder)


def settings(world: World, values: str) -> dict[str, str]:
    """The variables that the chart makes of our values, against the stand-ins."""
    chart = environment(yaml.safe_load((ROOT / f"deploy/helm/{values}.yaml").read_text()))
    ours = integration_env(
        port_url=world.port.server.url,
        jira_url=world.jira_server.url,
        base_url=f"http://127.0.0.1:{PORT}",
        email=EMAIL,
        token=TOKEN,
    )
    return chart | {k: v for k, v in ours.items() if not k.startswith("OCEAN__EVENT_LISTENER")}


def first_process(process: IntegrationProcess) -> Path:
    """The container's own first process, as this machine sees it."""
    (child,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return Path("/proc") / child


@pytest.mark.slow
@needs_root
def test_it_holds_no_tools_and_nothing_that_its_user_may_write(image):
    names = {path.name for path in (image.root / "venv/bin").iterdir()}
    assert "ocean" in names
    # The framework itself asks for pytest.
    assert not names & {"pip", "mypy", "ruff", "uv"}
    files = [path for top in ("app", "venv") for path in (image.root / top).rglob("*")]
    assert len(files) > 1000
    modes = {path: path.lstat().st_mode for path in files if not path.is_symlink()}
    assert not [path for path, mode in modes.items() if mode & 0o022 or not mode & 0o004]
    # Compiled while it was built: there it can't be.
    assert list((image.root / "app/__pycache__").glob("main.*.pyc"))


async def healthy(image: Image) -> tuple[int | None, str]:
    """What the health check ends with, and says."""
    check = await asyncio.create_subprocess_exec(
        *image.check.argv(), cwd=ROOT, stderr=asyncio.subprocess.PIPE
    )
    _, said = await check.communicate()
    return check.returncode, said.decode()


async def runs_until_it_is_told_to_end(image: Image) -> None:
    async with World() as world:
        command = image.container().argv()
        process = IntegrationProcess(settings(world, "live-events"), port=PORT, command=command)
        await process.start(PATIENCE)
        try:
            assert await world.port.api.resync_finished() == "completed"
            assert await healthy(image) == (0, "")

            inside = first_process(process)
            started_as = (inside / "cmdline").read_text().split("\0")
            assert started_as[1:-1] == ["/venv/bin/ocean", "sail", "."]
            identity = (inside / "status").read_text()
            assert re.search(r"^NSpid:\s+\d+\s+1$", identity, re.MULTILINE)
            assert re.search(r"^Uid:(\s+10001){4}$", identity, re.MULTILINE)
            # All that it writes. docs/deploying.md says so.
            there = (inside / "root/tmp").rglob("*")
            assert {path.name for path in there} == {"ocean", ".ocean_cache"}

            begun = time.monotonic()
        finally:
            await process.stop(GRACE)
        assert time.monotonic() - begun < GRACE
        assert process.returncode == 0
        assert any("Application shutdown complete" in line for line in process.log)
        assert not [line for line in process.log if "Traceback" in line or "Read-only" in line]
        assert world.jira.violations() == []
    status, said = await healthy(image)
    assert status == 1
    assert "no answer" in said


@pytest.mark.slow
@needs_root
def test_it_runs_read_only_for_anybody_until_sigterm(image):
    in_own_network(partial(runs_until_it_is_told_to_end, image))


async def ends_before_it_has_started(image: Image) -> None:
    nobody = "http://127.0.0.1:9"
    process = await asyncio.create_subprocess_exec(
        *image.container().argv(),
        cwd=ROOT,
        env={**os.environ, **integration_env(port_url=nobody, jira_url=nobody)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        while b"access_token failed" not in (line := await process.stdout.readline()):
            assert line, "it ended, and Port was asked for nothing"
    begun = time.monotonic()
    process.terminate()
    await asyncio.wait_for(process.communicate(), PATIENCE)
    assert time.monotonic() - begun < GRACE
    assert process.returncode == 1


@pytest.mark.slow
@needs_root
def test_sigterm_ends_it_while_port_is_down_at_the_start(image):
    in_own_network(partial(ends_before_it_has_started, image))


async def resyncs_and_ends(image: Image) -> None:
    async with World() as world:
        ended = await asyncio.create_subprocess_exec(
            *image.container().argv(),
            cwd=ROOT,
            env={**os.environ, **settings(world, "cron-resync")},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await asyncio.wait_for(ended.communicate(), PATIENCE)
        assert ended.returncode == 0, said.decode()
        assert await world.port.api.resync_finished() == "completed"
        # Nobody could take what Jira sends to a process that is gone.
        assert world.site.webhooks == {}


@pytest.mark.slow
@needs_root
def test_with_the_once_listener_it_resyncs_and_ends(image):
    in_own_network(partial(resyncs_and_ends, image))
