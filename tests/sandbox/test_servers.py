"""Servers that fail and come back, as outages in the end-to-end tests need them."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sandbox.servers import HttpServer, free_port


async def hello(_: Request) -> Response:
    return PlainTextResponse("hello")


APP = Starlette(routes=[Route("/", hello)])


async def test_a_server_comes_back_on_its_port() -> None:
    async with (
        httpx.AsyncClient(trust_env=False) as client,
        HttpServer(APP) as server,
    ):
        url = server.url
        for _ in range(3):
            assert (await client.get(url)).text == "hello"
            await server.stop()
            assert not server.running
            with pytest.raises(httpx.ConnectError):
                await client.get(url)
            await server.start()
            await server.start()
            assert server.url == url
        assert (await client.get(url)).text == "hello"


async def test_the_port_is_reserved_while_the_server_is_down() -> None:
    server = HttpServer(APP)
    try:
        assert free_port() != server.port
        async with httpx.AsyncClient(trust_env=False) as client:
            with pytest.raises(httpx.ConnectError):
                await client.get(server.url)
    finally:
        server.close()


async def test_two_servers_live_side_by_side() -> None:
    async with HttpServer(APP) as one, HttpServer(APP) as other:
        assert one.port != other.port
        async with httpx.AsyncClient(trust_env=False) as client:
            assert (await client.get(other.url)).text == "hello"
