"""The Dockerfile and .dockerignore are read as a builder would read them."""

import shutil
import subprocess
from pathlib import PurePosixPath

import pytest

from tests.install.dockerfile import check_of, is_sent, stages
from tests.install.image import DOCKERFILE

HADOLINT = shutil.which("hadolint")

TEXT = """\
# A comment
ARG BASE=python:3.12
FROM ${BASE} AS build
ENV A=1 B="two words"
COPY --chown=1:1 one two/ ./
RUN --mount=type=secret,id=a --network=none \\
    echo ${PATH} && \\
    # a comment in between
    echo $A
FROM ${BASE}
ARG UNKNOWN=none
ENV PATH=/venv/bin:${PATH}
LABEL version="${UNKNOWN}${MISSING}"
COPY --from=build /venv /venv
HEALTHCHECK --interval=1s \\
  CMD ["check", "me"]
CMD exec run
"""


def test_stages_and_their_instructions():
    build, final = stages(TEXT)
    assert (build.name, final.name) == ("build", "1")
    assert build.base == final.base == "python:3.12"
    assert (build.environment["A"], build.environment["B"]) == ("1", "two words")
    assert "A" not in final.environment
    assert final.environment["PATH"].startswith("/venv/bin:/usr/local/bin:")
    copy, run = build.instructions
    assert (copy.words, copy.option("chown"), copy.option("from")) == (
        ["one", "two/", "./"],
        "1:1",
        None,
    )
    # The shell fills in its own variables.
    assert run.command == ["/bin/sh", "-c", "echo ${PATH} && echo $A"]
    assert final.last("COPY").option("from") == "build"
    assert final.last("LABEL").words == ["version=none"]
    assert final.last("CMD").command == ["/bin/sh", "-c", "exec run"]
    assert check_of(final) == ["check", "me"]
    with pytest.raises(LookupError):
        final.last("USER")


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        (".env", False),
        ("tests/unit/test_jql.py", False),
        ("main.py", True),
        ("jira/http/api.py", True),
        ("deploy/install.py", True),
        ("deploy/other.py", False),
        ("other/main.py", False),
        ("jira/__pycache__/jql.cpython-312.pyc", False),
        ("jira/.env", True),
    ],
)
def test_what_is_sent(path, sent):
    ignored = "# comment\n*\n!main.py\n!jira/\n!deploy/install.py\n**/__pycache__\n**/*.pyc\n"
    assert is_sent(PurePosixPath(path), ignored) is sent


@pytest.mark.skipif(HADOLINT is None, reason="hadolint isn't installed")
def test_hadolint_has_nothing_to_say():
    done = subprocess.run([str(HADOLINT), str(DOCKERFILE)], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"")
