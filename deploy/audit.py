"""Asks whether a package that a lock file pins is known to be vulnerable.

    .venv-tools/bin/python deploy/audit.py requirements.lock

pip-audit asks the public package index. One that only mirrors files doesn't answer, and pip-audit
then ends as if all were well: here that is a failure, with a sentence.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

WELL = 0
VULNERABLE = 1
NOT_AUDITED = 2


def main(lock: str) -> int:
    """Return the exit status; says what was found."""
    options = ["--disable-pip", "--require-hashes", "--format", "json", "--progress-spinner", "off"]
    command = [sys.executable, "-m", "pip_audit", *options, "--requirement", lock]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    status, sentences = verdict(done.stdout, done.stderr)
    print("\n".join(sentences), file=sys.stderr if status else sys.stdout)
    return status


def verdict(report: str, said: str) -> tuple[int, list[str]]:
    """The exit status and what to say, by pip-audit's report and what it said besides."""
    try:
        packages: list[dict[str, Any]] = json.loads(report)["dependencies"]
    except ValueError:
        last = said.strip().splitlines()[-1:] or ["it said nothing"]
        return NOT_AUDITED, [f"Nothing was audited, pip-audit failed: {last[0]}"]
    asked = [package for package in packages if "vulns" in package]
    left_out = [str(package["name"]) for package in packages if "vulns" not in package]
    if not asked:
        return NOT_AUDITED, [
            "Nothing was audited: the package index that is reached from here says nothing of any "
            f"of the {len(left_out)} packages. Run it where the public index is reached."
        ]
    found = [
        f"{package['name']} {package['version']}: {vulnerability['id']}, "
        f"fixed in {', '.join(vulnerability['fix_versions']) or 'no release yet'}"
        for package in asked
        for vulnerability in package["vulns"]
    ]
    if left_out:
        found.append(f"Nothing is known of {', '.join(left_out)}.")
    if any(package["vulns"] for package in asked):
        return VULNERABLE, found
    if left_out:
        return NOT_AUDITED, found
    return WELL, [f"None of {len(asked)} packages is known to be vulnerable."]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
