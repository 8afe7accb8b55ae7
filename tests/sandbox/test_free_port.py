"""A port that is free for whoever starts a process in a moment."""

import socket
from pathlib import Path

import pytest

from sandbox import servers
from sandbox.servers import free_port

OUTGOING = Path("/proc/sys/net/ipv4/ip_local_port_range")


@pytest.mark.skipif(not OUTGOING.exists(), reason="only Linux tells its range")
def test_no_connection_that_goes_out_gets_it():
    first, last = map(int, OUTGOING.read_text("utf-8").split())
    assert not {free_port() for _ in range(50)} & set(range(first, last + 1))


def test_two_are_hardly_ever_the_same():
    assert len({free_port() for _ in range(50)}) > 45


def test_one_that_somebody_listens_on_is_not_free(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(servers, "_FREE", range(port, port + 1))
        with pytest.raises(RuntimeError, match=f"no port of {port} to {port} is free"):
            free_port()
