"""Which scope an endpoint needs: every one that is called has an answer, and the right one."""

import importlib
import pkgutil
import re
from pathlib import Path

import httpx
import pytest

import client
import jira
from jira.errors import JiraAuthenticationError
from jira.http.api import SERVER_INFO, TENANT_INFO, JiraApi
from jira.scopes import NO_SCOPE, scope_of
from sandbox.openapi import OpenApiCheck
from sandbox.openapi.paths import UNPUBLISHED

FOR_EVERYBODY = {SERVER_INFO, TENANT_INFO}


def called() -> set[str]:
    """The path templates that the product has as constants."""
    found = [
        importlib.import_module(module.name)
        for module in pkgutil.walk_packages(jira.__path__, "jira.")
        if module.name != "jira.scopes"
    ]
    return {
        value
        for module in [*found, client]
        for value in vars(module).values()
        if isinstance(value, str) and re.match(r"/(rest|gateway|_edge)/\S*[^/\s]$", value)
    }


def test_the_paths_are_found():
    assert {"/rest/api/3/search/jql", "/rest/webhooks/1.0/webhook", client.MYSELF} <= called()
    sources = "".join(p.read_text("utf-8") for p in Path(jira.__path__[0]).rglob("*.py"))
    written = set(re.findall(r'"(/(?:rest|gateway|_edge)/[^"]*[^/"])"', sources))
    assert written <= called()


@pytest.mark.parametrize("path", sorted(called()))
def test_every_path_that_is_called_has_an_answer(path):
    assert (scope_of(f"GET {path}") is None) is (path in FOR_EVERYBODY)


@pytest.mark.parametrize("endpoint", ["", "GET", "GET /rest/api/3/nothing", "/rest/api/3/myself"])
def test_what_is_not_known_has_none(endpoint):
    assert scope_of(endpoint) is None


@pytest.mark.parametrize("path", sorted(called() & set(UNPUBLISHED) - FOR_EVERYBODY))
def test_what_a_token_with_scopes_cannot_ask_at_all(path):
    assert (scope_of(f"GET {path}") == NO_SCOPE) is ("/teams" in path or "webhook" in path)


def published(path: str) -> list[list[str]]:
    """The sets of scopes that Atlassian publishes for a path, whatever it calls what is put in."""
    method = "POST" if path.endswith(("/jql", "/bulkfetch", "/list")) else "GET"
    method = "PUT" if path.endswith("/refresh") else method
    return OpenApiCheck().scopes(method, re.sub(r"\{\w+\}", "1", path))


@pytest.mark.parametrize("path", sorted(called()))
def test_what_is_said_is_what_atlassian_publishes(path):
    """The classic set whole; of the granular one, that which tells the endpoint from others."""
    sets = published(path)
    if not sets:
        assert path in {*FOR_EVERYBODY, *UNPUBLISHED, "/rest/agile/1.0/board"}
        return
    first, *others = [
        set(way.split(" and ")) for way in (scope_of(f"GET {path}") or "").split(" or ")
    ]
    assert first == set(sets[0])
    assert len(others) == len(sets) - 1
    for said, whole in zip(others, sets[1:], strict=True):
        assert said <= set(whole)


async def test_an_error_of_the_credentials_names_the_endpoint():
    class NoScope:
        uses_gateway = True

        async def base_url(self) -> str:
            return "https://api.atlassian.com/ex/jira/1"

        def headers(self) -> dict[str, str]:
            return {}

        def renewed(self) -> bool:
            return False

        def describe(self) -> str:
            return "a token"

        def expires(self) -> None:
            return None

    body = {"code": 401, "message": "Unauthorized; scope does not match"}
    http = httpx.AsyncClient(
        transport=httpx.MockTransport(lambda request: httpx.Response(401, json=body))
    )
    with pytest.raises(JiraAuthenticationError) as raised:
        await JiraApi(http, NoScope()).get("/rest/agile/1.0/board/{id}", id="7")
    assert raised.value.endpoint == "GET /rest/agile/1.0/board/{id}"
    assert scope_of(raised.value.endpoint) == (
        "read:board-scope:jira-software and read:issue-details:jira"
    )


def test_an_error_before_anything_was_asked_names_none():
    assert JiraAuthenticationError("no token in the file").endpoint is None
