"""Which part of an issue's row a request asked for."""

from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.jira.formats import Row


@dataclass(frozen=True, slots=True)
class Selection:
    """Which fields a request asked for, and whether the changelog, too."""

    base: str = ""
    include: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()
    changelog: bool = False

    @classmethod
    def of(
        cls, names: Iterable[str], default: str, expand: Iterable[str] | str = ()
    ) -> "Selection":
        """Read `fields` and `expand` parameters, whose entries may be comma-separated."""
        parts = [part.strip() for name in names for part in name.split(",") if part.strip()]
        base, include, exclude = "", set[str](), set[str]()
        for part in parts:
            if part in ("*all", "*navigable"):
                base = part if base != "*all" else base
            elif part.startswith("-"):
                exclude.add(part[1:])
            else:
                include.add(part)
        if not base and not include:
            # Only exclusions, or nothing at all: they apply to the default.
            if default.startswith("*"):
                base = default
            else:
                include.add(default)
        expanded = expand.split(",") if isinstance(expand, str) else expand
        changelog = any("changelog" in part.split(",") for part in expanded)
        return cls(base, frozenset(include), frozenset(exclude), changelog)

    @property
    def slim(self) -> bool:
        """Whether only ids and keys were asked for, which allows larger pages."""
        return not self.base and self.include <= {"id", "key"}

    def apply(self, row: Row) -> Row:
        """The part of a full row that was asked for."""
        if self.base == "*all" and not self.exclude:
            return row
        if not self.base and self.include <= {"id"}:
            return {"id": row["id"]}
        slim = {name: row[name] for name in ("expand", "id", "self", "key")}
        if self.slim:
            return slim
        fields: Row = row["fields"]
        hidden = set(self.exclude)
        if self.base == "*navigable":
            hidden |= {"comment", "worklog"} - self.include
        kept = {
            name: value
            for name, value in fields.items()
            if name not in hidden and (self.base or name in self.include)
        }
        return slim | {"fields": kept}


ALL_FIELDS = Selection("*all")
