"""The stand-in Port's entities over HTTP: what is written, refused, found and deleted."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from sandbox.port.api import PortApi
from tests.sandbox.port.support import UA, WRITE, bulk, issue, logged_in, made_api


@pytest.fixture
def api() -> PortApi:
    return made_api()


@pytest.fixture
async def http(api: PortApi) -> AsyncIterator[httpx.AsyncClient]:
    async with logged_in(api) as client:
        yield client


async def test_bulk_reports_each_entity(api: PortApi, http: httpx.AsyncClient) -> None:
    api.fail_entities = {"A-2"}
    answer = await bulk(http, issue(0, n=1), issue(1, n="x"), issue(2), issue(3))
    assert answer.status_code == 207
    body = answer.json()
    assert body["entities"] == [
        {"index": 0, "identifier": "A-0", "created": True},
        {"index": 3, "identifier": "A-3", "created": True},
    ]
    assert [(e["index"], e["identifier"], e["statusCode"]) for e in body["errors"]] == [
        (1, "A-1", 422),
        (2, "A-2", 500),
    ]
    again = await bulk(http, issue(0, n=1))
    assert (again.status_code, again.json()["entities"][0]["created"]) == (200, False)


async def test_bulk_of_missing_related_entities(http: httpx.AsyncClient) -> None:
    answer = await bulk(http, issue(0), create_missing_related_entities="false")
    (error,) = answer.json()["errors"]
    assert (error["statusCode"], error["error"]) == (404, "not_found")


async def test_bulk_has_a_limit(http: httpx.AsyncClient) -> None:
    assert (await bulk(http, *map(issue, range(21)))).status_code == 413


async def test_one_entity(http: httpx.AsyncClient) -> None:
    path = "/v1/blueprints/issue/entities"
    answer = await http.post(path, json=issue(1, n=1), params=WRITE)
    assert answer.json()["entity"]["properties"] == {"n": 1}
    assert "dataSource" not in answer.json()["entity"]
    missing = await http.post("/v1/blueprints/none/entities", json=issue(1), params=WRITE)
    assert (missing.status_code, missing.json()["error"]) == (404, "not_found")
    assert (await http.get(f"{path}/A-1")).json()["entity"]["identifier"] == "A-1"
    assert (await http.delete(f"{path}/A-1")).status_code == 200
    assert (await http.delete(f"{path}/A-1")).status_code == 404


async def test_deletes_tell_what_went(api: PortApi, http: httpx.AsyncClient) -> None:
    await bulk(http, *map(issue, range(4)))
    api.fail_deletes = {"A-1"}
    path = "/v1/blueprints/issue/bulk/entities/delete"
    body = {"entities": ["A-0", "A-1", "A-9"]}
    assert (await http.post(path, json=body)).json()["deletedEntities"] == ["A-0"]
    assert (await http.delete("/v1/blueprints/project/entities/P")).status_code == 409
    params = {"delete_dependents": "true"}
    await http.delete("/v1/blueprints/project/entities/P", params=params)
    assert api.catalog.count() == 0


async def test_search_shows_what_is_asked_for(http: httpx.AsyncClient) -> None:
    await bulk(http, issue(0, n=1))
    rules = [
        {"property": "$identifier", "operator": "in", "value": ["A-0"]},
        {"property": "$blueprint", "operator": "=", "value": "issue"},
    ]
    answer = await http.post(
        "/v1/entities/search",
        json={"combinator": "and", "rules": rules},
        params={"include": ["blueprint", "identifier", "properties.n", "relations.project"]},
    )
    assert answer.json()["entities"] == [
        {
            "blueprint": "issue",
            "identifier": "A-0",
            "properties": {"n": 1},
            "relations": {"project": "P"},
        }
    ]


async def test_datasource_entities_are_paged(api: PortApi, http: httpx.AsyncClient) -> None:
    await bulk(http, *map(issue, range(4)))
    api.entity_routes.max_datasource_page = 3
    body = {
        "datasource_prefix": "port-ocean/jira/",
        "datasource_suffix": "/my-id/exporter",
        "limit": 5000,
    }
    path = "/v1/blueprints/entities/datasource-entities"
    first = (await http.post(path, json=body)).json()
    second = (await http.post(path, json=body | {"from": first["next"]})).json()
    # The stub that they relate to is nobody's.
    assert [len(first["entities"]), len(second["entities"])] == [3, 1]
    assert second["next"] is None
    assert api.requests[-1].n_entities == 1


def searched(text: Any, **properties: Any) -> dict[str, Any]:
    rule = {"property": "n", "operator": "=", "value": text}
    query = {"combinator": "and", "rules": [rule]}
    return {"identifier": query, "properties": properties}


async def test_a_search_identifier_stands_for_the_one_entity_that_matches(
    api: PortApi, http: httpx.AsyncClient
) -> None:
    for one in (issue(1, n=1), issue(2, n=2), issue(3, n=2)):
        api.catalog.upsert("issue", one, user_agent=UA)
    answer = await bulk(http, searched(1, n=7), searched(2), searched(3))
    assert answer.status_code == 207
    assert answer.json()["entities"] == [{"index": 0, "identifier": "A-1", "created": False}]
    # By this word the framework tells that the entity has no name.
    assert [e["identifier"] for e in answer.json()["errors"]] == ["unknown", "unknown"]
    assert [e["statusCode"] for e in answer.json()["errors"]] == [422, 404]
    assert {e["identifier"]: e["properties"]["n"] for e in api.catalog.entities("issue")} == {
        "A-1": 7,
        "A-2": 2,
        "A-3": 2,
    }


async def test_whether_a_write_that_changes_nothing_updates_can_be_had_both_ways(
    api: PortApi, http: httpx.AsyncClient
) -> None:
    await bulk(http, issue(1, n=1))
    row = api.catalog.get("issue", "A-1")
    assert row is not None
    row["updatedAt"] = before = "2020-01-01T00:00:00.000Z"
    api.catalog.unchanged_is_updated = False
    await bulk(http, issue(1, n=1))
    assert (api.catalog.get("issue", "A-1") or {})["updatedAt"] == before
    await bulk(http, issue(1, n=2))
    assert (api.catalog.get("issue", "A-1") or {})["updatedAt"] > before
    before = (api.catalog.get("issue", "A-1") or {})["updatedAt"] = "2020-01-01T00:00:00.000Z"
    api.catalog.unchanged_is_updated = True
    await bulk(http, issue(1, n=2))
    assert (api.catalog.get("issue", "A-1") or {})["updatedAt"] > before


async def test_a_blueprint_can_be_missing(api: PortApi, http: httpx.AsyncClient) -> None:
    await bulk(http, issue(0))
    api.missing_blueprints = {"issue"}
    answer = await http.post("/v1/blueprints/issue/entities/bulk", json={"entities": [issue(1)]})
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert (await http.get("/v1/blueprints/project/entities")).status_code == 200
    assert len(api.catalog.entities("issue")) == 1


BAD = [
    {"identifier": "a b"},
    {"identifier": ""},
    {"identifier": ".."},
    {"identifier": 7},
    {"identifier": "x" * 1001},
    {"identifier": "A", "title": None},
    {"identifier": "A", "title": 7},
    {"identifier": "A", "relations": {"project": "P#"}},
    {"identifier": "A", "relations": {"project": 7}},
    {"identifier": "A", "relations": {"blocks": ["A", ""]}},
    {"identifier": "A", "relations": []},
    "A",
]


@pytest.mark.parametrize("bad", BAD, ids=str)
async def test_one_bad_value_has_the_whole_bulk_refused(
    api: PortApi, http: httpx.AsyncClient, bad: Any
) -> None:
    answer = await bulk(http, issue(1), bad, issue(2))
    assert (answer.status_code, api.catalog.count("issue")) == (422, 0)


@pytest.mark.parametrize("twice", [True, False])
async def test_the_same_name_twice_in_a_bulk_is_a_switch(
    api: PortApi, http: httpx.AsyncClient, twice: bool
) -> None:
    api.entity_routes.rules.twice_in_a_bulk = twice
    answer = await bulk(http, issue(1), issue(1))
    assert answer.status_code == (200 if twice else 422)


async def test_one_that_others_depend_on_has_the_whole_bulk_delete_refused(
    api: PortApi, http: httpx.AsyncClient
) -> None:
    relation: dict[str, Any] = {"target": "issue", "many": False, "required": True}
    api.catalog.create_blueprint({"identifier": "part", "relations": {"of": relation}})
    await bulk(http, issue(1), issue(2))
    names = [row["identifier"] for row in api.catalog.entities("issue")]
    api.catalog.upsert("part", {"identifier": "p", "relations": {"of": names[0]}})
    path = "/v1/blueprints/issue/bulk/entities/delete"
    for dependents, status in (("false", 409), ("true", 200)):
        answer = await http.post(
            path, json={"entities": names}, params={"delete_dependents": dependents}
        )
        assert answer.status_code == status
