"""What a resync would do to Port's catalog: decided from what it would write and delete, without
I/O.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from port_ocean.core.models import Entity
from port_ocean.core.utils.utils import are_teams_different

from port.deletions import is_protected
from port.entities import EntityKey, key_of, merged, targets


@dataclass(frozen=True)
class Schema:
    """A blueprint: its properties, and its relations with the blueprint that each leads to.

    `required` are relations without which Port has no entity of it. One that Port doesn't have is
    `made_at_start`, out of `.port/resources`.
    """

    properties: frozenset[str]
    relations: Mapping[str, str]
    required: frozenset[str] = frozenset()
    made_at_start: bool = False


@dataclass(frozen=True)
class ToWrite:
    """What a resync writes: the entities that it sends, and those that Port has as they are.

    `sent` are merged as Port would have them after all of it; `before` is what Port has under the
    same names, whoever made it. `there` are targets of relations that Port has. `schemas` has None
    for a blueprint that isn't there.
    """

    sent: Mapping[EntityKey, Entity]
    before: Mapping[EntityKey, Entity]
    unchanged: Mapping[EntityKey, Entity]
    there: Collection[EntityKey]
    schemas: Mapping[str, Schema | None]
    merge: bool = True
    makes_stubs: bool = True


@dataclass(frozen=True)
class Deleted:
    """What a resync deletes, and what Port has that relates to it."""

    entities: Collection[Entity] = ()
    related: Collection[Entity] = ()


NOTHING = Deleted()


@dataclass(frozen=True)
class FieldChange:
    """A title, a property or a relation that gets another value."""

    field: str
    old: Any
    new: Any


@dataclass
class BlueprintPlan:
    """What becomes of the entities of a blueprint.

    `stubs` are those that Port makes for relations, `refused` those that it won't take, and why.
    """

    create: list[str] = field(default_factory=list)
    change: dict[str, list[FieldChange]] = field(default_factory=dict)
    unchanged: int = 0
    delete: list[str] = field(default_factory=list)
    stubs: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


@dataclass
class Plan:
    """What becomes of each blueprint.

    `accounts` are people and teams who aren't in Port: what relates to them is written without it.
    """

    blueprints: dict[str, BlueprintPlan] = field(default_factory=dict)
    accounts: set[EntityKey] = field(default_factory=set)


def related(
    entities: Iterable[Entity], schemas: Mapping[str, Schema | None]
) -> Iterator[tuple[Entity, EntityKey]]:
    """Each entity with what it relates to, as far as its blueprint says of what blueprint it is."""
    for entity in entities:
        schema = schemas.get(str(entity.blueprint))
        for name, value in entity.relations.items():
            if schema is not None and name in schema.relations:
                for target in targets(value):
                    yield entity, (schema.relations[name], target)


def plan(written: ToWrite, deleted: Deleted = NOTHING) -> Plan:
    """Foretell what the catalog becomes. A stub that the same resync fills in is created.

    What relates to something that is deleted loses that relation.
    """
    found: dict[str, BlueprintPlan] = defaultdict(BlueprintPlan)
    accounts = _missing_accounts(written)
    sent = {
        key: _without(entity, accounts, written.schemas) for key, entity in written.sent.items()
    }
    refused = _refused(sent, written)
    taken = [entity for key, entity in sent.items() if key not in refused]
    known = {*written.before, *written.unchanged, *written.there, *map(key_of, taken)}
    made_for = dict.fromkeys(target for _, target in related(taken, written.schemas))
    for blueprint, identifier in made_for:
        if (blueprint, identifier) not in known:
            found[blueprint].stubs.append(identifier)
    gone = dict.fromkeys(map(key_of, deleted.entities))
    for blueprint, identifier in gone:
        found[blueprint].delete.append(identifier)
    at_port = {**written.unchanged, **{key_of(e): e for e in deleted.related}, **written.before}
    for key in dict.fromkeys((*at_port, *sent)):
        of, before, given = found[key[0]], at_port.get(key), sent.get(key)
        if key in refused:
            of.refused[key[1]] = refused[key]
            given = None
        if given is not None and before is None:
            of.create.append(key[1])
        if before is None or key in gone:
            continue
        after = before if given is None else merged([before, given], merge=written.merge)[0]
        after = _without(after, gone, written.schemas)
        if changes := field_changes(before, after, written.schemas[key[0]], written.merge):
            of.change[key[1]] = changes
        elif given is not None or key in written.unchanged:
            of.unchanged += 1
    return Plan(dict(sorted(found.items())), accounts)


def field_changes(
    before: Entity, after: Entity, schema: Schema | None, merge: bool = True
) -> list[FieldChange]:
    """What a write changes of an entity that is there. Nothing and an empty relation are the same.

    Relations and teams that Port finds by rules aren't compared.
    """
    changes: list[FieldChange] = []
    given = after.__fields_set__
    if "title" in given and after.title is not None and before.title != after.title:
        changes.append(FieldChange("title", before.title, after.title))
    if "icon" in given and after.icon is not None and before.icon != after.icon:
        changes.append(FieldChange("icon", before.icon, after.icon))
    if "team" in given and not _by_rules(after.team):
        old, new = before.team or [], after.team or []
        if are_teams_different(old, new):
            changes.append(FieldChange("team", old, new))
    for part in ("properties", "relations"):
        old_part, new_part = getattr(before, part), getattr(after, part)
        names = dict.fromkeys(new_part)
        if not merge and schema is not None:
            # What isn't written is emptied; but not what Port computes.
            names |= dict.fromkeys(n for n in old_part if n in getattr(schema, part))
        for name in names:
            old, new = old_part.get(name), new_part.get(name)
            same = old == new
            if part == "relations":
                same = _by_rules(new) or set(targets(old)) == set(targets(new))
            if not same:
                changes.append(FieldChange(f"{part}.{name}", old, new))
    return changes


def need_deleted(deleted: Deleted, schemas: Mapping[str, Schema | None]) -> list[Entity]:
    """Those of the related entities that can't be without something that is deleted."""
    gone = set(map(key_of, deleted.entities))
    return [
        entity
        for entity in deleted.related
        if key_of(entity) not in gone
        and (schema := schemas.get(str(entity.blueprint))) is not None
        and any(
            (schema.relations[name], target) in gone
            for name in schema.required
            for target in targets(entity.relations.get(name))
        )
    ]


