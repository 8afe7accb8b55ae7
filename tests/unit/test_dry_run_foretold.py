"""What a dry run says of errors, and what it lets out."""

from typing import Any
from unittest.mock import AsyncMock, MagicMock

import pytest
from port_ocean.core.models import IntegrationFeatureFlag, ProcessingMode

from port.dry_run.foretold import (
    PORT_MAPS,
    REASONS,
    LocalMetrics,
    let_nothing_out,
    map_here,
    reasons,
)
from port.dry_run.read_only import WouldWriteError


def caused(said: str) -> Exception:
    """As the framework wraps what a resync's generator raised."""
    error = RuntimeError(f"Failed to execute resync function, error: {said}")
    error.__cause__ = ValueError(said)
    return error


def test_a_reason_is_told_once_and_without_its_wrapping() -> None:
    groups = ExceptionGroup("at least one", [ExceptionGroup("one", [caused("a"), caused("b")])])
    assert reasons([groups, caused("a"), KeyError("c")]) == ["a", "b", "'c'"]
    assert reasons([]) == []


def test_of_many_errors_a_few_are_told() -> None:
    told = reasons([ValueError(f"row {number}") for number in range(1_000 + REASONS)])
    assert told[:2] == ["row 0", "row 1"]
    assert told[REASONS:] == ["and 1,000 more of such errors"]


async def test_what_the_framework_tells_of_itself_stays_here() -> None:
    app: Any = MagicMock()
    let_nothing_out(app)
    assert isinstance(app.metrics, LocalMetrics)
    for told in ("report_kind_sync_metrics", "report_sync_metrics", "send_metrics_to_webhook"):
        await getattr(app.metrics, told)(kind="issue-0")
    with pytest.raises(WouldWriteError):
        app.port_client.client.patch("https://port.example.com/v1/integration/x")


@pytest.mark.parametrize("flags", [[], ["LAKEHOUSE_ELIGIBLE"], [*IntegrationFeatureFlag]])
async def test_rows_are_mapped_here_and_it_is_said_where_port_would(
    framework: Any, flags: list[str]
) -> None:
    framework.config.processing_mode = ProcessingMode.dsp
    framework.config.lakehouse_enabled = True
    framework.port_client.get_organization_feature_flags = AsyncMock(return_value=flags)
    notes = await map_here(framework)
    assert notes == ([PORT_MAPS] if len(flags) > 1 else [])
    assert framework.config.lakehouse_enabled is False
    assert framework.config.processing_mode is ProcessingMode.ocean_core
