"""Which kinds are compared because some of their entities can't be asked for, and when."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from background.failures import Failures
from background.follow_ups import FollowUps
from background.query_dates import QueryDates
from background.sweep import Sweeper
from background.what_follows import sharing_blueprints
from client import JiraClient
from kinds import Kinds
from port.failing import Failing
from tests.unit.helpers.named_kinds import named_mapping, named_resource

LATER = " when the index has caught up"


@pytest.fixture
def follow_ups() -> FollowUps:
    async def nothing(*_: Any, **__: Any) -> Any:
        raise AssertionError("no job runs here")

    return FollowUps(
        cast(JiraClient, SimpleNamespace(quota=None)),
        cast(Sweeper, SimpleNamespace(orphans=None)),
        cast(QueryDates, None),
        nothing,
        nothing,
        nothing,
        Failures(cast(JiraClient, None), Failing()),
        sweep_minutes=0,
        index_seconds=15,
    )


def test_kinds_are_compared_soon_and_again_when_the_search_shows_it(follow_ups) -> None:
    asked = follow_ups.compare({Kinds.USER, Kinds.ISSUE})
    assert asked == ["sweep of issue", "sweep of user"]
    due = {name: job.due for name, job in follow_ups.jobs._jobs.items()}
    assert due.keys() == {*asked, *(name + LATER for name in asked)}
    for name in asked:
        assert due[name + LATER] - due[name] == pytest.approx(14, abs=0.5)


def test_what_was_compared_too_early_is_compared_later_alone(follow_ups) -> None:
    assert follow_ups.compare((), {Kinds.ISSUE}) == [f"sweep of issue{LATER}"]
    assert follow_ups.jobs._jobs.keys() == {f"sweep of issue{LATER}"}


def test_comparing_takes_a_tenth_of_the_time_at_most(follow_ups) -> None:
    follow_ups.compare({Kinds.USER})
    follow_ups._compared_in[Kinds.ISSUE] = 60.0
    follow_ups.compare({Kinds.ISSUE})
    due = {name: job.due for name, job in follow_ups.jobs._jobs.items()}
    assert due["sweep of issue"] - due["sweep of user"] == pytest.approx(599, abs=0.5)
    assert due[f"sweep of issue{LATER}"] >= due["sweep of issue"]


def test_nothing_to_compare_is_no_job(follow_ups) -> None:
    assert follow_ups.compare(set()) == []
    assert follow_ups.jobs.seconds_until_due() is None


def test_what_shares_a_blueprint_is_compared_with_it() -> None:
    mapping = named_mapping(
        named_resource("issue", of='"a"'),
        named_resource("issue", of='"b"'),
        named_resource("user", of='"b"'),
        named_resource("project", of='"c"'),
        named_resource("project", of=".computed"),
        named_resource("nonsense", of='"a"'),
    )
    assert sharing_blueprints(Kinds.ISSUE, mapping) == {Kinds.ISSUE, Kinds.USER}
    assert sharing_blueprints(Kinds.USER, mapping) == {Kinds.ISSUE, Kinds.USER}
    assert sharing_blueprints(Kinds.PROJECT, mapping) == {Kinds.PROJECT}
    assert sharing_blueprints(Kinds.TEAM, mapping) == {Kinds.TEAM}
