"""A small site with something of every kind, whose values are known: a person can read it whole.

Two projects: AB with a scrum board, CD with a kanban board. Everything happens in two weeks of
March 2026, and the site's clock goes on from there.
"""

import time
from datetime import datetime

from sandbox.jira.entities import Issue, User
from sandbox.jira.site import JiraSite

HOST = "https://example.atlassian.net"
"""What stands for the site's address where its rows are written down."""


def small_site() -> JiraSite:
    """The site, the same each time it is made."""
    site = JiraSite()
    _at(site, "2026-03-02T09:00")
    people = [site.add_user(f"User {number}") for number in (1, 2, 3)]
    site.add_project("AB", "Project AB")
    site.add_project("CD", "Project CD")
    _build_issues(site, people)
    _plan(site, people)
    _work(site, people)
    site.fill_teams()
    end = _at(site, "2026-03-12T12:00")
    begun = time.monotonic()
    site.clock = lambda: end + time.monotonic() - begun
    return site


def _at(site: JiraSite, when: str) -> float:
    """Have it be this moment (UTC) on the site."""
    moment = datetime.fromisoformat(f"{when}+00:00").timestamp()
    site.clock = lambda: moment
    return moment


def _build_issues(site: JiraSite, people: list[User]) -> None:
    first, second, third = people
    epic = _issue(site, "AB", "Sign in with a passkey", "Epic", reporter=first)
    story = _issue(
        site,
        *("AB", "Register a passkey", "Story"),
        assignee=first,
        reporter=second,
        parent=epic,
        labels=["security", "service:login"],
        description="What a passkey is for, and how it is registered.",
    )
    _issue(site, "AB", "Sign in on a second device", "Story", reporter=second, parent=epic)
    _issue(site, "AB", "Describe passkeys", "Sub-task", assignee=third, parent=story)
    _issue(
        site,
        *("AB", "The form forgets what was typed", "Bug"),
        assignee=second,
        reporter=third,
        priority="High",
        labels=["service:login", "service:web"],
    )
    _issue(site, "CD", "Renew the certificate", "Task", assignee=third, labels=["security"])
    _issue(site, "CD", "Write down who is on call", "Task", reporter=first)


def _issue(
    site: JiraSite,
    project: str,
    summary: str,
    kind: str,
    *,
    assignee: User | None = None,
    reporter: User | None = None,
    parent: Issue | None = None,
    priority: str = "Medium",
    labels: list[str] | None = None,
    description: str | None = None,
) -> Issue:
    return site.build_issue(
        site.next_id(),
        site.project_of(project),
        summary=summary,
        type_name=kind,
        status="To Do",
        priority=priority,
        assignee=assignee,
        reporter=reporter or site.me,
        parent=parent,
        labels=labels or (),
        description=description,
    )


def _plan(site: JiraSite, people: list[User]) -> None:
    """Boards with sprints, versions and components."""
    board = site.create_board(["AB"], name="AB board")
    site.create_board(["CD"], name="CD board", type="kanban")
    earlier, now, later = [
        site.create_sprint(board.id, name=f"AB sprint {number}") for number in (1, 2, 3)
    ]
    site.start_sprint(earlier.id, seconds=4 * 86400)
    site.change_sprint(now.id, goal="Passkeys can be registered")
    lead = people[1].account_id
    login = site.create_component("AB", "Login", description="Who somebody is.", lead=lead)
    site.create_component("AB", "Web")
    version = site.create_version(
        "AB", "AB 1.0", description="Passkeys.", start_date="2026-03-02", release_date="2026-03-31"
    )
    for key in ("AB-2", "AB-3", "AB-5"):
        site.edit_issue(key, fix_versions=[version.id])
    site.edit_issue("AB-2", components=[login.id])
    _at(site, "2026-03-06T09:00")
    site.close_sprint(earlier.id)
    site.issue_of("AB-2").former_sprints = [earlier]
    _at(site, "2026-03-09T09:00")
    site.start_sprint(now.id, seconds=11 * 86400)
    for key in ("AB-2", "AB-5"):
        site.set_sprint(key, now.id)
    site.set_sprint("AB-3", later.id)


def _work(site: JiraSite, people: list[User]) -> None:
    """What people did: issues go on, with comments, links and worklogs."""
    first, second, _ = (person.account_id for person in people)
    _at(site, "2026-03-03T09:00")
    site.transition_issue("AB-2", "In Progress")
    _at(site, "2026-03-05T16:00")
    site.transition_issue("AB-2", "In Review")
    site.comment_issue("AB-2", "Older browsers lack this.")
    _at(site, "2026-03-06T10:00")
    site.transition_issue("AB-2", "In Progress")
    site.comment_issue("AB-2", "They are left out.")
    site.link_issues("AB-2", "AB-3")
    site.link_issues("CD-1", "AB-2")
    for when, hours, who in (
        ("2026-03-03T10:00", 3, first),
        ("2026-03-05T14:00", 2, first),
        ("2026-03-10T10:00", 4, first),
        ("2026-03-10T13:00", 1, second),
    ):
        started = _at(site, when)
        site.add_worklog("AB-2", seconds=hours * 3600, started=started, author=who)
    _at(site, "2026-03-11T15:30")
    site.transition_issue("AB-5", "Done")
