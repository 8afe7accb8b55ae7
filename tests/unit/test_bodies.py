"""What is read of an answer goes with it, and not when the garbage collector comes."""

import gc
import weakref

import httpx
import pytest

from jira.http.bodies import read_whole


def client(status: int = 200) -> httpx.AsyncClient:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/moved":
            return httpx.Response(302, headers={"location": "/there"})
        return httpx.Response(status, json={"rows": [1, 2]})

    transport = httpx.MockTransport(answer)
    return httpx.AsyncClient(
        transport=transport,
        base_url="https://site.example.com",
        event_hooks={"response": [read_whole]},
    )


@pytest.mark.parametrize("path", ["/there", "/moved"])
@pytest.mark.parametrize("status", [200, 404])
async def test_an_answer_is_freed_with_its_last_user(path, status):
    gc.disable()
    try:
        async with client(status) as http:
            response = await http.get(path, follow_redirects=True)
            freed = weakref.ref(response)
            del response
            assert freed() is None
    finally:
        gc.enable()


async def test_it_can_be_used_as_any_other():
    async with client() as http:
        response = await http.get("/there")
        assert response.json() == {"rows": [1, 2]}
        assert await response.aread() == response.content
        await response.aclose()
