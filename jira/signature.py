"""Who sent a delivery: decided over its raw bytes, without I/O.

https://developer.atlassian.com/cloud/jira/platform/webhooks/#secure-admin-webhooks
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from jira.delivery_token import TokenError, bearer_of, check_token
from jira.errors import JiraError

HEADER = "x-hub-signature"

METHODS: Mapping[str, Callable[[], Any]] = {"sha256": hashlib.sha256}
"""The methods by the name they have in the header; Atlassian says that more may come."""


class DeliveryRefusedError(JiraError):
    """A delivery that can't be shown to come from our webhook; the message says why."""


@dataclass(frozen=True)
class App:
    """What is known of an OAuth app whose webhooks send here.

    Without its client secret nothing tells whether a delivery is Jira's: all are taken as hints.
    `paths` are those by which our address may be known.
    """

    client_secret: str = field(default="", repr=False)
    paths: tuple[str, ...] = ()

    @classmethod
    def at(cls, webhook_url: str, client_secret: str) -> "App":
        """By where its webhooks send."""
        path = urlsplit(webhook_url).path
        return cls(client_secret, (path, path.removeprefix("/integration")))


class Verification:
    """Holds a delivery's body, as it comes in, against its signature, or its token.

    Header names are expected in lower case. A wrong signature is refused even where unsigned
    deliveries are allowed. `is_hint`: whoever sent it can't be known.
    """

    def __init__(
        self,
        headers: Mapping[str, str],
        secrets: Sequence[str],
        *,
        allow_unsigned: bool = False,
        app: App | None = None,
        waited: float = 0.0,
    ) -> None:
        """Raises DeliveryRefusedError for what can't come right, whatever the body.

        It has `waited` for so many seconds since it came: a token had to hold then.
        """
        given = headers.get(HEADER, "").strip()
        self._unsigned = not given
        self.is_hint = False
        token = bearer_of(headers)
        if self._unsigned and app is not None and not app.client_secret:
            self.is_hint = not allow_unsigned
            return
        if self._unsigned and app is not None and token is not None:
            try:
                check_token(token, app.client_secret, app.paths, waited)
            except TokenError as error:
                raise DeliveryRefusedError(
                    f"of its token: {error}. Is oauthClientSecret that of the app?"
                ) from None
            return
        if self._unsigned:
            if app is not None and not allow_unsigned:
                raise DeliveryRefusedError(
                    f"it has neither a token of the app nor a {HEADER} header. Where none of "
                    "Jira's deliveries has a token, leave oauthClientSecret empty."
                )
            if not allow_unsigned:
                raise DeliveryRefusedError(
                    f"it has no {HEADER} header: the webhook in Jira has no secret. Let the "
                    "integration manage the webhook, or give it the value of webhookSecret."
                )
            return
        method, _, signature = given.partition("=")
        name = method.strip().lower()
        if name not in METHODS:
            raise DeliveryRefusedError(
                f"it is signed by the method {method[:20]!r}; supported: {', '.join(METHODS)}."
            )
        self._signature = signature.strip().lower()
        # Each is fed for itself: a body that comes in pieces is read once, and never kept for this.
        self._expected = [hmac.new(secret.encode(), None, METHODS[name]) for secret in secrets]
        digits = 2 * METHODS[name]().digest_size
        if not secrets or not re.fullmatch(f"[0-9a-f]{{{digits}}}", self._signature):
            raise _fits_no_secret()

    def update(self, piece: bytes) -> None:
        """The next bytes of the body."""
        if not self._unsigned:
            for expected in self._expected:
                expected.update(piece)

    def finish(self) -> None:
        """The body is whole: DeliveryRefusedError unless it was signed with a secret of ours."""
        if self._unsigned:
            return
        # All are compared, so that the time says nothing about which one fits.
        fits = [hmac.compare_digest(e.hexdigest(), self._signature) for e in self._expected]
        if not any(fits):
            raise _fits_no_secret()


def verify(
    body: bytes,
    headers: Mapping[str, str],
    secrets: Sequence[str],
    *,
    allow_unsigned: bool = False,
    app: App | None = None,
    waited: float = 0.0,
) -> bool:
    """As Verification, of a body that is there whole; whether it is a mere hint.

    Raises DeliveryRefusedError.
    """
    verification = Verification(
        headers, secrets, allow_unsigned=allow_unsigned, app=app, waited=waited
    )
    verification.update(body)
    verification.finish()
    return verification.is_hint


def derived_secret(token: str, identifier: str) -> str:
    """The webhook's secret where none is set: the same at each start, unknown without the token."""
    return hmac.new(
        token.encode(), f"jira-webhook-secret:{identifier}".encode(), hashlib.sha256
    ).hexdigest()


def secrets_of(token: str, identifier: str, secret: str, previous: str) -> tuple[str, ...]:
    """What a delivery may be signed with; the first is the one that Jira is given.

    None at all where there is neither a secret nor a token to derive one from.
    """
    derived = derived_secret(token, identifier) if token else ""
    return tuple(one for one in (secret, derived, previous) if one)


def _fits_no_secret() -> DeliveryRefusedError:
    return DeliveryRefusedError(
        "its signature fits no secret of ours: the webhook in Jira was made with another secret, "
        "or somebody else sent it."
    )
