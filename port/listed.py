"""An entity as Port listed it: as little of it as a comparison needs, two hundred bytes and names.

Tens of thousands are held at once. Of what an entity contains there are digests, and none where it
is known anyway.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from port_ocean.core.models import Entity

from port.entities import EntityKey, is_bare, is_stub, targets_of
from port.parts import Digests, at_part, packed


@dataclass(slots=True, eq=False)
class Listed:
    """What Port has under a name."""

    blueprint: str
    identifier: str
    targets: tuple[str, ...] = ()
    """What it relates to, each once."""
    digests: bytes | None = None
    """Of its parts; None where they weren't needed."""
    has_details: bool = False
    """Whether Port told more than the name."""
    is_bare: bool = True
    """Whether it has no property at all: a stub, perhaps."""
    is_stub: bool = True
    """Whether it has nothing but its identifier."""
    is_expected: bool = False
    """Whether something in Jira stands for it, as far as that was read."""

    @property
    def key(self) -> EntityKey:
        """What makes it one of its kind."""
        return self.blueprint, self.identifier

    @property
    def entity(self) -> Entity:
        """Its name, as an entity."""
        return Entity.parse_obj({"identifier": self.identifier, "blueprint": self.blueprint})

    def shows(self, digests: Digests | None) -> bool:
        """Whether it has these parts just so; not where nobody knows either of both."""
        if digests is None or self.digests is None:
            return False
        return all(at_part(self.digests, part) == digest for part, digest in digests.items())


class Shared:
    """Makes what is listed; texts that come again and again are held once."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._targets: dict[tuple[str, ...], tuple[str, ...]] = {}

    def listed(self, row: Entity, digests: Digests | None) -> Listed:
        """A row of Port's with every field of ours, as it is held."""
        targets = self._same(targets_of(row))
        return Listed(
            self._texts.setdefault(str(row.blueprint), str(row.blueprint)),
            str(row.identifier),
            self._targets.setdefault(targets, targets),
            None if digests is None else packed(b"", digests),
            has_details=bool(row.properties or row.relations),
            is_bare=is_bare(row),
            is_stub=is_stub(row),
        )

    def _same(self, texts: Iterable[str]) -> tuple[str, ...]:
        return tuple(self._texts.setdefault(text, text) for text in sorted(texts))
