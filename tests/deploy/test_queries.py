"""Dashboard and alerts ask for what is exported, and docs/metrics.md tells of all of it."""

import re
from collections.abc import Iterator

import pytest

from telemetry import metrics
from telemetry.health import Reason
from telemetry.metrics import MADE
from tests.deploy.queries import ROOT, Query, dashboard, of_dashboard, of_rules, rules

QUERIES = [*of_dashboard(), *of_rules()]
OF_THE_SCRAPE = frozenset({"job", "instance"})
"""The labels that Prometheus itself gives every series."""
DOCUMENT = (ROOT / "docs" / "metrics.md").read_text("utf-8")
STATUS = re.compile(r"[1-5][0-9.]{2}|none")
KNOWN: dict[tuple[str, str], frozenset[str]] = {
    ("ocean_jira_events_total", "outcome"): frozenset(metrics.OUTCOMES),
    ("ocean_jira_condition", "reason"): frozenset(map(str, Reason)),
    ("ocean_jira_background_jobs_waiting", "state"): frozenset({"due", "later", "running"}),
}
"""Values of labels that no series has before something happens."""


def values_of(metric: str, label: str) -> frozenset[str]:
    """The values that a label can have, as far as they are known."""
    series = {
        sample.labels[label]
        for family in MADE.registry.collect()
        for sample in family.samples
        if sample.name == metric and label in sample.labels
    }
    return KNOWN.get((metric, label), frozenset(series))


def rows_of_document() -> Iterator[tuple[str, frozenset[str]]]:
    """The metrics that the page has a row for, with their labels."""
    for name, labels in re.findall(r"^\| `(ocean_jira_\w+)` \|([^|]*)\|", DOCUMENT, re.M):
        yield name, frozenset(re.findall(r"`(\w+)`", labels))


def labels_of(name: str) -> frozenset[str]:
    """The labels of a metric, without the one that makes a histogram."""
    series = {of for of in MADE.exported if of.startswith(name)}
    exact = next(of for of in (name, f"{name}_total", f"{name}_count") if of in series)
    return MADE.exported[exact]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.where)
def test_a_query_asks_for_what_is_exported(query: Query) -> None:
    assert query.selectors
    for selector in query.selectors:
        assert selector.metric in MADE.exported, query.expr
        allowed = MADE.exported[selector.metric] | OF_THE_SCRAPE
        assert {label for label, _, _ in selector.matchers} <= allowed, query.expr
        assert query.grouped <= allowed, query.expr


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.where)
def test_a_query_asks_for_values_that_there_are(query: Query) -> None:
    for selector in query.selectors:
        for label, _, value in selector.matchers:
            if label in OF_THE_SCRAPE:
                continue
            for alternative in value.split("|"):
                if label == "status":
                    assert STATUS.fullmatch(alternative), query.expr
                else:
                    assert alternative in values_of(selector.metric, label), query.expr


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.where)
def test_what_a_legend_or_a_message_shows_is_left_by_the_query(query: Query) -> None:
    assert query.shown <= query.grouped


def test_every_metric_is_on_the_dashboard_or_in_an_alert() -> None:
    asked = {selector.metric for query in QUERIES for selector in query.selectors}
    parts = re.compile(r"_(total|bucket|sum|count)$")
    assert {*MADE.names} <= {parts.sub("", name) for name in asked} | asked


def test_every_metric_is_told_of_with_its_labels() -> None:
    told = [(name.removesuffix("_total"), labels) for name, labels in rows_of_document()]
    assert told == [(name, labels_of(name)) for name in MADE.names]


def test_every_alert_is_told_of_and_says_what_it_is_about() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(set(names)) == len(names) > 10
    assert re.findall(r"^\| `(Jira\w+)` \|", DOCUMENT, re.M) == names
    for rule in rules():
        assert rule["labels"]["severity"] in ("info", "warning", "critical")
        assert rule["annotations"]["summary"]


def test_every_reason_of_not_being_well_is_told_of() -> None:
    section = DOCUMENT.partition("\n## Health")[2]
    assert re.findall(r"^\| `(\w+)` \|", section, re.M) == [str(reason) for reason in Reason]


def test_panels_have_names_of_their_own_and_dont_overlap() -> None:
    panels = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len({panel["title"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells


@pytest.mark.parametrize(
    ("expr", "metrics_of", "grouped"),
    [
        ("sum by (a, b) (rate(m_total{c=\"d\"}[5m]))", ["m_total"], {"a", "b"}),
        ("m > 0.5 * n", ["m", "n"], set()),
        ("histogram_quantile(0.5, sum by (le) (rate(m_bucket[$__rate_interval])))", ["m_bucket"],
         {"le"}),
        ("absent(m) or vector(0)", ["m"], set()),
        ("m{a=\"n\"} unless n", ["m", "n"], set()),
    ],
)  # fmt: skip
def test_how_a_query_is_read(expr: str, metrics_of: list[str], grouped: set[str]) -> None:
    query = Query("here", expr, frozenset())
    assert [selector.metric for selector in query.selectors] == metrics_of
    assert query.grouped == grouped
