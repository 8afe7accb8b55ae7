"""Boards, sprints and teams change at random."""

import random

from sandbox.jira.site import JiraSite
from sandbox.jira.webhooks import EVENTS
from sandbox.random_agile_changes import AGILE_CHANGES, TEAM_CHANGES
from sandbox.random_changes import CHANGES, NothingToChangeError


def filled() -> JiraSite:
    site = JiraSite(seed=3)
    site.clock = lambda: 1_760_000_000.0
    site.fill(200)
    site.fill_agile()
    return site


def test_all_of_them_can_be_made_often():
    site, rng = filled(), random.Random(1)
    site.fill_teams()
    events = set()
    site.subscribe(lambda event, payload: events.add(event))
    every = {**AGILE_CHANGES, **TEAM_CHANGES, **CHANGES}
    made = set()
    for _ in range(1500):
        name = rng.choice(list(every))
        try:
            every[name](site, rng)
        except NothingToChangeError:
            continue
        made.add(name)
    assert set(AGILE_CHANGES) | set(TEAM_CHANGES) <= made
    assert {event for event in EVENTS if event.startswith(("board_", "sprint_"))} <= events
    assert all(
        issue.sprint is None or site.sprints[issue.sprint.id] is issue.sprint
        for issue in site.issues.values()
    )
