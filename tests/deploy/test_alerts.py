"""Each alert fires where it should, and none where all is well: by Prometheus's own tool."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.deploy.queries import RULES, rules

PROMTOOL = shutil.which("promtool")

needs_promtool = pytest.mark.skipif(PROMTOOL is None, reason="promtool isn't installed")

WELL = {
    'ocean_jira_ready{job="j",instance="i"}': "1x400",
    'ocean_jira_credentials{job="j",service="jira",state="accepted"}': "1x400",
    'ocean_jira_credentials{job="j",service="jira",state="refused"}': "0x400",
    'ocean_jira_webhook{job="j",state="in_place"}': "1x400",
    'ocean_jira_webhook{job="j",state="refused"}': "0x400",
    'ocean_jira_webhook{job="j",state="unreachable"}': "0x400",
    'ocean_jira_webhook_repairs_total{job="j"}': "0 1x399",
    'ocean_jira_deliveries_total{job="j",status="200"}': "0+60x400",
    'ocean_jira_deliveries_total{job="j",status="401"}': "0x400",
    'ocean_jira_deliveries_total{job="j",status="503"}': "0x400",
    'ocean_jira_event_lag_seconds_bucket{job="j",le="5.0"}': "0+60x400",
    'ocean_jira_event_lag_seconds_bucket{job="j",le="60.0"}': "0+60x400",
    'ocean_jira_event_lag_seconds_bucket{job="j",le="300.0"}': "0+60x400",
    'ocean_jira_event_lag_seconds_bucket{job="j",le="+Inf"}': "0+60x400",
    'ocean_jira_queue_oldest_seconds{job="j"}': "2x400",
    'ocean_jira_queue_events{job="j"}': "20x400",
    'ocean_jira_queue_events_limit{job="j"}': "10000x400",
    'ocean_jira_queue_bytes{job="j"}': "100000x400",
    'ocean_jira_held_back_resources{job="j"}': "0x400",
    'ocean_jira_events_total{job="j",event="jira:issue_updated",outcome="written"}': "0+60x400",
    'ocean_jira_events_total{job="j",event="jira:issue_updated",outcome="given_up"}': "1x400",
    'ocean_jira_requests_total{job="j",endpoint="GET /a",status="200"}': "0+60x400",
    'ocean_jira_requests_total{job="j",endpoint="GET /a",status="503"}': "0+1x400",
    'ocean_jira_port_requests_total{job="j",group="g",status="200"}': "0+60x400",
    'ocean_jira_port_requests_total{job="j",group="g",status="503"}': "0+1x400",
    'ocean_jira_throttled_seconds_total{job="j",limit="jira_pause"}': "0+3x400",
    'ocean_jira_sweeps_total{job="j",scope="all",outcome="done"}': "0+0.0167x400",
    'ocean_jira_sweeps_total{job="j",scope="all",outcome="failed"}': "0x400",
}
"""Series, a value a minute: a site that is busy and well."""

WRONG: dict[str, dict[str, str]] = {
    "JiraIntegrationGone": {'ocean_jira_ready{job="j",instance="i"}': "_x400"},
    "JiraIntegrationNotReady": {'ocean_jira_ready{job="j",instance="i"}': "0x400"},
    "JiraCredentialsRefused": {
        'ocean_jira_credentials{job="j",service="jira",state="refused"}': "1x400"
    },
    "JiraWebhookMissing": {'ocean_jira_webhook{job="j",state="refused"}': "1x400"},
    "JiraWebhookTakenAway": {'ocean_jira_webhook_repairs_total{job="j"}': "0+0.0167x400"},
    "JiraDeliveriesUnsigned": {'ocean_jira_deliveries_total{job="j",status="401"}': "0+1x400"},
    "JiraEventsLate": {
        'ocean_jira_event_lag_seconds_bucket{job="j",le="5.0"}': "0x400",
        'ocean_jira_event_lag_seconds_bucket{job="j",le="60.0"}': "0+1x400",
    },
    "JiraEventsStuck": {'ocean_jira_queue_oldest_seconds{job="j"}': "0+60x400"},
    "JiraOrPortUnreachable": {'ocean_jira_held_back_resources{job="j"}': "3x400"},
    "JiraQueueGrowing": {'ocean_jira_queue_events{job="j"}': "0+10x400"},
    "JiraQueueFull": {'ocean_jira_deliveries_total{job="j",status="503"}': "0+1x400"},
    "JiraResourceFailing": {
        'ocean_jira_failing_seconds{job="j",what="board (resource 7 of the mapping)",cause="No"}': (
            "0+60x400"
        )
    },
    "JiraEventsGivenUp": {
        'ocean_jira_events_total{job="j",event="jira:issue_updated",outcome="given_up"}': "0+1x400"
    },
    "JiraRequestsFail": {
        'ocean_jira_requests_total{job="j",endpoint="GET /a",status="503"}': "0+30x400"
    },
    "JiraPortRequestsFail": {
        'ocean_jira_port_requests_total{job="j",group="g",status="503"}': "0+30x400"
    },
    "JiraPausesUs": {'ocean_jira_throttled_seconds_total{job="j",limit="jira_pause"}': "0+90x400"},
    "JiraSweepWithheldDeletes": {'ocean_jira_sweep_withheld{job="j",blueprint="b"}': "12x400"},
    "JiraSweepsFail": {
        'ocean_jira_sweeps_total{job="j",scope="all",outcome="done"}': "5x400",
        'ocean_jira_sweeps_total{job="j",scope="all",outcome="failed"}': "0+0.0334x400",
    },
}
"""What makes an alert fire."""
FULL = (
    {'ocean_jira_queue_events{job="j"}': "9500x400"},
    {'ocean_jira_queue_bytes{job="j"}': "250000000x400"},
)
"""The other ways to JiraQueueFull."""


def firing(folder: Path, series: dict[str, str], expected: list[str]) -> str:
    """What promtool says where, after six hours, other alerts than these fire."""
    asked = {
        "expr": 'count by (alertname) (ALERTS{alertstate="firing"})',
        "eval_time": "6h",
        "exp_samples": [
            {"labels": f'{{alertname="{name}"}}', "value": 1} for name in sorted(expected)
        ],
    }
    test = {
        "rule_files": [str(RULES)],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": s, "values": v} for s, v in series.items()],
                "promql_expr_test": [asked],
            }
        ],
    }
    path = folder / "test.yaml"
    path.write_text(yaml.safe_dump(test))
    done = subprocess.run(
        [str(PROMTOOL), "test", "rules", str(path)], capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_every_alert_has_a_case() -> None:
    assert list(WRONG) == [rule["alert"] for rule in rules()]


@needs_promtool
def test_no_alert_fires_where_all_is_well(tmp_path: Path) -> None:
    assert firing(tmp_path, WELL, []) == ""


@needs_promtool
@pytest.mark.parametrize("alert", WRONG)
def test_an_alert_fires_and_no_other(tmp_path: Path, alert: str) -> None:
    assert firing(tmp_path, WELL | WRONG[alert], [alert]) == ""


@needs_promtool
@pytest.mark.parametrize("series", FULL)
def test_a_queue_is_full_by_number_and_by_bytes(tmp_path: Path, series: dict[str, str]) -> None:
    assert firing(tmp_path, WELL | series, ["JiraQueueFull"]) == ""


@needs_promtool
def test_promtool_takes_the_rules() -> None:
    subprocess.run([str(PROMTOOL), "check", "rules", str(RULES)], check=True)
