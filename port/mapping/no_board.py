"""Relations to a board that isn't there.

`.__boardId | tostring`, as mappings have it, is the text "null" where a row has no board: an entity
of that name would be made, and everything without a board relate to it.
"""

import re
from collections.abc import Collection

from port_ocean.core.handlers.port_app_config.models import ResourceConfig
from port_ocean.core.models import Entity

READS_BOARD = re.compile(r"__boardId\b")
NO_BOARD = re.compile(r"\bnull\b")
"""Board ids are numbers: what is made of one never has this word, whatever stands around it."""


def relations_to_boards(resource: ResourceConfig) -> list[str]:
    """The relations that a resource makes of a row's board."""
    return [
        name
        for name, expression in resource.port.entity.mappings.relations.items()
        if isinstance(expression, str) and READS_BOARD.search(expression)
    ]


def drop_no_board(entity: Entity, relations: Collection[str]) -> None:
    """Have these relations lead to boards alone, or to nothing."""
    for name in relations:
        value = entity.relations.get(name)
        if isinstance(value, list):
            entity.relations[name] = [target for target in value if not _is_no_board(target)]
        elif _is_no_board(value):
            entity.relations[name] = None


def _is_no_board(target: object) -> bool:
    return isinstance(target, str) and NO_BOARD.search(target) is not None
