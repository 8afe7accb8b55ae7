"""Every command that a document names is there, with the options and settings that it names."""

import importlib.util
import re
import shlex
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from port_ocean.config.settings import ApplicationSettings, IntegrationConfiguration
from pydantic import BaseModel

from tests.documents import PAGES, ROOT, Said, lines_of_blocks, named, spans, text_of
from tests.documents_source import FRAMEWORK
from tests.test_docs import SETTINGS, variable

MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
SERVICES = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text("utf-8"))["services"]
SETTING_FILES = (
    ".env.example",
    "deploy/compose.yaml",
    "deploy/helm/live-events.yaml",
    "deploy/helm/cron-resync.yaml",
)
BEGINS = re.compile(
    r"(?:^|[ &;|])((?:make|ocean|python3? (?:-m )?|docker (?:compose|build)) ?[^&;|>]*)"
)


def of(*begin: str) -> list[list[str]]:
    """The commands that begin so, each taken apart as a shell does; what follows a `#` is none."""
    found: dict[tuple[str, ...], None] = {}
    for one in (*lines_of_blocks(), *spans()):
        for text in BEGINS.findall(one.text):
            try:
                words = tuple(shlex.split(text, comments=True))
            except ValueError:
                continue
            if words[: len(begin)] == begin:
                found[words] = None
    return [list(words) for words in found]


def ids(words: list[str]) -> str:
    """A command as a test is called by it."""
    return " ".join(words)[:60]


def options(words: list[str]) -> list[str]:
    """Those with a dash, without their values."""
    return [word.partition("=")[0] for word in words if re.fullmatch(r"--?[a-z][\w-]*(=.*)?", word)]


def text_below(*places: str) -> str:
    """The source of some files, or of all in some folders."""
    files = [ROOT / place for place in places]
    found = [file for at in files for file in ([at] if at.is_file() else sorted(at.glob("*.py")))]
    return "\n".join(file.read_text("utf-8") for file in found)


def test_there_are_commands_of_each_sort() -> None:
    assert len(of("make")) > 20
    assert all((of("ocean"), of("python", "-m"), of("python3"), of("docker", "compose")))


@pytest.mark.parametrize("command", of("make"), ids=ids)
def test_make_has_the_target_and_takes_what_it_is_given(command: list[str]) -> None:
    target, *given = command[1:]
    assert re.search(rf"^{re.escape(target)}:", MAKEFILE, re.MULTILINE), command
    for word in given:
        name = word.partition("=")[0]
        assert re.search(rf"\$\({re.escape(name)}\)", MAKEFILE), command


@pytest.mark.parametrize("command", of("make", "bench"), ids=ids)
def test_a_bench_that_is_named_is_there(command: list[str]) -> None:
    bench = text_below("benchmarks")
    for word in command[2:]:
        which, *rest = word.partition("=")[2].split()
        assert f'"{which}"' in bench, command
        assert all(f'"{option}"' in bench for option in options(rest)), command


@pytest.mark.parametrize("command", of("python", "-m") + of("python3", "-m"), ids=ids)
def test_a_module_that_is_run_is_there_and_has_the_options(command: list[str]) -> None:
    place = command[2].replace(".", "/")
    ours = [name for name in (f"{place}.py", f"{place}/__main__.py") if (ROOT / name).is_file()]
    if not ours:
        assert importlib.util.find_spec(command[2].partition(".")[0]), command
        return
    source = text_below(str(Path(ours[0]).parent) if "__main__" in ours[0] else ours[0])
    assert "__main__" in ours[0] or '__name__ == "__main__"' in source, command
    assert all(f'"{option}"' in source for option in options(command[3:])), command


@pytest.mark.parametrize("command", [c for c in of("python3") if c[1][0] not in "-"], ids=ids)
def test_a_script_that_is_run_is_there(command: list[str]) -> None:
    assert (ROOT / command[1]).is_file(), command


@pytest.mark.parametrize("command", of("ocean"), ids=ids)
def test_the_framework_has_the_command_and_its_options(command: list[str]) -> None:
    source = (FRAMEWORK / f"cli/commands/{command[1]}.py").read_text("utf-8")
    assert all(f'"{option}"' in source for option in options(command[2:])), command


@pytest.mark.parametrize("command", of("docker"), ids=ids)
def test_docker_is_given_files_and_services_that_are_there(command: list[str]) -> None:
    assert (ROOT / command[command.index("-f") + 1]).is_file(), command
    if command[1] == "compose":
        plain = [word for word in command[4:] if not word.startswith("-")]
        known = {*SERVICES, "up", "logs", "run", "kill", "exec", "down", "USR1"}
        until = plain.index("jira") + 1 if "jira" in plain else len(plain)
        assert set(plain[:until]) <= known, command


# Settings


def models_in(annotation: Any) -> list[type[BaseModel]]:
    """The models that a field may hold."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in models_in(part)]


def is_setting(name: str) -> bool:
    """Whether the framework, or this integration, reads a variable."""
    if (own := name.removeprefix("OCEAN__INTEGRATION__CONFIG__")) != name:
        return own in {variable(setting) for setting in SETTINGS} or not own
    if (own := name.removeprefix("APPLICATION__")) != name:
        return own.lower() in ApplicationSettings.model_fields
    models: list[type[BaseModel]] = [IntegrationConfiguration]
    for part in filter(None, name.removeprefix("OCEAN__").lower().split("__")):
        fields = [model.model_fields[part] for model in models if part in model.model_fields]
        if not fields:
            return False
        models = [model for field in fields for model in models_in(field.annotation)]
    return True


def variables_in(text: str) -> set[str]:
    """The settings that a text names; with `__` at the end a group of them."""
    return set(re.findall(r"\b(?:OCEAN|APPLICATION)__[A-Z0-9_]+", text))


@pytest.mark.parametrize("page", [p for p in PAGES if variables_in(text_of(p))], ids=named)
def test_every_setting_that_a_page_names_is_one(page: Path) -> None:
    assert [name for name in sorted(variables_in(text_of(page))) if not is_setting(name)] == []


@pytest.mark.parametrize("file", SETTING_FILES)
def test_every_setting_of_a_file_is_one(file: str) -> None:
    assert [name for name in variables_in((ROOT / file).read_text()) if not is_setting(name)] == []


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("OCEAN__BASE_URL", True),
        ("OCEAN__EVENT_LISTENER__TYPE", True),
        ("OCEAN__EVENT_LISTENER__", True),
        ("OCEAN__SSL__PORT__VERIFY", True),
        ("OCEAN__INTEGRATION__CONFIG__JIRA_HOST", True),
        ("APPLICATION__LOG_LEVEL", True),
        ("OCEAN__BASE_URLS", False),
        ("OCEAN__EVENT_LISTENER__KIND", False),
        ("OCEAN__INTEGRATION__CONFIG__JIRA_HOSTS", False),
        ("OCEAN__PORT__BASE_URL__MORE", False),
    ],
)
def test_a_setting_is_told_from_a_slip(name: str, known: bool) -> None:
    assert is_setting(name) is known


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("make demo ONCE=1", ["make", "demo", "ONCE=1"]),
        ("env A=b ocean sail --once # now", ["ocean", "sail", "--once"]),
        ("docker compose -f a.yaml run jira ocean probe .", ["docker", "compose", "-f", "a.yaml"]),
    ],
)
def test_a_command_is_found_wherever_it_stands(text: str, found: list[str]) -> None:
    [first, *_] = BEGINS.findall(Said(ROOT, text).text)
    assert shlex.split(first, comments=True)[: len(found)] == found
