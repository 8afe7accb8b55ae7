"""A sweep of what changed lately: names where that does, and else changes; the rest stays."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from background import by_time
from background.by_time import BY_TIME, ByTime, named_by_issues
from jira.errors import JiraUnavailableError
from kinds import Kinds
from port.mapping.resources import JiraPortAppConfig, label
from tests.unit.helpers.fake_client import FakeClient, mapping
from tests.unit.helpers.sweep_site import SweepWorld, full

Make = Callable[[Any], SweepWorld]


async def lately(world: SweepWorld, *ago: float) -> None:
    """An incremental sweep; resources were read so many seconds ago."""
    resources = world.mapping.resources
    world.sweeper.last_read.before(
        {label(resources[i], i): seconds for i, seconds in enumerate(ago)}
    )
    async for _ in world.sweeper.sweep(BY_TIME, lately=True):
        pass


def queried(*kinds: str) -> JiraPortAppConfig:
    """Resources whose query needs more of a row than its name."""
    config = mapping(*kinds)
    for resource in config.resources:
        resource.selector.query = '.fields.summary != ""'
    return config


def test_the_kinds_that_jira_tells_a_time_of() -> None:
    assert {Kinds.ISSUE, Kinds.EPIC, Kinds.BACKLOG, Kinds.WORKLOG} == BY_TIME


@pytest.mark.parametrize(
    ("config", "blueprints"),
    [
        pytest.param(mapping("issue", "epic"), {"issue", "epic"}, id="each their own"),
        pytest.param(mapping("issue", "epic", blueprint='"one"'), {"one"}, id="shared"),
        pytest.param(mapping("issue", "project", blueprint='"one"'), set(), id="with others"),
        pytest.param(mapping("issue", blueprint=".kind"), set(), id="computed"),
        pytest.param(mapping("worklog", "user"), set(), id="none of issues"),
        pytest.param(mapping("issue", identifier=".fields.summary"), set(), id="other names"),
    ],
)
def test_the_blueprints_whose_entities_are_called_like_issues(
    config: JiraPortAppConfig, blueprints: set[str]
) -> None:
    assert named_by_issues(config.resources) == blueprints


@pytest.mark.parametrize(
    ("config", "reads"),
    [
        (mapping("issue"), False),
        (queried("issue"), True),
        (mapping("issue", identifier=".fields.summary"), True),
        (mapping("epic"), True),
        (mapping("worklog"), True),
        (mapping("project"), False),
        (mapping("sprint"), False),
    ],
)
def test_changes_are_read_where_names_alone_do_not_tell(
    config: JiraPortAppConfig, reads: bool
) -> None:
    read = ByTime(FakeClient(), config.resources, lambda _: 5)
    assert [read.reads(resource) for resource in config.resources] == [reads]


async def test_where_names_do_they_are_compared_and_changes_read_since_the_last_run(
    made_sweep: Make,
) -> None:
    world = made_sweep(mapping("issue"))
    world.jira.issue("1", "AB-1")
    world.jira.issue("2", "AB-2")
    world.has(full("AB-1"), full("AB-9"))
    await lately(world, 600)
    assert world.jira.asked[0].startswith("names ")
    assert "updated >= -15m" in world.jira.asked[1]
    assert len(world.jira.asked) == 2
    assert (world.written, world.deleted) == (["AB-2"], ["AB-9"])


async def test_of_others_what_changed_is_read_and_what_no_issue_is_called_goes(
    made_sweep: Make,
) -> None:
    world = made_sweep(queried("issue"))
    world.jira.issue("1", "AB-1")
    world.jira.issue("2", "AB-2")
    world.has(full("AB-1"), full("AB-9"))
    await lately(world, 600)
    assert world.jira.asked == ["names updated >= -15m", "names None"]
    assert sorted(world.written) == ["AB-1", "AB-2"]
    assert world.deleted == ["AB-9"]


async def test_kinds_of_which_jira_tells_no_time_are_left_to_the_full_resync(
    made_sweep: Make,
) -> None:
    world = made_sweep(mapping("issue", "project", blueprint='"one"'))
    world.jira.issue("1", "AB-1")
    world.jira.project("1", "AB")
    world.has(full("AB-1", "one"), full("AB-9", "one"), full("CD", "one"))
    await lately(world)
    assert world.deleted == [], "a project may be called so"
    assert not any("project" in asked for asked in world.jira.asked)


async def test_nothing_goes_where_the_names_break_off(made_sweep: Make) -> None:
    world = made_sweep(queried("issue"))
    for number in range(1, 6):
        world.jira.issue(str(number), f"AB-{number}")
    world.has(full("AB-1"), full("AB-5"), full("AB-9"))
    world.jira.breaks_off = True
    with pytest.raises(JiraUnavailableError):
        await lately(world)
    assert world.deleted == []


async def test_changed_issues_are_listed_once_for_all_resources() -> None:
    jira = FakeClient()
    config = queried("issue", "issue")
    read = ByTime(jira, config.resources, lambda _: 7)
    for index, resource in enumerate(config.resources):
        async for _ in read.pages(resource, index):
            pass
    assert jira.asked == ["names updated >= -7m"]


async def test_the_moment_is_as_far_back_as_the_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_time, "time", SimpleNamespace(time=lambda: 10_000.0))
    jira = FakeClient()
    seen: list[float] = []

    async def changed_since(since: Any, selector: Any) -> Any:
        seen.append(since.moment)
        for found in list[Any]():
            yield found

    jira.issues.changed_since = changed_since  # type: ignore[method-assign]
    config = queried("issue")
    async for _ in ByTime(jira, config.resources, lambda _: 10).pages(config.resources[0], 0):
        pass
    assert seen == [10_000.0 - 600]
