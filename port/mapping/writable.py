"""What Port can hold of an entity: one name that it doesn't take has a whole write refused.

Names are identifiers and the values of relations: letters of any alphabet, digits and @_.+:\\/=-,
at most 1,000 characters, but not "." or "..". A title is a text.
https://docs.port.io/api-reference/create-an-entity
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from loguru import logger
from port_ocean.core.handlers.port_app_config.models import ResourceConfig
from port_ocean.core.models import Entity

MAX_NAME = 1000
MAX_SAID = 200
"""How many values that were left out are remembered as said."""
TAKES = "letters, digits and @_.+:\\/=-, 1 to 1,000 of them"
_ASCII = re.compile(r"[A-Za-z0-9@_.+:\\/=-]+")
_SIGNS = frozenset("0123456789@_.+:\\/=-")


@dataclass(frozen=True)
class LeftOut:
    """A value that Port doesn't take: where it was in the entity, and whose it was."""

    where: str
    value: object
    blueprint: str
    identifier: object


def is_name(value: object) -> bool:
    """Whether Port takes it as an identifier, or as what a relation points to."""
    if not isinstance(value, str) or value in (".", "..") or not 0 < len(value) <= MAX_NAME:
        return False
    if value.isascii():
        return _ASCII.fullmatch(value) is not None
    return all(sign.isalpha() or sign in _SIGNS for sign in value)


def writable(entity: Entity, *, titled: bool) -> tuple[Entity | None, list[LeftOut]]:
    """The entity as Port can hold it, and what had to be left out of it; changed in place.

    None where its identifier is no name. A relation loses the values that are none, and is empty
    then rather than what it was before. Where the mapping has a title that gives nothing, the
    identifier is the title, as it is for an entity that never had one. Rules by which Port searches
    for an identifier or for a relation's target are left as they are.
    """
    named = entity.identifier
    blueprint = str(entity.blueprint)
    if not isinstance(named, dict) and not is_name(named):
        return None, [LeftOut("identifier", named, blueprint, named)]
    left_out: list[LeftOut] = []
    for name, value in entity.relations.items():
        if value is None or isinstance(value, dict) or is_name(value):
            continue
        if isinstance(value, list):
            bad = [item for item in value if not is_name(item)]
            if not bad:
                continue
            entity.relations[name] = [item for item in value if is_name(item)]
        else:
            bad = [value]
            entity.relations[name] = None
        left_out += [
            LeftOut(f"relations.{name}", item, blueprint, named) for item in bad if item is not None
        ]
    _set_title(entity, titled=titled)
    return entity, left_out


def _set_title(entity: Entity, *, titled: bool) -> None:
    if entity.title is None:
        if titled and isinstance(entity.identifier, str):
            entity.title = entity.identifier
        else:
            # An explicit null is no text either.
            entity.__fields_set__.discard("title")
    elif not isinstance(entity.title, str):
        entity.title = json.dumps(entity.title, ensure_ascii=False)


class SaidOnce:
    """Names each value that was left out once, with the expression it came from."""

    def __init__(self, say: Callable[[str], object] = logger.warning) -> None:
        self._say = say
        self._said: dict[str, None] = {}

    def tell(self, left_out: LeftOut, resource: ResourceConfig) -> None:
        """Say it, unless it was said."""
        expression = expression_of(left_out.where, resource)
        key = f"{expression} {left_out.value!r}"
        if key in self._said:
            return
        self._said[key] = None
        while len(self._said) > MAX_SAID:
            del self._said[next(iter(self._said))]
        shown = repr(left_out.value)[:100]
        hint = " (a text is needed: `| tostring`)" if isinstance(left_out.value, int) else ""
        what = (
            f"a row of {resource.kind} is left out"
            if left_out.where == "identifier"
            else f"{left_out.blueprint}/{str(left_out.identifier)[:100]} is written without it"
        )
        self._say(
            f"Port takes {TAKES} as a name, and not {shown}{hint}, which {expression} gave for "
            f"{left_out.where}: {what}. Put the expression right in the mapping."
        )


def expression_of(where: str, resource: ResourceConfig) -> str:
    """The mapping's expression for a part of an entity."""
    part: Any = resource.port.entity.mappings.dict()
    for step in where.split(".", 1):
        part = part.get(step) if isinstance(part, Mapping) else None
    return str(part)
