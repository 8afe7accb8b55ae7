"""The steps of docs/adding-a-kind.md: of each, where it is done and how that is seen."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from client import KINDS, JiraClient
from jira.kinds.kind import Kind
from kinds import Kinds
from port.mapping.resources import CONFIGS
from sandbox.jira.api import JiraApi
from sandbox.jira.site import JiraSite
from sandbox.openapi.check import committed
from sandbox.openapi.paths import UNPUBLISHED
from sandbox.random_changes import change_something
from tests.e2e.rows import ROWS
from tests.e2e.test_truth import EVERY_CHANGE
from tests.sandbox.test_openapi_extract import templates
from tests.test_docs import README, ROOT, events_by_hand, in_words
from tests.unit.helpers.fakes import FakeApi
from tests.unit.helpers.kind_cases import CASES
from webhook_processors.processors import PROCESSORS

GUIDE = ROOT / "docs/adding-a-kind.md"
PORT = ROOT / ".port"
ENOUGH_CHANGES = 400


def module(kind: str) -> Path:
    """The file that a kind is in."""
    return ROOT / f"jira/kinds/{kind}.py"


def source(kind: str) -> str:
    """The kind's file; empty where there is none."""
    return module(kind).read_text("utf-8") if module(kind).exists() else ""


def paths(kind: str) -> set[str]:
    """The paths that a kind's file spells, with `{}` for what is put in."""
    return set(templates(source(kind)))


def page(name: str) -> str:
    """A page of the documentation."""
    return (ROOT / "docs" / f"{name}.md").read_text("utf-8")


@cache
def readers() -> dict[str, Kind[Any, Any]]:
    """What the client reads kinds with."""
    return {str(name): kind for name, kind in JiraClient(FakeApi.scripted().api).kinds.items()}


def class_of(kind: str) -> type[Kind[Any, Any]] | None:
    """The kind's class, if the table of kinds has it."""
    return next((made for name, made in KINDS.items() if name == kind), None)


def is_class_of(made: type[Kind[Any, Any]] | None, kind: str) -> bool:
    """Whether it is the kind's, of its file, and named after it."""
    own = f"jira.kinds.{kind}", f"{kind.capitalize()}Kind"
    return made is not None and (made.__module__, made.__name__) == own


def has_processor(made: type[Kind[Any, Any]] | None) -> bool:
    """Whether what looks at events has a processor."""
    if made is None:
        return False
    return not made.touched_by or made in [processor.kind for processor in PROCESSORS]


def events_told(made: type[Kind[Any, Any]] | None) -> bool:
    """Whether docs/webhook.md names every event that is registered for it."""
    if made is None:
        return False
    return {in_words(event) for event in made.events} <= events_by_hand()


def announced(kind: str) -> bool:
    """Whether Port is told of the kind."""
    features = yaml.safe_load((PORT / "spec.yaml").read_text())["features"]
    return kind in [row["kind"] for of in features for row in of.get("resources", ())]


def explained(kind: str) -> bool:
    """Whether the form of the mapping can explain each setting of the kind's selector."""
    if kind not in CONFIGS:
        return False
    selector = CONFIGS[kind].__fields__["selector"].type_
    own = [field for name, field in selector.__fields__.items() if name != "query"]
    return all(f.field_info.title and f.field_info.description for f in own)


NOT_PROBED = {"/rest/agile/1.0/board/{}/backlog", "/rest/agile/1.0/epic/{}"}
"""A way that Atlassian gives up, where a mapping asks for it; and one that is only written."""


def probed(kind: str) -> bool:
    """Whether the probe tries every path that the kind's file asks."""
    asks = readers()[kind].asks() if kind in readers() else ()
    tried = {re.sub(r"\{\w+\}", "{}", ask.path) for ask in asks}
    return bool(tried) and paths(kind) - NOT_PROBED <= tried


def published(kind: str) -> bool:
    """Whether requests of the kind can be held against Atlassian's facts."""
    facts = {path for document in committed() for path in document["paths"]}
    known = {re.sub(r"\{\w+\}", "{}", path) for path in facts | set(UNPUBLISHED)}
    return module(kind).exists() and paths(kind) <= known


def served(kind: str) -> bool:
    """Whether the stand-in serves what the kind asks."""
    api = JiraApi(JiraSite(), email="account@example.com", token="right")
    known = {re.sub(r"\{\w+\}", "{}", getattr(route, "path", "")) for route in api.app.routes}
    return module(kind).exists() and paths(kind) <= known


def rows_of(kind: str, site: JiraSite) -> frozenset[str]:
    """What a site has of a kind, as its row of the table says."""
    return frozenset(name for row in ROWS if row.kind == kind for name in row.expected(site))


