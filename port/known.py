"""What Port has, as far as this process knows: what it showed last, and what was written since.

Digests alone, a hundred and fifty bytes an entity. In doubt an entity is unknown: what is refused,
fails, is deleted or is written twice at once, and what is beyond the most that is remembered.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b

from port_ocean.core.handlers.port_app_config.models import PortAppConfig
from port_ocean.core.models import Entity

from port.entities import EntityKey, key_of
from port.parts import DIGEST_BYTES, UNKNOWN, Digests, Parts, at_part, packed

MAX_KNOWN = 250_000
"""Entities that are remembered, in some 40 MB at most; of others Port is asked, or they are written
once more."""

type _Key = tuple[str, int]


@dataclass
class Look:
    """Port being asked for all entities of a blueprint: it may not show what is written since."""

    blueprint: str
    lately: dict[int, bytes | None] = field(default_factory=dict)
    seen: dict[int, bytes] = field(default_factory=dict)
    touched: set[int] = field(default_factory=set)


@dataclass
class _Write:
    """Writes of one name that are under way."""

    digests: Digests | None
    under_way: int = 1
    crossed: bool = False


class Known:
    """Digests of what Port has, by blueprint and name."""

    def __init__(self, most: int = MAX_KNOWN) -> None:
        self._most = most
        self._parts: Parts | None = None
        self._mapping: PortAppConfig | None = None
        self._has: dict[str, dict[int, bytes]] = {}
        self._under_way: dict[_Key, _Write] = {}
        self._looks: list[Look] = []

    def __len__(self) -> int:
        return sum(map(len, self._has.values()))

    def under(self, mapping: PortAppConfig) -> Parts:
        """The parts that a mapping writes; what was known by other ones is forgotten."""
        if self._parts is None or mapping is not self._mapping:
            parts = Parts(mapping)
            self._mapping = mapping
            if parts != self._parts:
                self._parts = parts
                self._has.clear()
                self._looks.clear()
                for write in self._under_way.values():
                    write.crossed = True
        return self._parts

    def has(self, entity: Entity) -> bool | None:
        """Whether Port has all that an entity writes as it is; None where that isn't known."""
        digests = self.digests_of(entity)
        if digests is None:
            return None
        blueprint, name = _key(key_of(entity))
        record = self._has.get(blueprint, {}).get(name)
        if record is None:
            return None
        found = {part: at_part(record, part) for part in digests}
        if any(found[part] not in (UNKNOWN, digest) for part, digest in digests.items()):
            return False
        return None if UNKNOWN in found.values() else True

    def has_all_of(self, entity: Entity) -> bool:
        """Whether all parts of what Port has under a name are known."""
        blueprint, name = _key(key_of(entity))
        record = self._has.get(blueprint, {}).get(name)
        if record is None or self._parts is None:
            return False
        numbers = self._parts.numbers(blueprint)
        return all(at_part(record, part) != UNKNOWN for part in numbers)

    @contextmanager
    def writing(self, entities: Sequence[Entity]) -> Iterator[None]:
        """These are being written: until it is `written` what becomes of them isn't known."""
        begun: list[_Key] = []
        for entity in entities:
            if entity.is_using_search_identifier:
                continue
            key = _key(key_of(entity))
            digests = self.digests_of(entity)
            begun.append(key)
            self._blank(key, digests)
            other = self._under_way.get(key)
            if other is None:
                self._under_way[key] = _Write(digests)
                continue
            other.under_way += 1
            # Nobody knows which of two comes last.
            other.crossed |= digests is None or other.digests != digests
        try:
            yield
        finally:
            for key in begun:
                write = self._under_way[key]
                write.under_way -= 1
                if not write.under_way:
                    del self._under_way[key]

    def written(self, entities: Iterable[Entity], *, merge: bool) -> None:
        """Port took these, of those that are being written; without `merge` they are all it has."""
        for entity in entities:
            if entity.is_using_search_identifier:
                continue
            key = _key(key_of(entity))
            digests = self.digests_of(entity)
            write = self._under_way.get(key)
            if digests is None or write is None or write.crossed:
                self._blank(key, digests)
            else:
                self._keep(key, digests, merge=merge)

    def showed(self, entity: Entity) -> None:
        """Port showed just this a while ago: it counts where nothing else is known."""
        digests, key = self.digests_of(entity), _key(key_of(entity))
        if digests is not None and key not in self._under_way:
            record = self._has.get(key[0], {}).get(key[1], b"")
            new = {p: digest for p, digest in digests.items() if at_part(record, p) == UNKNOWN}
            self._keep(key, new, merge=True)

    def forget(self, keys: Iterable[EntityKey]) -> None:
        """Nobody knows what Port has under these names."""
        for key in keys:
            self._forget(_key(key))

    def forget_blueprint(self, blueprint: str) -> None:
        """Nobody knows what Port has of a blueprint."""
        self._has.pop(blueprint, None)

    def forget_all(self) -> None:
        """Nobody knows what Port has."""
        for blueprint in [*self._has]:
            self.forget_blueprint(blueprint)
        for look in self._looks:
            look.seen.clear()

    @contextmanager
    def looking(
        self, blueprint: str, lately: Iterable[EntityKey] = (), going: Iterable[EntityKey] = ()
    ) -> Iterator[Look]:
        """Port is asked for all of a blueprint; what it shows is what is known, at the end.

        But for what is written meanwhile, and what is `going`. Where it doesn't show what was
        written `lately`, it may be late, or somebody changed that: nothing is known of it then.
        Where it fails, nothing is known of all that it was asked for.
        """
        had = self._has.get(blueprint, {})
        look = Look(blueprint)
        look.lately = {name: had.get(name) for of, name in map(_key, lately) if of == blueprint}
        look.touched = {name for of, name in self._under_way if of == blueprint}
        self._looks.append(look)
        self.forget(key for key in going if key[0] == blueprint)
        before = self._parts
        try:
            yield look
        except BaseException:
            self.forget_blueprint(blueprint)
            raise
        finally:
            self._looks = [other for other in self._looks if other is not look]
        if self._parts is before:
            had = self._has.pop(blueprint, {})
            kept = {name: had[name] for name in look.touched if name in had}
            self._has[blueprint] = look.seen | kept
            self._limit()

    def see(self, look: Look, rows: Iterable[Entity]) -> None:
        """Port showed these, with every field of ours."""
        if self._parts is None:
            return
        for row in rows:
            name = _key(key_of(row))[1]
            digests = self._parts.shown_by(row)
            if name in look.touched:
                continue
            if name in look.lately and not _is_of(look.lately[name], digests):
                continue
            look.seen[name] = packed(b"", digests)

    def digests_of(self, entity: Entity) -> Digests | None:
        """Of what an entity writes; None where nobody can say what it comes to."""
        return None if self._parts is None else self._parts.written_by(entity)

    def _forget(self, key: _Key) -> None:
        self._touch(key)
        self._has.get(key[0], {}).pop(key[1], None)

    def _blank(self, key: _Key, digests: Digests | None) -> None:
        """Forget these parts, or all of it."""
        record = self._has.get(key[0], {}).get(key[1])
        if digests is None or not record:
            self._forget(key)
        else:
            self._keep(key, dict.fromkeys(digests, UNKNOWN), merge=True)

    def _keep(self, key: _Key, digests: Digests, *, merge: bool) -> None:
        self._touch(key)
        blueprint, name = key
        of = self._has.setdefault(blueprint, {})
        of[name] = packed(of.pop(name, b"") if merge else b"", digests)
        self._limit()

    def _touch(self, key: _Key) -> None:
        for look in self._looks:
            if look.blueprint == key[0]:
                look.touched.add(key[1])
                look.seen.pop(key[1], None)

    def _limit(self) -> None:
        """Forget what was learned first, of the blueprint that has most."""
        excess = len(self) - self._most
        if excess > 0:
            largest = max(self._has.values(), key=len)
            deque((largest.pop(next(iter(largest))) for _ in range(min(excess, len(largest)))), 0)


def _key(key: EntityKey) -> _Key:
    """Short, however long the name is."""
    blueprint, name = key
    digest = blake2b(name.encode(errors="surrogatepass"), digest_size=DIGEST_BYTES).digest()
    return blueprint, int.from_bytes(digest)


def _is_of(record: bytes | None, digests: Digests) -> bool:
    """Whether all that is known of something is as in these, and something is."""
    if record is None:
        return False
    known = [part for part in digests if at_part(record, part) != UNKNOWN]
    return all(at_part(record, part) == digests[part] for part in known) and bool(
        known or not digests
    )
