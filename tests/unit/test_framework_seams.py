"""Every private part of the framework that we lean on, in one list.

When an update of port-ocean moves one, the test that names it fails here first.
"""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from port_ocean.clients.port.authentication import PortAuthentication
from port_ocean.clients.port.client import PortClient
from port_ocean.context.event import EventContext
from port_ocean.core.handlers.actions.execution_manager import ExecutionManager
from port_ocean.core.handlers.entities_state_applier.port.applier import HttpEntitiesStateApplier
from port_ocean.core.handlers.entity_processor.jq_entity_processor import JQEntityProcessor
from port_ocean.core.handlers.entity_processor.jq_entity_processor_sync import JQEntityProcessorSync
from port_ocean.core.handlers.port_app_config.base import BasePortAppConfig, PortAppConfigCache
from port_ocean.core.handlers.webhook.processor_manager import LiveEventsProcessorManager
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent
from port_ocean.core.integrations.base import BaseIntegration
from port_ocean.core.utils.entity_topological_sorter import EntityTopologicalSorter
from port_ocean.helpers.retry import RetryConfig, RetryTransport
from port_ocean.ocean import Ocean
from port_ocean.utils.signal import SignalHandler

METHODS: list[tuple[type, str, list[str]]] = [
    (LiveEventsProcessorManager, "_register_route", ["path"]),
    (LiveEventsProcessorManager, "_process_webhook_events", ["path", "worker_id"]),
    (LiveEventsProcessorManager, "_create_live_events_consumer", ["config"]),
    (
        LiveEventsProcessorManager,
        "_process_single_event",
        ["processor", "path", "resource", "resource_index"],
    ),
    (
        LiveEventsProcessorManager,
        "_execute_processor",
        ["processor", "resource", "resource_index"],
    ),
    (LiveEventsProcessorManager, "_expand_raw_item", ["raw_item", "resource"]),
    (
        LiveEventsProcessorManager,
        "_send_webhook_raw_data_to_lakehouse",
        ["webhook_events_raw_result"],
    ),
    (
        BaseIntegration,
        "_map_entities_compared_with_port",
        ["entities", "resource", "user_agent_type"],
    ),
    (LiveEventsProcessorManager, "_cancel_all_event_processors", []),
    (Ocean, "_report_resync_aborted", []),
    (
        BaseIntegration,
        "sync_incremental",
        ["interval_seconds", "trigger_type", "user_agent_type"],
    ),
    (PortClient, "get_integration_cursor", ["kind", "index"]),
    (BasePortAppConfig, "_get_port_app_config", []),
    (BaseIntegration, "sort_and_upsert_failed_entities", ["user_agent_type"]),
    (HttpEntitiesStateApplier, "upsert", ["entities", "user_agent_type"]),
    (
        JQEntityProcessor,
        "parse_items_sync",
        ["compileable_patterns", "raw_results", "selector_query", "parse_all"],
    ),
    (JQEntityProcessor, "_search", ["data", "pattern", "field"]),
    (
        JQEntityProcessor,
        "_resolve_required_fields",
        ["mapping", "entity_misconfigurations"],
    ),
    (BaseIntegration, "_init_entity_processor_instance", []),
    (PortClient, "_reduce_entity", ["entity"]),
    (PortAuthentication, "_get_token", ["client_id", "client_secret"]),
    (RetryTransport, "_should_retry_async", ["response"]),
    (JQEntityProcessorSync, "_format_filter", ["filter"]),
    (JQEntityProcessorSync, "_search_as_bool", ["data", "pattern"]),
    (JQEntityProcessorSync, "_log_search_failure", ["pattern", "exc", "field"]),
    (
        JQEntityProcessorSync,
        "_get_mapped_entity",
        ["data", "raw_entity_mappings", "selector_query", "parse_all"],
    ),
]

ATTRIBUTES: list[tuple[Any, str]] = [
    (LiveEventsProcessorManager.__init__, "_processors_classes"),
    (LiveEventsProcessorManager.__init__, "_event_queues"),
    (LiveEventsProcessorManager.__init__, "_event_processor_tasks"),
    (LiveEventsProcessorManager.__init__, "_live_events_consumer"),
    (ExecutionManager.__init__, "_webhook_manager"),
    (SignalHandler.__init__, "_handlers"),
    (BasePortAppConfig.__init__, "_app_config_cache"),
    (PortAppConfigCache.__init__, "_port_app_config"),
    (WebhookEvent.__init__, "_original_request"),
    (RetryConfig.__init__, "retry_status_codes"),
    (EntityTopologicalSorter.__init__, "entities"),
    (EventContext.on_abort, "_on_abort_callbacks"),
]


@pytest.mark.parametrize(("owner", "name", "parameters"), METHODS)
def test_a_method_that_we_override_or_call_is_as_it_was(
    owner: type, name: str, parameters: list[str]
) -> None:
    found = list(inspect.signature(getattr(owner, name)).parameters)
    assert [parameter for parameter in found if parameter != "self"] == parameters


@pytest.mark.parametrize(("method", "name"), ATTRIBUTES)
def test_an_attribute_that_we_use_is_still_there(method: Any, name: str) -> None:
    assert f"self.{name}" in inspect.getsource(method)


def test_the_client_for_port_has_its_http_client_and_its_authentication_in_one_place() -> None:
    """All of its parts read them there, so that ours can take their place."""
    port = PortClient("http://port.test", "id", "secret", "my-id", "jira", "1.0.0")
    held = vars(port).items()
    assert [name for name, value in held if value is port.client] == ["client"]
    assert [name for name, value in held if value is port.auth] == ["auth"]


def test_nobody_takes_the_authentication_before_the_integration_is_made() -> None:
    source = inspect.getsource(Ocean.__init__)
    assert source.index("self.integration = ") < source.index("self.port_client.auth")


def test_the_last_thing_that_the_server_waits_for_is_the_frameworks_end() -> None:
    """Ours comes after all others of it: they have no lower priority."""
    for owner in (Ocean, LiveEventsProcessorManager, ExecutionManager):
        assert "priority=-" not in inspect.getsource(owner)
    assert "signal_handler.exit()" in inspect.getsource(Ocean.initialize_app)


PRODUCT = Path(__file__).parents[2]


def sources() -> Iterator[ast.Module]:
    rooms = ("jira", "port", "background", "webhook_processors")
    paths = [*PRODUCT.glob("*.py"), *(path for r in rooms for path in (PRODUCT / r).rglob("*.py"))]
    for path in paths:
        yield ast.parse(path.read_text("utf-8"))


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def test_the_list_is_what_the_product_uses() -> None:
    """A private name that the product mentions and doesn't define itself is the framework's."""
    mentioned: set[str] = set()
    own: set[str] = set()
    for source in sources():
        for node in ast.walk(source):
            if isinstance(node, ast.Attribute):
                mentioned.add(node.attr)
                is_ours = isinstance(node.value, ast.Name) and node.value.id == "self"
                if isinstance(node.ctx, ast.Store) and is_ours:
                    own.add(node.attr)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                own.add(node.name)
    seams = {name for _, name, _ in METHODS} | {name for _, name in ATTRIBUTES}
    foreign = {name for name in mentioned - own if is_private(name)}
    assert foreign <= seams, "the product uses more than the list says"
    assert seams <= mentioned | own, "the list says more than the product uses"
