"""What is written to Port, what Port refuses, and what is ours there."""

from typing import Any, cast

import httpx
import pytest
from port_ocean.clients.port.client import PortClient
from port_ocean.clients.port.types import RequestOptions
from port_ocean.core.models import Entity

from port.entities import (
    PortRefusedError,
    PortWriter,
    as_written,
    is_transient,
    key_of,
    merged,
)

OPTIONS: RequestOptions = {
    "merge": True,
    "create_missing_related_entities": True,
    "delete_dependent_entities": True,
    "validation_only": False,
}


def entity(identifier: Any, blueprint: str = "issue", **more: Any) -> Entity:
    return Entity(identifier=identifier, blueprint=blueprint, **more)


def status_error(status: int, text: str = "Refused.") -> httpx.HTTPStatusError:
    request = httpx.Request("POST", "https://port.example.com")
    response = httpx.Response(status, text=text, request=request)
    return httpx.HTTPStatusError(str(status), request=request, response=response)


class FakePort:
    """Port's catalog as the client's calls see it; `ours` is what this integration made."""

    def __init__(self, *ours: Entity) -> None:
        self.ours = list(ours)
        self.too_much: list[Entity] = []
        self.done: list[tuple[str, Any]] = []
        self.refused: set[str] = set()
        self.refused_alone: dict[str, Any] = {}
        self.error: dict[str, Exception] = {}
        self.no_blueprint: dict[str, Exception] = {}

    def note(self, what: str, detail: Any) -> None:
        self.done.append((what, detail))
        if what in self.error:
            raise self.error[what]

    def blocked(self, blueprint: str) -> None:
        if blueprint in self.no_blueprint:
            raise self.no_blueprint[blueprint]

    def all_of(self, what: str) -> list[Any]:
        return [detail for done, detail in self.done if done == what]

    async def search_entities(
        self, user_agent_type: Any, query: dict[str, Any] | None = None
    ) -> list[Entity]:
        self.note("search", query)
        if query is None:
            return list(self.ours)
        assert query["combinator"] == "and"
        by_property = {rule["property"]: rule["value"] for rule in query["rules"]}
        return [
            e
            for e in self.ours
            if e.blueprint == by_property["$blueprint"]
            and e.identifier in by_property["$identifier"]
        ] + self.too_much

    async def bulk_delete_entities(
        self, blueprint: str, names: list[str], options: Any, agent: Any, should_raise: bool
    ) -> list[str]:
        assert should_raise
        self.note("delete", (blueprint, names))
        self.ours = [e for e in self.ours if e.blueprint != blueprint or e.identifier not in names]
        return names

    async def upsert_entities_in_batches(
        self, entities: list[Entity], options: Any, agent: Any, should_raise: bool
    ) -> list[tuple[bool, Entity]]:
        assert should_raise
        assert len({e.blueprint for e in entities}) == 1
        self.note("upsert", [e.identifier for e in entities])
        self.blocked(str(entities[0].blueprint))
        return [(str(e.identifier) not in self.refused, e) for e in entities]

    async def upsert_entity(
        self, entity: Entity, options: Any, agent: Any, should_raise: bool
    ) -> Entity | bool | None:
        assert should_raise
        self.note("upsert alone", entity.identifier)
        answer = self.refused_alone.get(entity.identifier, entity)
        if isinstance(answer, Exception):
            raise answer
        return cast(Entity | bool | None, answer)


def writer(port: FakePort) -> PortWriter:
    return PortWriter(cast(PortClient, port))


async def upsert(port: FakePort, *entities: Entity) -> None:
    await writer(port).upsert(list(entities), OPTIONS)


@pytest.mark.parametrize("call", ["upsert", "delete", "ours"])
async def test_nothing_to_write_is_no_request(call):
    port = FakePort(entity("AB-1"))
    more = [] if call == "ours" else [OPTIONS]
    await getattr(writer(port), call)([], *more)
    assert port.done == []


async def test_entities_are_written_by_blueprint():
    port = FakePort()
    await upsert(port, entity("AB-1"), entity("AB", "project"), entity("AB-2"))
    assert port.all_of("upsert") == [["AB-1", "AB-2"], ["AB"]]


