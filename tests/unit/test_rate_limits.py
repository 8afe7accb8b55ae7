"""What the headers of limits say: whoever is named first, and whether it is enforced yet or not."""

import pytest

from jira.http.rate_limits import Limit, limits_of, seconds_until_reset, until_full_hour

GLOBAL, TENANT, BURST = "global-app-quota", "tenant-app-quota", "jira-burst-based"


@pytest.mark.parametrize("prefix", ["", "beta-"])
@pytest.mark.parametrize("beta_name", ["", "Beta-"])
def test_a_policy_is_read_with_and_without_beta(prefix, beta_name):
    headers = {
        f"{prefix}ratelimit-policy": f'"{beta_name}{GLOBAL}";q=65000;w=3600',
        f"{prefix}ratelimit": f'"{beta_name}{GLOBAL}";r=12000;t=1800',
    }
    assert limits_of(headers) == [Limit(GLOBAL, 65000, 3600, 12000, 1800)]


@pytest.mark.parametrize(
    ("policy", "limit", "found"),
    [
        (
            f'"{BURST}";q=100;w=1, "{GLOBAL}";q=65000;w=3600',
            f'"{GLOBAL}";r=9;t=8, "{BURST}";t=1',
            [Limit(BURST, 100, 1, None, 1), Limit(GLOBAL, 65000, 3600, 9, 8)],
        ),
        (
            f'"{TENANT}";w=3600;q=100000,"{GLOBAL}";w=3600;q=65000',
            f'"{GLOBAL}";t=8',
            [Limit(TENANT, 100000, 3600), Limit(GLOBAL, 65000, 3600, None, 8)],
        ),
        ("", f'"{GLOBAL}"; r=0; t=60', [Limit(GLOBAL, None, None, 0, 60)]),
        (f"{GLOBAL};q=65000;w=3600", "", [Limit(GLOBAL, 65000, 3600)]),
        (f'"{GLOBAL}";q=65000;w=3600;pk="a,b;q=1"', "", [Limit(GLOBAL, 65000, 3600)]),
        (f'"{GLOBAL}";q=many;w=3600', "", [Limit(GLOBAL, None, 3600)]),
        (f'"{GLOBAL}";q=-1;w={"9" * 400}', "", [Limit(GLOBAL)]),
        (f'"{GLOBAL}"', "", [Limit(GLOBAL)]),
        ("", "", []),
        (";;,,", '"', []),
    ],
)
def test_several_policies_in_any_order(policy, limit, found):
    assert limits_of({"ratelimit-policy": policy, "ratelimit": limit}) == found


def test_what_is_enforced_counts_more_than_what_is_not_yet():
    headers = {
        "ratelimit": f'"{GLOBAL}";r=10;t=8',
        "beta-ratelimit": f'"{GLOBAL}";r=99;t=8',
    }
    assert limits_of(headers) == [Limit(GLOBAL, left=10, reset=8)]


@pytest.mark.parametrize(("name", "counts"), [(GLOBAL, True), (TENANT, True), (BURST, False)])
def test_the_limit_of_an_endpoint_is_no_quota(name, counts):
    assert Limit(name).counts_points is counts


@pytest.mark.parametrize(
    ("limit", "seconds"),
    [
        (f'"{GLOBAL}";r=0;t=120', 120),
        (f'"{GLOBAL}";t=120', 120),
        (f'"{BURST}";r=0;t=1', 900),
        (f'"{TENANT}";r=0;t=60, "{GLOBAL}";r=500;t=880', 60),
        (f'"{GLOBAL}";r=0;t=0', 900),
        ("", 900),
    ],
)
def test_a_quota_is_back_when_its_policy_says_or_at_the_full_hour(limit, seconds):
    quarter_to = 1_000_000 * 3600 + 2700.0
    assert seconds_until_reset({"ratelimit": limit}, quarter_to) == seconds


@pytest.mark.parametrize(
    ("now", "seconds"), [(0.0, 3600), (3600.0, 3600), (3599.5, 0.5), (1, 3599)]
)
def test_the_hour_is_a_full_one_of_utc(now, seconds):
    assert until_full_hour(now) == seconds
