"""JQL: what the stand-in finds, and what it refuses in Jira's words."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from sandbox.jira.jql.parser import parse
from sandbox.jira.jql.tokens import RESERVED, JqlError
from sandbox.jira.site import JiraSite


@pytest.fixture
def site():
    site = JiraSite()
    site.create_project("AB", "Project AB")
    site.create_project("AS", "Project AS")
    user = site.create_user("User 1").account_id
    epic = site.create_issue("AB", type_name="Epic", summary="The epic")  # AB-1
    site.create_issue("AB", parent=epic.key, assignee=user, labels=["One", "two"])  # AB-2
    site.create_issue("AB", type_name="Sub-task", parent="AB-2", status="Done")  # AB-3
    site.create_issue("AS", type_name="Bug", reporter=user, status="In Review")  # AS-1
    return site


def keys(site: JiraSite, jql: str) -> list[str]:
    return [issue.key for issue in site.search(jql)]


@pytest.mark.parametrize(
    ("jql", "expected"),
    [
        ('project = "AS"', ["AS-1"]),
        ("project = ab AND statusCategory != Done ORDER BY key", ["AB-1", "AB-2"]),
        ('project IN ("Project AB", "AS") ORDER BY id DESC', ["AS-1", "AB-3", "AB-2", "AB-1"]),
        ('NOT (project = "AB") && type = Bug', ["AS-1"]),
        ("key in (AB-3, AB-1) order by key asc", ["AB-1", "AB-3"]),
        ("parent = AB-1", ["AB-2"]),
        ("parent is not EMPTY ORDER\n BY created, key", ["AB-2", "AB-3"]),
        ('project = "AB" AND parent is empty', ["AB-1"]),
        ("labels = ONE or labels in (two)", ["AB-2"]),
        ("labels != one", []),
        ('resolution = Unresolved AND project = "AB" ORDER BY key', ["AB-1", "AB-2"]),
        ("resolution is not empty", ["AB-3"]),
        ("issuetype in (10000)", ["AB-1"]),
        ('status not in ("To Do", done)', ["AS-1"]),
        ('summary ~ "epic"', ["AB-1"]),
        ("updated >= -1h and assignee is not null", ["AB-2"]),
        ('updated < "-90m" or created > 1h', []),
        ("key > AB-1 order by key", ["AB-2", "AB-3"]),
        ("component is empty and fixVersion is empty and key = AB-1", ["AB-1"]),
        ("key = AB-1 and reporter = currentUser()", ["AB-1"]),
    ],
)
def test_finds(site, jql, expected):
    assert keys(site, jql) == expected


def test_accounts_need_quotes_only_where_characters_are_reserved(site):
    account = site.issue_of("AB-2").assignee.account_id
    assert keys(site, f'assignee = "{account}"') == ["AB-2"]
    assert keys(site, f"assignee in ({account})") == ["AB-2"]


def test_dates_are_read_in_the_zone_of_the_account(site):
    site.time_zone = "Asia/Tokyo"
    moment = datetime(2026, 1, 2, 12, 0, tzinfo=ZoneInfo("Asia/Tokyo")).timestamp()
    site.clock = lambda: moment
    site.create_issue("AB", summary="Dated")
    assert keys(site, 'created >= "2026/01/02 12:00" and created <= "2026-01-02 12:00"') == ["AB-4"]
    assert keys(site, f"created = {int(moment * 1000)}") == ["AB-4"]


@pytest.mark.parametrize(
    ("jql", "message"),
    [
        ("", "Unbounded JQL queries are not allowed here"),
        ("ORDER BY created", "Unbounded JQL queries are not allowed here"),
        ("project = AS", "'AS' is a reserved JQL word"),
        ("project in (AB, do)", "'do' is a reserved JQL word"),
        ('(project = "AB" ORDER BY key) AND type = Bug', "but got 'ORDER'"),
        ('project = "AB" type = Bug', "Expecting either 'OR' or 'AND' but got 'type'"),
        ('project = "AB', "has not been completed"),
        ('project = "A\\q"', "illegal JQL escape sequence"),
        ("project = A@B", "The character '@' is a reserved JQL character"),
        ('project = "AB" AND', "before the end of the query"),
        ('colour = "red"', "Field 'colour' does not exist or you do not have permission"),
        ('project = "NO"', "The value 'NO' does not exist for the field 'project'."),
        ("project = 99", "A value with ID '99' does not exist for the field 'project'."),
        ("status = Nothing", "The value 'Nothing' does not exist for the field 'status'."),
        ('assignee = "nobody"', "The value 'nobody' does not exist for the field 'assignee'."),
        ("key = nonsense", "The issue key 'nonsense' for field 'key' is invalid."),
        ('updated > "yesterday"', "Date value 'yesterday' for field 'updated' is invalid"),
        ('project ~ "AB"', "The operator '~' is not supported by the 'project' field."),
        ('project = "AB" order by a1,a2,a3,a4,a5,a6,a7,a8', "maximum number of sort fields is 7"),
        ('project = "AB" order by nonsense', "Not able to sort using field 'nonsense'."),
    ],
)
def test_refuses(site, jql, message):
    with pytest.raises(JqlError) as caught:
        site.search(jql)
    assert message in str(caught.value)


def test_every_reserved_word_can_be_quoted():
    for word in RESERVED:
        parse(f'project = "{word}"')
        if word not in ("empty", "null"):
            with pytest.raises(JqlError):
                parse(f"project = {word}")


def test_order_by_inside_quotes_is_text(site):
    assert keys(site, "summary ~ ' ORDER BY (\\' '") == []


def test_a_project_out_of_sight_spoils_the_query(site):
    site.archive_project("AS")
    with pytest.raises(JqlError):
        site.search('project in ("AB", "AS")')


def test_ids_that_are_gone_are_refused_only_when_asked(site):
    gone = site.issue_of("AS-1").id
    site.delete_issue("AS-1")
    assert keys(site, f"id in ({gone}, AB-1)") == ["AB-1"]
    site.strict_gone_ids = True
    with pytest.raises(JqlError, match=r"A value with ID '.*' does not exist for the field 'id'"):
        site.search(f"id in ({gone}, AB-1)")
    with pytest.raises(JqlError, match="An issue with key 'AS-1' does not exist for field 'key'"):
        site.search("key = AS-1")
