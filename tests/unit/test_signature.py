"""Who may send us a delivery."""

import hashlib
import hmac

import pytest

from jira.signature import (
    HEADER,
    DeliveryRefusedError,
    Verification,
    derived_secret,
    verify,
)

SECRET = "It's a Secret to Everybody"
BODY = b"Hello World!"
ATLASSIANS = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {HEADER: "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def test_atlassians_own_test_vector():
    verify(BODY, {HEADER: ATLASSIANS}, [SECRET])


@pytest.mark.parametrize(
    "header",
    [
        ATLASSIANS,
        f"  {ATLASSIANS} ",
        ATLASSIANS.replace("sha256", "SHA256"),
        "sha256=" + ATLASSIANS.removeprefix("sha256=").upper(),
    ],
)
def test_the_header_may_be_written_differently(header):
    verify(BODY, {HEADER: header}, [SECRET])


def test_the_previous_secret_is_still_accepted():
    """While a secret is being changed, deliveries signed with the old one are under way."""
    verify(BODY, signed(BODY, "old"), ["new", "old"])


def test_a_body_that_is_not_ascii_is_checked_byte_by_byte():
    body = '{"summary": "Grüße, 世界"}'.encode()
    verify(body, signed(body), [SECRET])
    escaped = body.decode().encode("ascii", "backslashreplace")
    with pytest.raises(DeliveryRefusedError):
        verify(escaped, signed(body), [SECRET])


def test_a_body_that_is_not_even_text_is_checked():
    verify(b"\xff\x00\xfe", signed(b"\xff\x00\xfe"), [SECRET])


@pytest.mark.parametrize("allow_unsigned", [False, True])
@pytest.mark.parametrize(
    ("body", "headers", "secrets"),
    [
        (BODY, signed(BODY, "another"), [SECRET]),
        (BODY + b" ", signed(BODY), [SECRET]),
        (b"", signed(BODY), [SECRET]),
        (BODY, {HEADER: ATLASSIANS[:-1]}, [SECRET]),
        (BODY, {HEADER: "sha256="}, [SECRET]),
        (BODY, {HEADER: "sha256=ü"}, [SECRET]),
        (BODY, signed(BODY), []),
        (BODY, signed(BODY, "removed"), ["new", "old"]),
    ],
    ids=[
        "another-secret",
        "longer-body",
        "no-body",
        "cut-off",
        "empty",
        "no-hex",
        "no-secret-of-ours",
        "neither-secret",
    ],
)
def test_a_wrong_signature_is_refused(body, headers, secrets, allow_unsigned):
    """Also where unsigned deliveries are allowed: somebody tried to sign it and couldn't."""
    with pytest.raises(DeliveryRefusedError, match="no secret of ours"):
        verify(body, headers, secrets, allow_unsigned=allow_unsigned)


@pytest.mark.parametrize(
    "headers", [{}, {HEADER: ""}, {HEADER: "  "}, {"x-hub-signature-256": "x"}]
)
def test_an_unsigned_delivery_is_refused_unless_allowed(headers):
    with pytest.raises(DeliveryRefusedError, match="webhookSecret"):
        verify(BODY, headers, [SECRET])
    verify(BODY, headers, [SECRET], allow_unsigned=True)


@pytest.mark.parametrize(
    "headers", [{}, {HEADER: ""}, {HEADER: "  "}, {"x-hub-signature-256": "x"}]
)
def test_a_missing_signature_is_seen_before_the_body(headers):
    with pytest.raises(DeliveryRefusedError, match=f"no {HEADER} header.*webhookSecret"):
        Verification(headers, [SECRET], allow_unsigned=False)
    Verification(headers, [SECRET], allow_unsigned=True)


@pytest.mark.parametrize("allow_unsigned", [False, True])
@pytest.mark.parametrize(
    ("header", "secrets"),
    [
        ("sha1=00", [SECRET]),
        ("garbage", [SECRET]),
        ("sha256=", [SECRET]),
        (ATLASSIANS[:-1], [SECRET]),
        (ATLASSIANS + "0", [SECRET]),
        (ATLASSIANS[:-1] + "g", [SECRET]),
        (f"{ATLASSIANS}, {ATLASSIANS}", [SECRET]),
        (ATLASSIANS, []),
    ],
)
def test_what_no_body_could_put_right_is_refused_before_the_body(header, secrets, allow_unsigned):
    """Nothing is read for it."""
    with pytest.raises(DeliveryRefusedError):
        Verification({HEADER: header}, secrets, allow_unsigned=allow_unsigned)


@pytest.mark.parametrize("allow_unsigned", [False, True])
def test_a_signature_that_looks_right_can_be_judged_only_with_the_body(allow_unsigned):
    verification = Verification({HEADER: ATLASSIANS}, [SECRET], allow_unsigned=allow_unsigned)
    verification.update(b"another body")
    with pytest.raises(DeliveryRefusedError):
        verification.finish()


@pytest.mark.parametrize("secrets", [[SECRET], ["new", SECRET], [SECRET, "old"]])
@pytest.mark.parametrize("at", range(len(BODY) + 1))
def test_a_body_that_comes_in_pieces_is_the_same_body(at, secrets):
    verification = Verification({HEADER: ATLASSIANS}, secrets)
    for piece in (BODY[:at], b"", BODY[at:]):
        verification.update(piece)
    verification.finish()


def test_pieces_in_another_order_are_another_body():
    verification = Verification({HEADER: ATLASSIANS}, [SECRET])
    for piece in (BODY[6:], BODY[:6]):
        verification.update(piece)
    with pytest.raises(DeliveryRefusedError, match="no secret of ours"):
        verification.finish()


@pytest.mark.parametrize("allow_unsigned", [False, True])
@pytest.mark.parametrize("header", ["sha1=00", "sha512=00", "md5=", "garbage", "=", "sha256 00"])
def test_a_method_we_do_not_support_is_refused_and_named(header, allow_unsigned):
    with pytest.raises(DeliveryRefusedError, match="supported: sha256"):
        verify(BODY, {HEADER: header}, [SECRET], allow_unsigned=allow_unsigned)


def test_a_weaker_method_is_refused_even_where_its_signature_is_right():
    weak = hmac.new(SECRET.encode(), BODY, hashlib.sha1).hexdigest()
    with pytest.raises(DeliveryRefusedError, match="sha1"):
        verify(BODY, {HEADER: f"sha1={weak}"}, [SECRET])


@pytest.mark.parametrize(
    "headers", [{}, {HEADER: "sha256=" + "0" * 64}, {HEADER: "sha1=" + "0" * 40}]
)
def test_a_refusal_tells_neither_the_secret_nor_the_right_signature(headers):
    with pytest.raises(DeliveryRefusedError) as refused:
        verify(BODY, headers, [SECRET])
    assert SECRET not in str(refused.value)
    assert ATLASSIANS.removeprefix("sha256=") not in str(refused.value)


def test_the_derived_secret_is_the_same_at_each_start():
    assert derived_secret("token", "jira-1") == derived_secret("token", "jira-1")


@pytest.mark.parametrize(("token", "identifier"), [("token2", "jira-1"), ("token", "jira-2")])
def test_the_derived_secret_differs_by_token_and_integration(token, identifier):
    assert derived_secret(token, identifier) != derived_secret("token", "jira-1")


def test_the_derived_secret_does_not_hold_the_token():
    assert "token" not in derived_secret("token", "jira-1")
