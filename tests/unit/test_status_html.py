"""The status page as HTML: all of it, readable by anybody, and nothing in it that isn't ours."""

import re
from dataclasses import replace

import pytest

from telemetry.status.as_html import as_html
from telemetry.status.markup import Markup, document, style, tag, together
from telemetry.status.stylesheet import CSS
from tests.unit.helpers.status_world import AT, Page, ago, busy, event, failure, quiet, with_texts

NASTY = '</td></style><script>alert(1)</script><img src=x onerror="a" \'&amp;'


@pytest.mark.parametrize("text", ["<b>", "a & b", "\"'", NASTY])
def test_every_text_is_escaped(text):
    made = tag("p", text, title=text)
    page = Page(str(made))
    assert page.elements == [("p", {"title": text})]
    assert page.text == text


def test_elements_are_kept_as_such_and_numbers_are_written():
    made = tag("p", tag("b", 7), None, "x", class_="a", aria_label="b", hidden=True, id=None)
    assert str(made) == '<p class="a" aria-label="b" hidden><b>7</b>x</p>'
    assert str(together("<", tag("br"))) == "&lt;<br>"
    assert document(tag("head"), tag("body")).startswith('<!doctype html>\n<html lang="en"><head>')


def test_a_style_sheet_can_t_end_early():
    with pytest.raises(ValueError, match="no tags"):
        style("a{}</style>")


@pytest.mark.parametrize("snapshot", [quiet(), busy()], ids=["quiet", "busy"])
def test_nothing_in_a_snapshot_becomes_markup(snapshot):
    page, plain = Page(as_html(with_texts(snapshot, NASTY))), Page(as_html(snapshot))
    assert page.all("script") == page.all("img") == []
    assert page.text.count("<script>") > 5
    assert {tag for tag, _ in page.elements} <= {tag for tag, _ in plain.elements} | {"p", "br"}
    for _, attributes in page.elements:
        assert not any(name.startswith("on") for name in attributes)


@pytest.mark.parametrize("snapshot", [quiet(), busy()], ids=["quiet", "busy"])
def test_nothing_is_fetched_from_elsewhere_and_nothing_runs(snapshot):
    html = as_html(snapshot)
    assert re.findall(r"(?:url\(|@import|src=|<script|<iframe|<form|javascript:)", html) == []
    links = [a["href"] for a in Page(html).all("a") + Page(html).all("link")]
    assert {*links} <= {"#verdict", "?again=1", "?format=json", "data:,"}


@pytest.mark.parametrize("snapshot", [quiet(), busy()], ids=["quiet", "busy"])
def test_it_can_be_read_without_seeing_it(snapshot):
    page = Page(as_html(snapshot))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len({*ids})
    for _, attributes in page.elements:
        assert attributes.get("aria-labelledby", ids[0]) in ids
    assert all("aria-labelledby" in section for section in page.all("section"))
    assert all(head["scope"] in ("col", "row", "colgroup") for head in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table"))
    assert len(page.all("h1")) == len(page.all("main")) == 1
    assert page.all("meta")[1]["content"].startswith("width=device-width")
    for place in (attributes for _, attributes in page.elements if "tabindex" in attributes):
        assert place["role"] == "region"
        assert place["aria-label"]


def test_what_it_shows_of_a_busy_process():
    text = Page(as_html(busy())).text
    for part in (
        "my-jira", "version 1.0.0", "2026-05-04 12:30:00 UTC", "1 thing can't be kept up to date",
        "board (resource 2 of the mapping)", "may not do this", "fails for 5 min, 3 times",
        "Give the account the permission.", "With its next event.", "Resync for 12 s",
        "in 30 min", "3 missing, 1 too many; 3 written", "12 entities of jiraIssue",
        "https://e.example.com/integration/webhook", "See the log.", "3 (the last 40 s ago)",
        "refused for 70 s, last asked 10 s ago", "OAuth, expires in 60 min",
        "21,000 of 32,500 in this hour", "live 900, resync 10,600",
        "12 s for pauses that Jira asked for; 3 s of_another_sort", "6 of 10,000 events, 12 kB",
        "71 s", "400 ms", "93.0 % within 1 s", "100 % within 5 s", "3, tried again",
        "AB-1", "sprint_closed", "waits", "it makes no sense", "(none)", "250 ms", "500 ms",
    ):  # fmt: skip
        assert part in text, part


def test_a_process_that_has_done_nothing_yet_says_so():
    text = Page(as_html(quiet())).text
    for part in ("All is well", "none since the start", "never", "no event yet", "None has come"):
        assert part in text, part
    assert "What fails" not in text


def test_what_waits_is_named_by_its_reason_alone():
    snapshot = quiet(wrong=["jira_or_port_unreachable"], failing=[failure(waits=True)])
    assert snapshot.attention == ["Events wait for Jira, for Port or for the mapping."]


def test_a_reason_that_has_no_words_yet_is_named():
    assert quiet(wrong=["of_another_sort"]).attention == ["Of another sort."]


def test_not_ready_is_said_first():
    assert "Not ready:" in Page(as_html(quiet(ready=False, wrong=["starting"]))).text


def test_it_is_shown_anew_only_for_whoever_wants_that():
    """Under a screen reader a page that begins again and again is of no use."""
    assert "refresh" not in as_html(busy())
    again = Page(as_html(busy(), again=True))
    assert {"http-equiv": "refresh", "content": "10"} in again.all("meta")
    assert "?" in [a["href"] for a in again.all("a")]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "just now"), (2.34, "2.3 s ago"), (59, "59 s ago"), (600, "10 min ago"),
     (7200, "2.0 h ago"), (400_000, "5 days ago"), (-90, "in 2 min")],
)  # fmt: skip
def test_moments_are_told_as_people_do_and_as_machines_do(seconds, words):
    page = Page(as_html(quiet(events=[event(received=ago(seconds))])))
    assert words in page.text
    iso = ago(seconds).isoformat(timespec="seconds")
    assert iso in [time["datetime"] for time in page.all("time")]


@pytest.mark.parametrize(
    ("share", "words"), [(1.0, "100 %"), (0.0, "0 %"), (0.9999, "99.9 %"), (0.00001, "0.1 %")]
)
def test_a_share_that_isn_t_all_is_never_said_to_be(share, words):
    snapshot = quiet(lag=replace(quiet().lag, within={"1": share}))
    assert f"{words} within 1 s" in Page(as_html(snapshot)).text


def test_it_is_dark_and_light_and_moves_sideways_on_a_phone():
    assert "prefers-color-scheme:dark" in CSS
    assert "overflow-x:auto" in CSS
    assert isinstance(style(CSS), Markup)
    assert AT.tzinfo is not None


def luminance(colour: str) -> float:
    """As WCAG 2 has it."""
    digits = colour.lstrip("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [("ink", "bg"), ("ink", "card"), ("soft", "bg"), ("soft", "card"), ("accent", "bg"),
     ("accent", "card"), ("good", "good-bg"), ("bad", "bad-bg"), ("mid", "mid-bg"),
     ("ink", "bad-bg"), ("ink", "idle-bg")],
)  # fmt: skip
def test_every_text_stands_out_from_its_ground(scheme, text, ground):
    """By at least what WCAG 2.2 asks for (AA)."""
    colours = dict(re.findall(r"--([\w-]+):(#\w+)", CSS.split("@media")[scheme]))
    lighter, darker = sorted((luminance(colours[text]), luminance(colours[ground])), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5
