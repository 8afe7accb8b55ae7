"""The status page for people: one page, no script, nothing that is fetched from elsewhere."""

from datetime import datetime

from telemetry.status.markup import Child, Markup, document, style, tag, together
from telemetry.status.snapshot import Failure, Ran, Snapshot, counted
from telemetry.status.stylesheet import CSS
from telemetry.status.tables import events_table, lanes_table, resources_table
from telemetry.status.words import duration, lasting, moment, percent, pill, size

EVERY_SECONDS = 10
"""How often the page is asked for again by itself, for whoever wants that."""


def as_html(snapshot: Snapshot, *, again: bool = False) -> str:
    """The page; `again`: a browser is to ask for it again and again."""
    verdict = "needs attention" if snapshot.attention else "all is well"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="refresh", content=str(EVERY_SECONDS)) if again else None,
        tag("title", f"Jira for Port: {verdict}"),
        tag("link", rel="icon", href="data:,"),
        style(CSS),
    )
    body = tag(
        "body",
        tag("a", "Skip to what is wrong", href="#verdict", class_="skip"),
        _header(snapshot, again=again),
        tag(
            "main",
            _verdict(snapshot),
            _failing(snapshot),
            _comparisons(snapshot),
            tag("div", _webhook(snapshot), _credentials(snapshot), class_="row"),
            tag("div", _queue(snapshot), _lag(snapshot), _background(snapshot), class_="row"),
            _events(snapshot),
        ),
        tag(
            "footer",
            tag("a", "The same as JSON", href="?format=json"),
            ". Counts are since the start of the process; what they mean is in docs/metrics.md.",
        ),
    )
    return document(head, body)


def _header(snapshot: Snapshot, *, again: bool) -> Markup:
    process = snapshot.process
    reload = (
        tag("a", "Stop that", href="?")
        if again
        else tag("a", f"Show it anew every {EVERY_SECONDS} s", href="?again=1")
    )
    return tag(
        "header",
        tag("h1", f"Jira for Port: {process.integration}"),
        tag(
            "p",
            tag("span", process.site),
            tag("span", f"version {process.version}, Ocean {process.framework}"),
            tag("span", "started ", moment(process.started, snapshot.at)),
            tag(
                "span",
                f"as of {snapshot.at:%Y-%m-%d %H:%M:%S} UTC. ",
                "Shown anew by itself. " if again else None,
                reload,
            ),
            class_="about",
        ),
    )


def _verdict(snapshot: Snapshot) -> Markup:
    attention = snapshot.attention
    if not attention:
        return tag("div", "All is well.", id="verdict", class_="verdict good", role="status")
    return tag(
        "div",
        "Ready, but somebody should look at this:" if snapshot.ready else "Not ready:",
        tag("ul", *(tag("li", sentence) for sentence in attention)),
        id="verdict",
        class_="verdict bad",
        role="status",
    )


def _failing(snapshot: Snapshot) -> Markup | None:
    if not snapshot.failing:
        return None
    return _section("failing", "What fails", *(_failure(f, snapshot) for f in snapshot.failing))


def _failure(failure: Failure, snapshot: Snapshot) -> Markup:
    times = f", {counted(failure.times, 'time')}" if failure.times > 1 else ""
    state = pill("waits" if failure.waits else "fails")
    since = lasting(failure.since, snapshot.at)
    return tag(
        "div",
        tag("h3", failure.what, " ", state, " ", tag("span", since, times, class_="soft")),
        tag("p", failure.reason),
        tag("p", tag("strong", "What to do: "), failure.to_do),
        tag("p", tag("strong", "Tried again: "), failure.again, class_="soft"),
        class_="failure waits" if failure.waits else "failure",
    )


def _comparisons(snapshot: Snapshot) -> Markup:
    runs = snapshot.comparisons
    now = runs.resync_now or ("A resync is under way." if runs.resyncs_running else None)
    found = ", ".join(f"{n:,} {what.replace('_', ' ')}" for what, n in runs.found.items() if n)
    return _section(
        "kinds",
        "Resyncs and sweeps",
        _facts(
            ("Under way", now),
            ("Last resync", _ran(runs.resync, snapshot.at)),
            ("Last full sweep", _ran(runs.sweep, snapshot.at)),
            ("Last partial sweep", _ran(runs.sweep_of_some, snapshot.at)),
            ("Next regular sweep", moment(runs.next_sweep, snapshot.at, none="none")),
            ("Sweeps found", f"{found or 'nothing'}; {runs.healed:,} written"),
        ),
        resources_table(snapshot),
    )