def why_kept(
    kept: Iterable[Entity], *, unsure: Collection[str], over_threshold: bool
) -> dict[tuple[str, str], int]:
    """Why entities stay that a resync found to be too much: how many, by blueprint and reason."""
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for entity in kept:
        blueprint = str(entity.blueprint)
        if blueprint in unsure:
            reason = "the search for an identifier found none or several of this blueprint"
        elif over_threshold:
            reason = "more would go than the mapping's entityDeletionThreshold allows"
        else:
            reason = "something that is kept relates to them"
        counts[blueprint, reason] += 1
    return dict(sorted(counts.items()))


def _refused(sent: Mapping[EntityKey, Entity], written: ToWrite) -> dict[EntityKey, str]:
    """What Port won't take, as far as the blueprints tell."""
    refused = {
        key: reason
        for key, entity in sent.items()
        if (reason := _misfit(entity, written.schemas.get(key[0])))
    }
    if written.makes_stubs:
        return refused
    there = {*written.before, *written.unchanged, *written.there}
    while True:
        may_come = there | (sent.keys() - refused.keys())
        more = {
            key_of(entity): f"it relates to {blueprint}/{name}, which isn't there"
            for entity, (blueprint, name) in related(sent.values(), written.schemas)
            if key_of(entity) not in refused and (blueprint, name) not in may_come
        }
        if not more:
            return refused
        refused |= more


def _misfit(entity: Entity, schema: Schema | None) -> str:
    if schema is None:
        return f"Port has no blueprint {entity.blueprint}"
    for what, given, known in (
        ("property", entity.properties, schema.properties),
        ("relation", entity.relations, schema.relations),
    ):
        if unknown := [name for name in given if name not in known]:
            return f"the blueprint has no {what} {', '.join(unknown)}"
    return ""


def _missing_accounts(written: ToWrite) -> set[EntityKey]:
    known = {*written.before, *written.unchanged, *written.there}
    return {
        target
        for _, target in related(written.sent.values(), written.schemas)
        if is_protected(target[0]) and target not in known
    }


def _without(
    entity: Entity, missing: Collection[EntityKey], schemas: Mapping[str, Schema | None]
) -> Entity:
    """The entity without relations to these."""
    schema = schemas.get(str(entity.blueprint))
    changed: dict[str, Any] = {}
    for name, target in (schema.relations if schema else {}).items():
        value = entity.relations.get(name)
        left = [one for one in targets(value) if (target, one) not in missing]
        if len(left) < len(targets(value)):
            changed[name] = left if isinstance(value, list) else None
    return entity.copy(update={"relations": entity.relations | changed}) if changed else entity


def _by_rules(value: object) -> bool:
    if isinstance(value, list):
        return any(isinstance(one, dict) for one in value)
    return isinstance(value, dict)
