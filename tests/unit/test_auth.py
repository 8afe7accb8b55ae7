"""Who we say we are, where requests go, and when a refused login may be tried once more."""

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from jira.errors import JiraAuthenticationError, JiraUnavailableError
from jira.http.auth import BasicAuthentication, BearerAuthentication, expiry_in
from jira.settings import GATEWAY

SITE = "https://site.atlassian.net"
ON_GATEWAY = f"{GATEWAY}/0a1b-2c3d"
STAND_IN = "http://127.0.0.1:8080"


def basic(host: str = SITE) -> BasicAuthentication:
    return BasicAuthentication(host, "user-1@example.com", "the-token")


async def test_email_and_token_are_sent_as_basic_authentication():
    kind, _, value = basic().headers()["Authorization"].partition(" ")
    assert kind == "Basic"
    assert base64.b64decode(value) == b"user-1@example.com:the-token"


def test_an_email_or_token_beyond_ascii_can_be_sent():
    value = BasicAuthentication(SITE, "ü@example.com", "tökén").headers()["Authorization"]
    assert base64.b64decode(value.partition(" ")[2]).decode() == "ü@example.com:tökén"


@pytest.mark.parametrize("host", [SITE, ON_GATEWAY, STAND_IN])
async def test_email_and_token_speak_to_the_host_that_is_set(host):
    assert await basic(host).base_url() == host


@pytest.mark.parametrize(
    ("host", "expected"), [(SITE, False), (STAND_IN, False), (ON_GATEWAY, True)]
)
def test_only_an_address_of_the_gateway_takes_a_token_with_scopes(host, expected):
    assert basic(host).uses_gateway is expected
    assert ("with scopes" in basic(host).describe()) is expected


def test_a_token_from_the_settings_never_changes():
    """A repeated login that fails would lock the account."""
    assert basic().renewed() is False


def test_what_is_logged_of_an_authentication_is_neither_personal_nor_secret():
    for private in ("user-1", "the-token", *basic().secrets()):
        assert private not in basic().describe()
    assert basic().secrets()[0] in basic().headers()["Authorization"]


