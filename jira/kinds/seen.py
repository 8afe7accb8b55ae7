"""What was seen under which parent: the sprints of a board, the releases of a project.

Once something is gone no list shows where it was, and of a list alone nobody can say what is new.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping

type Names = Mapping[str, str]
"""Rows by id, with their keys where they have one."""


class Seen:
    """Remembers what parents showed when they were last asked, for each way of asking.

    It is what the catalog was made of: what was seen and isn't written yet is settled afterwards.
    """

    def __init__(self) -> None:
        self._by: dict[Hashable, dict[str, dict[str, str]]] = {}

    def whole(self, query: Hashable, parent: str, names: Names) -> None:
        """That is all that the parent shows."""
        self._by.setdefault(query, {})[parent] = {**names}

    def only(self, query: Hashable, parents: Collection[str]) -> None:
        """There are no other parents."""
        known = self._by.get(query, {})
        for parent in known.keys() - set(parents):
            del known[parent]

    def some(self, query: Hashable, parent: str, asked: Iterable[str], names: Names) -> None:
        """Of those that were asked about, the parent shows these alone."""
        known = self._by.setdefault(query, {}).setdefault(parent, {})
        for name in asked:
            if name in names:
                known[name] = names[name]
            else:
                known.pop(name, None)

    def under(self, query: Hashable, parent: str) -> Names:
        """What the parent showed."""
        return self._by.get(query, {}).get(parent, {})

    def parents_of(self, names: Iterable[str]) -> set[str]:
        """Those that showed one of these, however they were asked."""
        wanted = set(names)
        return {
            parent
            for of in self._by.values()
            for parent, known in of.items()
            if any(name in known for name in wanted)
        }

    def on(self, parents: Iterable[str]) -> set[str]:
        """What one of these showed, however it was asked."""
        return {
            name for of in self._by.values() for parent in parents for name in of.get(parent, ())
        }
