"""The token that a delivery of an OAuth app's webhook carries: decided without I/O.

A JWT, signed by HS256 with the app's client secret. It says who sends, and until when that holds;
of the body it says nothing. Nobody documents which of its claims are always there, so that each is
looked at where it is.
"""

import hashlib
import hmac
from collections.abc import Collection, Mapping
from typing import Any

import jwt

HEADER = "authorization"
SCHEME = "bearer"
LEEWAY_SECONDS = 60
"""How far two clocks may be apart."""
MAX_LENGTH = 8192
NO_QUERY = "context-qsh"
"""What a token says that is bound to no request."""


class TokenError(ValueError):
    """The token wasn't made with the client secret, or no longer holds."""


def bearer_of(headers: Mapping[str, str]) -> str | None:
    """The token of a delivery; header names are in lower case."""
    scheme, _, token = headers.get(HEADER, "").strip().partition(" ")
    return token.strip() or None if scheme.lower() == SCHEME else None


def check_token(
    token: str, client_secret: str, paths: Collection[str], waited: float = 0.0
) -> Mapping[str, Any]:
    """Its claims. Raises TokenError.

    `paths` are those by which our address may be known to whoever made it. It came so many seconds
    ago, and had to hold then.
    """
    if len(token) > MAX_LENGTH:
        raise TokenError("it is longer than any token of Jira's")
    try:
        claims: Mapping[str, Any] = jwt.decode(
            token,
            client_secret,
            algorithms=["HS256"],
            leeway=LEEWAY_SECONDS + waited,
            # Whom it names nobody documents; that it is signed with the secret says who sends.
            options={"verify_aud": False, "verify_sub": False, "verify_jti": False},
        )
    except jwt.ExpiredSignatureError:
        raise TokenError("it no longer holds") from None
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise TokenError(f"it is not signed with the client secret ({error})") from None
    named = claims.get("qsh")
    if isinstance(named, str) and named != NO_QUERY:
        fits = [hmac.compare_digest(named, query_hash(path)) for path in paths]
        if not any(fits):
            raise TokenError("it was made for another request")
    return claims


def query_hash(path: str) -> str:
    """What a token says about a POST to a path without a query."""
    return hashlib.sha256(f"POST&{path.rstrip('/') or '/'}&".encode()).hexdigest()
