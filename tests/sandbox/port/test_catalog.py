"""The stand-in Port's rules for entities, on which every end-to-end test rests."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from sandbox.port import entities as entities_module
from sandbox.port.blueprints import PortError
from sandbox.port.catalog import PortCatalog

UA = "port-ocean/jira/1.0.0/my-id/exporter"


@pytest.fixture
def catalog() -> PortCatalog:
    catalog = PortCatalog()
    catalog.create_blueprint({"identifier": "project", "schema": {"properties": {}}})
    catalog.create_blueprint(
        {
            "identifier": "issue",
            "schema": {
                "properties": {
                    "summary": {"type": "string"},
                    "points": {"type": "number"},
                    "created": {"type": "string", "format": "date-time"},
                    "link": {"type": "string", "format": "url"},
                    "labels": {"type": "array", "items": {"type": "string"}},
                    "done": {"type": "boolean"},
                    "raw": {"type": "object"},
                }
            },
            "relations": {
                "project": {"target": "project"},
                "blocks": {"target": "issue", "many": True},
            },
        }
    )
    catalog.create_blueprint(
        {
            "identifier": "worklog",
            "schema": {"properties": {"seconds": {"type": "number"}}, "required": ["seconds"]},
            "relations": {"issue": {"target": "issue", "required": True}},
        }
    )
    return catalog


def issue(catalog: PortCatalog, identifier: str, **options: Any) -> dict[str, Any]:
    relations = options.pop("relations", {})
    properties = options.pop("properties", {})
    entity = {"identifier": identifier, "properties": properties, "relations": relations}
    return catalog.upsert("issue", entity, user_agent=UA, **options)[0]


def refused(status: int) -> Any:
    return pytest.raises(PortError, check=lambda error: error.status == status)


def test_merge_keeps_what_was_not_given(catalog: PortCatalog) -> None:
    issue(catalog, "A-1", properties={"summary": "s", "points": 1}, relations={"project": "P"})
    row = issue(catalog, "A-1", properties={"points": None}, relations={"blocks": ["A-2"]})
    assert row["properties"] == {"summary": "s", "points": None}
    assert row["relations"] == {"project": "P", "blocks": ["A-2"]}
    assert catalog.snapshot("issue")["issue", "A-1"] == {
        "title": "A-1",
        "properties": {"summary": "s"},
        "relations": {"project": "P", "blocks": ["A-2"]},
    }


def test_without_merge_the_entity_is_replaced(catalog: PortCatalog) -> None:
    first = issue(catalog, "A-1", properties={"summary": "s"}, relations={"project": "P"})
    row = issue(catalog, "A-1", properties={"points": 2}, merge=False)
    assert row["properties"] == {"points": 2}
    assert row["relations"] == {}
    assert row["createdAt"] == first["createdAt"]
    # Nobody points to P any longer.
    catalog.delete("project", ["P"])
    assert catalog.snapshot("issue")["issue", "A-1"]["relations"] == {}


def test_missing_related_entities_become_stubs_of_the_caller(catalog: PortCatalog) -> None:
    issue(catalog, "A-1", relations={"project": "P", "blocks": ["A-1", "A-2"]})
    assert catalog.snapshot()["project", "P"] == {"title": "P", "properties": {}, "relations": {}}
    assert catalog.data_source("project", "P") == f"port-auto-{UA.removeprefix('port-')}"
    assert catalog.count("issue") == 2


def test_there_are_no_stubs_in_port_s_own_blueprints(catalog: PortCatalog) -> None:
    catalog.create_blueprint({"identifier": "_user"})
    catalog.create_blueprint(
        {"identifier": "owned", "relations": {"owner": {"target": "_user", "many": False}}}
    )
    with refused(404):
        catalog.upsert("owned", {"identifier": "A", "relations": {"owner": "a@b.com"}})
    catalog.upsert("_user", {"identifier": "a@b.com"})
    catalog.upsert("owned", {"identifier": "A", "relations": {"owner": "a@b.com"}})
    assert catalog.count("owned") == 1


@pytest.mark.parametrize("rewritten", [True, False])
async def test_a_delete_that_takes_its_time_takes_what_is_there_by_then(
    catalog: PortCatalog, rewritten: bool
) -> None:
    catalog.delete_seconds = lambda: 0.05
    issue(catalog, "A-1")
    assert catalog.delete_later("issue", ["A-1", "A-2"]) == ["A-1"]
    assert catalog.count("issue") == 1
    if rewritten:
        issue(catalog, "A-1")
    await catalog.wait_for(lambda found: not found.count("issue"))
    assert catalog.deletes_pending == 0


async def test_a_search_shows_what_is_written_and_deleted_a_while_later(
    catalog: PortCatalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(entities_module, "time", SimpleNamespace(monotonic=lambda: clock.now))
    issue(catalog, "A-0")
    catalog.search_lag = 1.0
    issue(catalog, "A-1")
    catalog.delete("issue", ["A-0"])
    everything: dict[str, Any] = {"combinator": "and", "rules": []}
    assert [row["identifier"] for row in catalog.search(everything)] == ["A-0"]
    clock.now = 101.0
    assert [row["identifier"] for row in catalog.search(everything)] == ["A-1"]


async def test_a_list_is_of_one_moment(
    catalog: PortCatalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What becomes visible while a list is made is in all of it, or in nothing."""
    moments = iter([100.0, 100.5, *[200.0] * 10])
    clock = SimpleNamespace(monotonic=lambda: next(moments))
    monkeypatch.setattr(entities_module, "time", clock)
    issue(catalog, "A-0")
    catalog.search_lag = 1.0
    catalog.delete("issue", ["A-0"])
    page, _ = catalog.datasource_entities(UA, UA)
    assert [row["identifier"] for row in page] == ["A-0"]
    assert catalog.datasource_entities(UA, UA) == ([], None)


