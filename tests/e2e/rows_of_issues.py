"""The rows of projects, issues, people and worklogs."""

from kinds import Kinds
from sandbox.jira.entities import Issue
from sandbox.jira.site import JiraSite
from tests.e2e.row import Change, Row, issue, titled

WORKLOGS_THAT_COME_ALONG = 20

# project


def change_project(site: JiraSite) -> Change:
    site.rename_project("CD", name="Another name")
    return Change("CD", titled("Another name"))


PROJECT = Row(
    Kinds.PROJECT,
    "jiraProject",
    lambda site: [p.key for p in site.projects.values() if p.visible],
    change_project,
    lambda site: "EF",
    lambda site, key: site.archive_project(key),
)

# issue

SELECTED = "(statusCategory != Done) OR (created >= -1w) OR (updated >= -1w)"


def change_issue(site: JiraSite) -> Change:
    found = issue(site)
    site.edit_issue(found.id, summary="Another summary")
    return Change(found.key, titled("Another summary"))


ISSUE = Row(
    Kinds.ISSUE,
    "jiraIssue",
    lambda site: [found.key for found in site.search(SELECTED)],
    change_issue,
    lambda site: issue(site, lambda i: i.type.level == 0).key,
    lambda site, key: site.delete_issue(issue(site, lambda i: i.key == key).id),
)

# user


def change_user(site: JiraSite) -> Change:
    user = list(site.users.values())[1]
    site.change_user(user.account_id, name="Another name")
    return Change(user.account_id, titled("Another name"))


USER = Row(
    Kinds.USER,
    "jiraUser",
    lambda site: [user.account_id for user in site.users.values()],
    change_user,
    lambda site: site.create_user("Nobody's name in any issue").account_id,
    lambda site, account_id: site.delete_user(account_id),
)

# team


def change_team(site: JiraSite) -> Change:
    team = next(iter(site.teams.values()))
    members = [user.account_id for user in list(site.users.values())[:2]]
    site.set_team_members(team.team_id, members)
    return Change(team.team_id, lambda e: sorted(e["relations"]["members"]) == sorted(members))


def fault_of_team(site: JiraSite, refused: bool) -> tuple[str, set[str]]:
    team = list(site.teams.values())[1]
    team.fault = 403 if refused else None
    return team.display_name, {team.team_id}


TEAM = Row(
    Kinds.TEAM,
    "jiraTeam",
    lambda site: list(site.teams),
    change_team,
    lambda site: list(site.teams)[-1],
    lambda site, team_id: site.delete_team(team_id),
    fault_of_team,
    told=False,
)

# worklog


def busy_issue(site: JiraSite) -> Issue:
    """An issue with more worklogs than come along with it: these are read under the issue."""
    return issue(site, lambda i: len(i.worklogs) > WORKLOGS_THAT_COME_ALONG)


def fault_of_worklogs(site: JiraSite, refused: bool) -> tuple[str, set[str]]:
    found = busy_issue(site)
    found.worklogs_fault = 403 if refused else None
    return f"issue {found.key}", {worklog.id for worklog in found.worklogs}


def change_worklog(site: JiraSite) -> Change:
    worklog = site.add_worklog(issue(site).id, seconds=60)
    site.change_worklog(worklog.id, seconds=7200)
    return Change(worklog.id, lambda entity: entity["properties"]["timeSpentSeconds"] == 7200)


WORKLOG = Row(
    Kinds.WORKLOG,
    "jiraWorklog",
    lambda site: [w.id for w in site.worklogs.values() if w.issue.visible],
    change_worklog,
    lambda site: next(w.id for w in site.worklogs.values() if w.issue.visible),
    lambda site, worklog_id: site.delete_worklog(worklog_id),
    fault_of_worklogs,
)

ROWS = (PROJECT, ISSUE, USER, TEAM, WORKLOG)
