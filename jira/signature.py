"""Who sent a delivery: decided over its raw bytes, without I/O.

https://developer.atlassian.com/cloud/jira/platform/webhooks/#secure-admin-webhooks
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jira.errors import JiraError

HEADER = "x-hub-signature"

METHODS: Mapping[str, Callable[[], Any]] = {"sha256": hashlib.sha256}
"""The methods by the name they have in the header; Atlassian says that more may come."""


class DeliveryRefusedError(JiraError):
    """A delivery that can't be shown to come from our webhook; the message says why."""


def verify(
    body: bytes,
    headers: Mapping[str, str],
    secrets: Sequence[str],
    *,
    allow_unsigned: bool = False,
) -> None:
    """Return when `body` was signed with one of `secrets`; DeliveryRefusedError otherwise.

    Header names are expected in lower case. A wrong signature is refused even where
    unsigned deliveries are allowed.
    """
    given = headers.get(HEADER, "").strip()
    if not given:
        expect_signature(headers, allow_unsigned=allow_unsigned)
        return
    method, _, signature = given.partition("=")
    if method.strip().lower() not in METHODS:
        raise DeliveryRefusedError(
            f"it is signed by the method {method[:20]!r}; supported: {', '.join(METHODS)}."
        )
    for secret in secrets:
        expected = hmac.new(secret.encode(), body, METHODS[method.strip().lower()]).hexdigest()
        if hmac.compare_digest(expected.encode(), signature.strip().lower().encode()):
            return
    raise DeliveryRefusedError(
        "its signature fits no secret of ours: the webhook in Jira was made with another secret, "
        "or somebody else sent it."
    )


def expect_signature(headers: Mapping[str, str], *, allow_unsigned: bool) -> None:
    """What can be said before the body is read. Raises DeliveryRefusedError without a signature."""
    if not allow_unsigned and not headers.get(HEADER, "").strip():
        raise DeliveryRefusedError(
            f"it has no {HEADER} header: the webhook in Jira has no secret. Let the integration "
            "manage the webhook, or give it the value of webhookSecret."
        )


def derived_secret(token: str, identifier: str) -> str:
    """The webhook's secret where none is set: the same at each start, unknown without the token."""
    return hmac.new(
        token.encode(), f"jira-webhook-secret:{identifier}".encode(), hashlib.sha256
    ).hexdigest()
