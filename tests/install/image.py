"""Builds what deploy/Dockerfile describes, by its own steps, in a folder."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tests.install.dockerfile import Instruction, Stage, check_of, is_sent, stages
from tests.install.in_root import Container
from tests.install.locks import ROOT

DOCKERFILE = ROOT / "deploy/Dockerfile"
BUILD, FINAL = stages(DOCKERFILE.read_text())
# How packages are reached is this machine's to say, as with `docker build`.
_NETWORK = ("PIP_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_", "http", "no_proxy")


@dataclass(frozen=True)
class Image:
    """A built image: its files; the last stage says how they are run."""

    root: Path

    def container(self, command: list[str] | None = None) -> Container:
        """How it is run: its own command if no other is given, on a read-only root."""
        return Container(
            root=str(self.root),
            command=command or FINAL.last("CMD").command,
            environment=FINAL.environment,
            workdir=FINAL.last("WORKDIR").text,
            user=int(FINAL.last("USER").text.partition(":")[0]),
            read_only=True,
            settings="OCEAN__",
        )

    @property
    def check(self) -> Container:
        """The image's health check."""
        return self.container(check_of(FINAL))


def build(folder: Path) -> Image:
    """Carry out every step; what the last stage leaves. Raises CalledProcessError."""
    done: dict[str, Path] = {}
    for stage in (BUILD, FINAL):
        root = folder / stage.name
        root.mkdir()
        _carry_out(stage, root, done)
        done[stage.name] = root
    return Image(done[FINAL.name])


def sent_files() -> list[PurePosixPath]:
    """The files of the build context."""
    ignored = (ROOT / ".dockerignore").read_text()
    found = []
    for top, folders, files in os.walk(ROOT):
        here = PurePosixPath(Path(top).relative_to(ROOT))
        folders[:] = [name for name in folders if name not in (".git", ".venv")]
        found += [here / name for name in files if is_sent(here / name, ignored)]
    return sorted(found)


def _carry_out(stage: Stage, root: Path, done: dict[str, Path]) -> None:
    workdir = "/"
    for instruction in stage.instructions:
        if instruction.name == "WORKDIR":
            workdir = instruction.text
            _inside(root, workdir).mkdir(parents=True, exist_ok=True)
        elif instruction.name == "COPY":
            _copy(instruction, root, workdir, done)
        elif instruction.name == "RUN":
            network = {k: v for k, v in os.environ.items() if k.startswith(_NETWORK)}
            environment = {"HOME": "/root", **network, **stage.environment}
            step = Container(str(root), instruction.command, environment, workdir)
            subprocess.run(step.argv(), cwd=ROOT, check=True)


def _copy(instruction: Instruction, root: Path, workdir: str, done: dict[str, Path]) -> None:
    *sources, target = instruction.words
    made = _inside(root, os.path.join(workdir, target))
    if stage := instruction.option("from"):
        for source in sources:
            shutil.copytree(_inside(done[stage], source), made, symlinks=True)
        return
    for path in sent_files():
        for named in map(PurePosixPath, sources):
            if path == named:
                to = made / path.name
            elif named in path.parents:
                to = made / path.relative_to(named)
            else:
                continue
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, to)


def _inside(root: Path, path: str) -> Path:
    return root / path.lstrip("/")
