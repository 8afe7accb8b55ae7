"""Rows become entities, all of them together; what can't be mapped is told apart."""

from tests.unit.helpers.named_kinds import Row, named_mapping, named_resource, path_mapper

PLAIN = named_mapping(named_resource("issue")).resources[0]
ITEMS = named_mapping(named_resource("issue", itemsToParse=".items")).resources[0]


async def test_rows_are_passed_left_out_or_not_mapped_at_all() -> None:
    rows: list[Row] = [{"key": "A-1"}, {"key": "A-2", "out": True}, {"key": "A-3", "error": "null"}]
    mapped = await path_mapper().map(PLAIN, rows)
    assert [e.identifier for e in mapped.passed] == ["A-1"]
    assert [e.identifier for e in mapped.failed] == ["A-2"]
    assert [str(error) for error in mapped.errors] == ["null"]


async def test_items_of_all_rows_are_mapped() -> None:
    rows: list[Row] = [
        {"items": [{"key": "a"}, {"key": "b"}]},
        {"items": []},
        {"items": [{"key": "c"}]},
    ]
    mapped = await path_mapper().map(ITEMS, rows)
    assert [e.identifier for e in mapped.passed] == ["a", "b", "c"]


async def test_no_rows_are_no_entities() -> None:
    nothing: list[list[Row]] = [[], [{"items": []}]]
    for rows in nothing:
        mapped = await path_mapper().map(ITEMS, rows)
        assert (mapped.passed, mapped.failed, mapped.errors) == ([], [], [])
