"""The moments in Port: kept where Port takes them, and else done without."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from port_ocean.clients.port.client import PortClient

from port import kept_marks as module
from port.kept_marks import COMPARE_AT, KIND, WRITTEN, KeptMarks

MOMENTS = {WRITTEN: 1_800_000_000.25, COMPARE_AT: 1_800_003_600.0}


class Port:
    """As strict as Port may be: a cursor is made before it is replaced, and is a moment."""

    def __init__(self) -> None:
        self.cursors: dict[tuple[str, str], Any] = {}
        self.asked: list[str] = []
        self.status: int | None = None
        self.hangs = False

    async def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.method)
        assert request.url.path == "/v1/integration/jira-1/cursor"
        assert request.headers["Authorization"] == "Bearer token"
        if self.hangs:
            await asyncio.Event().wait()
        if self.status is not None:
            return httpx.Response(self.status, json={"error": "refused"})
        key = (request.url.params["kind"], request.url.params["index"])
        if request.method == "GET":
            return httpx.Response(200, json={"cursor": self.cursors.get(key)})
        if request.method == "PUT" and key not in self.cursors:
            return httpx.Response(404, json={"error": "not_found"})
        body = json.loads(request.content)
        assert set(body) == {"primary"}
        self.cursors[key] = body
        return httpx.Response(200, json={"cursor": body})


@pytest.fixture
def port() -> Port:
    return Port()


@pytest.fixture
async def marks(port: Port):
    async def headers() -> dict[str, str]:
        return {"Authorization": "Bearer token"}

    async with httpx.AsyncClient(transport=httpx.MockTransport(port.answer)) as client:
        made = SimpleNamespace(
            client=client,
            integration_identifier="jira-1",
            auth=SimpleNamespace(api_url="https://port.example.com/v1", headers=headers),
        )
        yield KeptMarks(lambda: cast(PortClient, made))


async def test_what_is_kept_is_read_again(marks: KeptMarks, port: Port) -> None:
    assert await marks.read() == {}
    assert await marks.keep(MOMENTS)
    assert await marks.read() == MOMENTS
    assert {kind for kind, _ in port.cursors} == {KIND}, "no kind's own cursor is touched"


async def test_a_moment_costs_one_request_once_it_is_known(marks: KeptMarks, port: Port) -> None:
    await marks.keep({WRITTEN: 1.0})
    assert port.asked == ["PUT", "POST"]
    await marks.keep({WRITTEN: 2.0})
    assert port.asked == ["PUT", "POST", "PUT"]


@pytest.mark.parametrize("status", [400, 403, 404, 405, 422])
async def test_a_port_that_takes_none_is_asked_once_and_told_of(
    marks: KeptMarks, port: Port, log: list[str], status: int
) -> None:
    port.status = status
    assert await marks.read() == {}
    assert not await marks.keep(MOMENTS)
    asked = len(port.asked)
    assert not await marks.keep(MOMENTS)
    assert len(port.asked) == asked
    assert len([line for line in log if "compares everything" in line]) == 1
    assert not [line for line in log if line.startswith(("WARNING", "ERROR"))]


@pytest.mark.parametrize("status", [401, 429, 500, 503])
async def test_a_port_that_fails_for_now_is_asked_again(
    marks: KeptMarks, port: Port, log: list[str], status: int
) -> None:
    port.status = status
    assert await marks.read() == {}
    assert not await marks.keep(MOMENTS)
    assert [line for line in log if line.startswith("WARNING")]
    port.status = None
    assert await marks.keep(MOMENTS)
    assert await marks.read() == MOMENTS


async def test_a_port_that_does_not_answer_is_not_waited_for(
    marks: KeptMarks, port: Port, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SECONDS", 0.01)
    port.hangs = True
    async with asyncio.timeout(5):
        assert await marks.read() == {}
        assert not await marks.keep(MOMENTS)
    port.hangs = False
    assert await marks.keep(MOMENTS)


@pytest.mark.parametrize(
    "cursor", [None, {}, {"primary": None}, {"primary": 5}, {"primary": "yesterday"}, "x", []]
)
async def test_what_makes_no_sense_is_nothing(marks: KeptMarks, port: Port, cursor: Any) -> None:
    port.cursors[(KIND, str(WRITTEN))] = cursor
    assert await marks.read() == {}


@pytest.mark.parametrize(
    "told", ["2027-01-15T08:00:00", "2027-01-15T08:00:00Z", "2027-01-15T09:00:00.000+01:00"]
)
async def test_a_moment_in_another_form_is_the_same(
    marks: KeptMarks, port: Port, told: str
) -> None:
    port.cursors[(KIND, str(WRITTEN))] = {"primary": told}
    assert await marks.read() == {WRITTEN: 1_800_000_000.0}
