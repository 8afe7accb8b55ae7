"""The queries of the dashboard and of the alert rules, and which names are in one."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
DASHBOARD = ROOT / "deploy" / "grafana-dashboard.json"
RULES = ROOT / "deploy" / "prometheus-rules.yaml"

_METRIC = re.compile(r"\b([a-z_]+)(?:\{([^}]*)\})?(?!\w|\s*\()")
_MATCHER = re.compile(r'(\w+)(=~|!~|!=|=)"([^"]*)"')
_GROUPING = re.compile(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)")
# What is a word of the language and no metric, where it stands without a bracket.
_WORDS = frozenset({"and", "or", "unless", "by", "without", "bool", "offset"})


class Selector(NamedTuple):
    """One metric in a query: its name, and what its labels have to be."""

    metric: str
    matchers: tuple[tuple[str, str, str], ...]


class Query(NamedTuple):
    """A query, where it is from, and the labels that its legend or its message shows."""

    where: str
    expr: str
    shown: frozenset[str]

    @property
    def selectors(self) -> list[Selector]:
        """Its metrics."""
        bare = _GROUPING.sub("", re.sub(r"\[[^\]]*\]", "", self.expr))
        return [
            Selector(found[1], tuple(_MATCHER.findall(found[2] or "")))
            for found in _METRIC.finditer(bare)
            if found[1] not in _WORDS and not _is_in_matchers(bare, found.start())
        ]

    @property
    def grouped(self) -> frozenset[str]:
        """The labels that it groups by."""
        parts = ",".join(_GROUPING.findall(self.expr)).split(",")
        return frozenset(part.strip() for part in parts if part.strip())


def _is_in_matchers(expr: str, at: int) -> bool:
    return expr.rfind("{", 0, at) > expr.rfind("}", 0, at)


def dashboard() -> Any:
    """The dashboard as Grafana has it."""
    return json.loads(DASHBOARD.read_text("utf-8"))


def rules() -> list[dict[str, Any]]:
    """All alert rules."""
    return [
        rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]
    ]


def of_dashboard() -> Iterator[Query]:
    """The queries of its panels."""
    for panel in dashboard()["panels"]:
        for target in panel.get("targets", []):
            shown = re.findall(r"\{\{\s*(\w+)\s*\}\}", target["legendFormat"])
            yield Query(panel["title"], target["expr"], frozenset(shown))


def of_rules() -> Iterator[Query]:
    """The expressions of the alerts."""
    for rule in rules():
        shown = re.findall(r"\$labels\.(\w+)", " ".join(rule["annotations"].values()))
        yield Query(rule["alert"], rule["expr"], frozenset(shown))
