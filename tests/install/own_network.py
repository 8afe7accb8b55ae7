"""A network of one's own: only the loopback interface, and no port of it taken."""

import asyncio
import fcntl
import os
import socket
import struct
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

_SIOCSIFFLAGS = 0x8914
_IFF_UP = 1


def in_own_network[T](scenario: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine, and every process that it starts, in such a network. Needs root."""

    def run() -> T:
        # Of this thread alone, and of what it starts.
        os.unshare(os.CLONE_NEWNET)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh", b"lo", _IFF_UP))
        return asyncio.run(scenario())

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(run).result()
