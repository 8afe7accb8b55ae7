"""What becomes of Port's catalog, from what a resync writes and deletes."""

from dataclasses import replace
from typing import Any

import pytest
from port_ocean.core.models import Entity

from port.dry_run.plan import (
    Deleted,
    FieldChange,
    Schema,
    ToWrite,
    field_changes,
    need_deleted,
    plan,
    why_kept,
)
from port.entities import key_of

THING = Schema(frozenset({"text", "more"}), {"of": "thing", "many": "other", "who": "_user"})
OTHER = Schema(frozenset(), {})


def thing(name: str, **parts: Any) -> Entity:
    return Entity(identifier=name, blueprint=parts.pop("blueprint", "thing"), **parts)


def written(*sent: Entity, **parts: Any) -> ToWrite:
    def keyed(entities: Any) -> dict[Any, Entity]:
        return {key_of(entity): entity for entity in entities}

    return ToWrite(
        sent=keyed(sent),
        before=keyed(parts.pop("before", ())),
        unchanged=keyed(parts.pop("unchanged", ())),
        there=parts.pop("there", ()),
        schemas={"thing": THING, "other": OTHER, "_user": OTHER, "nowhere": None},
        **parts,
    )


def test_what_is_not_there_is_created_what_is_there_changed_or_not() -> None:
    made = plan(
        written(
            thing("new", title="New"),
            thing("old", title="Another"),
            thing("same", title="Same"),
            before=[thing("old", title="Old"), thing("same", title="Same")],
            unchanged=[thing("left")],
        ),
        Deleted([thing("gone")]),
    ).blueprints["thing"]
    assert made.create == ["new"]
    assert made.change == {"old": [FieldChange("title", "Old", "Another")]}
    assert made.unchanged == 2
    assert made.delete == ["gone"]


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({}, {"title": "A"}, [FieldChange("title", None, "A")]),
        ({"title": "A"}, {"title": None}, []),
        ({"title": "A"}, {}, []),
        ({"icon": "Jira"}, {"icon": "Team"}, [FieldChange("icon", "Jira", "Team")]),
        ({"icon": "Jira"}, {"icon": None}, []),
        ({"team": ["b", "a"]}, {"team": ["a", "b"]}, []),
        ({"team": None}, {"team": []}, []),
        ({"team": ["a"]}, {"team": {"combinator": "and", "rules": []}}, []),
        ({"team": ["a"]}, {"team": ["b"]}, [FieldChange("team", ["a"], ["b"])]),
        ({"properties": {"text": 1}}, {"properties": {}}, []),
        (
            {"properties": {"text": 1}},
            {"properties": {"text": None}},
            [FieldChange("properties.text", 1, None)],
        ),
        ({"properties": {}}, {"properties": {"text": None}}, []),
        (
            {"properties": {"text": ["a", "b"]}},
            {"properties": {"text": ["b", "a"]}},
            [FieldChange("properties.text", ["a", "b"], ["b", "a"])],
        ),
        ({"relations": {"many": ["a", "b"]}}, {"relations": {"many": ["b", "a", "a"]}}, []),
        ({"relations": {"of": None}}, {"relations": {"of": []}}, []),
        (
            {"relations": {"of": "a"}},
            {"relations": {"of": None}},
            [FieldChange("relations.of", "a", None)],
        ),
        ({"relations": {"of": "a"}}, {"relations": {"of": {"combinator": "and"}}}, []),
        ({"relations": {"many": ["a"]}}, {"relations": {"many": [{"combinator": "and"}]}}, []),
    ],
)
def test_a_field_changes_where_port_would_show_another_value(
    before: dict[str, Any], after: dict[str, Any], changes: list[FieldChange]
) -> None:
    assert field_changes(thing("one", **before), thing("one", **after), THING) == changes


def test_without_merging_what_is_not_written_is_emptied_but_not_what_port_computes() -> None:
    before = thing("one", properties={"text": 1, "computed": 2}, relations={"of": "a"})
    changes = field_changes(before, thing("one"), THING, merge=False)
    assert changes == [
        FieldChange("properties.text", 1, None),
        FieldChange("relations.of", "a", None),
    ]


def test_a_stub_is_what_is_related_to_and_neither_there_nor_written() -> None:
    made = plan(
        written(
            thing("one", relations={"of": "two", "many": ["a", "b", "c"]}),
            thing("two", relations={"of": "two", "many": ["c"]}),
            there=[("other", "a")],
        )
    ).blueprints
    assert made["other"].stubs == ["b", "c"]
    assert made["thing"].stubs == []


