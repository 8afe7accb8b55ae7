"""What a resync and a day cost in points, and how far apart sweeps are by that."""

import pytest

from background.costs import Cost, Costs, at_most
from jira.errors import JiraPermissionError
from jira.http.purpose import Purpose, asked_for
from jira.http.quota import Quota
from tests.unit.helpers.fake_client import FakeClient, mapping

HOUR = 3600.0


@pytest.fixture
def quota() -> Quota:
    return Quota(50, lambda: 1_000_000 * HOUR)


def spend(quota: Quota, purpose: Purpose, points: int) -> None:
    with asked_for(purpose):
        quota.cost(points, points)


def test_without_points_sweeps_are_as_far_apart_as_is_set(log):
    costs = Costs(None, 600.0)
    costs.begins(Purpose.SWEEP)
    costs.ended(Purpose.SWEEP)
    costs.begins(Purpose.RESYNC)
    costs.ended(Purpose.RESYNC)
    assert costs.between_sweeps == costs.after_sweep(10_000.0) == 600.0
    assert log == []


def test_sweeps_that_are_turned_off_stay_so(quota):
    costs = Costs(quota, 0.0)
    spend(quota, Purpose.RESYNC, 30_000)
    costs.ended(Purpose.RESYNC)
    assert costs.between_sweeps == 0.0


def test_a_sweep_is_taken_to_cost_what_a_resync_did_until_one_was_made(quota):
    costs = Costs(quota, HOUR)
    assert costs.between_sweeps == HOUR, "nothing is known"
    spend(quota, Purpose.RESYNC, 5_000)
    costs.begins(Purpose.RESYNC)
    spend(quota, Purpose.RESYNC, 32_500)
    costs.ended(Purpose.RESYNC)
    assert costs.between_sweeps == 2 * HOUR
    costs.begins(Purpose.SWEEP)
    spend(quota, Purpose.SWEEP, 65_000)
    costs.ended(Purpose.SWEEP)
    assert costs.between_sweeps == 4 * HOUR


@pytest.mark.parametrize(("took", "hours"), [(0.0, 4.0), (HOUR, 3.0), (5 * HOUR, 1.0)])
def test_what_a_sweep_took_counts_and_there_is_a_pause_after_it(quota, took, hours):
    costs = Costs(quota, HOUR)
    spend(quota, Purpose.SWEEP, 65_000)
    costs.ended(Purpose.SWEEP)
    assert costs.after_sweep(took) == hours * HOUR


@pytest.mark.parametrize(
    ("cost", "words"),
    [
        (
            Cost(30_300, 30_100, 2 * HOUR),
            "a resync costs about 30,300 of 32,500 an hour, a sweep about 30,100, one every 2.0 h; "
            "a day with one resync about 391,500 of 780,000",
        ),
        (
            Cost(101_000, 0, 0),
            "a resync costs about 101,000 of 32,500 an hour, which takes more than 3 h; "
            "a day with one resync about 101,000 of 780,000",
        ),
    ],
)
def test_what_it_costs_is_said_in_words(cost, words):
    assert cost.in_words(32_500, "about") == words


async def test_what_a_resync_will_cost_at_most_is_said_once_before_anything_is_read(quota, log):
    client = FakeClient()
    for project_id in ("10", "11"):
        client.project(project_id, f"P{project_id}")["insight"] = {"totalIssueCount": 5_000}

    async def sizes() -> dict[str, int]:
        return {"10": 5_000, "11": 5_000}

    client.projects.sizes = sizes  # type: ignore[method-assign]
    costs = Costs(quota, HOUR)
    for _ in range(2):
        await costs.foretell(client, mapping("issue", "project", "issue"))
    [said] = log
    assert "Points: with 10,000 issues, a resync costs at most 20,200 of 32,500 an hour" in said


async def test_where_the_projects_can_not_be_read_the_resync_goes_on(quota, log):
    client = FakeClient()

    async def sizes() -> dict[str, int]:
        raise JiraPermissionError("403")

    client.projects.sizes = sizes  # type: ignore[method-assign]
    await Costs(quota, HOUR).foretell(client, mapping("user"))
    [said] = log
    assert "can't be said before it" in said


@pytest.mark.parametrize(
    ("issues", "kinds", "points"),
    [(30_000, ["issue"], 30_300), (1, ["issue", "issue"], 4), (30_000, ["user"], 0)],
)
def test_each_resource_of_issues_may_select_all_of_them(issues, kinds, points):
    assert at_most(issues, mapping(*kinds)) == points
