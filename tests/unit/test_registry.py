"""No kind, processor or event is left out."""

from pathlib import Path
from typing import Any, Literal

import pytest
import yaml

from jira.kinds.kind import Kind
from jira.kinds.registry import KINDS, webhook_events
from jira.kinds.selectors import CONFIGS
from kinds import Kinds
from webhook_processors.registry import PROCESSORS

PORT = Path(__file__).resolve().parents[2] / ".port"

WITHOUT_EVENTS = {Kinds.TEAM, Kinds.COMPONENT}
ATLASSIANS_EVENTS = {
    *(f"jira:issue_{what}" for what in ("created", "updated", "deleted")),
    *(f"worklog_{what}" for what in ("created", "updated", "deleted")),
    *(f"comment_{what}" for what in ("created", "updated", "deleted")),
    *("attachment_created", "attachment_deleted"),
    *("issuelink_created", "issuelink_deleted"),
    *("issue_property_set", "issue_property_deleted"),
    *(f"issuetype_{what}" for what in ("created", "updated", "deleted")),
    *(f"project_{what}" for what in ("created", "updated", "deleted")),
    *("project_soft_deleted", "project_restored_deleted"),
    *("project_archived", "project_restored_archived"),
    *(
        f"jira:version_{what}"
        for what in ("created", "updated", "deleted", "released", "unreleased", "moved")
    ),
    *(f"user_{what}" for what in ("created", "updated", "deleted")),
    *(f"sprint_{what}" for what in ("created", "updated", "started", "closed", "deleted")),
    *(f"board_{what}" for what in ("created", "updated", "deleted", "configuration_changed")),
    *(f"filter_{what}" for what in ("created", "updated", "deleted")),
}
"""https://developer.atlassian.com/cloud/jira/platform/webhooks/"""


def read(name: str) -> Any:
    return yaml.safe_load((PORT / name).read_text())


def test_every_kind_is_in_the_registry_under_its_own_name():
    assert set(KINDS) == set(Kinds)
    assert {name: kind.kind for name, kind in KINDS.items()} == {name: name for name in Kinds}


def test_every_kind_that_events_touch_has_exactly_one_processor():
    """A processor that nothing registers never sees an event."""
    touched = [name for name, kind in KINDS.items() if kind.touched_by]
    assert sorted(processor.kind for processor in PROCESSORS) == sorted(touched)


def test_all_kinds_but_teams_and_components_have_events():
    """Atlassian sends none for these two."""
    assert {name for name, kind in KINDS.items() if not kind.events} == WITHOUT_EVENTS
    assert {name for name, kind in KINDS.items() if not kind.touched_by} == WITHOUT_EVENTS


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
def test_a_kind_looks_at_every_event_that_it_registers(kind: Kind):
    assert [name for name in kind.events if not kind.is_touched_by(name)] == []


def test_every_registered_event_exists():
    """Jira refuses the whole webhook because of one unknown name."""
    assert set(webhook_events()) - ATLASSIANS_EVENTS == set()


def test_an_event_is_registered_once():
    assert len(webhook_events()) == len(set(webhook_events()))


@pytest.mark.parametrize("name", webhook_events())
def test_every_registered_event_has_its_kind_handle_it(name):
    """Jira would send it for nothing."""
    assert [kind for kind in KINDS.values() if kind.is_touched_by(name) and name in kind.events]


def test_every_event_of_a_worklog_board_sprint_or_release_is_registered():
    wanted = ("worklog_", "board_", "sprint_", "jira:version_")
    assert {n for n in ATLASSIANS_EVENTS if n.startswith(wanted)} <= set(webhook_events())


@pytest.mark.parametrize("name", ["", "unknown", "filter_updated", "issuetype_created", "board"])
def test_an_event_of_nobody_touches_nobody(name):
    assert [kind.kind for kind in KINDS.values() if kind.is_touched_by(name)] == []
