"""Small parts of HTTP which the stand-in Port's routes share."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.port.blueprints import PortError, invalid


def ok(**parts: Any) -> JSONResponse:
    """Return a good answer."""
    return JSONResponse({"ok": True, **parts})


async def read(request: Request) -> dict[str, Any]:
    """Return the body, which has to be an object."""
    try:
        raw = await request.json()
    except json.JSONDecodeError as error:
        raise invalid(f"the body is no JSON: {error}") from error
    if not isinstance(raw, dict):
        raise invalid("the body must be an object")
    return raw


async def refuse(_: Request, error: Exception) -> Response:
    """Turn a PortError into its answer."""
    if not isinstance(error, PortError):
        raise error
    return JSONResponse(error.body(), status_code=error.status)
