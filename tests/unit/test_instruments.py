"""What metrics are made of, and what every one of ours has to keep to."""

import re

import pytest
from prometheus_client import exposition

from telemetry.instruments import Instruments, State
from telemetry.metrics import MADE
from telemetry.pages import Together

SPARSE = frozenset({"counter", "gauge", "histogram", "summary"})
"""The types that the classic text form has; Prometheus refuses a whole page for another one."""


def samples(made: Instruments) -> dict[tuple[str, frozenset[str]], float]:
    return {
        (sample.name, frozenset(sample.labels)): sample.value
        for family in made.registry.collect()
        for sample in family.samples
    }


def test_what_is_said_to_be_exported_is():
    made = Instruments()
    made.counter("a", "A", ["of"], ("x",))
    made.histogram("b", "B", (1, 2))
    made.summary("c", "C", ["of"]).labels("x")
    made.looked("d", "D", ["of"]).by(lambda: {("x",): 3.0})
    assert dict(samples(made).keys()) == made.exported
    assert samples(made)["ocean_jira_d", frozenset({"of"})] == 3.0


def test_a_known_value_is_there_before_it_is_counted():
    """A series that begins with 1 never grew, and no alert sees it."""
    made = Instruments()
    made.counter("a", "A", ["of"], ("x", "y"))
    made.histogram("b", "B", (1,), ["of"], ("x",))
    assert made.registry.get_sample_value("ocean_jira_a_total", {"of": "y"}) == 0
    assert made.registry.get_sample_value("ocean_jira_b_count", {"of": "x"}) == 0


def test_a_gauge_that_is_looked_up_is_so_at_each_scrape():
    made = Instruments()
    numbers = iter((1.0, 2.0))
    gauge = made.looked("d", "D")
    assert made.registry.get_sample_value("ocean_jira_d") is None
    gauge.of(lambda: next(numbers))
    assert [made.registry.get_sample_value("ocean_jira_d") for _ in "12"] == [1.0, 2.0]


def test_two_of_one_name_are_refused():
    made = Instruments()
    made.looked("d", "D")
    with pytest.raises(ValueError, match="ocean_jira_d"):
        made.looked("d", "another")


def test_a_state_is_one_of_a_few():
    state = State("unknown", "good", "bad")
    assert (state.now, state.was("unknown")) == ("unknown", True)
    state.is_now("good")
    state.is_now("bad")
    assert state.values() == {"unknown": 0.0, "good": 0.0, "bad": 1.0}
    assert state.was("good")
    with pytest.raises(ValueError, match="awful"):
        state.is_now("awful")
    assert state.now == "bad"


def test_every_metric_of_ours_has_a_plain_type_and_says_what_it_is():
    for family in MADE.registry.collect():
        assert family.type in SPARSE, family.name
        assert re.fullmatch(r"[A-Z0-9][^\n.]{15,100}", family.documentation), family.name


@pytest.mark.parametrize("accept", ["", "application/openmetrics-text;version=1.0.0"])
def test_every_form_of_the_page_can_be_written(accept):
    encode, _ = exposition.choose_encoder(accept)
    page = encode(Together((MADE.registry,))).decode()
    assert all(name in page for name in MADE.names)
    assert not re.search(r"^\w+_created\b", page, re.MULTILINE)


def test_no_metric_is_labelled_by_what_has_no_end():
    """Labels of which each project, issue, person or delivery would make a series of its own."""
    allowed = {
        "blueprint", "cause", "endpoint", "event", "group", "le", "limit", "outcome", "purpose",
        "reason", "scope", "service", "state", "status", "what",
    }  # fmt: skip
    assert set().union(*MADE.exported.values()) <= allowed
