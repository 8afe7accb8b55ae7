"""Bodies of answers: read whole, and let go of as soon as nobody uses them."""

import httpx


async def read_whole(response: httpx.Response) -> None:
    """Read it, and untie it: httpx has the answer and its stream hold each other.

    Tied like that, bodies of megabytes wait for the garbage collector, which looks at what is some
    seconds old now and then only. As a hook of a client it sees every answer.
    """
    await response.aread()
    response.stream = httpx.ByteStream(b"")
