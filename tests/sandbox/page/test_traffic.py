"""What is on its way, out of the stand-ins' logs and the integration's own page of metrics."""

import pytest

from sandbox.jira.gate import JiraRequest
from sandbox.page.traffic import Log, gauges, read_line, refused, write_line
from sandbox.port.faults import PortRequest


def read(path: str, status: int = 200) -> JiraRequest:
    return JiraRequest("GET", path, [], None, status)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("/rest/api/3/search/jql", "GET search/jql"),
        ("/rest/agile/1.0/board/3/sprint", "GET board/3/sprint"),
        ("/rest/webhooks/1.0/webhook", "GET webhook"),
        ("/_edge/tenant_info", "GET /_edge/tenant_info"),
    ],
)
def test_a_read_is_told_by_its_endpoint(path: str, line: str):
    assert read_line(read(path)) == line


@pytest.mark.parametrize(
    ("method", "path", "line"),
    [
        ("POST", "/v1/blueprints/jiraIssue/entities/bulk", "write 2 jiraIssue"),
        ("POST", "/v1/blueprints/jiraIssue/entities", "write 2 jiraIssue"),
        ("POST", "/v1/blueprints/jiraIssue/bulk/entities/delete", "delete 2 jiraIssue"),
        ("DELETE", "/v1/blueprints/jiraIssue/entities/AB-1", "delete 2 jiraIssue"),
        ("GET", "/v1/blueprints/jiraIssue/entities/AB-1", None),
        ("POST", "/v1/blueprints/jiraIssue/entities/search", None),
        ("POST", "/v1/entities/search", None),
        ("PATCH", "/v1/integration/sandbox", None),
    ],
)
def test_a_write_is_told_by_its_blueprint_and_nothing_else_is(
    method: str, path: str, line: str | None
):
    request = PortRequest(method, path, "", "", n_entities=2)
    assert write_line(request) == line


def test_what_port_refuses_is_told_whatever_it_is():
    assert write_line(PortRequest("GET", "/v1/organization", "", "", status=503)) == (
        "GET /v1/organization"
    )


def test_a_log_tells_once_what_was_answered_when_it_was():
    requests = [read("/rest/api/3/old")]
    log = Log(requests)
    slow, quick = read("/rest/api/3/slow", 0), read("/rest/api/3/quick")
    requests += [slow, quick]
    assert log.answered() == [quick]
    slow.status = 503
    assert log.answered() == [slow]
    assert log.answered() == []


def test_what_is_not_there_was_answered_as_asked():
    assert refused([read("/", 200), read("/", 404), read("/", 429), read("/", 503)]) == 2


def test_the_integrations_own_page_says_what_waits_and_what_fails():
    page = """
ocean_jira_queue_events 3.0
ocean_jira_queue_oldest_seconds 1.26
ocean_jira_background_jobs_waiting{state="due"} 1.0
ocean_jira_background_jobs_waiting{state="running"} 2.0
ocean_jira_background_jobs_waiting{state="later"} 2.0
ocean_jira_failing_seconds{cause="unavailable",what="issue"} 12.4
ocean_jira_ready 1.0
"""
    assert gauges(page) == {
        "queue": 3,
        "oldest": 1.3,
        "jobs": 3,
        "failing": [{"what": "issue", "cause": "unavailable", "seconds": 12}],
    }
    assert gauges("") == {"queue": 0, "oldest": 0.0, "jobs": 0, "failing": []}
