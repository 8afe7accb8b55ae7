"""The blueprints and mappings of every kind, as `.port/examples` has them."""

import json
from pathlib import Path
from typing import Any

import yaml

EXAMPLES = Path(__file__).resolve().parent.parent / ".port" / "examples"
# What others relate to comes first.
ORDER = (
    *("project", "user", "team", "issue", "release", "component"),
    *("board", "sprint", "epic", "backlog", "worklog"),
)


def blueprints() -> list[dict[str, Any]]:
    """Every kind's blueprint."""
    return [json.loads((EXAMPLES / kind / "blueprint.json").read_text()) for kind in ORDER]


def mapping() -> dict[str, Any]:
    """One mapping of all kinds."""
    resources: list[Any] = []
    for kind in ORDER:
        example = yaml.safe_load((EXAMPLES / kind / "mapping.yaml").read_text())
        resources += example["resources"]
    return {
        "createMissingRelatedEntities": True,
        "deleteDependentEntities": True,
        "resources": resources,
    }