def _webhook(snapshot: Snapshot) -> Markup:
    webhook = snapshot.webhook
    last_refused = together(" (the last ", moment(webhook.last_refused, snapshot.at), ")")
    return _section(
        "webhook",
        "Webhook in Jira",
        _facts(
            ("State", pill(webhook.state)),
            ("Registered", webhook.in_words),
            ("Address", webhook.url or "none"),
            ("Looked at", moment(webhook.looked_at, snapshot.at)),
            ("Put right", counted(webhook.repairs, "time")),
            ("Last delivery", moment(webhook.last_accepted, snapshot.at)),
            ("Accepted", f"{webhook.accepted:,}"),
            (
                "Refused",
                together(f"{webhook.refused:,}", last_refused if webhook.last_refused else None),
            ),
            ("Answered otherwise", f"{webhook.others:,}"),
        ),
    )


def _credentials(snapshot: Snapshot) -> Markup:
    facts: list[tuple[str, Child]] = []
    for of in snapshot.credentials:
        since = together(" ", lasting(of.since, snapshot.at)) if of.since else None
        asked = together(", last asked ", moment(of.asked, snapshot.at)) if of.asked else None
        expires = together("expires ", moment(of.expires, snapshot.at)) if of.expires else None
        how = tag("p", of.how, ", " if expires else None, expires, class_="soft")
        facts.append((of.service, together(pill(of.state), since, asked, how)))
    points = snapshot.points
    if points is not None:
        spent = ", ".join(f"{what.replace('_', ' ')} {n:,}" for what, n in points.spent.items())
        facts += [
            ("Points left", f"{points.left:,} of {points.an_hour:,} in this hour"),
            ("All back", moment(points.back_at, snapshot.at)),
            ("Points spent", spent),
        ]
    waited = [
        f"{n:,.0f} s {LIMITS.get(of, of)}" for of, n in snapshot.waited_seconds.items() if n >= 1
    ]
    facts.append(("Requests waited", "; ".join(waited) or "for no limit"))
    return _section("credentials", "Credentials and limits", _facts(*facts))


LIMITS = {
    "jira_pause": "for pauses that Jira asked for",
    "jira_pace": "for our own pace at Jira",
    "jira_quota": "for points",
    "port": "for Port's limits",
}


def _queue(snapshot: Snapshot) -> Markup:
    queue = snapshot.queue
    events = queue.waiting + queue.under_way
    oldest = duration(queue.oldest_seconds) if events else "none"
    return _section(
        "queue",
        "Queue and lanes",
        _facts(
            ("Waiting", f"{queue.waiting:,}"),
            ("Under way", f"{queue.under_way:,}"),
            ("Oldest", oldest),
            ("Room", f"{events:,} of {queue.limit:,} events, {size(queue.bytes)}"),
        ),
        lanes_table(queue.lanes),
    )


def _lag(snapshot: Snapshot) -> Markup:
    lag = snapshot.lag
    facts: list[tuple[str, Child]] = [
        ("Median of the last", _seconds(lag.median_of_last)),
        ("Slowest of the last", _seconds(lag.slowest_of_last)),
        ("Average of all", _seconds(lag.average)),
    ]
    within = [tag("li", f"{percent(share)} within {of} s") for of, share in lag.within.items()]
    facts.append(("Of all", tag("ul", *within, class_="plain") if within else None))
    facts.append(("Events written", f"{lag.events:,}"))
    return _section("lag", "From Jira to Port", _facts(*facts))


def _background(snapshot: Snapshot) -> Markup:
    jobs = snapshot.jobs
    return _section(
        "background",
        "Background work",
        _facts(
            ("Running", f"{jobs.running:,}"),
            ("Due", f"{jobs.due:,}"),
            ("Later", f"{jobs.later:,}"),
            ("Done", f"{jobs.done:,}"),
            ("Failed", f"{jobs.failed:,}, tried again" if jobs.failed else "0"),
        ),
    )


def _events(snapshot: Snapshot) -> Markup:
    return _section("events", "Last events", events_table(snapshot))


def _ran(run: Ran | None, now: datetime) -> Child:
    if run is None:
        return "none since the start"
    return together(moment(run.began, now), f", took {duration(run.seconds)} ", pill(run.outcome))


def _seconds(seconds: float | None) -> str:
    return "no event yet" if seconds is None else duration(seconds)


def _section(name: str, heading: str, *children: Child) -> Markup:
    title = tag("h2", heading, id=f"{name}-heading")
    return tag("section", title, *children, id=name, aria_labelledby=f"{name}-heading")


def _facts(*facts: tuple[str, Child]) -> Markup:
    """Those that there are."""
    return tag(
        "dl",
        *(together(tag("dt", name), tag("dd", of)) for name, of in facts if of is not None),
    )
