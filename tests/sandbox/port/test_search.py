"""The search language: what the framework's queries mean, and what they must not match."""

from collections.abc import Iterable
from typing import Any

import pytest

from sandbox.port.blueprints import PortError
from sandbox.port.catalog import PortCatalog
from sandbox.port.search import Entities, Key, search


@pytest.fixture
def catalog() -> PortCatalog:
    catalog = PortCatalog()
    for name in ("issue", "project"):
        catalog.create_blueprint(
            {
                "identifier": name,
                "schema": {
                    "properties": {
                        "text": {"type": "string"},
                        "n": {"type": "number"},
                        "tags": {"type": "array"},
                    }
                },
            }
        )
    for number in range(4):
        properties = {"text": f"text {number}", "n": number, "tags": [f"t{number}"]}
        catalog.upsert(
            "issue",
            {"identifier": f"A-{number}", "properties": properties},
            user_agent="port-ocean/jira/1.0.0/my-id/exporter",
        )
    catalog.upsert("project", {"identifier": "A-1", "title": "P"}, user_agent="someone")
    return catalog


def rule(name: str, operator: str, value: Any = None) -> dict[str, Any]:
    return {"property": name, "operator": operator, "value": value}


def found(catalog: PortCatalog, *rules: dict[str, Any], combinator: str = "and") -> set[str]:
    rows = catalog.search({"combinator": combinator, "rules": list(rules)})
    return {f"{row['blueprint']}/{row['identifier']}" for row in rows}


def all_of(*numbers: int) -> set[str]:
    return {f"issue/A-{number}" for number in numbers}


IS_ISSUE = rule("$blueprint", "=", "issue")


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        (rule("$identifier", "=", "A-1"), (1,)),
        (rule("$identifier", "!=", "A-1"), (0, 2, 3)),
        (rule("$identifier", "in", ["A-1", "A-9"]), (1,)),
        (rule("$identifier", "in", []), ()),
        (rule("$identifier", "notIn", ["A-1"]), (0, 2, 3)),
        (rule("$title", "endsWith", "-2"), (2,)),
        (rule("text", "beginsWith", "text"), (0, 1, 2, 3)),
        (rule("text", "contains", "t 3"), (3,)),
        (rule("text", "doesNotContains", "t 3"), (0, 1, 2)),
        (rule("tags", "contains", "t2"), (2,)),
        (rule("tags", "containsAny", ["t2", "t0"]), (0, 2)),
        (rule("text", "isEmpty"), ()),
        (rule("text", "isNotEmpty"), (0, 1, 2, 3)),
        (rule("n", "<", 2), (0, 1)),
        (rule("n", ">=", 2), (2, 3)),
        (rule("n", "between", {"from": 1, "to": 2}), (1, 2)),
        (rule("$updatedAt", ">", "2020-01-01T00:00:00Z"), (0, 1, 2, 3)),
        (rule("$datasource", "contains", "/my-id/"), (0, 1, 2, 3)),
    ],
)
def test_operators(catalog: PortCatalog, asked: dict[str, Any], numbers: tuple[int, ...]) -> None:
    assert found(catalog, asked, IS_ISSUE) == all_of(*numbers)


def test_no_rules_match_everything(catalog: PortCatalog) -> None:
    assert found(catalog) == all_of(0, 1, 2, 3) | {"project/A-1"}


def test_or_with_a_data_source_rule_matches_more_than_meant(catalog: PortCatalog) -> None:
    both = (rule("$identifier", "=", "A-1"), rule("$datasource", "contains", "/my-id/"))
    assert found(catalog, *both) == all_of(1)
    assert found(catalog, *both, combinator="or") == all_of(0, 1, 2, 3) | {"project/A-1"}


def test_nested_pairs_as_the_framework_asks_for_a_batch(catalog: PortCatalog) -> None:
    pairs = [
        {"combinator": "and", "rules": [rule("$identifier", "=", one), rule("$blueprint", "=", bp)]}
        for bp, one in (("issue", "A-0"), ("project", "A-1"), ("nothing", "A-2"))
    ]
    batch = {"combinator": "or", "rules": pairs}
    assert found(catalog, batch) == {"issue/A-0", "project/A-1"}
    assert found(catalog, batch, rule("$datasource", "contains", "port-ocean/jira/")) == all_of(0)


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"combinator": "xor", "rules": []},
        {"combinator": "and", "rules": [rule("n", "like", 1)]},
        {"combinator": "and", "rules": [rule("$nothing", "=", 1)]},
        {"combinator": "and", "rules": [{}]},
    ],
)
def test_a_query_that_means_nothing_is_refused(catalog: PortCatalog, query: dict[str, Any]) -> None:
    with pytest.raises(PortError):
        catalog.search(query)


def test_a_page_ends_where_the_next_one_begins_whatever_goes_meanwhile(
    catalog: PortCatalog,
) -> None:
    every = {"combinator": "and", "rules": [rule("n", "<", 9)]}
    page, following = catalog.search_page("issue", every, limit=2)
    assert [row["identifier"] for row in page] == ["A-0", "A-1"]
    catalog.delete("issue", ["A-0"])
    catalog.upsert("issue", {"identifier": "A-00", "properties": {"n": 5}})
    page, following = catalog.search_page("issue", every, limit=2, from_=following)
    assert [row["identifier"] for row in page] == ["A-2", "A-3"]
    assert following is None
    page, _ = catalog.search_page("issue", every, limit=9)
    assert [row["identifier"] for row in page] == ["A-00", "A-1", "A-2", "A-3"]


