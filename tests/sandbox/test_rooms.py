"""Imports of the stand-ins run one way, and neither stand-in knows the other."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

type Graph = dict[str, set[str]]


def modules_under(root: Path, top: str) -> dict[str, str]:
    """The text of each module of a package, by its dotted name."""
    return {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): (
            path.read_text("utf-8")
        )
        for path in (root / top).rglob("*.py")
    }


def imports(modules: dict[str, str]) -> Graph:
    """Which of these modules each one imports, wherever in its text it says so."""
    graph: Graph = {name: set() for name in modules}
    for name, text in modules.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                named = {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                # Imports are absolute here, so that a name says all.
                assert node.level == 0, f"{name} imports by dots"
                inner = {f"{node.module}.{alias.name}" for alias in node.names}
                named = {one if one in modules else str(node.module) for one in inner}
            else:
                continue
            graph[name] |= named & modules.keys()
    return graph


def circle(graph: Graph) -> list[str]:
    """A circle of imports; nothing where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def across(graph: Graph, one: str, other: str) -> list[str]:
    """The imports from one room to another, in either direction."""
    rooms = ((one, other), (other, one))
    return sorted(
        f"{name} → {imported}"
        for name, found in graph.items()
        for imported in found
        for here, there in rooms
        if _in(name, here) and _in(imported, there)
    )


def _in(name: str, room: str) -> bool:
    return name == room or name.startswith(f"{room}.")


SANDBOX = imports(modules_under(ROOT, "sandbox"))


def test_imports_make_no_circle():
    assert len(SANDBOX) > 30
    assert circle(SANDBOX) == []


def test_neither_stand_in_knows_the_other():
    assert across(SANDBOX, "sandbox.jira", "sandbox.port") == []


def test_the_stand_ins_know_nothing_of_the_world_around_them():
    above = {name for name in SANDBOX if name.count(".") == 1} - {"sandbox.jira", "sandbox.port"}
    above = {name for name in above if not _in(name, "sandbox.openapi")}
    assert "sandbox.world" in above
    found = {
        (name, imported)
        for name, known in SANDBOX.items()
        if _in(name, "sandbox.jira") or _in(name, "sandbox.port")
        for imported in known & above
    }
    assert found == set()


@pytest.mark.parametrize(
    "text",
    [
        "import a.two",
        "from a.two import thing",
        "from a import two",
        "def later():\n    from a.two import thing",
        "if TYPE_CHECKING:\n    from a.two import Thing",
    ],
)
def test_a_circle_is_found_wherever_it_is_imported(text):
    modules = {"a": "", "a.one": text, "a.two": "from a.one import other"}
    assert set(circle(imports(modules))) == {"a.one", "a.two"}
    assert circle(imports(modules | {"a.two": ""})) == []


@pytest.mark.parametrize(("here", "there"), [("a.jira.x", "a.port"), ("a.port", "a.jira.x")])
def test_an_import_across_is_found_in_either_direction(here, there):
    graph = imports({here: f"import {there}", there: ""})
    assert across(graph, "a.jira", "a.port") == [f"{here} → {there}"]
    assert across(graph, "a.jira", "a.portal") == []
