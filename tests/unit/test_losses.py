"""What Redis says of itself, and whether it may have lost something since."""

import pytest

from redis_link.losses import EVICTED, RESTARTED, Seen, lost


def server(run_id: str = "a", evicted: int = 0) -> dict[str, object]:
    return {"run_id": run_id, "evicted_keys": evicted, "redis_version": "7.0.15"}


@pytest.mark.parametrize(
    ("before", "now", "why"),
    [
        (server(), server(), None),
        (server(evicted=3), server(evicted=3), None),
        (server(), server(evicted=1), EVICTED),
        (server("a"), server("b"), RESTARTED),
        (server("a", 9), server("b", 0), RESTARTED),
    ],
)
def test_another_life_or_more_thrown_away_may_have_cost_something(before, now, why):
    assert lost(Seen.of(before), Seen.of(now)) == why


def test_of_a_cluster_each_server_counts_in_whatever_order_they_answer():
    one, two = server("a", 1), server("b", 2)
    seen = Seen.of({"10.0.0.1:6379": one, "10.0.0.2:6379": two})
    assert seen == Seen.of({"10.0.0.2:6379": two, "10.0.0.1:6379": one})
    assert seen.evicted == 3
    assert lost(seen, Seen.of({"10.0.0.1:6379": one, "10.0.0.2:6379": server("c")})) == RESTARTED
