"""How much of Port's limits is used, against a Port that counts as strictly as it says it does."""

import heapq
import math
import re
from dataclasses import dataclass, field

import pytest

from port.http import groups
from port.http.budget import Budget
from port.http.told import Told, pause
from sandbox.port import limits
from sandbox.port.limits import PortLimits

GROUPS = {limits.BULK_UPSERTS: groups.BULK_UPSERTS, limits.UPSERTS: groups.UPSERTS}
LATENCY = 0.03


@dataclass
class Ours:
    """An integration of ours, with so many requests to send, a few at a time."""

    budget: Budget
    left: int
    at_once: int
    under_way: int = 0
    sent: list[float] = field(default_factory=list)
    refused: int = 0
    said: list[str] = field(default_factory=list)
    look_at: float = 0.0


class Organization:
    """A Port with a simulated clock, integrations of ours, and others that don't look at limits."""

    def __init__(self, group: str = limits.BULK_UPSERTS, *, others: float = 0.0) -> None:
        """`others` is the share of the limit that they use up, evenly."""
        self.now = self.begun = 1_700_000_000.37
        self.port = PortLimits(lambda: self.now)
        self.group = group
        self.ours: list[Ours] = []
        limit = self.port.limits[group].requests
        self.others_gap = self.port.period / (others * limit) if others else math.inf
        self.others_next = self.now + self.others_gap
        self.others_refused = 0
        self.answers: list[tuple[float, int, Ours, bool, Told]] = []

    def add(self, requests: int, *, share: int = 60, at_once: int = 8) -> Ours:
        said: list[str] = []
        budget = Budget(GROUPS[self.group], share, self.now, said.append)
        self.ours.append(Ours(budget, requests, at_once, said=said))
        return self.ours[-1]

    def told(self) -> Told:
        headers = self.port.headers(self.group)
        return Told(
            limit=float(headers["x-ratelimit-limit"]),
            period=float(headers["x-ratelimit-period"]),
            remaining=float(headers["x-ratelimit-remaining"]),
            # A date in HTTP is in whole seconds.
            reset=float(headers["x-ratelimit-reset"]) - math.floor(self.now),
        )

    def run(self) -> float:
        """Until all of ours is done; the seconds that it took."""
        while self.answers or any(one.left for one in self.ours):
            self.others()
            self.receive()
            for one in self.ours:
                self.send(one)
            moments = [one.look_at for one in self.ours if one.left and one.look_at > self.now]
            moments += [self.answers[0][0]] if self.answers else []
            if moments:
                self.now = min(*moments, self.others_next)
        return self.now - self.begun

    def others(self) -> None:
        while self.others_next <= self.now:
            self.others_refused += not self.port.take(self.group)
            self.others_next += self.others_gap

    def receive(self) -> None:
        while self.answers and self.answers[0][0] <= self.now:
            _, _, one, taken, told = heapq.heappop(self.answers)
            one.under_way -= 1
            if taken:
                one.budget.answered(self.now, told)
            else:
                one.left += 1
                one.refused += 1
                headers = {
                    "x-ratelimit-remaining": str(told.remaining),
                    "x-ratelimit-reset": str(told.reset),
                }
                one.budget.refused(self.now, told, pause(headers, one.budget.refusals + 1))

    def send(self, one: Ours) -> None:
        while one.left and one.under_way < one.at_once:
            if (wait := one.budget.take(self.now)) > 0:
                one.look_at = self.now + min(max(wait, 1e-4), 5.0)
                return
            taken = self.port.take(self.group)
            one.left -= 1
            one.under_way += 1
            one.sent.append(self.now)
            number = sum(len(each.sent) for each in self.ours)
            answer = (self.now + LATENCY, number, one, taken, self.told())
            heapq.heappush(self.answers, answer)


def most_in_a_window(sent: list[float]) -> int:
    most = first = 0
    for number, moment in enumerate(sent):
        while sent[first] <= moment - 300:
            first += 1
        most = max(most, number - first + 1)
    return most


def test_a_hundred_thousand_bulk_upserts_take_what_the_share_allows_and_nothing_is_refused():
    port = Organization()
    one = port.add(100_000)
    share = 0.6 * 35_000
    assert port.run() == pytest.approx(100_000 / share * 300, rel=0.1)
    assert one.refused == 0
    # A burst comes on top of the even pace.
    assert most_in_a_window(one.sent) <= share + 0.6 * 3_500
    assert len(one.said) == 1
    assert "Port's limit for bulk upserts (35000 in 300 s)" in one.said[0]


@pytest.mark.parametrize("share", [10, 100])
def test_any_share_is_used_and_kept(share):
    port = Organization()
    one = port.add(400 * share, share=share)
    assert port.run() == pytest.approx(400 / 350 * 300, rel=0.1)
    assert one.refused == 0


