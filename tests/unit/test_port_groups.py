"""Which limit of Port's a request counts towards."""

import pytest

from port.http import groups
from port.http.groups import Group, group_of
from sandbox.port import limits

ROUTES: list[tuple[str, str, Group | None, str | None]] = [
    ("POST", "/v1/auth/access_token", groups.TOKENS, limits.TOKENS),
    ("POST", "/v1/blueprints/jiraIssue/entities/bulk", groups.BULK_UPSERTS, limits.BULK_UPSERTS),
    ("POST", "/v1/entities/search", groups.SEARCHES, limits.SEARCHES),
    ("POST", "/v1/blueprints/jiraIssue/entities/search", groups.SEARCHES, limits.SEARCHES),
    ("POST", "/v1/blueprints/jiraIssue/entities", groups.UPSERTS, limits.UPSERTS),
    ("POST", "/v1/blueprints/bulk/entities", groups.UPSERTS, limits.UPSERTS),
    ("GET", "/v1/blueprints/jiraIssue/entities", groups.ENTITIES, limits.ENTITIES),
    ("GET", "/v1/blueprints/jiraIssue/entities/A-1", groups.ENTITIES, limits.ENTITIES),
    ("DELETE", "/v1/blueprints/jiraIssue/entities/a/b", groups.ENTITIES, limits.ENTITIES),
    ("POST", "/v1/blueprints/x/bulk/entities/delete", groups.ENTITIES, limits.ENTITIES),
    ("DELETE", "/v1/blueprints/x/all-entities", groups.ENTITIES, limits.ENTITIES),
    ("POST", "/v1/blueprints/entities/datasource-entities", groups.ENTITIES, limits.ENTITIES),
    ("GET", "/v1/blueprints", groups.BLUEPRINTS, limits.BLUEPRINTS),
    ("GET", "/v1/blueprints/jiraIssue", groups.BLUEPRINTS, limits.BLUEPRINTS),
    ("PATCH", "/v1/blueprints/jiraIssue", groups.BLUEPRINTS, limits.BLUEPRINTS),
    ("GET", "/v1/integration/my-id", groups.OTHERS, limits.OTHERS),
    ("GET", "/v1/organization", groups.OTHERS, limits.OTHERS),
    ("GET", "/v1/auth/access_token", groups.OTHERS, limits.OTHERS),
    ("POST", "/logs", None, None),
    ("PUT", "/metrics/syncMetrics/resync/1/kind/issue-0", None, None),
    ("POST", "/ingest/lake/write/jira/issue", None, None),
]


@pytest.mark.parametrize(("method", "path", "ours", "standin"), ROUTES)
def test_a_route_has_its_group_and_the_stand_in_sees_it_alike(method, path, ours, standin):
    assert group_of(method, path) is ours
    assert limits.group_of(method, path) == standin


@pytest.mark.parametrize("base", ["/port/v1", "/v2"])
def test_the_api_may_be_below_another_path(base):
    assert group_of("POST", f"{base}/entities/search") is groups.SEARCHES


@pytest.mark.parametrize(
    ("ours", "standin"), dict.fromkeys((ours, other) for *_, ours, other in ROUTES if ours)
)
def test_the_stand_in_takes_as_much_as_port_says(ours, standin):
    assert limits.REAL[standin] == limits.Limit(ours.limit, ours.burst)
