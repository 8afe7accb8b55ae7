"""Whether rows are mapped by Port's own data source processor instead of here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from port_ocean.context.ocean import ocean
from port_ocean.core.integrations.mixins import utils
from port_ocean.core.models import ProcessingMode


async def is_dsp_mode_enabled() -> bool:
    """The framework's answer, without its warning for every question.

    DSP mode needs everything that sending rows to the lakehouse needs, which is asked quietly.
    """
    return await utils.is_lakehouse_data_enabled() and await utils.is_dsp_mode_enabled()


class Decided:
    """Has the framework take one answer for a whole resync: it asks, and warns, for each batch."""

    def __init__(self) -> None:
        self._under_way = 0
        self._before = ProcessingMode.dsp

    @asynccontextmanager
    async def once(self) -> AsyncIterator[None]:
        """In here `OCEAN__PROCESSING_MODE` is as if it was set to what holds now.

        Where resyncs overlap, the answer of the first one holds until the last has ended.
        """
        if not self._under_way:
            self._before = ocean.config.processing_mode
            if not await is_dsp_mode_enabled():
                ocean.config.processing_mode = ProcessingMode.ocean_core
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                ocean.config.processing_mode = self._before


DECIDED = Decided()
