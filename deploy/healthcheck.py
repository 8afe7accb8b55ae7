"""The image's health check: exit status 0 where the process answers, 1 where it doesn't.

    python3 deploy/healthcheck.py           is it alive (or else it has to be started again)
    python3 deploy/healthcheck.py ready     may it have work, too

Asks 127.0.0.1 directly, whatever proxy the environment names.
"""

from __future__ import annotations

import http.client
import os
import sys

PORT = 8000
SECONDS = 4


def path_of(check: str, prefix: str) -> str:
    """Where the check is, below OCEAN__PATH_PREFIX if there is one."""
    inner = prefix.strip("/")
    return f"/{inner}/health/{check}" if inner else f"/health/{check}"


def answers(port: int, path: str) -> bool:
    """Whether the answer is 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException) as error:
        print(f"no answer at {path}: {error}", file=sys.stderr)
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    asked = sys.argv[1] if len(sys.argv) > 1 else "live"
    sys.exit(not answers(PORT, path_of(asked, os.environ.get("OCEAN__PATH_PREFIX", ""))))
