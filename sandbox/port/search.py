"""Port's search language over the stand-in's entities."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sandbox.port.blueprints import invalid, targets

type Key = tuple[str, str]
type Entities = Mapping[str, Mapping[str, dict[str, Any]]]

_META = {
    "$identifier": "identifier",
    "$title": "title",
    "$blueprint": "blueprint",
    "$datasource": "dataSource",
    "$team": "team",
    "$icon": "icon",
    "$createdAt": "createdAt",
    "$updatedAt": "updatedAt",
    "$createdBy": "createdBy",
    "$updatedBy": "updatedBy",
}
_OPPOSITE = {
    "!=": "=",
    "notIn": "in",
    "doesNotContains": "contains",
    "doesNotBeginsWith": "beginsWith",
    "doesNotEndsWith": "endsWith",
    "isNotEmpty": "isEmpty",
    "notBetween": "between",
}


def search(
    entities: Entities, query: Mapping[str, Any], among: Iterable[Key] | None = None
) -> list[Key]:
    """Return the keys of the entities that match, of all or in the order of those `among`."""
    if among is None:
        return list(_select(entities, query, None))
    scope = dict.fromkeys(among)
    found = _select(entities, query, scope)
    return [key for key in scope if key in found]


def _select(
    entities: Entities, node: Mapping[str, Any], scope: dict[Key, None] | None
) -> dict[Key, None]:
    """Work on sets of keys, so that a query with many identifiers stays linear."""
    combinator = node.get("combinator", "and")
    rules = node.get("rules")
    if combinator not in ("and", "or") or not isinstance(rules, list):
        raise invalid('a query needs a "combinator" (and, or) and "rules"')
    if not rules:
        return _all(entities) if scope is None else scope
    if combinator == "or":
        found: dict[Key, None] = {}
        for rule in rules:
            child = rule if _is_group(rule) else {"combinator": "and", "rules": [rule]}
            found |= _select(entities, child, scope)
        return found
    keys = _narrow(entities, rules, scope)
    left = [rule for rule in rules if not _indexed(rule)]
    for rule in left:
        if _is_group(rule):
            # Still without a scope, the group may use the index.
            keys = _select(entities, rule, keys)
    if keys is None:
        keys = _all(entities)
    leaves = [rule for rule in left if not _is_group(rule)]
    return {
        key: None
        for key in keys
        if all(_matches(entities[key[0]][key[1]], rule) for rule in leaves)
    }


def _is_group(rule: Mapping[str, Any]) -> bool:
    return "combinator" in rule


def _all(entities: Entities) -> dict[Key, None]:
    return {(blueprint, one): None for blueprint, rows in entities.items() for one in rows}


def _indexed(rule: Mapping[str, Any]) -> tuple[str, dict[str, None]] | None:
    """Return the property and the values of what the index answers, or None.

    That is a rule, or a group of which one rule for the same property has to hold.
    """
    if _is_group(rule):
        parts = [_indexed(one) for one in rule.get("rules") or ()]
        found = [part for part in parts if part is not None]
        names = {name for name, _ in found}
        if rule["combinator"] != "or" or len(found) < len(parts) or len(names) != 1:
            return None
        return names.pop(), {one: None for _, values in found for one in values}
    name, value = rule.get("property"), rule.get("value")
    if name not in ("$identifier", "$blueprint"):
        return None
    if rule.get("operator") == "=" and isinstance(value, str):
        return name, {value: None}
    if rule.get("operator") == "in" and isinstance(value, list):
        values = {one: None for one in value if isinstance(one, str)}
        return (name, values) if values else None
    return None


def _narrow(
    entities: Entities, rules: list[Mapping[str, Any]], scope: dict[Key, None] | None
) -> dict[Key, None] | None:
    """Apply the rules that the index answers; None stands for everything."""
    wanted: dict[str, dict[str, None]] = {}
    for rule in rules:
        if indexed := _indexed(rule):
            name, values = indexed
            both = wanted.get(name, values)
            wanted[name] = {one: None for one in values if one in both}
    if not wanted:
        return scope
    identifiers = wanted.get("$identifier")
    keys: dict[Key, None] = {}
    for blueprint in wanted.get("$blueprint", entities):
        rows = entities.get(blueprint, {})
        for identifier in rows if identifiers is None else identifiers:
            key = (blueprint, identifier)
            if identifier in rows and (scope is None or key in scope):
                keys[key] = None
    return keys


def related(query: Mapping[str, Any]) -> dict[str, list[str]] | None:
    """Return targets by relation of which one has to be related to; None where nothing says so."""
    if query.get("combinator") != "and":
        return None
    for rule in query.get("rules") or ():
        some = rule.get("rules") or () if rule.get("combinator") == "or" else [rule]
        found: dict[str, list[str]] = {}
        for one in some:
            name, value = one.get("property"), one.get("value")
            if one.get("operator") != "matchAny" or not isinstance(name, dict):
                break
            path = name.get("path")
            if not isinstance(path, list) or len(path) != 1:
                break
            values = value if isinstance(value, list) else [value]
            found.setdefault(str(path[0]), []).extend(map(str, values))
        else:
            if found:
                return found
    return None


def _matches(entity: Mapping[str, Any], rule: Mapping[str, Any]) -> bool:
    name, operator = rule.get("property"), rule.get("operator")
    if isinstance(name, dict) and operator == "matchAny":
        return _relates(entity, name, rule.get("value"))
    if not isinstance(name, str) or not isinstance(operator, str):
        raise invalid('a rule needs a "property" and an "operator"')
    positive = _OPPOSITE.get(operator, operator)
    holds = _holds(positive, _value(entity, name), rule.get("value"))
    return holds if positive == operator else not holds


def _relates(entity: Mapping[str, Any], name: Mapping[str, Any], wanted: Any) -> bool:
    """Whether the entity relates to one of these; only paths of one relation are known here."""
    path = name.get("path")
    if not isinstance(path, list) or len(path) != 1 or not isinstance(path[0], str):
        raise invalid("a path is a list of one relation")
    related = targets(entity["relations"].get(path[0]))
    return any(one in related for one in (wanted if isinstance(wanted, list) else [wanted]))


def _value(entity: Mapping[str, Any], name: str) -> Any:
    if name in _META:
        return entity.get(_META[name])
    if name.startswith("$"):
        raise invalid(f'unknown property "{name}"')
    if name in entity["properties"]:
        return entity["properties"][name]
    return entity["relations"].get(name)


def _holds(operator: str, value: Any, wanted: Any) -> bool:
    match operator:
        case "=":
            return bool(value == wanted)
        case "in":
            return isinstance(wanted, list) and value in wanted
        case "contains":
            if isinstance(value, list):
                return wanted in value
            return isinstance(value, str) and str(wanted) in value
        case "containsAny":
            if not isinstance(wanted, list):
                return False
            return any(_holds("contains", value, one) for one in wanted)
        case "beginsWith":
            return isinstance(value, str) and value.startswith(str(wanted))
        case "endsWith":
            return isinstance(value, str) and value.endswith(str(wanted))
        case "isEmpty":
            return value is None or value in ("", [], {})
        case "<" | "<=" | ">" | ">=":
            return _compare(operator, value, wanted)
        case "between":
            bounds = wanted if isinstance(wanted, dict) else {}
            return _compare(">=", value, bounds.get("from")) and _compare(
                "<=", value, bounds.get("to")
            )
        case _:
            raise invalid(f'unknown operator "{operator}"')


def _compare(operator: str, value: Any, wanted: Any) -> bool:
    left, right = _comparable(value), _comparable(wanted)
    if left is None or right is None or type(left) is not type(right):
        return False
    match operator:
        case "<":
            return bool(left < right)
        case "<=":
            return bool(left <= right)
        case ">":
            return bool(left > right)
        case _:
            return bool(left >= right)


def _comparable(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return value
        return moment.timestamp()
    return None
