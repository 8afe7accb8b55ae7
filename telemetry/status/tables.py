"""The tables of the status page; on a narrow screen they can be moved sideways, also by keys."""

from collections.abc import Sequence
from datetime import datetime

from telemetry.lookups import Lane
from telemetry.status.markup import Child, Markup, tag, together
from telemetry.status.snapshot import Event, Resource, Snapshot
from telemetry.status.words import duration, moment, pill

N = "n"


def resources_table(snapshot: Snapshot) -> Markup:
    """The last resync and sweep of each resource of the mapping."""
    if not snapshot.resources:
        return tag("p", "Neither a resync nor a sweep has begun since the start.", class_="soft")
    head = tag(
        "thead",
        tag(
            "tr",
            tag("th", "Resource", scope="col", rowspan="2"),
            tag("th", "Last resync", scope="colgroup", colspan="7", class_="group"),
            tag("th", "Last sweep", scope="colgroup", colspan="5", class_="group"),
        ),
        tag(
            "tr",
            _heads("when|group", "took|n", "rows|n", "written|n", "unchanged|n", "deleted|n"),
            _heads("outcome", "when|group", "took|n", "entities|n", "wrong|n", "outcome"),
        ),
    )
    rows = [_resource(resource, snapshot.at) for resource in snapshot.resources]
    return _table(
        "By resource of the mapping; wrong is what was missing or different in Port", head, rows
    )


def _resource(resource: Resource, now: datetime) -> Markup:
    resync, sweep = resource.resync, resource.sweep
    cells = [tag("th", f"{resource.number}. {resource.kind}", scope="row", class_="nowrap")]
    if resync is None:
        cells.append(tag("td", "none", colspan="7", class_="group soft"))
    else:
        numbers = (resync.rows, resync.written, resync.unchanged, resync.deleted)
        cells += [
            tag("td", moment(resync.ran.began, now), class_="group"),
            tag("td", duration(resync.ran.seconds), class_=N),
            *(tag("td", f"{number:,}", class_=N) for number in numbers),
            tag("td", pill(resync.ran.outcome)),
        ]
    if sweep is None:
        cells.append(tag("td", "none", colspan="5", class_="group soft"))
    else:
        cells += [
            tag("td", moment(sweep.ran.began, now), class_="group"),
            tag("td", duration(sweep.ran.seconds), class_=N),
            tag("td", f"{sweep.entities:,}", class_=N),
            tag("td", f"{sweep.wrong:,}", class_=N),
            tag("td", pill(sweep.ran.outcome)),
        ]
    return tag("tr", *cells)


def lanes_table(lanes: Sequence[Lane]) -> Markup | None:
    """What the lanes hold; None where they hold nothing."""
    if not lanes:
        return None
    head = tag("thead", tag("tr", _heads("lane", "new|n", "under way|n", "tried again|n")))
    rows = [
        tag(
            "tr",
            tag("th", lane.resource, scope="row"),
            *(tag("td", f"{n:,}", class_=N) for n in (lane.new, lane.under_way, lane.again)),
        )
        for lane in lanes
    ]
    return _table("Events in lanes", head, rows)


def events_table(snapshot: Snapshot) -> Markup:
    """The last events, the newest first."""
    if not snapshot.events:
        return tag("p", "None has come since the start.", class_="soft")
    head = tag(
        "thead",
        tag("tr", _heads("received", "event", "subject", "outcome", "took|n", "since Jira|n")),
    )
    rows = [_event(event, snapshot.at) for event in snapshot.events]
    caption = f"The last {len(rows)}, the newest first; nothing of what they carry"
    return _table(caption, head, rows)


def _event(event: Event, now: datetime) -> Markup:
    why: Child = tag("span", f" {event.why}", class_="soft") if event.why else None
    return tag(
        "tr",
        tag("td", moment(event.received, now)),
        tag("td", event.event, class_="nowrap"),
        tag("th", event.subject or "(none)", scope="row", class_="nowrap"),
        tag("td", pill(event.outcome), why),
        tag("td", "" if event.took is None else duration(event.took), class_=N),
        tag("td", "" if event.lag is None else duration(event.lag), class_=N),
    )


def _heads(*columns: str) -> Markup:
    """Headings of columns; after a `|` stands the class of one."""
    named = [column.partition("|") for column in columns]
    return together(*(tag("th", name, scope="col", class_=of or None) for name, _, of in named))


def _table(caption: str, head: Markup, rows: Sequence[Markup]) -> Markup:
    table = tag("table", tag("caption", caption), head, tag("tbody", *rows))
    return tag("div", table, class_="wide", tabindex="0", role="region", aria_label=caption)
