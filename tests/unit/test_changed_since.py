"""What kinds say of a moment: every row that may have changed since, and what is gone by then."""

from typing import Any

import pytest

from jira.errors import JiraError, JiraUnavailableError
from jira.kinds.kind import Found, Since
from jira.kinds.of_issues import TOGETHER
from jira.kinds.worklog_changes import DELETED, UPDATED
from tests.unit.helpers.fake_client import ISSUES, FakeClient
from tests.unit.helpers.worklog_site import MS, WEEK, Site

SINCE = MS / 1000


async def of_worklogs(site: Site, *issues: str, gone: tuple[int, ...] = ()) -> list[Found]:
    page = {"values": [{"worklogId": number} for number in gone], "until": MS, "lastPage": True}
    site.answers[DELETED] = page
    since = Since(SINCE, [{"id": name, "key": f"AB-{name}"} for name in issues])
    kind: Any = site.kind
    return [found async for found in kind.changed_since(since, WEEK.selector)]


async def test_worklogs_of_issues_that_changed_come_beside_those_that_changed_themselves() -> None:
    site = Site(i1=1, i2=3, i3=2)
    # Two changes in each millisecond: the last four are after the moment.
    found = await of_worklogs(site, "1", gone=(7,))
    rows = [row["id"] for each in found for row in each.updated]
    assert rows == ["1000", "2000", "2001", "2002", "3000", "3001"]
    assert [row for each in found for row in each.deleted] == [{"id": "7"}]
    assert site.fake.bodies(UPDATED) == site.fake.bodies(DELETED) == [{"since": MS}]


async def test_where_nothing_changed_nothing_is_read() -> None:
    site = Site()
    assert await of_worklogs(site) == []


async def test_worklogs_that_cannot_be_read_now_are_told_and_the_others_come() -> None:
    site = Site(i1=1, i2=21)
    site.answers["/rest/api/3/issue/2/worklog"] = JiraUnavailableError("503")
    found = await of_worklogs(site, "1", "2")
    assert [row["id"] for each in found for row in each.updated] == ["1000"]
    assert any(isinstance(each.failed, JiraError) for each in found)


async def test_issues_are_resolved_as_after_an_event_a_hundred_at_a_time() -> None:
    jira = FakeClient()
    for number in range(1, TOGETHER + 2):
        jira.issue(str(number), f"AB-{number}")
    jira.outside = {"1"}
    since = Since(SINCE, [{"id": i, "key": row["key"]} for i, row in jira.by_id.items()])
    found = [each async for each in jira.issues.changed_since(since, ISSUES)]
    assert [len(each.updated) for each in found] == [TOGETHER - 1, 1]
    assert [row["key"] for each in found for row in each.deleted] == ["AB-1"]


@pytest.mark.parametrize("down", [True, False])
async def test_where_jira_is_down_that_is_raised(down: bool) -> None:
    jira = FakeClient()
    jira.issue("1", "AB-1")
    jira.down = down
    since = Since(SINCE, [{"id": "1", "key": "AB-1"}])
    try:
        rows = [
            row async for each in jira.issues.changed_since(since, ISSUES) for row in each.updated
        ]
    except JiraUnavailableError:
        assert down
    else:
        assert not down
        assert len(rows) == 1
