"""What the framework says of each batch is said once: that some rows have no value for a field."""

import pytest

from port.mapping.entity_processor import (
    MAX_MISSING,
    SinglePassEntityProcessor,
    WritableEntityProcessor,
)

PARENT = {"relations.parentIssue": ".fields.parent.key"}


@pytest.fixture(params=[SinglePassEntityProcessor, WritableEntityProcessor])
def processor(request: pytest.FixtureRequest) -> WritableEntityProcessor:
    return request.param(None)  # type: ignore[no-any-return]


def lines(log: list[str]) -> list[str]:
    return [line.split("|")[0] for line in log if "Unable to find valid data" in line]


def test_a_field_without_a_value_is_said_once(processor, log):
    for _ in range(3):
        processor._notify_mapping_issues(PARENT, False, 0, set())
    assert lines(log) == ["WARNING"]


def test_another_field_or_expression_is_said_too(processor, log):
    processor._notify_mapping_issues(PARENT, False, 0, set())
    processor._notify_mapping_issues({**PARENT, "properties.a": ".a"}, False, 0, set())
    processor._notify_mapping_issues({"relations.parentIssue": ".parent"}, False, 0, set())
    assert len(lines(log)) == 3


def test_one_that_the_blueprint_requires_is_an_error(processor, log):
    processor._notify_mapping_issues(PARENT, False, 0, {"relations.parentIssue"})
    assert lines(log) == ["ERROR"]


def test_how_many_rows_could_not_be_mapped_is_said_each_time(processor, log):
    for _ in range(2):
        processor._notify_mapping_issues({}, True, 3, set())
    assert len([line for line in log if "3 transformations of batch failed" in line]) == 2


def test_what_was_said_is_remembered_within_bounds(processor):
    many = {f"properties.p{n}": ".x" for n in range(MAX_MISSING + 50)}
    processor._notify_mapping_issues(many, False, 0, set())
    assert len(processor._missing) == MAX_MISSING
