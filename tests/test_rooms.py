"""Who may import whom: the arrows run down only, and never in a circle."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# From the top down. A room imports from those below it, and within itself.
ROOMS = (
    "main",
    "integration",
    "webhook_processors",
    "background",
    "port",
    "initialize_client",
    "client",
    "redis_link",
    "jira",
    "telemetry",
    "kinds",
)


def modules() -> dict[str, Path]:
    """Every module of the product, by its dotted name."""
    paths = [ROOT / f"{room}.py" for room in ROOMS if (ROOT / f"{room}.py").exists()]
    paths += [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in paths
    }


MODULES = modules()


def imported(source: str) -> Iterator[str]:
    """The modules of ours that a source imports, wherever in it, also for types alone."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name for name in inner if name in MODULES)
            if node.module in MODULES and not all(name in MODULES for name in inner):
                yield node.module


IMPORTS = {name: set(imported(path.read_text("utf-8"))) for name, path in MODULES.items()}


def room_of(module: str) -> int:
    return ROOMS.index(module.partition(".")[0])


def circle(imports: dict[str, set[str]]) -> list[str]:
    """A way of imports that leads back to where it began; empty where there is none."""
    done: set[str] = set()

    def follow(module: str, way: list[str]) -> list[str]:
        if module in way:
            return [*way[way.index(module) :], module]
        if module not in done:
            for other in sorted(imports[module]):
                if found := follow(other, [*way, module]):
                    return found
            done.add(module)
        return []

    return next((found for module in sorted(imports) if (found := follow(module, []))), [])


def test_the_rooms_are_all_there():
    assert {name.partition(".")[0] for name in MODULES} == set(ROOMS)
    assert sum(map(len, IMPORTS.values())) > 100


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_imports_from_its_own_room_and_those_below(module):
    up = {other for other in IMPORTS[module] if room_of(other) < room_of(module)}
    # main.py asks the framework's own copy for its error.
    assert up == set(), f"{module} imports from above"


def test_no_imports_run_in_a_circle():
    assert circle(IMPORTS) == []


@pytest.mark.parametrize(
    ("imports", "found"),
    [
        ({"a": {"b"}, "b": set()}, []),
        ({"a": {"b"}, "b": {"a"}}, ["a", "b", "a"]),
        ({"a": {"b"}, "b": {"c"}, "c": {"b"}}, ["b", "c", "b"]),
        ({"a": {"b", "c"}, "b": {"d"}, "c": {"d"}, "d": set()}, []),
    ],
)
def test_a_circle_is_found(imports, found):
    assert circle(imports) == found


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import client", {"client"}),
        ("from jira import paging, jql", {"jira.paging", "jira.jql"}),
        ("from jira.paging import rows_of", {"jira.paging"}),
        ("def f():\n    from port.entities import PortWriter", {"port.entities"}),
        ("if TYPE_CHECKING:\n    from client import JiraClient", {"client"}),
        ("import httpx", set()),
    ],
)
def test_imports_are_seen_wherever_they_stand(source, names):
    assert set(imported(source)) == names


def test_jira_knows_nothing_of_mappings_and_events_of_the_framework():
    """What a kind takes of the framework is the base class of its selector."""
    lines = [
        (name, line)
        for name, path in MODULES.items()
        if name.startswith("jira.")
        for line in re.findall(r"^from (port_ocean[\w.]*) import", path.read_text("utf-8"), re.M)
    ]
    allowed = {
        "port_ocean.core.handlers.port_app_config.models",
        "port_ocean.exceptions.clients",
        "port_ocean.helpers.async_client",
        "port_ocean.helpers.retry",
    }
    assert [(name, line) for name, line in lines if line not in allowed] == []
    models = [name for name, line in lines if line.endswith("port_app_config.models")]
    assert models == ["jira.kinds.kind"]


def test_every_room_is_told_in_the_readme():
    section = (ROOT / "README.md").read_text("utf-8").partition("## Working on it")[2]
    for folder in sorted({path.parent for path in MODULES.values()} - {ROOT}):
        name = folder.relative_to(ROOT).as_posix()
        assert re.search(rf"^\| `{re.escape(name)}/` \| \S.+ \|$", section, re.M), name


def test_no_file_is_long():
    long = {name: n for name, path in MODULES.items() if (n := path.read_text().count("\n")) > 305}
    assert long == {}
