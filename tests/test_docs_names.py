"""Every metric, alert, file and name of the code that a document names is there."""

import re
from pathlib import Path

import pytest
from humps import decamelize

from telemetry.metrics import MADE
from tests.deploy.queries import rules
from tests.documents import PAGES, ROOT, Said, lines_of_blocks, named, spans, text_of
from tests.documents_source import files, text_of_the_framework, words
from tests.test_docs import SETTINGS, variable

OF_OTHERS = frozenset(
    {
        "SSL_CERT_FILE",  # OpenSSL's
        "client_max_body_size",  # nginx's
        "grant_type",  # OAuth's
        "offline_access",
        "selfSignedCertificate",  # a value of Port's chart that isn't used
        "subPath",  # Kubernetes's
        "PrometheusRule",  # its operator's
        "rule_files",  # Prometheus's
        "membersOf",  # JQL's
        "unreleasedVersions",
        "concurrencyPolicy",  # Kubernetes's, as subPath
    }
)
"""Names that a page tells of and nothing here has."""
MADE_BY_READERS = re.compile(
    r"^(mine|trial|token|probe_reports)/|^(mine|config|my-values)\.yaml$|^plan\.json$"
    r"|^(PLATFORM|SOFTWARE)\.json$|^https?:"
)
"""Files that a page has its reader make, or that others make."""
FACTS = ("jira-facts.md", "port-facts.md")
"""Pages about what others call things. `tests/facts` holds them."""
ENDS = r"(?:py|md|ya?ml|json|toml|lock|png|example)"
NAME = re.compile(r"(?<![\w.])(?:[a-z]+(?:[A-Z][a-z0-9]*)+|[A-Za-z]+(?:_[A-Za-z0-9]+)+)(?!\w)")
"""What can only be a name: with a capital or an underscore inside."""


def in_pages(found: dict[Path, set[str]]) -> str:
    """Where something is that isn't right, for the message."""
    return "; ".join(f"{named(page)}: {', '.join(sorted(them))}" for page, them in found.items())


def unknown_names(text: str) -> set[str]:
    """The names in a piece of code that nothing here has."""
    ours = OF_OTHERS | words() | {variable(setting) for setting in SETTINGS}
    held_elsewhere = ("ocean_jira_", "OCEAN__", "APPLICATION__")
    text = re.sub(r"::test_\w+", "", text)
    found = {name for name in NAME.findall(text) if not name.startswith(held_elsewhere)} - ours
    theirs = text_of_the_framework()
    return {name for name in found if name not in theirs and decamelize(name) not in theirs}


@pytest.mark.parametrize("page", [page for page in PAGES if page.name not in FACTS], ids=named)
def test_every_name_in_a_page_is_one_of_the_code(page: Path) -> None:
    pieces = [one.text for one in spans() if one.page == page]
    assert sorted(set().union(*map(unknown_names, pieces))) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sweepInterval: 0", set()),
        ("sweepsInterval", {"sweepsInterval"}),
        ("jira_nothing_of_that", {"jira_nothing_of_that"}),
        (".fields.status.name", set()),
        ("resyncOnStart", set()),
        ("tests/test_docs.py::test_that_is_held_elsewhere", set()),
    ],
)
def test_a_name_is_told_from_a_slip(text: str, found: set[str]) -> None:
    assert unknown_names(text) == found


def test_every_metric_that_a_page_names_is_exported() -> None:
    known = {*MADE.names, *MADE.exported, *(f"{name}_total" for name in MADE.names)}
    wrong = {
        page: found
        for page in PAGES
        if (found := set(re.findall(r"\bocean_jira_\w+\b", text_of(page))) - known)
    }
    assert not wrong, in_pages(wrong)


def test_every_alert_that_a_page_names_is_a_rule() -> None:
    known = {rule["alert"] for rule in rules()} | words()
    wrong = {
        page: found
        for page in PAGES
        if (found := {s.text for s in spans() if s.page == page and is_alert(s.text)} - known)
    }
    assert not wrong, in_pages(wrong)


def test_the_alerts_that_wake_somebody_are_the_critical_ones() -> None:
    page = text_of(ROOT / "docs/operating.md")
    [told] = re.findall(r"rules of severity `critical`:(.+?)\.", page, re.DOTALL)
    critical = [rule["alert"] for rule in rules() if rule["labels"]["severity"] == "critical"]
    assert re.findall(r"`(Jira\w+)`", told) == critical


def is_alert(text: str) -> bool:
    """Whether it is called as alerts are, or classes of ours."""
    return re.fullmatch(r"Jira(?:[A-Z][a-z]+)+", text) is not None


# Files


def paths_in(text: str) -> list[str]:
    """The files and folders of the repository that a piece of code names."""
    tokens = re.split(r"[\s:]+|=(?=[\w.]+/)", text)
    shaped = rf"[\w.<>*-]+(?:/[\w.<>*-]+)+/?|[\w.-]+/|[\w<>*-]+\.{ENDS}|\.env\.example"
    return [
        token
        for token in tokens
        if re.fullmatch(shaped, token) and not MADE_BY_READERS.match(token)
    ]


def is_there(path: str, page: Path) -> bool:
    """Whether a file or folder is there: from the root, from the page, or anywhere by its name."""
    pattern = re.sub(r"<[^>]*>", "*", path)
    if any(ROOT.glob(pattern)) or any(page.parent.glob(pattern)):
        return True
    return "/" not in path and any(Path(name).match(pattern) for name in files())


def looks_like_a_path(path: str) -> bool:
    """Names with a slash that are none: types of content, commands of others."""
    first = path.partition("/")[0]
    return path.endswith("/") or "." in path or (ROOT / first).is_dir()


@pytest.mark.parametrize("page", [page for page in PAGES if page.name not in FACTS], ids=named)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    pieces = [one.text for one in (*spans(), *lines_of_blocks()) if one.page == page]
    found = {path for piece in pieces for path in paths_in(piece)}
    assert [p for p in sorted(found) if looks_like_a_path(p) and not is_there(p, page)] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("jira/kinds/<kind>.py", ["jira/kinds/<kind>.py"]),
        ("python -m pytest -q tests/unit/test_jql.py", ["tests/unit/test_jql.py"]),
        ("docs/", ["docs/"]),
        ("plan.py", ["plan.py"]),
        ("make dry-run MAPPING=mine.yaml", []),
        ("/integration/webhook", []),
    ],
)
def test_files_are_found_in_a_piece_of_code(text: str, found: list[str]) -> None:
    assert paths_in(text) == found


def test_a_file_that_is_not_there_is_noticed() -> None:
    page = Said(ROOT / "docs/mapping.md", "").page
    assert is_there("jira/kinds/<kind>.py", page)
    assert is_there("split_by_project.py", page)
    assert not is_there("jira/kinds/nothing.py", page)
    assert not is_there("no_such_file.py", page)


IN_CODE = re.compile(r"\b((?:docs|deploy|benchmarks)/[\w.-]+\.md|[A-Z]{5,}\.md)(?:#([\w-]+))?")


def test_every_document_that_code_or_a_setting_names_is_there() -> None:
    wrong = [
        f"{name}: {found[0]}"
        for name in sorted(files())
        if name.endswith((".py", ".yaml", ".yml", "Dockerfile", "Makefile", ".toml"))
        and name != "tests/test_docs_names.py"
        for found in IN_CODE.findall((ROOT / name).read_text("utf-8"))
        if not is_there(found[0], ROOT / name)
    ]
    assert wrong == []
