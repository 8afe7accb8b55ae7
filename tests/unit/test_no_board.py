"""What has no board relates to none: not to an entity that is called null."""

from typing import Any
from unittest.mock import MagicMock

import pytest
from port_ocean.context import ocean as ocean_context
from port_ocean.context.ocean import ocean

from port.mapping.entity_processor import mapper
from port.mapping.no_board import drop_no_board, relations_to_boards
from tests.unit.helpers.catalog_fakes import entity
from tests.unit.helpers.fake_client import mapping


@pytest.fixture(autouse=True)
def framework(monkeypatch):
    """The part of the running app that mapping looks at."""
    app = MagicMock()
    app.config.process_in_queue_max_workers = 1
    app.config.process_in_queue_timeout = 60
    app.config.allow_environment_variables_jq_access = False
    monkeypatch.setattr(ocean_context, "_port_ocean", ocean_context.PortOceanContext(app))


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("null", None),
        ("board-null", None),
        ("AB/null", None),
        (["null"], []),
        (["1", "null", "2"], ["1", "2"]),
        ("1", "1"),
        ("board-7", "board-7"),
        ("nullable", "nullable"),
        (["1", "2"], ["1", "2"]),
        ([], []),
        (None, None),
        (5, 5),
        ({"combinator": "and"}, {"combinator": "and"}),
    ],
    ids=str,
)
def test_a_relation_leads_to_a_board_or_to_nothing(value, kept):
    epic = entity("1", "epic", relations={"board": value, "other": value})
    drop_no_board(epic, ["board", "not mapped"])
    assert epic.relations == {"board": kept, "other": value}


def test_only_what_reads_the_board_of_a_row_is_looked_at():
    relations: dict[str, Any] = {
        "board": ".__boardId | tostring",
        "named": '"board-" + (.["__boardId"] | tostring)',
        "boards": ".__boardIds | map(tostring)",
        "issue": ".key",
        "found": {
            "combinator": '"and"',
            "rules": [{"property": '"x"', "operator": '"="', "value": ".__boardId"}],
        },
    }
    [epics] = mapping("epic", relations=relations).resources
    assert relations_to_boards(epics) == ["board", "named"]


@pytest.mark.parametrize("single_pass", [True, False])
async def test_an_epic_without_a_board_relates_to_none_and_one_with_a_board_to_that(single_pass):
    """A missing key is null for jq, and has a text."""
    relations = {"board": ".__boardId | tostring", "boards": ".__boardIds | map(tostring)"}
    [epics] = mapping("epic", relations=relations).resources
    rows: list[dict[str, Any]] = [
        {"key": "AB-1", "__boardIds": []},
        {"key": "AB-2", "__boardIds": [7], "__boardId": 7},
    ]
    processor = mapper(single_pass=single_pass)(ocean)
    found = await processor.parse_items(epics, rows)
    assert [entity.relations for entity in found.entity_selector_diff.passed] == [
        {"board": None, "boards": []},
        {"board": "7", "boards": ["7"]},
    ]