class CloudIds:
    """Looks up cloud ids, and fails while the test says so."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.fails = 0

    async def find(self, host: str) -> str:
        self.asked.append(host)
        if self.fails:
            self.fails -= 1
            raise JiraUnavailableError("503")
        return "0a1b-2c3d"


@pytest.fixture
def cloud_ids():
    return CloudIds()


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    return tmp_path / "token"


@pytest.fixture
def write(token_file) -> Callable[[str], None]:
    """Renews the token; each time later than the last, however fast the test is."""
    written = 0

    def renew(token: str) -> None:
        nonlocal written
        written += 1
        token_file.write_text(token)
        os.utime(token_file, ns=(written, written))

    return renew


@pytest.fixture
def bearer(token_file, write, cloud_ids) -> BearerAuthentication:
    write("token-1")
    return BearerAuthentication(SITE, token_file, cloud_ids.find)


@pytest.mark.parametrize("content", ["token-1", "token-1\n", "  token-1\r\n"])
def test_the_token_of_the_file_is_sent(bearer, write, content):
    write(content)
    assert bearer.headers() == {"Authorization": "Bearer token-1"}


def test_a_token_that_somebody_renewed_is_sent_from_then_on(bearer, write):
    """It lives for an hour."""
    bearer.headers()
    write("token-2")
    assert bearer.headers() == {"Authorization": "Bearer token-2"}


def test_a_file_that_did_not_change_is_not_read_for_each_request(bearer, monkeypatch):
    read: list[Path] = []
    read_text = Path.read_text

    def noted(path: Path, *args: str) -> str:
        read.append(path)
        return read_text(path, *args)

    monkeypatch.setattr(Path, "read_text", noted)
    for _ in range(3):
        bearer.headers()
    assert len(read) == 1


def test_a_token_that_was_renewed_after_it_was_sent_is_worth_another_try(bearer, write):
    bearer.headers()
    assert bearer.renewed() is False
    write("token-2")
    assert bearer.renewed() is True
    assert bearer.headers() == {"Authorization": "Bearer token-2"}
    assert bearer.renewed() is False


def test_a_file_that_was_written_anew_with_the_same_token_is_not(bearer, write):
    """A login that failed with it fails again, and locks the account in the end."""
    bearer.headers()
    write("token-1")
    assert bearer.renewed() is False


def test_a_token_that_was_renewed_within_the_files_own_clock_is_seen(bearer, token_file):
    """Some file systems know only seconds: the time of change alone is not enough after a 401."""
    bearer.headers()
    before = token_file.stat().st_mtime_ns
    token_file.write_text("token-2")
    os.utime(token_file, ns=(before, before))
    assert bearer.renewed() is True


@pytest.mark.parametrize("content", ["", " \n"])
def test_an_empty_file_is_no_token(bearer, write, token_file, content):
    write(content)
    with pytest.raises(JiraAuthenticationError, match="holds no token") as refused:
        bearer.headers()
    assert str(token_file) in str(refused.value)
    assert "OCEAN__OAUTH_ACCESS_TOKEN_FILE_PATH" in str(refused.value)


def test_a_file_that_is_not_there_is_an_error_that_names_it(bearer, token_file):
    token_file.unlink()
    with pytest.raises(JiraAuthenticationError, match="can't be read") as refused:
        bearer.headers()
    assert str(token_file) in str(refused.value)


def test_a_file_that_is_there_again_is_read_again(bearer, token_file, write):
    """It may be replaced by deleting and writing it."""
    bearer.headers()
    token_file.unlink()
    with pytest.raises(JiraAuthenticationError):
        bearer.headers()
    write("token-2")
    assert bearer.headers() == {"Authorization": "Bearer token-2"}


async def test_oauth_speaks_to_the_gateway_by_the_sites_cloud_id(bearer, cloud_ids):
    for _ in range(2):
        assert await bearer.base_url() == ON_GATEWAY
    assert cloud_ids.asked == [SITE], "looked up once"
    assert bearer.uses_gateway is True


async def test_a_look_up_that_failed_is_made_again(bearer, cloud_ids):
    cloud_ids.fails = 1
    with pytest.raises(JiraUnavailableError):
        await bearer.base_url()
    assert await bearer.base_url() == ON_GATEWAY


@pytest.mark.parametrize("host", [ON_GATEWAY, STAND_IN, "https://jira.example.com"])
async def test_a_host_that_is_no_site_of_atlassians_is_used_as_it_is(token_file, cloud_ids, host):
    bearer = BearerAuthentication(host, token_file, cloud_ids.find)
    assert await bearer.base_url() == host
    assert cloud_ids.asked == []


def test_what_is_logged_of_oauth_names_the_file_and_not_the_token(bearer, token_file):
    bearer.headers()
    assert str(token_file) in bearer.describe()
    assert "token-1" not in bearer.describe()


def jwt(claims: object) -> str:
    """A token that holds these claims, as Atlassian's access tokens do."""
    parts = ({"alg": "RS256"}, claims)
    encoded = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts)
    return ".".join([*(part.rstrip("=") for part in encoded), "signature"])


@pytest.mark.parametrize(
    ("token", "moment"),
    [
        (jwt({"exp": 1_770_003_600}), 1_770_003_600.0),
        (jwt({"exp": 1_770_003_600, "sub": "557058:ü>?"}), 1_770_003_600.0),
        (jwt({"sub": "user"}), None),
        (jwt({"exp": "soon"}), None),
        (jwt({"exp": True}), None),
        (jwt({"exp": -1}), None),
        (jwt({"exp": 1e300}), None),
        (jwt(["exp"]), None),
        ("an-opaque-token", None),
        ("a.b.c", None),
        ("a.%%%.c", None),
        ("a..c", None),
        ("", None),
    ],
)
def test_a_token_may_say_when_it_expires(token, moment):
    assert expiry_in(token) == moment


def test_an_api_token_doesn_t():
    assert basic().expires() is None


def test_the_token_that_was_sent_last_tells_it(tmp_path):
    file = tmp_path / "token"
    file.write_text(jwt({"exp": 1_770_003_600}))

    async def nobody(_: str) -> str:
        raise AssertionError("nobody is asked")

    authentication = BearerAuthentication(SITE, file, nobody)
    assert authentication.expires() is None
    authentication.headers()
    assert authentication.expires() == 1_770_003_600.0
