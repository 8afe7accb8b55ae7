"""A dry run's findings, as a table for people and as JSON for programs. Without I/O."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from port.dry_run.plan import BlueprintPlan, FieldChange, Plan

SHOWN = 20
"""How many entities of a blueprint and of a sort the table names."""
NAMED = 8
"""How many stubs, which have nothing but their names."""
WIDEST = 60
"""How many signs of a value the table shows."""
COLUMNS = ("create", "change", "unchanged", "delete", "stubs", "refused")


@dataclass(frozen=True)
class Resource:
    """One entry of the mapping: how many entities it gives, and why not all of its rows."""

    name: str
    entities: int
    failures: Sequence[str] = ()


@dataclass(frozen=True)
class Report:
    """All that a dry run found.

    `kept` counts, by blueprint and reason, what is too much in Port and stays. `notes` are
    sentences about the whole.
    """

    source: str
    resources: Sequence[Resource]
    plan: Plan
    kept: Mapping[tuple[str, str], int] = field(default_factory=dict)
    notes: Sequence[str] = ()

    @property
    def failed(self) -> list[Resource]:
        """The resources of which something could not be read or mapped."""
        return [resource for resource in self.resources if resource.failures]


def as_json(report: Report) -> str:
    """The whole report; values are as Port has them and would have them."""
    return json.dumps(
        {
            "mapping": report.source,
            "complete": not report.failed,
            "resources": [
                {"resource": of.name, "entities": of.entities, "failures": list(of.failures)}
                for of in report.resources
            ],
            "blueprints": {
                blueprint: {
                    **{name: getattr(of, name) for name in ("create", "unchanged", "delete")},
                    "change": {
                        name: {c.field: {"old": c.old, "new": c.new} for c in changes}
                        for name, changes in of.change.items()
                    },
                    "stubs": of.stubs,
                    "refused": of.refused,
                }
                for blueprint, of in report.plan.blueprints.items()
            },
            "kept": [
                {"blueprint": blueprint, "entities": count, "reason": reason}
                for (blueprint, reason), count in report.kept.items()
            ],
            "accounts": [
                {"blueprint": blueprint, "identifier": name}
                for blueprint, name in sorted(report.plan.accounts)
            ],
            "notes": list(report.notes),
        },
        ensure_ascii=False,
        indent=2,
    )


def as_table(report: Report) -> str:
    """Counts by blueprint, then what changes in each, and what was not found out."""
    rows = [
        (blueprint, *(_count(getattr(of, column)) for column in COLUMNS))
        for blueprint, of in report.plan.blueprints.items()
    ]
    lines = [f"What a resync would do, by {report.source}. Nothing was written.", ""]
    lines += _table(("blueprint", *COLUMNS), rows) if rows else ["Nothing is read, or written."]
    for blueprint, of in report.plan.blueprints.items():
        lines += _details(blueprint, of)
    failures = [f"  {of.name}: {why}" for of in report.failed for why in of.failures]
    kept = [
        f"  {count:,} of {blueprint}: {reason}"
        for (blueprint, reason), count in report.kept.items()
    ]
    notes = (*_nobody(report), *_empty(report), *report.notes)
    for title, more in (
        ("Could not be read or mapped:", failures),
        ("Too much in Port, and kept:", kept),
        ("Besides:", [f"  {note}" for note in notes]),
    ):
        lines += ["", title, *more] if more else []
    return "\n".join(lines)


def short(value: Any) -> str:
    """A value in a few signs."""
    text = "nothing" if value in (None, []) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"


def _details(blueprint: str, of: BlueprintPlan) -> list[str]:
    lines: list[str] = []
    if of.change:
        changes = [f"  {name}: {_changes(every)}" for name, every in of.change.items()]
        lines += ["", f"{blueprint}: change", *_first(changes)]
    if of.delete:
        lines += ["", f"{blueprint}: delete", *_first(f"  {name}" for name in of.delete)]
    if of.refused:
        refused = [f"  {name}: {why}" for name, why in of.refused.items()]
        lines += ["", f"{blueprint}: Port would refuse", *_first(refused)]
    if of.stubs:
        stubs = f"  {_named(of.stubs)}"
        lines += ["", f"{blueprint}: stubs that Port makes for relations", stubs]
    return lines


def _changes(changes: Iterable[FieldChange]) -> str:
    return "; ".join(f"{c.field} {short(c.old)} → {short(c.new)}" for c in changes)


def _first(lines: Iterable[str]) -> list[str]:
    every = list(lines)
    more = len(every) - SHOWN
    return [*every[:SHOWN], f"  … and {more:,} more (JSON has all)"] if more > 0 else every


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return f"{', '.join(names[:NAMED])}{more}"


def _nobody(report: Report) -> list[str]:
    by_blueprint: dict[str, list[str]] = {}
    for blueprint, name in sorted(report.plan.accounts):
        by_blueprint.setdefault(blueprint, []).append(name)
    return [
        f"Port has no {_named(names)} in {blueprint}: what relates to them is written without that"
        for blueprint, names in by_blueprint.items()
    ]


def _empty(report: Report) -> list[str]:
    return [
        f"{of.name} gives no entity"
        for of in report.resources
        if not of.entities and not of.failures
    ]


def _count(value: Any) -> str:
    return f"{value if isinstance(value, int) else len(value):,}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if number == 0 else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (head, *rows)
    ]