async def test_entities_are_deleted_by_blueprint():
    doomed = [entity("AB-1"), entity("AB", "project"), entity("AB-2")]
    port = FakePort(*doomed, entity("AB-3"))
    await writer(port).delete(doomed, OPTIONS)
    assert port.all_of("delete") == [("issue", ["AB-1", "AB-2"]), ("project", ["AB"])]
    assert port.ours == [entity("AB-3")]


async def test_only_what_is_in_port_and_ours_is_to_be_deleted():
    """Somebody else's entity may have the same identifier, or ours may be gone already."""
    port = FakePort(entity("AB-1"), entity("AB-3", "ticket"), entity("AB", "project"))
    asked = [entity("AB-1"), entity("AB-2"), entity("AB-3"), entity("AB", "project")]
    assert await writer(port).ours(asked) == [entity("AB-1"), entity("AB", "project")]


async def test_what_was_not_asked_for_is_not_ours_even_if_port_names_it():
    port = FakePort(entity("AB-1"))
    port.too_much = [entity("AB-9"), entity("AB-1", "ticket")]
    assert await writer(port).ours([entity("AB-1")]) == [entity("AB-1")]


async def test_what_is_ours_comes_as_port_has_it():
    """Its relations are what the entity is made whole by."""
    port = FakePort(entity("AB-1", relations={"parent": "AB-9"}))
    [found] = await writer(port).ours([entity("AB-1")])
    assert found.relations == {"parent": "AB-9"}


async def test_an_identifier_that_is_a_number_is_asked_for_as_text():
    """Port has texts only."""
    port = FakePort(entity("10"))
    assert await writer(port).ours([entity(10)]) == [entity("10")]


async def test_what_points_at_an_entity():
    one = entity("AB-2", relations={"parent": "AB-1"})
    many = entity("AB-3", relations={"subtasks": ["AB-9", "AB-1"]})
    other = entity("AB-4", relations={"parent": "AB-9", "nobody": None, "odd": {"rules": []}})
    port = FakePort(entity("AB-1"), one, many, other)
    assert await writer(port).pointing_at([entity("AB-1")], {}) == [one, many]


async def test_what_goes_itself_is_not_among_those_that_point():
    child = entity("AB-2", relations={"parent": "AB-1"})
    port = FakePort(entity("AB-1", relations={"self": "AB-1"}), child)
    assert await writer(port).pointing_at([entity("AB-1"), child], {}) == []


async def test_an_entity_that_is_named_twice_is_written_and_asked_for_once():
    port = FakePort(entity("AB-1"))
    await upsert(port, entity("AB-2"), entity("AB-2"))
    assert port.all_of("upsert") == [["AB-2"]]
    assert await writer(port).ours([entity("AB-1"), entity("AB-1")]) == [entity("AB-1")]


async def test_no_entity_is_twice_in_a_write():
    port = FakePort()
    await upsert(port, entity("AB-1"), entity("AB-2"), entity("AB-1", title="x"))
    assert port.all_of("upsert") == [["AB-1", "AB-2"]]


def test_an_entity_that_comes_several_times_is_what_port_would_make_of_them_in_order():
    several = [
        entity("AB-1", title="first", properties={"a": 1, "b": 2}, relations={"to": "x"}),
        entity("AB-2"),
        entity("AB-1", properties={"b": None, "c": 3}, icon="Jira"),
        entity("AB-1", "ticket", title="elsewhere"),
        entity("AB-1", title="last", relations={"from": ["y"]}),
    ]
    once = merged(several)
    assert [key_of(e) for e in once] == [("issue", "AB-1"), ("issue", "AB-2"), ("ticket", "AB-1")]
    assert once[0].dict(exclude_unset=True) == {
        "identifier": "AB-1",
        "blueprint": "issue",
        "title": "last",
        "icon": "Jira",
        "properties": {"a": 1, "b": None, "c": 3},
        "relations": {"to": "x", "from": ["y"]},
    }
    assert several[0].properties == {"a": 1, "b": 2}


