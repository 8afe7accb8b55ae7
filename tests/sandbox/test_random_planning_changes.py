"""Versions, components and worklogs change at random."""

import random

import pytest

from sandbox.jira.site import JiraSite
from sandbox.jira.webhooks import EVENTS
from sandbox.random_changes import CHANGES, NothingToChangeError
from sandbox.random_planning_changes import COMPONENT_CHANGES, PLANNING_CHANGES


def filled() -> JiraSite:
    site = JiraSite(seed=3)
    site.clock = lambda: 1_760_000_000.0
    site.fill(200)
    site.fill_planning()
    return site


def test_all_of_them_can_be_made_often():
    site, rng = filled(), random.Random(1)
    events = set()
    site.subscribe(lambda event, payload: events.add(event))
    every = {**PLANNING_CHANGES, **COMPONENT_CHANGES, **CHANGES}
    made = set()
    for _ in range(2000):
        name = rng.choice(list(every))
        try:
            every[name](site, rng)
        except NothingToChangeError:
            continue
        made.add(name)
    assert set(PLANNING_CHANGES) | set(COMPONENT_CHANGES) <= made
    sent = {event for event in EVENTS if event.startswith(("jira:version_", "worklog_"))}
    assert sent - {"jira:version_merged"} <= events
    for issue in site.issues.values():
        for version in (*issue.fix_versions, *issue.affected_versions):
            assert site.versions[version.id] is version
            assert version.project is issue.project
        for component in issue.components:
            assert site.components[component.id] is component
            assert component.project is issue.project
    assert {worklog.id for issue in site.issues.values() for worklog in issue.worklogs} == set(
        site.worklogs
    )


@pytest.mark.parametrize("name", COMPONENT_CHANGES)
def test_no_event_tells_of_components(name):
    site = filled()
    events = []
    site.subscribe(lambda event, payload: events.append(event))
    COMPONENT_CHANGES[name](site, random.Random(1))
    assert events == []
