"""The framework itself against the stand-in: an upgrade that asks for more shows up here."""

import json
from pathlib import Path

import pytest
import yaml

from sandbox.integration_process import IntegrationProcess, integration_env
from sandbox.port.api import PortApi
from sandbox.port.catalog import PortCatalog
from sandbox.servers import HttpServer, free_port

pytestmark = pytest.mark.usefixtures("executed")

MAIN = """
from pathlib import Path
from port_ocean.context.ocean import ocean


@ocean.on_resync()
async def resync(kind):
    rows = range(int(Path("{count}").read_text()))
    yield [{{"id": f"A-{{n}}", "project": f"P{{n % 2}}"}} for n in rows]
"""
BLUEPRINTS = [
    {"identifier": "project", "title": "Project", "schema": {"properties": {}}, "relations": {}},
    {
        "identifier": "issue",
        "title": "Issue",
        "schema": {"properties": {"text": {"type": "string"}}},
        "relations": {"project": {"target": "project", "many": False, "required": False}},
    },
]
MAPPING = {
    "resources": [
        {
            "kind": "issue",
            "selector": {"query": "true"},
            "port": {
                "entity": {
                    "mappings": {
                        "identifier": ".id",
                        "blueprint": '"issue"',
                        "properties": {"text": ".id"},
                        "relations": {"project": ".project"},
                    }
                }
            },
        }
    ]
}
SPEC = {
    "title": "t",
    "features": [{"type": "exporter", "resources": [{"kind": "issue"}]}],
    "configurations": [
        {"name": "jiraHost", "type": "string", "required": True},
        {"name": "atlassianUserEmail", "type": "string", "sensitive": True},
        {"name": "atlassianUserToken", "type": "string", "sensitive": True},
    ],
}


@pytest.fixture
def integration(tmp_path: Path) -> Path:
    """Write the smallest integration, with a developer's settings that must not be read."""
    root = tmp_path / "integration"
    resources = root / ".port" / "resources"
    resources.mkdir(parents=True)
    (resources / "blueprints.json").write_text(json.dumps(BLUEPRINTS))
    (resources / "port-app-config.yml").write_text(yaml.safe_dump(MAPPING))
    (root / ".port" / "spec.yaml").write_text(yaml.safe_dump(SPEC))
    (root / "pyproject.toml").write_text('[project]\nname = "jira"\nversion = "1.0.0"\n')
    (root / "main.py").write_text(MAIN.format(count=tmp_path / "count"))
    (root / ".env").write_text("OCEAN__EVENT_LISTENER__INTERVAL=3600\nAPPLICATION__PORT=1\n")
    (root / "config.yaml").write_text("eventListener: {resyncOnStart: false}\n")
    (tmp_path / "count").write_text("30")
    return root


async def test_the_framework_syncs_and_reconciles(integration: Path, tmp_path: Path) -> None:
    catalog = PortCatalog()
    api = PortApi(catalog)
    async with HttpServer(api.app) as port:
        env = integration_env(port_url=port.url, jira_url="http://127.0.0.1:9")
        process = IntegrationProcess(env, root=integration)
        async with process:
            assert await api.resync_finished() == "completed"
            assert (catalog.count("issue"), catalog.count("project")) == (30, 2)
            source = "port-ocean/jira/1.0.0/sandbox/exporter"
            assert {row["dataSource"] for row in catalog.entities("issue")} == {source}

            catalog.upsert("issue", {"identifier": "other"}, user_agent="someone else")
            (tmp_path / "count").write_text("20")
            api.request_resync()
            assert await api.resync_finished(2) == "completed"
            assert catalog.count("issue") == 21
            assert process.peak_memory_bytes() > 10_000_000
        assert process.returncode is not None
    refused = [(r.method, r.path) for r in api.requests if r.status >= 400]
    # What isn't there before the first start.
    assert set(refused) == {
        ("GET", "/v1/integration/sandbox"),
        ("GET", "/v1/blueprints/issue"),
        ("GET", "/v1/blueprints/project"),
    }
    assert not [line for line in process.log if "| ERROR" in line or "Traceback" in line]
    assert not [line for line in process.log if "\x1b" in line]
    assert api.logs


async def test_a_process_that_dies_shows_its_log(integration: Path) -> None:
    (integration / "main.py").write_text("raise SystemExit('no way')")
    env = integration_env(port_url="http://127.0.0.1:9", jira_url="http://127.0.0.1:9")
    process = IntegrationProcess(env, root=integration)
    with pytest.raises(RuntimeError, match=r"ended with status 1(.|\n)*no way"):
        await process.start()
    with pytest.raises(RuntimeError, match="ended without logging"):
        await process.wait_for_log("never")
    await process.stop()


async def test_a_process_listens_where_it_was_told_last(integration: Path) -> None:
    (integration / "main.py").write_text("import sys\nraise SystemExit(' '.join(sys.argv))")
    env = integration_env(port_url="http://127.0.0.1:9", jira_url="http://127.0.0.1:9")
    process = IntegrationProcess(env, root=integration)
    process.port = free_port()
    with pytest.raises(RuntimeError, match=f"sail -p {process.port} "):
        await process.start()
    await process.stop()