def test_a_page_costs_what_is_looked_at_for_it(
    catalog: PortCatalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else all pages of a large blueprint cost the square of its size."""
    looked_at: list[int] = []

    def look(entities: Entities, query: Any, among: Iterable[Key]) -> list[Key]:
        keys = list(among)
        looked_at.append(len(keys))
        return search(entities, query, keys)

    monkeypatch.setattr("sandbox.port.entities.search", look)
    monkeypatch.setattr("sandbox.port.entities._AT_ONCE", 2)
    catalog.search_page("issue", {"combinator": "and", "rules": [rule("n", "<", 9)]}, limit=1)
    assert looked_at == [2]
    catalog.search_page("issue", {"combinator": "and", "rules": [rule("n", "=", 3)]}, limit=1)
    assert looked_at == [2, 2, 2]


def test_pages_show_what_searches_show(catalog: PortCatalog) -> None:
    every: dict[str, Any] = {"combinator": "and", "rules": []}
    catalog.search_lag = 60.0
    catalog.search_page("issue", every, limit=9)
    catalog.delete("issue", ["A-1"])
    catalog.upsert("issue", {"identifier": "B-1"})
    page, _ = catalog.search_page("issue", every, limit=9)
    assert [row["identifier"] for row in page] == ["A-0", "A-1", "A-2", "A-3"]
    catalog.search_lag = 0.0
    page, _ = catalog.search_page("issue", every, limit=9)
    assert [row["identifier"] for row in page] == ["A-0", "A-2", "A-3", "B-1"]


def of_relation(name: str, *targets: str) -> dict[str, Any]:
    return {"property": {"path": [name]}, "operator": "matchAny", "value": list(targets)}


def group(combinator: str, *rules: dict[str, Any]) -> dict[str, Any]:
    return {"combinator": combinator, "rules": list(rules)}


ANY = rule("n", "<", 9)
BY_RELATION = [
    (group("and", of_relation("project", "P-1")), ["A-1", "A-2"]),
    (group("and", ANY, of_relation("project", "P-2", "nobody")), ["A-3"]),
    (group("and", rule("n", "<", 2), of_relation("project", "P-1", "P-2")), ["A-1"]),
    (group("and", group("or", of_relation("project", "P-2"), of_relation("on", "A-1"))), ["A-3"]),
    (group("and", group("or", of_relation("project", "P-2"), rule("n", "=", 0))), ["A-0", "A-3"]),
    (group("or", of_relation("project", "P-2"), rule("n", "=", 0)), ["A-0", "A-3"]),
    (group("and", of_relation("unheard", "P-1")), []),
]


@pytest.mark.parametrize("lag", [0.0, 60.0])
@pytest.mark.parametrize(("query", "wanted"), BY_RELATION)
def test_what_relates_to_an_entity_is_found_with_or_without_the_index(
    query: dict[str, Any], wanted: list[str], lag: float
) -> None:
    catalog = PortCatalog()
    catalog.create_blueprint({"identifier": "project", "schema": {"properties": {}}})
    catalog.create_blueprint(
        {
            "identifier": "issue",
            "schema": {"properties": {"n": {"type": "number"}}},
            "relations": {"project": {"target": "project"}, "on": {"target": "project"}},
        }
    )
    for number, of in enumerate((None, "P-1", "P-1", "P-2")):
        row = {"identifier": f"A-{number}", "properties": {"n": number}}
        catalog.upsert(
            "issue",
            row | {"relations": {"project": of}},
            create_missing_related_entities=True,
        )
    catalog.search_lag = lag
    found, _ = catalog.search_page("issue", query, limit=9)
    assert [row["identifier"] for row in found] == wanted
    found, following = catalog.search_page("issue", query, limit=1)
    assert [row["identifier"] for row in found] == wanted[:1]
    if following:
        found, _ = catalog.search_page("issue", query, limit=1, from_=following)
        assert [row["identifier"] for row in found] == wanted[1:2]


@pytest.mark.parametrize(
    "rules",
    [
        [rule("$blueprint", "=", "issue"), rule("$identifier", "in", ["A-1", "A-2", "Z"])],
        [
            rule("$blueprint", "=", "issue"),
            group("or", *(rule("$identifier", "=", name) for name in ("A-1", "A-2", "Z"))),
        ],
        [
            group("or", rule("$blueprint", "=", "issue"), rule("$blueprint", "in", ["nothing"])),
            group("or", rule("$identifier", "=", "A-1"), rule("$identifier", "in", ["A-2"])),
        ],
    ],
)
def test_names_are_looked_up_however_they_are_given(
    catalog: PortCatalog, rules: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a search for fifty of a large blueprint looks at all of it."""
    looked_at: list[str] = []

    def look(entity: dict[str, Any], _: dict[str, Any]) -> bool:
        looked_at.append(entity["identifier"])
        return True

    monkeypatch.setattr("sandbox.port.search._matches", look)
    keys = search(catalog._entities, group("and", *rules, ANY))
    assert sorted(keys) == [("issue", "A-1"), ("issue", "A-2")]
    assert sorted(looked_at) == ["A-1", "A-2"]
