"""Who may delete: in doubt an entity stays."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from loguru import logger
from port_ocean.core.handlers.port_app_config.models import PortAppConfig, ResourceConfig
from port_ocean.core.models import Entity

from port.deletions import (
    Candidate,
    LatelyWritten,
    Reason,
    Stubs,
    allowed,
    goes_by_own_name,
    is_protected,
    limit_percent,
    named,
    say,
    uses_search_identifier,
    without,
)
from port.mapping.resources import JiraPortAppConfig

RULES = {"combinator": '"and"', "rules": [{"property": "a", "operator": "b", "value": "c"}]}


def resource(kind: str, identifier: Any, items: str | None = None) -> ResourceConfig:
    port = {"entity": {"mappings": {"identifier": identifier, "blueprint": '"thing"'}}}
    of = {"kind": kind, "selector": {"query": "true"}, "port": {**port, "itemsToParse": items}}
    return cast(ResourceConfig, JiraPortAppConfig.parse_obj({"resources": [of]}).resources[0])


def entity(identifier: str, blueprint: str = "thing", **relations: Any) -> Entity:
    made = {"identifier": identifier, "blueprint": blueprint, "relations": relations}
    return Entity.parse_obj(made)


def allowing(threshold: float) -> PortAppConfig:
    return cast(PortAppConfig, SimpleNamespace(entity_deletion_threshold=threshold))


@pytest.fixture
def lines():
    written: list[str] = []
    sink = logger.add(written.append, level="INFO", format="{message}")
    yield written
    logger.remove(sink)


@pytest.mark.parametrize(
    ("kind", "identifier"),
    [
        ("issue", ".key"),
        ("issue", ".id"),
        ("issue", ".id | tostring"),
        ("issue", "(.id | tostring)"),
        ("issue", " ( .key ) "),
        ("project", ".key"),
        ("project", ".id|tostring"),
        ("user", ".accountId"),
        ("team", ".teamId"),
        ("sprint", ".id | tostring"),
        ("worklog", ".id"),
        ("epic", ".key"),
    ],
)
def test_these_are_jira_s_own_names(kind: str, identifier: str) -> None:
    assert goes_by_own_name(resource(kind, identifier))
    assert not goes_by_own_name(resource(kind, identifier, ".fields.labels"))
    assert not goes_by_own_name(resource("nonsense", identifier))


@pytest.mark.parametrize(
    ("kind", "identifier"),
    [
        ("issue", '"jira-" + .id'),
        ("issue", ".key | ascii_downcase"),
        ("issue", ".fields.summary"),
        ("issue", ".fields.project.key"),
        ("issue", ".item"),
        ("issue", ".keys"),
        ("issue", "(.key) + (.id)"),
        ("issue", ".accountId"),
        ("issue", ""),
        ("user", ".emailAddress"),
        ("user", ".id"),
        ("user", ".accountId | tostring | ascii_upcase"),
        ("sprint", ".name"),
        ("user", RULES),
    ],
)
def test_these_are_not(kind: str, identifier: Any) -> None:
    assert not goes_by_own_name(resource(kind, identifier))


def test_only_rules_are_a_search() -> None:
    assert uses_search_identifier(resource("user", RULES))
    assert not uses_search_identifier(resource("user", ".emailAddress"))


@pytest.mark.parametrize("reason", Reason)
def test_nothing_goes_where_the_mapping_allows_no_deletion(reason: Reason, lines) -> None:
    candidate = Candidate(entity("A-1"), reason)
    assert allowed([candidate], allowing(0)) == []
    assert "thing/A-1 stay in Port: entityDeletionThreshold is 0" in lines[0]
    assert allowed([candidate], allowing(0.001)) == [candidate]


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("blueprint", ["_user", "_team"])
def test_only_an_event_of_its_own_takes_from_port_s_own_blueprints(
    blueprint: str, reason: Reason
) -> None:
    assert is_protected(blueprint)
    candidate = Candidate(entity("somebody", blueprint), reason)
    goes = allowed([candidate], allowing(0.9))
    assert goes == ([candidate] if reason is Reason.EVENT else [])


@pytest.mark.parametrize(
    ("setting", "threshold", "percent"), [(50, 0.9, 50), (100, 0.9, 90), (50, 0.1, 10), (0, 1, 0)]
)
def test_the_smaller_limit_counts(setting: int, threshold: float, percent: float) -> None:
    assert limit_percent(setting, allowing(threshold)) == pytest.approx(percent)


def test_each_reason_is_told_with_its_entities(lines) -> None:
    say([Candidate(entity(f"{r.name}-{n}"), r) for r in Reason for n in range(2)])
    assert len(lines) == len(Reason)
    for reason, line in zip(Reason, lines, strict=True):
        assert f"Deleting 2 from Port ({reason}): " in line
        assert f"thing/{reason.name}-0, thing/{reason.name}-1" in line


def test_a_long_list_is_cut() -> None:
    every = [entity(f"A-{n}") for n in range(7)]
    assert named(every, 2) == "thing/A-0, thing/A-1 and 5 more"
    assert named(every[:2], 2) == "thing/A-0, thing/A-1"


def test_only_what_this_process_related_to_may_be_a_stub() -> None:
    stubs = Stubs()
    stubs.note([entity("A-1", parent="A-2", more=["A-3", "A-4"], none=None, by={"rules": []})])
    assert [stubs.may_be(entity(f"A-{n}")) for n in range(1, 6)] == [False, True, True, True, False]


def test_the_oldest_possible_stubs_are_forgotten() -> None:
    stubs = Stubs(most=2)
    stubs.note([entity("A-1", to=["a", "b"])])
    stubs.note([entity("A-2", to=["c"])])
    assert [stubs.may_be(entity(name)) for name in "abc"] == [False, True, True]


def test_what_was_written_since_is_known() -> None:
    now = 10.0
    lately = LatelyWritten(lambda: now)
    lately.note([entity("A-1")])
    now = 20.0
    lately.note([entity("A-2")])
    assert [lately.since(entity(f"A-{n}"), 10.0) for n in (1, 2, 3)] == [True, True, False]
    assert [lately.since(entity(f"A-{n}"), 15.0) for n in (1, 2, 3)] == [False, True, False]
    assert not lately.since(entity("A-2", "other"), 15.0)
    now = 30.0
    lately.note([entity("A-1")])
    assert lately.since(entity("A-1"), 25.0)


def test_what_is_forgotten_may_have_been_written() -> None:
    now = 10.0
    lately = LatelyWritten(lambda: now, most=1)
    lately.note([entity("A-1")])
    now = 20.0
    lately.note([entity("A-2")])
    assert lately.since(entity("A-1"), 10.0)
    assert lately.since(entity("A-3"), 5.0)
    assert not lately.since(entity("A-3"), 15.0)


def test_entities_are_the_same_by_blueprint_and_identifier() -> None:
    assert without(
        [entity("A-1"), entity("A-1", "other"), entity("A-2")], [entity("A-1", to="A-9")]
    ) == [entity("A-1", "other"), entity("A-2")]


def test_what_was_related_to_is_told_once_to_who_looks_for_stubs():
    stubs, other = Stubs(), Stubs()
    stubs.note([entity("AB-1", project="AB")])
    assert stubs.take_news(10) == [], "nobody wants to know"
    stubs.keep_news()
    stubs.note([entity("AB-2", project="AB", people=["u-1", "u-2"])])
    assert stubs.take_news(2) == ["AB", "u-1"]
    other.related(["AB", "u-1"])
    assert stubs.take_news(2) == ["u-2"]
    assert stubs.take_news(2) == []
    assert other.may_be(entity("AB", "project"))
    assert not other.may_be(entity("u-2", "user"))