def test_where_port_does_not_merge_the_last_one_counts_alone():
    several = [entity("AB-1", properties={"a": 1}), entity("AB-2"), entity("AB-1", title="last")]
    assert as_written(several, {**OPTIONS, "merge": False}) == [several[2], several[1]]


def test_a_title_that_is_none_is_said_and_one_that_is_not_there_is_not():
    said = merged([entity("AB-1", title="first"), entity("AB-1", title=None)])
    assert said[0].dict(exclude_unset=True)["title"] is None
    unsaid = merged([entity("AB-1", title="first"), entity("AB-1")])
    assert unsaid[0].title == "first"


def test_a_number_and_a_text_are_the_same_identifier():
    assert key_of(entity(1)) == key_of(entity("1"))


async def test_what_port_refuses_in_a_batch_is_tried_again_alone():
    """What it relates to may have been written after it."""
    port = FakePort()
    port.refused = {"AB-2"}
    await upsert(port, entity("AB-1"), entity("AB-2"), entity("AB-3"))
    assert port.all_of("upsert alone") == ["AB-2"]


async def test_what_port_refuses_alone_is_named_after_all_others_were_written():
    port = FakePort()
    port.refused = {"AB-1", "AB-2", "AB-3"}
    port.refused_alone = {"AB-1": status_error(422, "No such property."), "AB-3": False}
    with pytest.raises(PortRefusedError) as raised:
        await upsert(port, *(entity(f"AB-{n}") for n in (1, 2, 3)), entity("U", "user"))
    assert [e.identifier for e in raised.value.entities] == ["AB-1", "AB-3"]
    assert "issue/AB-1, issue/AB-3" in str(raised.value)
    assert port.all_of("upsert") == [["AB-1", "AB-2", "AB-3"], ["U"]]
    assert port.all_of("upsert alone") == ["AB-1", "AB-2", "AB-3"]


async def test_a_refusal_says_what_port_said():
    port = FakePort()
    port.refused = {"AB-1"}
    port.refused_alone = {"AB-1": status_error(422, "No such property.")}
    with pytest.raises(PortRefusedError, match=r"1 entities \(issue/AB-1\): No such property"):
        await upsert(port, entity("AB-1"))


async def test_an_answer_without_an_entity_is_no_refusal():
    """Only False says that something is missing."""
    port = FakePort()
    port.refused = {"AB-1"}
    port.refused_alone = {"AB-1": None}
    await upsert(port, entity("AB-1"))
    assert port.all_of("upsert alone") == ["AB-1"]


@pytest.mark.parametrize("status", [401, 429, 500, 503])
async def test_a_failure_of_port_is_no_refusal(status):
    """The event is tried again later instead of being dropped."""
    port = FakePort()
    port.refused = {"AB-1"}
    port.refused_alone = {"AB-1": status_error(status)}
    with pytest.raises(httpx.HTTPStatusError):
        await upsert(port, entity("AB-1"))


async def test_an_entity_found_by_a_search_is_not_taken_for_refused():
    """Port answers with an identifier that we don't know."""
    port = FakePort()
    searched = entity({"combinator": "and", "rules": []})
    port.refused = {str(searched.identifier)}
    await upsert(port, searched)
    assert port.all_of("upsert alone") == []


CALLS = {
    "ours": ("search", lambda port: port.ours([entity("AB-1")])),
    "pointing_at": ("search", lambda port: port.pointing_at([entity("AB-1")], {})),
    "delete": ("delete", lambda port: port.delete([entity("AB-1")], OPTIONS)),
    "upsert": ("upsert", lambda port: port.upsert([entity("AB-1")], OPTIONS)),
}


