"""What the framework and its server wait for at the end has a limit."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import uvicorn
from port_ocean.utils.signal import SignalHandler

from webhook_processors import bounded_end as module
from webhook_processors.bounded_end import SECONDS, bound, bound_server

ROOT = Path(__file__).resolve().parents[2]


async def test_a_handler_that_hangs_is_given_up_and_the_next_one_runs(monkeypatch, log):
    monkeypatch.setattr(module, "SECONDS", 0.01)
    signals, done = SignalHandler(), []

    async def hangs() -> None:
        await asyncio.Event().wait()

    signals.register(hangs, priority=100)
    signals.register(lambda: done.append("next"))
    bound(signals, hangs)
    async with asyncio.timeout(5):
        await signals.exit()
    assert done == ["next"]
    assert [line for line in log if line.startswith("WARNING") and "hangs" in line]


async def test_one_that_ends_is_waited_for_in_its_turn():
    signals, done = SignalHandler(), []

    class App:
        async def first(self) -> None:
            await asyncio.sleep(0)
            done.append("first")

    app = App()
    signals.register(lambda: done.append("last"), priority=-1)
    signals.register(app.first, priority=100)
    bound(signals, app.first)
    await signals.exit()
    assert done == ["first", "last"]


@pytest.fixture
def kept_handler():
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.usefixtures("kept_handler")
def test_the_server_that_runs_does_not_wait_for_connections_for_ever():
    async def app(*_: object) -> None:
        """Serves nothing."""

    server = uvicorn.Server(uvicorn.Config(app))
    assert server.config.timeout_graceful_shutdown is None
    with server.capture_signals():
        bound_server()
    assert server.config.timeout_graceful_shutdown == SECONDS


@pytest.mark.usefixtures("kept_handler")
def test_without_a_server_nothing_is_done():
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    bound_server()
    assert signal.getsignal(signal.SIGTERM) is signal.default_int_handler


@pytest.mark.parametrize("hangs", [True, False])
def test_a_process_whose_threads_hang_ends_as_if_they_did_not(hangs: bool) -> None:
    wait = "threading.Event().wait()" if hangs else "print('by itself')"
    program = f"""
import threading
from webhook_processors import bounded_end
bounded_end.SECONDS = 0.2
print("it is over")
bounded_end.leave_in_time()
threading.Thread(target=lambda: {wait}).start()
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, cwd=ROOT
    )
    said = ["it is over", *([] if hangs else ["by itself"])]
    assert (ended.returncode, ended.stdout.split("\n")[:-1]) == (0, said), ended.stderr
