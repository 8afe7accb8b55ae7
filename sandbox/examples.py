"""The blueprints and mappings of every kind, as `.port/examples` has them."""

import json
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import yaml

EXAMPLES = Path(__file__).resolve().parent.parent / ".port" / "examples"


def _blueprint(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EXAMPLES / kind / "blueprint.json").read_text())
    return found


def in_order() -> list[str]:
    """Every kind that has an example; what others relate to comes first."""
    found = {folder.name: _blueprint(folder.name) for folder in sorted(EXAMPLES.iterdir())}
    kinds = {blueprint["identifier"]: kind for kind, blueprint in found.items()}
    before: dict[str, list[str]] = {}
    for kind, blueprint in found.items():
        targets = (kinds[relation["target"]] for relation in blueprint["relations"].values())
        # An issue relates to its parent, which is one, too.
        before[kind] = [target for target in targets if target != kind]
    return list(TopologicalSorter(before).static_order())


def blueprints() -> list[dict[str, Any]]:
    """Every kind's blueprint."""
    return [_blueprint(kind) for kind in in_order()]


def mapping() -> dict[str, Any]:
    """One mapping of all kinds."""
    resources: list[Any] = []
    for kind in in_order():
        example = yaml.safe_load((EXAMPLES / kind / "mapping.yaml").read_text())
        resources += example["resources"]
    return {
        "createMissingRelatedEntities": True,
        "deleteDependentEntities": True,
        "resources": resources,
    }
