"""Bodies: parsed without a copy, and let go of as soon as nobody uses them."""

import json
from typing import Any

import httpx
import orjson


def parsed(body: bytes | bytearray) -> Any:
    """The JSON in it. Raises ValueError where it is none, RecursionError where it is too deep."""
    try:
        return orjson.loads(body)
    except ValueError:
        # Half of an emoji, which it doesn't take, is no reason to do without a page of issues.
        return json.loads(body)


async def read_whole(response: httpx.Response) -> None:
    """Read it, and untie it: httpx has the answer and its stream hold each other.

    Tied like that, bodies of megabytes wait for the garbage collector, which looks at what is some
    seconds old now and then only. As a hook of a client it sees every answer.
    """
    await response.aread()
    response.stream = httpx.ByteStream(b"")
