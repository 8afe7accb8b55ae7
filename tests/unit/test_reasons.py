"""Why something failed, in words that are ours: nothing that Jira or Port said is in them."""

import httpx
import pytest

from jira import errors
from jira.errors import (
    JiraAuthenticationError,
    JiraError,
    JiraPartlyUnavailableError,
    JiraPermissionError,
    JiraRequestError,
    MappingError,
)
from port.entities import PortBlueprintError
from port.reasons import reason, to_do_meanwhile

SAID = "Summary-of-Somebody's"
REQUEST = httpx.Request("GET", f"https://port.example.com/v1/entities?q={SAID}")
SORTS = [
    sort
    for sort in vars(errors).values()
    if isinstance(sort, type)
    and issubclass(sort, JiraError)
    and sort not in (JiraError, errors.SettingsError, JiraPartlyUnavailableError)
]


def with_endpoint(endpoint: str) -> JiraAuthenticationError:
    error = JiraAuthenticationError(SAID, SAID)
    error.endpoint = endpoint
    return error


ERRORS = [
    *(sort(SAID) for sort in SORTS),
    JiraRequestError(SAID, 413),
    with_endpoint("GET /rest/api/3/myself"),
    with_endpoint("GET /rest/agile/1.0/board/{id}"),
    JiraPartlyUnavailableError({SAID: JiraPermissionError(SAID)}),
    PortBlueprintError(SAID),
    httpx.ConnectError(SAID, request=REQUEST),
    httpx.HTTPStatusError(SAID, request=REQUEST, response=httpx.Response(503, request=REQUEST)),
    TimeoutError(SAID),
    KeyError(SAID),
]


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_what_was_said_is_in_no_reason(error):
    for sentence in (reason(error), to_do_meanwhile(error)):
        assert SAID not in sentence
        assert sentence.endswith(".")


@pytest.mark.parametrize("sort", SORTS)
def test_each_sort_of_error_has_words_of_its_own(sort):
    assert not reason(sort(SAID)).startswith("Something unexpected")


def test_what_may_be_known_of_it_is():
    assert "(413)" in reason(JiraRequestError(SAID, 413))
    assert "GET /rest/agile/1.0/board/{id}" in reason(
        with_endpoint("GET /rest/agile/1.0/board/{id}")
    )
    assert "myself" not in reason(with_endpoint("GET /rest/api/3/myself"))
    refused = httpx.Response(503, request=REQUEST)
    assert "503" in reason(httpx.HTTPStatusError(SAID, request=REQUEST, response=refused))
    assert "KeyError" in reason(KeyError(SAID))
    partly = JiraPartlyUnavailableError({SAID: JiraPermissionError(SAID), "another": JiraError()})
    assert reason(partly).startswith("All was read but 2 of it.")
    assert "(403)" in reason(partly)


def test_what_waits_for_a_token_or_a_mapping_is_somebodys_to_put_right():
    assert "token" in to_do_meanwhile(JiraAuthenticationError(SAID))
    assert "mapping" in to_do_meanwhile(MappingError(SAID))
    assert "network" in to_do_meanwhile(httpx.ConnectError(SAID))