@cache
def histories() -> dict[str, set[frozenset[str]]]:
    """What a filled site had of each kind, while it changed at random."""
    rng = random.Random(1)
    site = JiraSite(seed=1)
    site.fill_every_kind(60)
    kinds = filter(served, Kinds)
    found: dict[str, set[frozenset[str]]] = {kind: {rows_of(kind, site)} for kind in kinds}
    for number in range(ENOUGH_CHANGES):
        change_something(site, rng, EVERY_CHANGE)
        if number % 20 == 0:
            for kind, history in found.items():
                history.add(rows_of(kind, site))
    return found


@cache
def filled() -> JiraSite:
    """A stand-in with something of every kind."""
    site = JiraSite(seed=1)
    site.fill_every_kind(60)
    return site


@dataclass(frozen=True)
class Step:
    """A step of the guide: where it is done, whether it is, and what is said where it isn't."""

    number: int
    file: str
    done: Callable[[str], bool]
    missing: str

    def sentence(self, kind: str) -> str:
        """What is missing, and where to read on."""
        text = self.missing.replace("<kind>", kind)
        return f"the kind {kind} {text}: step {self.number} of {GUIDE.relative_to(ROOT)}"


STEPS = (
    Step(1, "kinds.py", lambda k: k in list(Kinds), "has no name in `Kinds`"),
    Step(
        2,
        "jira/kinds/<kind>.py",
        lambda k: f"name = Kinds.{k.upper()}\n" in source(k),
        "has no class with `name = Kinds.…` in jira/kinds/<kind>.py",
    ),
    Step(
        2,
        "jira/kinds/<kind>.py",
        probed,
        "asks for a path that isn't among its `asks`, which the probe tries",
    ),
    Step(
        3,
        "client.py",
        lambda k: is_class_of(class_of(k), k),
        "has no class in `KINDS`, or one that isn't called after it",
    ),
    Step(
        3,
        "client.py",
        lambda k: k in readers() and type(readers()[k]) is class_of(k),
        "has no reader in `JiraClient.kinds`",
    ),
    Step(4, "port/mapping/resources.py", lambda k: k in CONFIGS, "has no resource in `JiraConfig`"),
    Step(
        4,
        "port/mapping/resources.py",
        explained,
        "has a setting in its selector without title or description",
    ),
    Step(
        5,
        "webhook_processors/processors.py",
        lambda k: has_processor(class_of(k)),
        "looks at events, and has no processor in `PROCESSORS`",
    ),
    Step(6, ".port/spec.yaml", announced, "is not announced to Port"),
    Step(
        7,
        ".port/examples/<kind>/",
        lambda k: (PORT / f"examples/{k}/blueprint.json").exists(),
        "has no example of a blueprint, blueprint.json",
    ),
    Step(
        7,
        ".port/examples/<kind>/",
        lambda k: (PORT / f"examples/{k}/mapping.yaml").exists(),
        "has no example of a mapping, mapping.yaml",
    ),
    Step(
        8,
        "README.md",
        lambda k: f"{k}s" in README.partition("\n## ")[0],
        "is not named where README says what is kept equal",
    ),
    Step(
        8,
        "docs/mapping.md",
        lambda k: f"\n| `{k}` |" in page("mapping"),
        "has no row in the table of kinds",
    ),
    Step(
        8,
        "docs/permissions.md",
        lambda k: bool(re.search(rf"^\|[^|]*`{k}`", page("permissions"), re.M)),
        "is not in the table of permissions",
    ),
    Step(
        8,
        "docs/webhook.md",
        lambda k: events_told(class_of(k)),
        "registers events that the webhook by hand doesn't name",
    ),
    Step(
        9,
        "sandbox/openapi/paths.py",
        published,
        "asks for a path that isn't in the extract of Atlassian's OpenAPI",
    ),
    Step(10, "sandbox/jira/", served, "asks for a path that the stand-in doesn't serve"),
    Step(
        11,
        "tests/unit/helpers/kind_cases.py",
        lambda k: k in [case.kind for case in CASES],
        "has no row in `CASES`, what its reader promises",
    ),
    Step(
        12,
        "tests/e2e/rows_of_plans.py",
        lambda k: [row.kind for row in ROWS].count(Kinds(k)) == 1 if k in list(Kinds) else False,
        "has no row in `ROWS`, what it does from Jira to Port, or more than one",
    ),
    Step(
        13,
        "sandbox/jira/site.py",
        lambda k: served(k) and bool(rows_of(k, filled())),
        "is not in a stand-in that was filled by `fill_every_kind`",
    ),
    Step(
        13,
        "sandbox/random_planning_changes.py",
        lambda k: len(histories().get(k, ())) > 1,
        "comes and goes by none of the random changes in `EVERY_CHANGE`",
    ),
)
