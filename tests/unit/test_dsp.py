"""The framework asks once a resync whether rows are mapped elsewhere, and not for each batch."""

from types import SimpleNamespace

import pytest
from port_ocean.core.models import ProcessingMode

from port import dsp as module
from port.dsp import Decided


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The framework's; `on` is what Port's flags say, and `asked` how often they were looked at."""
    made = SimpleNamespace(processing_mode=ProcessingMode.dsp, on=False, asked=0)

    async def is_dsp_mode_enabled() -> bool:
        made.asked += 1
        return bool(made.on) and made.processing_mode is ProcessingMode.dsp

    monkeypatch.setattr(module, "is_dsp_mode_enabled", is_dsp_mode_enabled)
    monkeypatch.setattr(module, "ocean", SimpleNamespace(config=made))
    return made


async def test_where_it_is_off_the_framework_needs_not_ask(config):
    async with Decided().once():
        assert str(config.processing_mode) == "ocean-core"
    assert str(config.processing_mode) == "dsp"


async def test_where_it_is_on_nothing_changes(config):
    config.on = True
    async with Decided().once():
        assert str(config.processing_mode) == "dsp"


async def test_what_was_set_is_set_again(config):
    config.processing_mode = ProcessingMode.ocean_core
    async with Decided().once():
        pass
    assert str(config.processing_mode) == "ocean-core"


async def test_whatever_ends_a_resync_it_is_set_again(config):
    with pytest.raises(ConnectionError):
        async with Decided().once():
            raise ConnectionError("it broke off")
    assert str(config.processing_mode) == "dsp"


async def test_of_two_that_overlap_the_last_one_sets_it_again(config):
    decided = Decided()
    first, second = decided.once(), decided.once()
    await first.__aenter__()
    await second.__aenter__()
    assert config.asked == 1
    await first.__aexit__(None, None, None)
    assert str(config.processing_mode) == "ocean-core"
    await second.__aexit__(None, None, None)
    assert str(config.processing_mode) == "dsp"
