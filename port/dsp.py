"""Whether rows are mapped by Port's own data source processor instead of here."""

from port_ocean.core.integrations.mixins import utils


async def is_dsp_mode_enabled() -> bool:
    """The framework's answer, without its warning for every question.

    DSP mode needs everything that sending rows to the lakehouse needs, which is asked quietly.
    """
    return await utils.is_lakehouse_data_enabled() and await utils.is_dsp_mode_enabled()
