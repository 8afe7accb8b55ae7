"""The compose file and the chart's values fit the image, the settings and what was measured."""

import re
import tomllib
from typing import Any

import pytest
import yaml

from tests.install.chart import PATHS, environment, paths
from tests.install.image import FINAL
from tests.install.locks import ROOT
from webhook_processors.ending import USUAL_SECONDS
from webhook_processors.under_way import MAX_WAITING_BYTES

VALUES: dict[str, dict[str, Any]] = {
    path.stem: yaml.safe_load(path.read_text()) for path in (ROOT / "deploy/helm").glob("*.yaml")
}
COMPOSE = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())["services"]["jira"]
SPEC = {
    row["name"]: row
    for row in yaml.safe_load((ROOT / ".port/spec.yaml").read_text())["configurations"]
}
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
WAIT = "OCEAN__MAX_WAIT_SECONDS_BEFORE_SHUTDOWN"
MB = 1_000_000


def size(text: str) -> int:
    """The bytes of `512Mi` or `512m`."""
    return int(re.sub(r"(Mi|m)$", "", text)) * 1024 * 1024


def peaks(file: str) -> list[int]:
    """The last column, bytes, of the tables of a file of benchmarks/ that have peaks in it."""
    text = (ROOT / "benchmarks" / file).read_text()
    return [int(row) * MB for row in re.findall(r"\| (\d+) \|$", text, re.MULTILINE)]


def test_there_is_a_file_for_events_and_one_for_resyncs_alone():
    assert set(VALUES) == {"live-events", "cron-resync"}


@pytest.mark.parametrize("name", VALUES)
def test_the_chart_knows_all_values(name):
    assert set(paths(VALUES[name])) <= PATHS


def test_each_value_that_is_known_is_used():
    assert {path for values in VALUES.values() for path in paths(values)} == PATHS


@pytest.mark.parametrize("name", VALUES)
def test_the_settings_exist_and_no_secret_is_among_them(name):
    config = VALUES[name]["integration"]["config"]
    assert set(config) <= set(SPEC)
    assert not [key for key in config if SPEC[key].get("sensitive")]
    assert set(config) == {
        key for key, row in SPEC.items() if row.get("required") and not row.get("sensitive")
    }
    assert not VALUES[name]["secret"]["create"]


@pytest.mark.parametrize("name", VALUES)
def test_the_pod_may_do_what_the_image_needs_and_nothing_else(name):
    values = VALUES[name]
    pod, container = values["podSecurityContext"], values["containerSecurityContext"]
    assert f"{pod['runAsUser']}:{pod['runAsGroup']}" == FINAL.last("USER").text
    assert pod["runAsNonRoot"]
    assert container["readOnlyRootFilesystem"]
    assert not container["allowPrivilegeEscalation"]
    assert container["capabilities"] == {"drop": ["ALL"]}
    (mount,), (volume,) = values["extraVolumeMounts"], values["extraVolumes"]
    assert mount["mountPath"] == FINAL.environment["HOME"] == "/tmp"  # noqa: S108
    assert mount["name"] == volume["name"]


@pytest.mark.parametrize("name", VALUES)
def test_the_memory_is_what_was_measured(name):
    resources = VALUES[name]["resources"]
    assert size(resources["requests"]["memory"]) >= max(peaks("RESULTS.md")) > 50 * MB
    limit = size(resources["limits"]["memory"])
    if name == "live-events":
        mapped = peaks("README.md")[0]
        unchecked = SPEC["unverifiedBytesLimit"]["default"] * 1024 * 1024
        assert limit >= mapped + MAX_WAITING_BYTES + unchecked
        assert size(COMPOSE["mem_limit"]) == limit
    else:
        assert limit >= max(peaks("README.md"))


def test_each_kind_of_workload_has_its_listener():
    live, cron = VALUES["live-events"], VALUES["cron-resync"]
    assert (live["workload"]["kind"], live["integration"]["eventListener"]["type"]) == (
        "Deployment",
        "POLLING",
    )
    assert (cron["workload"]["kind"], cron["integration"]["eventListener"]["type"]) == (
        "CronJob",
        "ONCE",
    )
    # Minutes for the one, a cron expression for the other.
    assert isinstance(live["scheduledResyncInterval"], int)
    assert len(cron["scheduledResyncInterval"].split()) == 5
    # Two at a time would overtake each other.
    assert live["workload"]["deployment"]["rolloutStrategy"] == "Recreate"


def test_what_jira_reaches_is_the_webhook_alone():
    values = VALUES["live-events"]
    ingress = values["ingress"]
    base_url = environment(values)["OCEAN__BASE_URL"]
    assert base_url == f"https://{ingress['host']}"
    assert (ingress["path"], ingress["pathType"]) == ("/integration/webhook", "Exact")
    assert [tls["hosts"] for tls in ingress["tls"]] == [[ingress["host"]]]
    assert ingress["annotations"]["nginx.ingress.kubernetes.io/proxy-body-size"] == "25m"
    assert "BASE_URL" not in str(VALUES["cron-resync"].get("extraEnv"))


def test_it_has_the_time_to_write_what_waits():
    values = VALUES["live-events"]
    assert int(environment(values)[WAIT]) == USUAL_SECONDS
    # Connections, Port's answer about a resync, what is cancelled, mark and log take 5 s each.
    assert values["terminationGracePeriodSeconds"] > USUAL_SECONDS + 5 * 5
    grace = int(COMPOSE["stop_grace_period"].removesuffix("s"))
    assert int(COMPOSE["environment"][WAIT]) == USUAL_SECONDS
    assert grace > USUAL_SECONDS + 5 * 5


def test_the_compose_file_runs_the_image_as_strictly():
    assert COMPOSE["build"] == {"context": "..", "dockerfile": "deploy/Dockerfile"}
    assert COMPOSE["read_only"]
    assert [mount.partition(":")[0] for mount in COMPOSE["tmpfs"]] == [FINAL.environment["HOME"]]
    assert COMPOSE["cap_drop"] == ["ALL"]
    assert COMPOSE["security_opt"] == ["no-new-privileges:true"]
    assert all(port.startswith("127.0.0.1:") for port in COMPOSE["ports"])
    assert "user" not in COMPOSE


def test_all_of_them_name_the_version_that_this_is():
    names = [values["image"] for values in VALUES.values()] + [COMPOSE["image"]]
    assert set(names) == {f"port-ocean-jira:{VERSION}"}
