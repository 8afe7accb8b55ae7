"""Which mapping a dry run goes by, and what is left out of it."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from port_ocean.clients.port.client import PortClient

from jira.errors import MappingError
from port.dry_run.chosen_mapping import (
    AT_START,
    IN_PORT,
    chosen_mapping,
    kinds_of,
    narrowed,
    of_file,
)
from tests.e2e.mappings import mapping, resource

ISSUES = resource("issue", "thing", ".key")
PROJECTS = resource("project", "home", ".key")
USERS_AS_THINGS = resource("user", "thing", ".accountId")
ROOT = Path(__file__).parents[2]


def computed(kind: str) -> dict[str, Any]:
    made = resource(kind, "", ".id")
    made["port"]["entity"]["mappings"]["blueprint"] = ".kind"
    return made


def test_without_kinds_all_is_taken() -> None:
    chosen = narrowed(mapping(PROJECTS, ISSUES), "a file")
    assert [of.kind for of in chosen.config.resources] == ["project", "issue"]
    assert chosen.may_be_too_much("thing")
    assert chosen.may_be_too_much("of a former mapping")
    assert chosen.config.create_missing_related_entities


def test_resources_keep_their_names_when_others_are_left_out() -> None:
    chosen = narrowed(mapping(PROJECTS, ISSUES), "a file", ["issue"])
    assert chosen.names == ["issue (resource 2 of the mapping)"]
    assert [of.kind for of in chosen.config.resources] == ["issue"]


@pytest.mark.parametrize(
    ("resources", "kinds", "whole", "partly"),
    [
        ([PROJECTS, ISSUES], ["issue"], {"thing"}, {"home"}),
        ([PROJECTS, ISSUES, USERS_AS_THINGS], ["issue"], set(), {"thing", "home"}),
        ([PROJECTS, ISSUES, USERS_AS_THINGS], ["issue", "user"], {"thing"}, {"home"}),
        ([PROJECTS, computed("issue")], ["project"], set(), {"home", "thing"}),
        ([PROJECTS, computed("issue")], ["issue"], set(), {"home", "thing"}),
        ([PROJECTS, computed("issue"), ISSUES], ["issue"], {"thing"}, {"home"}),
    ],
)
def test_of_a_blueprint_that_is_read_in_part_nothing_is_too_much(
    resources: list[dict[str, Any]], kinds: list[str], whole: set[str], partly: set[str]
) -> None:
    chosen = narrowed(mapping(*resources), "a file", kinds)
    assert {of for of in whole | partly if chosen.may_be_too_much(of)} == whole


def test_of_a_blueprint_that_no_chosen_resource_makes_nothing_is_too_much() -> None:
    """It may be of a former mapping; a whole dry run says so."""
    chosen = narrowed(mapping(PROJECTS, ISSUES), "a file", ["issue"])
    assert not chosen.may_be_too_much("of a former mapping")


def test_a_resource_with_a_mistake_is_taken_with_its_kind() -> None:
    bad = resource("issue", "thing", ".key", selector={"jql": []})
    chosen = narrowed(mapping(PROJECTS, bad), "a file", ["issue"])
    assert [of.kind for of in chosen.config.resources] == ["issue-invalid"]


@pytest.mark.parametrize(
    "raw", [None, [], "text", {"resources": 1}, {"entityDeletionThreshold": 7}]
)
def test_what_is_no_mapping_is_refused(raw: Any) -> None:
    with pytest.raises(MappingError, match="A file is not valid"):
        narrowed(raw, "a file")


def test_a_kind_that_the_mapping_lacks_is_refused() -> None:
    with pytest.raises(MappingError, match="no resource of kind board, user; it has issue, proj"):
        narrowed(mapping(PROJECTS, ISSUES), "a file", ["user", "issue", "board"])


def test_kinds_are_separated_by_commas_or_spaces() -> None:
    assert kinds_of("") == []
    assert kinds_of(" issue, project user,team ") == ["issue", "project", "user", "team"]
    with pytest.raises(MappingError, match="There is no kind isue; there are backlog, board"):
        kinds_of("isue issue")


def test_a_file_is_yaml_or_json(tmp_path: Path) -> None:
    path = tmp_path / "mapping"
    path.write_text('{"resources": []}')
    assert of_file(path) == {"resources": []}
    path.write_text("resources:\n  - kind: issue\n")
    assert of_file(path) == {"resources": [{"kind": "issue"}]}
    for content in (b"{", b"\xff\xfe"):
        path.write_bytes(content)
        with pytest.raises(MappingError, match="mapping"):
            of_file(path)


class Config:
    resources_path = str(ROOT / ".port/resources")
    initialize_port_resources = True


def port_with(document: dict[str, Any] | None, status: int = 200) -> PortClient:
    """A Port that has this integration, or answers with an error."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/access_token"):
            token = {"accessToken": "t", "expiresIn": 1000, "tokenType": "Bearer"}
            return httpx.Response(200, json=token)
        if document is None:
            return httpx.Response(status, json={"ok": False})
        return httpx.Response(200, json={"integration": document})

    port = PortClient("https://port.example.com", "id", "secret", "mine", "jira", "1.0.0")
    port.client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    port.auth.client = port.client
    return port


@pytest.mark.parametrize(
    ("document", "initialized", "source", "kinds", "makes"),
    [
        (None, True, AT_START, ["project", "user", "team", "issue"], True),
        ({"config": mapping(ISSUES)}, True, IN_PORT, ["issue"], True),
        (
            {"config": mapping(ISSUES), "arePortResourcesInitialized": True},
            True,
            IN_PORT,
            ["issue"],
            False,
        ),
        ({"config": mapping(ISSUES)}, False, IN_PORT, ["issue"], False),
        ({"config": {}}, True, IN_PORT, [], True),
        ({"config": None}, True, IN_PORT, [], True),
    ],
)
async def test_it_is_port_s_or_the_one_that_a_first_start_would_give_it(
    document: dict[str, Any] | None, initialized: bool, source: str, kinds: list[str], makes: bool
) -> None:
    config: Any = Config()
    config.initialize_port_resources = initialized
    chosen = await chosen_mapping(port_with(document, 404), config, None, [])
    assert chosen.source == source
    assert [of.kind for of in chosen.config.resources] == kinds
    assert bool(chosen.made_at_start) is makes


async def test_a_file_goes_before_what_port_has(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("resources: []")
    config: Any = Config()
    chosen = await chosen_mapping(port_with({"config": mapping(ISSUES)}), config, path, [])
    assert (chosen.source, chosen.config.resources) == (str(path), [])


async def test_a_port_that_fails_is_not_taken_for_one_without_the_integration() -> None:
    config: Any = Config()
    with pytest.raises(httpx.HTTPStatusError):
        await chosen_mapping(port_with(None, 403), config, None, [])
