"""Installing: what is pinned and nothing else, or nothing at all and a sentence what to do."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.install import advice, mark_of, pinned
from tests.install.locks import ROOT, pins
from tests.install.wheels import make_lock, make_wheel


class Installation:
    """An environment, a lock and a folder of wheels, without any network."""

    def __init__(self, folder: Path) -> None:
        self.wheels = folder / "wheels"
        self.wheels.mkdir()
        self.venv = folder / "venv"
        self.lock = folder / "requirements-small.lock"
        self.mark = Path(mark_of(str(self.venv), str(self.lock)))
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.env = {
            **kept,
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.wheels),
        }

    def command(self, *options: str) -> list[str]:
        script = str(ROOT / "deploy/install.py")
        return [sys.executable, script, *options, str(self.venv), str(self.lock)]

    def run(self, *options: str, **env: str) -> Any:
        return subprocess.run(
            self.command(*options), env={**self.env, **env}, capture_output=True, text=True
        )

    def version_of(self, module: str) -> str:
        program = f"import {module}; print({module}.version)"
        python = str(self.venv / "bin/python")
        return subprocess.run(
            [python, "-c", program], capture_output=True, text=True, check=True
        ).stdout.strip()


@pytest.fixture
def small(tmp_path) -> Installation:
    installation = Installation(tmp_path)
    wheel = make_wheel(installation.wheels, "pinned_here", "1.0")
    make_lock(installation.lock, wheel)
    return installation


def test_a_newer_release_changes_nothing_and_what_is_whole_is_left_alone(small):
    make_wheel(small.wheels, "pinned_here", "2.0")
    done = small.run()
    assert done.returncode == 0, done.stderr
    assert "Installing 1 packages" in done.stdout
    assert small.version_of("pinned_here") == "1.0"

    # A lock that was written again as it was: newer, and the same.
    os.utime(small.lock)
    again = small.run()
    assert (again.returncode, again.stdout) == (0, "")
    assert small.mark.stat().st_mtime >= small.lock.stat().st_mtime

    # Another lock: made anew.
    make_lock(small.lock, make_wheel(small.wheels, "pinned_here", "3.0"))
    assert small.run().returncode == 0
    assert small.version_of("pinned_here") == "3.0"


def test_more_is_added_to_an_environment_that_stays(small):
    assert small.run().returncode == 0
    first, small.lock = small.lock, small.lock.with_name("requirements-more.lock")
    make_lock(small.lock, make_wheel(small.wheels, "added_later", "1.0"))
    assert small.run("--add").returncode == 0
    assert small.version_of("pinned_here") == small.version_of("added_later") == "1.0"
    assert Path(mark_of(str(small.venv), str(first))).exists()

    # One that can't be added leaves the environment, without the mark of the new lock.
    mark = Path(mark_of(str(small.venv), str(small.lock)))
    make_lock(small.lock, make_wheel(small.wheels, "added_later", "2.0"))
    (small.wheels / "added_later-2.0-py3-none-any.whl").unlink()
    assert small.run("--add").returncode == 2
    assert not mark.exists()
    assert small.version_of("pinned_here") == "1.0"


def test_a_lock_that_lacks_something_is_no_whole_environment(small):
    asking = make_wheel(small.wheels, "asking", "1.0", asks_for="not_pinned>=1")
    make_lock(small.lock, asking)
    done = small.run()
    assert done.returncode == 2
    assert "not-pinned" in done.stderr
    assert not small.venv.exists()


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        ({"PIP_FIND_LINKS": ""}, "No package index can be reached"),
        ({"PIP_CONSTRAINT": "{folder}/low.txt"}, "a constraints file of your pip"),
        ({"PIP_FIND_LINKS": "{folder}/newer"}, "The package index doesn't have that version"),
        (
            {
                "PIP_NO_INDEX": "",
                "PIP_FIND_LINKS": "",
                "PIP_RETRIES": "0",
                "PIP_INDEX_URL": "http://127.0.0.1:9/company",
            },
            "No package index can be reached",
        ),
        ({"PIP_FIND_LINKS": "{folder}/others"}, "The package index gave another file"),
    ],
)
def test_what_cannot_be_installed_leaves_nothing_and_says_what_to_do(
    small, tmp_path, env, sentence
):
    (tmp_path / "low.txt").write_text("pinned_here<1\n")
    make_wheel(tmp_path / "newer", "pinned_here", "2.0")
    make_wheel(tmp_path / "others", "pinned_here", "1.0", asks_for="something")
    done = small.run(**{name: value.format(folder=tmp_path) for name, value in env.items()})
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Say the same command again" in done.stderr
    assert not small.venv.exists()


def test_a_constraint_that_fits_and_a_user_installation_do_not_disturb(small, tmp_path):
    (tmp_path / "fits.txt").write_text("pinned_here>=1\nsomething_else<3\n")
    done = small.run(PIP_CONSTRAINT=str(tmp_path / "fits.txt"), PIP_USER="1")
    assert done.returncode == 0, done.stderr
    assert small.version_of("pinned_here") == "1.0"


@pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGKILL])
def test_one_that_was_stopped_is_not_taken_for_whole(small, ended_by):
    with subprocess.Popen(
        small.command(),
        env=small.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A shell ignores it for what runs in its background, and so would the child.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdout is not None
        assert "Installing 1 packages" in process.stdout.readline()
        os.killpg(process.pid, ended_by)
        _, said = process.communicate()
    if ended_by is signal.SIGINT:
        assert process.returncode == 130
        assert "Stopped." in said
        assert "Traceback" not in said
        assert not small.venv.exists()
    assert not small.mark.exists()
    assert small.run().returncode == 0


@pytest.mark.parametrize(
    ("pip_said", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("ERROR: Package 'x' requires a different Python: 3.14.0 not in", "use Python 3.12"),
        ("ProxyError('Cannot connect to proxy.')", "HTTPS_PROXY"),
        ("something new", "pip's"),
    ],
)
def test_what_pip_says_is_explained(pip_said, sentence):
    assert sentence in advice(pip_said)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_the_number_of_packages_that_is_said_is_right(lock):
    text = (ROOT / lock).read_text()
    assert pinned(text) == len(pins(text))
