"""Port's API as a client meets it: strict about bodies, and with entities of its own."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from port_ocean.clients.port.client import PortClient
from port_ocean.clients.port.types import RequestOptions
from port_ocean.core.models import Blueprint, Entity

from port import bulk

OPTIONS: RequestOptions = {
    "merge": True,
    "create_missing_related_entities": True,
    "delete_dependent_entities": True,
    "validation_only": False,
}


def entity(identifier: Any, blueprint: str = "issue", **more: Any) -> Entity:
    return Entity.parse_obj({"identifier": identifier, "blueprint": blueprint, **more})


def status_error(status: int, text: str = "Refused.") -> httpx.HTTPStatusError:
    request = httpx.Request("POST", "https://port.example.com")
    response = httpx.Response(status, text=text, request=request)
    return httpx.HTTPStatusError(str(status), request=request, response=response)


class Counted:
    """What the framework's metrics were told, by result."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    def inc_metric(self, *, name: str, labels: list[str], value: int) -> None:
        self.counts[labels[-1]] = self.counts.get(labels[-1], 0) + value

    def current_resource_kind(self) -> str:
        return "issue-1"


def configured(monkeypatch: pytest.MonkeyPatch) -> Counted:
    """The framework's settings as they are by default, and its metrics."""
    counted = Counted()
    config = SimpleNamespace(
        upsert_entities_batch_max_length=20, upsert_entities_batch_max_size_in_bytes=1024 * 1024
    )
    monkeypatch.setattr(bulk, "ocean", SimpleNamespace(config=config, metrics=counted))
    return counted


class StrictPort:
    """Takes bulks, deletes and searches, and notes them. Its refusals are by identifier:

    `bad` has the whole call refused with 422, `refused` is answered for the entity alone, with a
    status. `accounts` are those in `_user`; what relates to another one is refused with 404.
    """

    def __init__(self, *there: str) -> None:
        self.there = set(there)
        self.accounts: set[str] = set()
        self.bad: set[str] = set()
        self.refused: dict[str, int] = {}
        self.blueprint_status: dict[str, int] = {}
        self.depends: dict[str, set[str]] = {}
        """By identifier: who has to go first."""
        self.down: Exception | None = None
        self.bulks: list[list[Any]] = []
        self.bodies: list[dict[str, Any]] = []
        self.deletes: list[list[str]] = []
        self.searches: list[list[dict[str, Any]]] = []
        self.blueprints_read: list[str] = []
        http = httpx.AsyncClient(transport=httpx.MockTransport(self._answer))
        self.client = cast(
            PortClient,
            SimpleNamespace(
                client=http,
                semaphore=asyncio.Semaphore(5),
                auth=SimpleNamespace(
                    api_url="https://port.example.com/v1",
                    headers=self._headers,
                    integration_identifier="mine",
                    integration_type="jira",
                ),
                get_blueprint=self._blueprint,
                bulk_delete_entities=self._delete,
                search_entities=self._ours,
            ),
        )
        self.ours: list[Entity] = []

    async def _headers(self, *_: Any) -> dict[str, str]:
        return {"Authorization": "Bearer token"}

    async def _blueprint(self, identifier: str, should_log: bool) -> Blueprint:
        self.blueprints_read.append(identifier)
        relations = {
            "assignee": {"many": False, "required": False, "target": "_user", "title": None},
            "watchers": {"many": True, "required": False, "target": "_user", "title": None},
            "parent": {"many": False, "required": False, "target": "issue", "title": None},
        }
        return Blueprint.parse_obj(
            {
                "identifier": identifier,
                "title": None,
                "team": None,
                "schema": {},
                "relations": relations,
            }
        )

    async def _ours(
        self, agent: Any, query: dict[str, Any] | None = None, include: Any = None
    ) -> list[Entity]:
        self._fail()
        if query is None:
            return list(self.ours)
        self.searches.append(query["rules"])
        return [e for e in self.ours if _holds(str(e.blueprint), str(e.identifier), query["rules"])]

    async def _delete(
        self, blueprint: str, names: list[str], options: Any, agent: Any, should_raise: bool
    ) -> list[str]:
        assert should_raise
        assert len(names) <= 100
        self._fail()
        self.deletes.append(names)
        if blueprint in self.blueprint_status:
            raise status_error(self.blueprint_status[blueprint])
        if any(self.depends.get(name, set()) & self.there for name in names):
            raise status_error(409, "has dependents")
        gone = [name for name in names if name in self.there]
        self.there -= set(gone)
        return gone

    def _fail(self) -> None:
        if self.down is not None:
            raise self.down

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self._fail()
        body = json.loads(request.content)
        if request.url.path.endswith("/entities/search"):
            self.searches.append(body["rules"])
            found = [n for n in sorted(self.accounts) if _holds("_user", n, body["rules"])]
            rows = [{"identifier": name, "blueprint": "_user"} for name in found]
            rows += [
                e.dict(include={"identifier", "blueprint", "title", "properties", "relations"})
                for e in self.ours
                if _holds(str(e.blueprint), str(e.identifier), body["rules"])
            ]
            return httpx.Response(200, json={"ok": True, "entities": rows})
        return self._bulk(request.url.path.split("/")[3], body["entities"])

    def _bulk(self, blueprint: str, entities: list[dict[str, Any]]) -> httpx.Response:
        assert len(entities) <= 20
        names = [raw["identifier"] for raw in entities]
        self.bulks.append(names)
        self.bodies += entities
        if blueprint in self.blueprint_status:
            status = self.blueprint_status[blueprint]
            return httpx.Response(status, text="no such blueprint")
        if any(isinstance(name, str) and name in self.bad for name in names):
            return httpx.Response(422, text="body/entities must match pattern")
        done: list[dict[str, Any]] = []
        errors: list[dict[str, Any]] = []
        for index, raw in enumerate(entities):
            name = raw["identifier"]
            if isinstance(name, dict):
                name = "found"
            if (refusal := self._status(name, raw.get("relations", {}))) is not None:
                said = {"statusCode": refusal, "error": "e", "message": f"{name} is refused"}
                errors.append({"index": index, "identifier": name, **said})
            else:
                self.there.add(name)
                done.append({"index": index, "identifier": name, "created": True})
        answer = {"ok": True, "entities": done, "errors": errors}
        return httpx.Response(207 if errors else 200, json=answer)

    def _status(self, name: str, relations: dict[str, Any]) -> int | None:
        related = [relations.get("assignee"), *relations.get("watchers", [])]
        if any(one is not None and one not in self.accounts for one in related):
            return 404
        return self.refused.get(name)


def _holds(blueprint: str, identifier: str, rules: list[dict[str, Any]]) -> bool:
    wanted = {rule["property"]: rule["value"] for rule in rules if "property" in rule}
    names = wanted.get("$identifier", [identifier])
    return wanted.get("$blueprint", blueprint) == blueprint and identifier in names
