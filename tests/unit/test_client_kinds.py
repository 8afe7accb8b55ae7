"""No kind, processor or event is left out."""

from pathlib import Path
from typing import Any, Literal

import pytest
import yaml

from client import KINDS, webhook_events
from jira.kinds.kind import Kind
from kinds import Kinds
from port.mapping.resources import CONFIGS
from tests.unit.test_events import DOCUMENTED

PORT = Path(__file__).resolve().parents[2] / ".port"


def read(name: str) -> Any:
    return yaml.safe_load((PORT / name).read_text())


def test_every_kind_is_in_the_table_under_its_own_name():
    assert set(KINDS) == set(Kinds)
    assert {name: kind.name for name, kind in KINDS.items()} == {name: name for name in Kinds}


def test_of_teams_and_components_atlassian_sends_no_events():
    for kind in (KINDS[Kinds.TEAM], KINDS[Kinds.COMPONENT]):
        assert (kind.events, kind.touched_by) == ((), ())


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_a_kind_that_registers_events_reads_them_and_no_other_looks_at_any(
    kind: type[Kind[Any, Any]],
):
    reads = kind.subjects is not Kind.subjects
    assert bool(kind.events) == bool(kind.touched_by) == reads


def test_every_kind_has_a_selector_model_of_its_own():
    assert set(CONFIGS) == set(Kinds)
    assert {kind: config.__fields__["kind"].type_ for kind, config in CONFIGS.items()} == {
        kind: Literal[kind.value] for kind in Kinds
    }
    assert len(set(CONFIGS.values())) == len(CONFIGS)


def test_every_kind_is_announced_in_the_specification():
    [exporter] = [feature for feature in read("spec.yaml")["features"] if "resources" in feature]
    assert sorted(row["kind"] for row in exporter["resources"]) == sorted(Kinds)


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_a_kind_looks_at_every_event_that_it_registers(kind: type[Kind[Any, Any]]):
    assert [name for name in kind.events if not kind.is_touched_by(name)] == []


def test_every_registered_event_exists():
    """Jira refuses the whole webhook because of one unknown name."""
    assert set(webhook_events()) - DOCUMENTED == set()


def test_an_event_is_registered_once():
    assert len(webhook_events()) == len(set(webhook_events()))


def test_every_event_of_a_worklog_board_sprint_or_release_is_registered():
    wanted = ("worklog_", "board_", "sprint_", "jira:version_")
    assert {n for n in DOCUMENTED if n.startswith(wanted)} <= set(webhook_events())


@pytest.mark.parametrize("name", ["", "unknown", "filters_updated", "filter_created", "board"])
def test_an_event_of_nobody_touches_nobody(name):
    assert [kind.name for kind in KINDS.values() if kind.is_touched_by(name)] == []
