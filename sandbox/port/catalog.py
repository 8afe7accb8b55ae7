"""The catalog of the stand-in Port: blueprints and entities in memory."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from sandbox.port.blueprints import (
    PortError,
    check_identifier,
    check_properties,
    check_relations,
    check_required,
    invalid,
    normalise_blueprint,
    not_found,
    targets,
)
from sandbox.port.changes import ChangeCallback, Changes
from sandbox.port.entities import PortEntities
from sandbox.port.relations import IncomingRelations
from sandbox.port.search import Key, related
from sandbox.port.values import blank_entity, now_iso, stub_source


class PortCatalog(PortEntities):
    """Blueprints and entities, with Port's rules for writing, deleting and searching them."""

    def __init__(self) -> None:
        super().__init__()
        self.blueprints: dict[str, dict[str, Any]] = {}
        # What was refused last time, since it relates to what isn't there.
        self.refused: set[Key] = set()
        # Nobody documents whether a write that changes nothing makes an entity an updated one.
        self.unchanged_is_updated = True
        # Nor whose an entity is that one made and another wrote later.
        self.creator_owns = False
        # How long a delete takes after its answer; each one is asked for anew.
        self.delete_seconds: Callable[[], float] = lambda: 0.0
        self.deletes_pending = 0
        self._incoming = IncomingRelations()
        self._changes = Changes()

    # Blueprints

    def blueprint(self, identifier: str) -> dict[str, Any]:
        """Return a blueprint or raise 404."""
        try:
            return self.blueprints[identifier]
        except KeyError:
            raise not_found(f'blueprint "{identifier}" was not found') from None

    def create_blueprint(self, raw: dict[str, Any]) -> dict[str, Any]:
        """Add a blueprint; 409 when its identifier is taken."""
        blueprint = normalise_blueprint(raw)
        identifier = blueprint["identifier"]
        if identifier in self.blueprints:
            raise PortError(409, "identifier_taken", f'blueprint "{identifier}" already exists')
        return self._keep_blueprint(blueprint)

    def patch_blueprint(self, identifier: str, raw: dict[str, Any]) -> dict[str, Any]:
        """Replace the given top-level parts of a blueprint."""
        known = self.blueprint(identifier)
        return self._keep_blueprint(normalise_blueprint({**known, **raw, "identifier": identifier}))

    def delete_blueprint(self, identifier: str, *, with_entities: bool = False) -> None:
        """Remove a blueprint; 409 while it has entities, unless they go too."""
        self.blueprint(identifier)
        for name, other in self.blueprints.items():
            if name != identifier and any(
                relation["target"] == identifier for relation in other["relations"].values()
            ):
                raise PortError(409, "has_relations", f'"{name}" has a relation to "{identifier}"')
        if self._entities.get(identifier):
            if not with_entities:
                raise PortError(409, "has_entities", f'blueprint "{identifier}" has entities')
            self.delete(identifier, list(self._entities[identifier]))
        del self.blueprints[identifier]
        self._entities.pop(identifier, None)

    def _keep_blueprint(self, blueprint: dict[str, Any]) -> dict[str, Any]:
        identifier = blueprint["identifier"]
        for name, relation in blueprint["relations"].items():
            if relation["target"] != identifier and relation["target"] not in self.blueprints:
                raise invalid(f'relation "{name}" points to no blueprint: {relation["target"]!r}')
        moment = now_iso()
        known = self.blueprints.get(identifier)
        created = moment if known is None else known["createdAt"]
        blueprint |= {"createdAt": created, "updatedAt": moment}
        self.blueprints[identifier] = blueprint
        for row in self._entities.setdefault(identifier, {}).values():
            if known is not None:
                self._incoming.unlink(known, row)
            for part, declared in (
                ("properties", blueprint["schema"]["properties"]),
                ("relations", blueprint["relations"]),
            ):
                row[part] = {name: value for name, value in row[part].items() if name in declared}
            self._incoming.link(blueprint, row)
        return blueprint

    # Writing

    def upsert(
        self,
        blueprint: str,
        entity: dict[str, Any],
        *,
        user_agent: str = "sandbox",
        merge: bool = True,
        create_missing_related_entities: bool = True,
        validation_only: bool = False,
    ) -> tuple[dict[str, Any], bool]:
        """Write an entity; return it as stored, and whether it is new."""
        schema = self.blueprint(blueprint)
        identifier = check_identifier(entity.get("identifier"))
        properties = entity.get("properties") or {}
        check_properties(schema, properties)
        relations = check_relations(schema, entity.get("relations") or {})
        known = self.get(blueprint, identifier)
        base = known if known is not None and merge else blank_entity(blueprint, identifier)
        row: dict[str, Any] = {
            **base,
            **{name: entity[name] for name in ("title", "team", "icon") if name in entity},
            "properties": base["properties"] | properties,
            "relations": base["relations"] | relations,
        }
        if row["title"] is None:
            row["title"] = identifier
        check_required(schema, row["properties"], row["relations"])
        missing = self._missing_targets(schema, identifier, relations)
        for target in missing:
            # In Port's own blueprints there are no stubs.
            if not create_missing_related_entities or target[0].startswith("_"):
                self.refused.add((blueprint, identifier))
                raise not_found(f'related entity "{target[1]}" of "{target[0]}" was not found')
        self.refused.discard((blueprint, identifier))
        if validation_only:
            return row, known is None
        for target in missing:
            self._store(blank_entity(*target) | {"title": target[1]}, stub_source(user_agent))
        self._store(row, user_agent)
        return row, known is None

    def delete(
        self, blueprint: str, identifiers: Iterable[str], *, delete_dependents: bool = True
    ) -> list[str]:
        """Delete entities; return those of the given ones that were there and are gone.

        Without `delete_dependents` an entity on which others depend is left alone.
        """
        self.blueprint(blueprint)
        asked = dict.fromkeys(identifiers)
        gone: set[Key] = set()
        for identifier in asked:
            key = (blueprint, identifier)
            # An earlier one of this call may have taken it along.
            if self.get(*key) is None:
                continue
            doomed = self._closure(key)
            if len(doomed) > 1 and not delete_dependents:
                continue
            # What depends goes first, so that nobody sees it unlinked.
            for one in reversed(doomed):
                self._drop(one)
            gone.update(doomed)
        return [one for one in asked if (blueprint, one) in gone]

    def delete_later(
        self, blueprint: str, identifiers: Iterable[str], *, delete_dependents: bool = True
    ) -> list[str]:
        """As `delete`, and return as if it were done; what is there by then goes."""
        seconds = self.delete_seconds()
        if seconds <= 0:
            return self.delete(blueprint, identifiers, delete_dependents=delete_dependents)
        self.blueprint(blueprint)
        there = [one for one in dict.fromkeys(identifiers) if self.get(blueprint, one)]

        def finish() -> None:
            self.deletes_pending -= 1
            if blueprint in self.blueprints:
                self.delete(blueprint, there, delete_dependents=delete_dependents)
            self._changes.wake()

        self.deletes_pending += 1
        asyncio.get_running_loop().call_later(seconds, finish)
        return there

    def dependents(self, blueprint: str, identifier: str) -> list[Key]:
        """Return the entities that would go with this one, through required relations."""
        return self._closure((blueprint, identifier))[1:]

    def _missing_targets(
        self, schema: dict[str, Any], identifier: str, relations: dict[str, Any]
    ) -> list[Key]:
        keys: dict[Key, None] = {
            (schema["relations"][name]["target"], one): None
            for name, value in relations.items()
            for one in targets(value)
        }
        # An entity may point to itself.
        keys.pop((schema["identifier"], identifier), None)
        return [key for key in keys if self.get(*key) is None]

    def _closure(self, first: Key) -> list[Key]:
        found: dict[Key, None] = {first: None}
        queue = [first]
        while queue:
            for source, names in self._incoming.sources(queue.pop()).items():
                declared = self.blueprints[source[0]]["relations"]
                if source not in found and any(declared[name]["required"] for name in names):
                    found[source] = None
                    queue.append(source)
        return list(found)

    def _store(self, row: dict[str, Any], user_agent: str) -> None:
        blueprint, identifier = row["blueprint"], row["identifier"]
        moment = now_iso()
        known = self.get(blueprint, identifier)
        owner = known["dataSource"] if known and self.creator_owns else user_agent
        row |= {"updatedBy": user_agent, "dataSource": owner}
        same = known is not None and all(known[name] == value for name, value in row.items())
        if known is None or self.unchanged_is_updated or not same:
            row["updatedAt"] = moment
        else:
            row["updatedAt"] = known["updatedAt"]
        if known is None:
            row |= {"createdAt": moment, "createdBy": user_agent}
        else:
            row |= {name: known[name] for name in ("createdAt", "createdBy")}
            self._incoming.unlink(self.blueprints[blueprint], known)
        self._entities[blueprint][identifier] = row
        self._incoming.link(self.blueprints[blueprint], row)
        self._changed((blueprint, identifier), came_or_went=known is None)
        self._changes.publish("upsert", blueprint, identifier)

    def _drop(self, key: Key) -> None:
        blueprint, identifier = key
        row = self._entities[blueprint].pop(identifier)
        self._incoming.unlink(self.blueprints[blueprint], row)
        for source, names in self._incoming.pop(key).items():
            pointing = self._entities[source[0]][source[1]]
            for name in names:
                value = pointing["relations"][name]
                pointing["relations"][name] = (
                    [one for one in value if one != identifier] if isinstance(value, list) else None
                )
            pointing["updatedAt"] = now_iso()
            self._changed(source, came_or_went=False)
            self._changes.publish("upsert", *source)
        self._changed(key, came_or_went=True)
        self._changes.publish("delete", blueprint, identifier)

    def _candidates(self, blueprint: str, query: dict[str, Any]) -> list[str] | None:
        wanted = related(query)
        # A search that is behind may show what doesn't point there any more.
        if wanted is None or self.search_lag:
            return None
        relations = self.blueprint(blueprint)["relations"]
        pointing = {
            identifier
            for name, targets_of in wanted.items()
            if name in relations
            for one in targets_of
            for of, identifier in self._incoming.sources((relations[name]["target"], one))
            if of == blueprint
        }
        return sorted(pointing)

    # Waiting

    def on_change(self, callback: ChangeCallback) -> Callable[[], None]:
        """Call back with (op, blueprint, identifier) at each change; return how to end it."""
        return self._changes.subscribe(callback)

    async def wait_for(
        self,
        predicate: Callable[["PortCatalog"], bool],
        timeout: float = 30.0,  # noqa: ASYNC109 - the message says what was awaited
        what: str = "what was waited for",
    ) -> None:
        """Wait until the predicate holds; it is tried again after each change."""

        def explain() -> str:
            counts = {name: len(rows) for name, rows in self._entities.items()}
            return f"the catalog does not hold {what}; it holds {counts}"

        await self._changes.wait(lambda: predicate(self), timeout, explain)