@pytest.mark.parametrize(("fails", "call"), CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("error", [httpx.ConnectError("down"), status_error(503)])
async def test_a_failure_of_port_is_raised_from_every_call(fails, call, error):
    """Taken for an empty answer, it would lose what points at a deleted entity."""
    port = FakePort(entity("AB-1"))
    port.error = {fails: error}
    with pytest.raises(type(error)):
        await call(writer(port))


async def test_after_a_group_that_failed_no_other_is_written():
    """The whole write is tried again."""
    port = FakePort()
    port.error = {"upsert": httpx.ConnectError("down")}
    with pytest.raises(httpx.ConnectError):
        await upsert(port, entity("AB-1"), entity("AB", "project"))
    assert port.all_of("upsert") == [["AB-1"]]


@pytest.mark.parametrize("status", [403, 404, 422])
@pytest.mark.parametrize("missing", ["project", "issue"])
async def test_a_blueprint_that_port_refuses_costs_what_is_of_it_and_nothing_else(status, missing):
    """Somebody renamed it, say."""
    port = FakePort()
    port.no_blueprint = {missing: status_error(status, "no such blueprint")}
    with pytest.raises(PortRefusedError) as caught:
        await upsert(port, entity("AB-1"), entity("AB", "project"), entity("AB-2"))
    assert port.all_of("upsert") == [["AB-1", "AB-2"], ["AB"]]
    assert {e.blueprint for e in caught.value.entities} == {missing}
    assert f"{status} no such blueprint" in str(caught.value)
    assert port.all_of("upsert alone") == [], "one message is enough"


async def test_of_a_blueprint_and_of_single_entities_that_port_refuses_all_are_named():
    port = FakePort()
    port.no_blueprint = {"project": status_error(404)}
    port.refused, port.refused_alone = {"AB-1"}, {"AB-1": status_error(422)}
    with pytest.raises(PortRefusedError) as caught:
        await upsert(port, entity("AB-1"), entity("AB", "project"), entity("AB-2"))
    assert {e.identifier for e in caught.value.entities} == {"AB", "AB-1"}


@pytest.mark.parametrize("error", [status_error(503), status_error(401)])
async def test_a_blueprint_that_port_can_t_write_for_now_is_no_refusal(error):
    port = FakePort()
    port.no_blueprint = {"issue": error}
    with pytest.raises(httpx.HTTPStatusError):
        await upsert(port, entity("AB-1"))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (httpx.ConnectError("x"), True),
        (httpx.ReadTimeout("x"), True),
        *((status_error(status), True) for status in (401, 408, 425, 429, 500, 502, 503, 504)),
        *((status_error(status), False) for status in (400, 403, 404, 409, 413, 422)),
    ],
    ids=lambda value: (
        str(value.response.status_code) if isinstance(value, httpx.HTTPStatusError) else None
    ),
)
def test_what_may_be_over_later(error, expected):
    assert is_transient(error) is expected


class OneBlueprintMissing(FakePort):
    """Whatever is asked of the blueprint `gone`, the answer is a 404."""

    async def upsert_entities_in_batches(
        self, entities: list[Entity], options: Any, agent: Any, should_raise: bool
    ) -> list[tuple[bool, Entity]]:
        if entities[0].blueprint == "gone":
            raise status_error(404, "No such blueprint.")
        return await super().upsert_entities_in_batches(entities, options, agent, should_raise)

    async def bulk_delete_entities(
        self, blueprint: str, names: list[str], options: Any, agent: Any, should_raise: bool
    ) -> list[str]:
        if blueprint == "gone":
            raise status_error(404, "No such blueprint.")
        return await super().bulk_delete_entities(blueprint, names, options, agent, should_raise)


async def test_a_blueprint_that_port_refuses_costs_no_other_its_writes_and_is_named():
    port = OneBlueprintMissing()
    port.refused, port.refused_alone = {"AB-2"}, {"AB-2": status_error(422, "Bad relation.")}
    mine = [entity("X", "gone"), entity("AB-1"), entity("AB-2"), entity("AB", "project")]
    with pytest.raises(PortRefusedError) as refused:
        await upsert(port, *mine)
    assert port.all_of("upsert") == [["AB-1", "AB-2"], ["AB"]]
    assert refused.value.entities == [mine[0], mine[2]]
    assert refused.value.blueprints == {"gone": "404 No such blueprint."}


async def test_a_blueprint_that_port_refuses_costs_no_other_its_deletes():
    """What was not deleted is returned, to be tried again."""
    doomed = [entity("X", "gone"), entity("AB-1"), entity("AB", "project")]
    port = OneBlueprintMissing(*doomed)
    assert await writer(port).delete(doomed, OPTIONS) == [doomed[0]]
    assert port.ours == [doomed[0]]