def test_when_others_take_half_we_take_the_other_half():
    port = Organization(others=0.5)
    one = port.add(30_000)
    assert port.run() == pytest.approx(30_000 / (0.5 * 35_000) * 300, rel=0.1)
    assert one.refused == port.others_refused == 0


@pytest.mark.parametrize("others", [0.3, 0.7, 0.9])
def test_whatever_others_take_we_are_not_refused(others):
    port = Organization(others=others)
    one = port.add(8_000)
    port.run()
    assert one.refused == 0


@pytest.mark.parametrize("group", GROUPS)
def test_three_of_ours_share_what_is_there(group):
    port = Organization(group)
    integrations = [port.add(port.port.limits[group].requests // 2) for _ in range(3)]
    assert port.run() < 2 * 300
    assert [one.refused for one in integrations] == [0, 0, 0]


@pytest.mark.parametrize(
    ("group", "requests"), [(limits.BULK_UPSERTS, 2_000), (limits.UPSERTS, 110)]
)
def test_a_burst_goes_out_at_once_and_nothing_is_said(group, requests):
    port = Organization(group)
    one = port.add(requests, at_once=100)
    assert port.run() == pytest.approx(math.ceil(requests / 100) * LATENCY)
    assert one.refused == 0
    assert one.said == []


def test_single_upserts_have_a_small_burst():
    port = Organization(limits.UPSERTS)
    one = port.add(3_000, at_once=50)
    assert port.run() == pytest.approx(3_000 / 20, rel=0.1)
    assert one.refused == 0


def test_what_was_saved_is_sent_again_at_once_after_a_quiet_time():
    port = Organization()
    one = port.add(2_000, at_once=100)
    port.run()
    port.now = port.begun = port.now + 60
    one.left = 2_000
    assert port.run() < 1
    assert one.refused == 0


def test_when_the_burst_was_used_up_by_others_there_is_a_short_pause_and_then_a_careful_pace():
    port = Organization()
    for _ in range(3_500):
        port.port.take(port.group)
    one = port.add(500)
    assert port.run() < 20
    assert 1 <= one.refused <= one.at_once, "all that were under way together, and none after them"
    assert [line for line in one.said if "429" in line] == [
        "Port's limit for bulk upserts (35000 in 300 s): all of them wait 2.0 s, "
        "since Port refuses more (429)"
    ]


def test_a_window_that_others_used_up_is_waited_out():
    port = Organization()
    one = port.add(30)
    port.port.limits[port.group] = limits.Limit(1_000, 1_000)
    for _ in range(995):
        port.port.take(port.group)
    one.at_once = 1
    assert 299 < port.run() < 320
    assert one.refused == 0
    assert re.search(r"\(1000 in 300 s\): all of them wait (299|300)\.\d s", one.said[0])


def budget(now: float = 0.0) -> tuple[Budget, list[str]]:
    said: list[str] = []
    return Budget(groups.SEARCHES, 60, now, said.append), said


def test_a_refusal_pauses_all_and_is_said_once():
    one, said = budget()
    assert [one.take(0.0) for _ in range(5)] == [0.0] * 5
    for moment in (0.1, 0.2, 0.3):
        one.refused(moment, Told(), 40.0)
    assert one.take(1.0) == pytest.approx(39.3)
    assert len(said) == 1
    assert one.refusals == 1
    one.refused(50.0, Told(), 10.0)
    assert len(said) == 2
    assert one.refusals == 2
    one.answered(70.0, Told())
    assert one.refusals == 0


def test_requests_without_an_answer_leave_nothing_behind():
    one, _ = budget()
    for _ in range(3):
        one.take(0.0)
    for _ in range(3):
        one.unanswered()
    one.take(0.0)
    one.answered(0.1, Told(35_000, 300, 700, 100))
    # 5 percent of a limit are hardly touched, and 2 percent are in there.
    assert one.take(0.1) == 0
    assert one.take(0.1) > 0


def test_another_limit_than_the_documented_one_is_learnt():
    one, _ = budget()
    one.take(0.0)
    one.answered(0.1, Told(limit=500, period=10, remaining=499, reset=10))
    assert one.rate == pytest.approx(30)
    assert one.burst == pytest.approx(30)
    assert [one.take(0.1) for _ in range(29)] == [0.0] * 29
    assert one.take(0.1) > 0


def test_an_answer_that_tells_nothing_changes_nothing():
    one, said = budget()
    for number in range(2_000):
        assert one.take(number / 1_000) == 0
        one.answered(number / 1_000, Told())
    assert said == []
