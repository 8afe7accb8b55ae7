"""What a mapping could say so that a row has what it lacks. Without I/O."""

from collections.abc import Sequence
from typing import Any

from port_ocean.core.handlers.port_app_config.models import ResourceConfig

from jira.payloads import Row
from port.rows.nulls import Hint


def hint_of(resource: ResourceConfig, row: Row) -> Hint:
    """For the names that lead to what a row of a resource doesn't have."""
    selector: Any = resource.selector

    def hint(names: Sequence[str]) -> str:
        path = "." + ".".join(names)
        items = resource.port.items_to_parse
        if items and items.replace(" ", "").startswith(path):
            return (
                "itemsToParse takes it out of the row; itemsToParseTopLevelTransform: false leaves "
                "it there"
            )
        if len(names) == 1 and names[0] in str(row.get("expand", "")).split(","):
            if "expand" in selector.__fields__:
                return f"The selector's `expand: {names[0]}` brings it"
            return ""
        asked = getattr(selector, "fields", None)
        named = ", ".join(asked) if isinstance(asked, list) else asked
        if len(names) > 1 and names[0] == "fields" and named and "*all" not in named:
            return f"The selector asks for these fields alone: {named}"
        return ""

    return hint
