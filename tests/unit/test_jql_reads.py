"""What a query reads that something else than its issues changes."""

import pytest

from jira.jql_reads import Date, JqlReads, Read, reads_of

SPRINT, RELEASE, PARENT = Read.SPRINT, Read.RELEASE, Read.PARENT
WEEK = 7 * 24 * 60


def read(jql: str) -> set[Read]:
    return set(reads_of(jql).of)


def dates(jql: str) -> set[tuple[str, int, int]]:
    return {(date.field, date.near, date.far) for date in reads_of(jql).dates}


@pytest.mark.parametrize(
    ("jql", "expected"),
    [
        ("sprint = 5", {SPRINT}),
        ("Sprint in (5, 6)", {SPRINT}),
        ('"SPRINT" is not EMPTY', {SPRINT}),
        ("sprint in openSprints()", {SPRINT}),
        ("x = 1 AND NOT(sprint not in(closedSprints ( )))", {SPRINT}),
        ("cf[10020] in FUTURESPRINTS()", {SPRINT, PARENT}),
        ("cf[10020] = 5", {SPRINT, PARENT}),
        ("fixVersion in unreleasedVersions()", {RELEASE}),
        ("affectedVersion = 'a b'", {RELEASE}),
        ("fixVersion=latestReleasedVersion(AB) or parent=A-1", {RELEASE, PARENT}),
        ('"Epic Link" = A-1', {PARENT}),
        ("'epic link' in (A-1)", {PARENT}),
        ("parent in (A-1, A-2) ORDER BY sprint", {PARENT}),
        ("labels = sprint", set()),
        ('summary ~ "sprint = 5 or parent in (A-1)"', set()),
        (r'summary ~ "a \" sprint = 5"', set()),
        ("labels in (sprint, parent)", set()),
        ("status = 'fixVersion'", set()),
        ("project = AB ORDER BY parent", set()),
        ('project = "not finished', set()),
        ("", set()),
        ("ORDER BY created", set()),
    ],
)
def test_what_events_tell_of(jql, expected):
    assert read(jql) == expected


@pytest.mark.parametrize(
    ("jql", "expected"),
    [
        ("updated >= -1w", {("updated", -WEEK, -WEEK)}),
        ("updated>='-1w 1d'", {("updated", -WEEK - 1440, -WEEK - 1440)}),
        ('due < "7d" and created>-90m', {("due", WEEK, WEEK), ("created", -90, -90)}),
        ("NOT (resolved <= -24h)", {("resolved", -1440, -1440)}),
        ("created < -1M", {("created", -28 * 1440, -31 * 1440)}),
        ("created > -1y", {("created", -365 * 1440, -366 * 1440)}),
        ('"My Date" <= now()', {('"My Date"', 0, 0)}),
        ("due = 0d", {("due", 0, 0)}),
        ("updated >= 2024-01-01", set()),
        ("updated >= 1700000000000", set()),
        ('summary ~ "1w"', set()),
        ("fixVersion = 1m", set()),
        ("labels in (1d, 2d)", set()),
        ('updated >= startOfDay("-1d")', set()),
        ('"Story Points" > 5', set()),
    ],
)
def test_which_dates_move_with_the_time(jql, expected):
    assert dates(jql) == expected


def test_the_default_query_reads_dates_alone():
    jql = "(statusCategory != Done) OR (created >= -1w) OR (updated >= -1w)"
    week = {Date(field, -WEEK, -WEEK, is_day=False) for field in ("created", "updated")}
    assert reads_of(jql) == JqlReads(dates=frozenset(week))


@pytest.mark.parametrize(
    ("date", "minutes", "expected"),
    [
        (Date("x", -100, -100, is_day=False), 5, '(x >= "-105m" AND x <= "-100m")'),
        (Date("x", -100, -120, is_day=False), 5, '(x >= "-125m" AND x <= "-100m")'),
        (Date("due", 3000, 3000, is_day=True), 5, '(due >= "1555m" AND due <= "4440m")'),
        (Date('"a b"', 0, 0, is_day=False), 5, '("a b" >= "-5m" AND "a b" <= "0m")'),
    ],
)  # fmt: skip
def test_what_a_date_passed_by(date, minutes, expected):
    assert date.crossed(minutes) == expected


@pytest.mark.parametrize(
    ("jql", "calendar"),
    [
        ("updated >= startOfDay()", True),
        ('due < ENDOFWEEK("+1w")', True),
        ("created > startOfMonth() and created < startOfYear()", True),
        ("labels = startOfDay", False),
        ("updated >= -1w", False),
    ],
)
def test_what_moves_with_the_calendar(jql, calendar):
    assert reads_of(jql).calendar is calendar


@pytest.mark.parametrize(
    ("jql", "untold"),
    [
        ("assignee in membersOf('devs')", ["membersOf()"]),
        ("project in projectsLeadByUser() and x = y", ["projectsLeadByUser()"]),
        ("component = backend", ["component"]),
        ("component in componentsLeadByUser()", ["component", "componentsLeadByUser()"]),
        ("status changed after -1w", ["status -1w"]),
        ("status was Done before startOfDay()", ["startOfDay()"]),
        ("issueFunction in subtasksOf('x')", ["subtasksOf()"]),
        ('updated > now("-1d")', ["now()"]),
        ("assignee = currentUser() and issue in linkedIssues(A-1)", []),
        ("status was Done", []),
        ("sprint in openSprints() and updated > -1w", []),
        ("summary ~ 'membersOf()'", []),
    ],
)
def test_what_no_event_tells_of_is_named(jql, untold):
    assert list(reads_of(jql).untold) == untold