def test_missing_related_entities_are_refused_when_told_so(catalog: PortCatalog) -> None:
    with refused(404):
        issue(catalog, "A-1", relations={"project": "P"}, create_missing_related_entities=False)
    assert catalog.count() == 0


@pytest.mark.parametrize("nothing", [None, []])
def test_a_relation_is_cleared(catalog: PortCatalog, nothing: Any) -> None:
    issue(catalog, "A-1", relations={"project": "P", "blocks": ["A-2"]})
    issue(catalog, "A-1", relations={"project": nothing, "blocks": nothing})
    assert catalog.snapshot()["issue", "A-1"]["relations"] == {}


@pytest.mark.parametrize(
    "properties",
    [
        {"summary": 1},
        {"points": "1"},
        {"points": True},
        {"created": "2024-01-01"},
        {"link": "no link"},
        {"labels": "a"},
        {"labels": [1]},
        {"done": "true"},
        {"raw": []},
        {"unknown": 1},
    ],
)
def test_wrong_properties_are_refused(catalog: PortCatalog, properties: dict[str, Any]) -> None:
    with refused(422):
        issue(catalog, "A-1", properties=properties)


def test_the_formats_of_jira_are_taken(catalog: PortCatalog) -> None:
    for created in ("2024-01-01T10:00:00.000+0000", "2024-01-01T10:00:00Z"):
        issue(catalog, "A-1", properties={"created": created, "link": "https://a.b/c"})


@pytest.mark.parametrize(
    "relations", [{"unknown": "P"}, {"project": ["P"]}, {"project": 7}, {"blocks": "A-2"}]
)
def test_wrong_relations_are_refused(catalog: PortCatalog, relations: dict[str, Any]) -> None:
    with refused(422):
        issue(catalog, "A-1", relations=relations)


def test_required_parts_are_required_in_what_would_be_stored(catalog: PortCatalog) -> None:
    with refused(422):
        catalog.upsert("worklog", {"identifier": "W", "properties": {"seconds": 1}})
    with refused(422):
        catalog.upsert("worklog", {"identifier": "W", "relations": {"issue": "A-1"}})
    whole = {"identifier": "W", "properties": {"seconds": 1}, "relations": {"issue": "A-1"}}
    catalog.upsert("worklog", whole)
    catalog.upsert("worklog", {"identifier": "W", "title": "merged"})
    with refused(404):
        catalog.upsert("nothing", whole)


def test_delete_cascades_through_required_and_unlinks_optional(catalog: PortCatalog) -> None:
    issue(catalog, "A-1", relations={"project": "P"})
    issue(catalog, "A-2", relations={"blocks": ["A-1", "A-3"]})
    worklog = {"identifier": "W", "properties": {"seconds": 1}, "relations": {"issue": "A-1"}}
    catalog.upsert("worklog", worklog)
    changes: list[tuple[str, str, str]] = []
    end = catalog.on_change(lambda *change: changes.append(change))

    assert catalog.delete("issue", ["A-1"], delete_dependents=False) == []
    assert catalog.delete("issue", ["A-1", "A-9"]) == ["A-1"]

    assert catalog.get("worklog", "W") is None
    assert catalog.snapshot()["issue", "A-2"]["relations"] == {"blocks": ["A-3"]}
    assert changes == [
        ("delete", "worklog", "W"),
        ("upsert", "issue", "A-2"),
        ("delete", "issue", "A-1"),
    ]
    end()
    catalog.delete("project", ["P"])
    assert len(changes) == 3


def test_datasource_entities_are_paged_and_end_before_a_time(catalog: PortCatalog) -> None:
    for number in range(5):
        issue(catalog, f"A-{number}")
    catalog.upsert("issue", {"identifier": "other"}, user_agent="port-ocean/jira/1/x/exporter")
    found: list[str] = []
    following = None
    while True:
        page, following = catalog.datasource_entities(
            "port-ocean/jira/", "/my-id/exporter", limit=2, from_=following
        )
        found += [row["identifier"] for row in page]
        if following is None:
            break
    assert found == [f"A-{number}" for number in range(5)]

    catalog.entities()[0]["updatedAt"] = "2020-01-01T00:00:00.000Z"
    page, _ = catalog.datasource_entities("", "", before="2020-01-01T01:00:00+01:00")
    assert page == []
    page, _ = catalog.datasource_entities("", "", before="2020-01-01T00:00:00.001000")
    assert [row["identifier"] for row in page] == ["A-0"]


async def test_wait_for_wakes_at_a_change_and_says_what_is_missing(catalog: PortCatalog) -> None:
    waiting = asyncio.create_task(catalog.wait_for(lambda c: c.count("issue") == 2))
    for number in range(2):
        await asyncio.sleep(0)
        issue(catalog, f"A-{number}")
    await waiting
    with pytest.raises(TimeoutError, match=r"three issues.*'issue': 2"):
        await catalog.wait_for(lambda c: c.count("issue") == 3, 0.01, "three issues")


def test_a_patched_blueprint_forgets_what_it_no_longer_declares(catalog: PortCatalog) -> None:
    issue(catalog, "A-1", properties={"points": 1}, relations={"project": "P"})
    schema = {"properties": {"summary": {"type": "string"}}}
    catalog.patch_blueprint("issue", {"schema": schema, "relations": {}})
    assert catalog.snapshot()["issue", "A-1"]["properties"] == {}
    with refused(409):
        catalog.delete_blueprint("project")
    catalog.delete_blueprint("worklog")
    catalog.delete_blueprint("project", with_entities=True)
    assert catalog.count("project") == 0
