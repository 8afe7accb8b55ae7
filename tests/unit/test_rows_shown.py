"""Rows of a small stand-in site, and what becomes of them without any Port."""

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from client import JiraClient
from jira.errors import JiraAuthenticationError, JiraError, MappingError
from jira.http.api import JiraApi
from jira.http.auth import BasicAuthentication
from kinds import Kinds
from port.rows import shown as module
from port.rows.reading import OUTSIDE, NoSuchRowError
from port.rows.report import ShownEntity, ShownResource, as_text
from port.rows.shown import NotAskedError, mapping_of, shown
from sandbox.jira.api import JiraApi as StandIn
from sandbox.jira.site import JiraSite
from sandbox.small_site import small_site
from tests.e2e.dry_run import mapping_file
from tests.e2e.mappings import mapping, resource

ROOT = Path(__file__).resolve().parents[2]
EMAIL, TOKEN = "bot@example.com", "right"


class Integration:
    """As much of the framework's integration as makes the mapper."""

    EntityProcessorClass: Any = None
    entity_processor: Any = None

    async def _init_entity_processor_instance(self) -> Any:
        self.entity_processor = self.EntityProcessorClass(SimpleNamespace())
        return self.entity_processor


@pytest.fixture(scope="module")
def site() -> JiraSite:
    return small_site()


@pytest.fixture
def stand_in(site: JiraSite) -> StandIn:
    return StandIn(site, email=EMAIL, token=TOKEN)


@pytest.fixture
async def client(site: JiraSite, stand_in: StandIn) -> AsyncIterator[JiraClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=stand_in.app)) as http:
        authentication = BasicAuthentication(site.base_url, EMAIL, TOKEN)
        yield JiraClient(JiraApi(http, authentication, site.base_url), site.organization_id)


@pytest.fixture
def app(framework: Any, client: JiraClient, monkeypatch: pytest.MonkeyPatch) -> Any:
    framework.integration = Integration()
    framework.config.yield_items_to_parse_batch_size = 200
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(module, "create_jira_client", lambda: client)
    return framework


def only(found: list[ShownResource]) -> ShownEntity:
    """The entity of the only row of the only resource."""
    [of] = found
    [row] = of.rows
    assert not isinstance(row.entities, str)
    [entity] = row.entities
    return entity


async def test_a_row_is_shown_with_its_entity_and_why_something_is_null(app: Any) -> None:
    found = await shown(app, None, Kinds.ISSUE, "AB-2", 1)
    assert found[0].name == "issue (resource 4 of the mapping)"
    assert found[0].rows[0].row["fields"]["summary"] == "Register a passkey"
    entity = only(found)
    assert entity.entity is not None
    assert entity.entity["identifier"] == "AB-2"
    assert entity.entity["relations"]["subtasks"] == ["AB-4"]
    [null] = entity.nulls
    assert (null.path, null.expression) == (
        "properties.resolutionDate",
        ".fields.resolutiondate",
    )
    assert null.why == [".fields.resolutiondate is there, and null"]


async def test_port_is_not_asked(app: Any) -> None:
    await shown(app, None, Kinds.ISSUE, "AB-2", 1)
    with pytest.raises(NotAskedError, match="get_blueprint"):
        app.port_client.get_blueprint("jiraIssue")


@pytest.mark.parametrize("kind", Kinds)
async def test_of_each_kind_there_is_a_row_and_by_its_name_the_same_again(
    app: Any, kind: Kinds
) -> None:
    [first] = await shown(app, None, kind, None, 1)
    [row] = first.rows
    assert first.note == ""
    name = next(row.row[of] for of in ("key", "id", "accountId", "teamId") if of in row.row)
    [again] = await shown(app, None, kind, str(name), 1)
    # Ways to read a row may differ in what else they bring.
    assert row.entities == again.rows[0].entities
    assert row.entities[0].entity is not None  # type: ignore[union-attr]


async def test_so_many_rows_are_shown_or_all_there_are(app: Any) -> None:
    for count, there in ((3, 3), (100, 7)):
        [of] = await shown(app, None, Kinds.ISSUE, None, count)
        assert len(of.rows) == there
    assert "in how many of the 7 entities" in as_text([of])


async def test_each_resource_of_the_kind_is_shown_by_its_own(app: Any, tmp_path: Path) -> None:
    path = mapping_file(
        tmp_path,
        mapping(
            resource("project", "home", ".key"),
            resource("issue", "thing", ".key"),
            resource("issue", "label", ".item", items=".fields.labels"),
        ),
    )
    things, labels = await shown(app, Path(path), Kinds.ISSUE, "AB-2", 1)
    assert (things.name, labels.name) == (
        "issue (resource 2 of the mapping)",
        "issue (resource 3 of the mapping)",
    )
    entities = labels.rows[0].entities
    assert not isinstance(entities, str)
    assert [(of.item, of.entity) for of in entities] == [
        ({"item": name}, {"identifier": name, "blueprint": "label"})
        for name in ("security", "service:login")
    ]


