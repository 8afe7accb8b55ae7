"""The web server's log: without what is usual, and with all that isn't."""

import logging

import pytest

from telemetry.access_log import WithoutUsual

PATHS = ("/integration/webhook", "/metrics")


def line(*args: object) -> logging.LogRecord:
    record = logging.LogRecord("uvicorn.access", logging.INFO, "", 0, "%s", None, None)
    record.args = args
    return record


@pytest.mark.parametrize(
    ("method", "path", "status", "kept"),
    [
        ("POST", "/integration/webhook", 200, False),
        ("POST", "/integration/webhook?token=x", 200, False),
        ("GET", "/metrics", 200, False),
        ("GET", "/metrics/", 200, False),
        ("POST", "/integration/webhook", 401, True),
        ("POST", "/integration/webhook", 503, True),
        ("GET", "/metrics", 500, True),
        ("POST", "/integration/webhook/more", 200, True),
        ("POST", "/resync", 200, True),
    ],
)
def test_what_is_usual_has_no_line(method, path, status, kept):
    record = line("127.0.0.1:1", method, path, "1.1", status)
    assert WithoutUsual(PATHS).filter(record) is kept


@pytest.mark.parametrize("args", [(), ("something else",), ("a", "b", "c", "d", "e")])
def test_a_line_of_another_form_is_kept(args):
    assert WithoutUsual(PATHS).filter(line(*args))
