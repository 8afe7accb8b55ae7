"""The image's health check: 200 is well, all else isn't, and no proxy is asked."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from deploy.healthcheck import answers, path_of
from sandbox.servers import free_port


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response({"/health/live": 200, "/health/ready": 503}.get(self.path, 404))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing: the test says what went wrong."""


@pytest.fixture
def port() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("prefix", "path"),
    [
        ("", "/health/live"),
        ("/", "/health/live"),
        ("jira", "/jira/health/live"),
        ("/a/b/", "/a/b/health/live"),
    ],
)
def test_the_path_is_below_the_prefix(prefix, path):
    assert path_of("live", prefix) == path


def test_only_200_is_well(port, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert answers(port, "/health/live")
    assert not answers(port, "/health/ready")
    assert not answers(port, "/elsewhere")


def test_nobody_there_is_not_well(capsys):
    assert not answers(free_port(), "/health/live")
    assert "no answer at /health/live" in capsys.readouterr().err