async def test_one_that_the_selector_leaves_out_is_shown_and_said_to_be(
    app: Any, tmp_path: Path
) -> None:
    of = resource("issue", "thing", ".key", selector={"jql": "status = Done"})
    path = Path(mapping_file(tmp_path, mapping(of)))
    [found] = await shown(app, path, Kinds.ISSUE, "AB-2", 1)
    assert found.note == f"AB-2 {OUTSIDE}"
    assert [row.row["key"] for row in found.rows] == ["AB-2"]
    [found] = await shown(app, path, Kinds.ISSUE, "AB-5", 1)
    assert found.note == ""


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        (Kinds.ISSUE, "AB-99", "Jira has no issue AB-99"),
        (Kinds.ISSUE, "no name", "'no name' is no name of a row of kind issue"),
        (Kinds.SPRINT, "99", "Jira has no sprint 99"),
        (Kinds.COMPONENT, "Login", "that is its .id"),
    ],
)
async def test_what_is_not_there_is_said(app: Any, kind: Kinds, name: str, said: str) -> None:
    with pytest.raises(NoSuchRowError, match=said):
        await shown(app, None, kind, name, 1)


async def test_an_unknown_account_is_no_empty_site(
    app: Any, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stand_in, "token", "another")
    for name in (None, "AB-2"):
        with pytest.raises(JiraAuthenticationError):
            await shown(app, None, Kinds.ISSUE, name, 1)


async def test_a_setting_that_a_kind_lacks_is_named(
    app: Any, client: JiraClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = JiraClient(client.api)
    monkeypatch.setattr(module, "create_jira_client", lambda: without)
    with pytest.raises(JiraError, match="atlassianOrganizationId"):
        await shown(app, None, Kinds.TEAM, None, 1)


async def test_a_mistake_in_the_resource_is_named(app: Any, tmp_path: Path) -> None:
    of = resource("issue", "thing", ".key", selector={"jql": ["no text"]})
    with pytest.raises(MappingError, match=r"resource 1 \(issue\)"):
        await shown(app, Path(mapping_file(tmp_path, mapping(of))), Kinds.ISSUE, None, 1)


@pytest.mark.parametrize("kind", Kinds)
def test_each_kind_has_a_mapping_to_go_by(kind: Kinds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert [of.kind for of in mapping_of(None, kind).config.resources] == [kind]


async def text_of(app: Any, tmp_path: Path, of: dict[str, Any], name: str = "AB-2") -> str:
    path = Path(mapping_file(tmp_path, mapping(of)))
    return as_text(await shown(app, path, Kinds.ISSUE, name, 1))


async def test_what_comes_to_nothing_says_why(app: Any, tmp_path: Path) -> None:
    text = await text_of(app, tmp_path, resource("issue", "thing", ".fields.nope"))
    assert "\nNo entity\n" in text
    assert "  identifier: .fields.nope\n    the row has no .fields.nope" in text
    text = await text_of(app, tmp_path, resource("issue", "thing", ".key", query='.key == "X"'))
    assert "It isn't written: the selector's query says no: .key == \"X\"" in text
    text = await text_of(app, tmp_path, resource("issue", "thing", ".key", query=".key"))
    assert "No entity\n  Expected boolean value for pattern '.key', got value:AB-2" in text
    text = await text_of(app, tmp_path, resource("issue", "x", ".item", items=".fields.duedate"))
    assert text.endswith(
        "itemsToParse gives no list: .fields.duedate; .fields.duedate is there, and null"
    )
    text = await text_of(
        app, tmp_path, resource("issue", "x", ".item", items=".fields.labels"), "AB-1"
    )
    assert text.endswith("No entity: itemsToParse gives an empty list")


async def test_the_example_of_the_page_is_what_is_shown(app: Any, tmp_path: Path) -> None:
    page = (ROOT / "docs/dry-run.md").read_text("utf-8")
    [example] = [part for part in page.split("```") if part.startswith("text\nNull, and why:")]
    properties = {
        "resolutionDate": ".fields.resolutiondate",
        "storyPoints": ".fields.customfield_10028",
        "service": '[.fields.labels[] | select(startswith("svc:"))] | first',
    }
    text = await text_of(app, tmp_path, resource("issue", "thing", ".key", properties=properties))
    assert text.endswith(example.removeprefix("text\n").strip())