def test_what_port_would_refuse_has_a_reason_and_may_be_a_stub() -> None:
    made = plan(
        written(
            thing("odd", properties={"odd": None}),
            thing("strange", relations={"strange": None}),
            thing("one", relations={"of": "odd"}),
            thing("a", blueprint="nowhere"),
        )
    ).blueprints
    assert made["thing"].refused == {
        "odd": "the blueprint has no property odd",
        "strange": "the blueprint has no relation strange",
    }
    assert made["thing"].create == ["one"]
    assert made["thing"].stubs == ["odd"]
    assert made["nowhere"].refused == {"a": "Port has no blueprint nowhere"}


def test_without_stubs_what_relates_to_nothing_is_refused_and_what_relates_to_that() -> None:
    made = plan(
        written(
            thing("three", relations={"of": "two"}),
            thing("two", relations={"of": "one"}),
            thing("one", relations={"many": ["nothing"]}),
            thing("in a circle", relations={"of": "in a circle"}),
            thing("good", relations={"of": "left", "many": ["a"]}),
            unchanged=[thing("left")],
            there=[("other", "a")],
            makes_stubs=False,
        )
    ).blueprints
    assert set(made["thing"].refused) == {"one", "two", "three"}
    assert made["thing"].create == ["in a circle", "good"]
    assert made.get("other") is None


@pytest.mark.parametrize("makes_stubs", [True, False])
def test_who_has_no_account_is_left_out_of_relations(makes_stubs: bool) -> None:
    made = plan(
        written(
            thing("one", relations={"who": "nobody"}),
            thing("two", relations={"who": "somebody"}),
            before=[thing("one", relations={"who": None}), thing("two")],
            there=[("_user", "somebody")],
            makes_stubs=makes_stubs,
        )
    )
    assert made.accounts == {("_user", "nobody")}
    assert made.blueprints["thing"].unchanged == 1
    assert list(made.blueprints["thing"].change) == ["two"]
    assert "_user" not in made.blueprints


def test_what_relates_to_something_deleted_loses_that() -> None:
    """Also where the mapping has that relation no more, or nothing of the entity."""
    made = plan(
        written(
            thing("sent", relations={"many": ["gone", "a"]}),
            thing("odd", properties={"odd": 1}),
            before=[
                thing("sent", relations={"many": ["gone"], "of": "gone too"}),
                thing("odd", relations={"many": ["gone"]}),
            ],
            unchanged=[thing("left"), thing("other")],
            there=[("other", "gone"), ("other", "a")],
            makes_stubs=False,
        ),
        Deleted(
            [thing("gone", blueprint="other"), thing("gone too")],
            [
                thing("left", relations={"many": ["gone", "a"]}),
                thing("kept", relations={"of": "gone too"}),
                thing("gone too", relations={"of": "gone too"}),
                thing("another", relations={"of": "gone"}),
            ],
        ),
    ).blueprints["thing"]
    assert made.change == {
        "left": [FieldChange("relations.many", ["gone", "a"], ["a"])],
        "kept": [FieldChange("relations.of", "gone too", None)],
        "sent": [
            FieldChange("relations.many", ["gone"], ["a"]),
            FieldChange("relations.of", "gone too", None),
        ],
        "odd": [FieldChange("relations.many", ["gone"], [])],
    }
    assert list(made.refused) == ["odd"]
    assert made.unchanged == 1


def test_what_can_not_be_without_something_deleted_is_found() -> None:
    schemas = {"thing": replace(THING, required=frozenset({"of"})), "other": None}
    deleted = Deleted(
        [thing("gone")],
        [
            thing("one", relations={"of": "gone"}),
            thing("two", relations={"of": "left", "many": ["gone"]}),
            thing("gone", relations={"of": "gone"}),
            thing("three", blueprint="other", relations={"of": "gone"}),
        ],
    )
    assert [entity.identifier for entity in need_deleted(deleted, schemas)] == ["one"]


def test_what_is_kept_has_a_reason_by_blueprint() -> None:
    kept = [thing("a"), thing("b"), thing("c", blueprint="other")]
    related = "something that is kept relates to them"
    assert why_kept(kept, unsure={"other"}, over_threshold=False) == {
        ("other", "the search for an identifier found none or several of this blueprint"): 1,
        ("thing", related): 2,
    }
    over = why_kept(kept, unsure=(), over_threshold=True)
    assert {blueprint: count for (blueprint, _), count in over.items()} == {"thing": 2, "other": 1}
    assert all("entityDeletionThreshold" in reason for _, reason in over)
