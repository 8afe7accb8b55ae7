"""What people do to issues, each with the events that Jira sends for it."""

from collections.abc import Iterable

from sandbox.jira.attachments import Attachments
from sandbox.jira.components import Components
from sandbox.jira.conversions import Conversions
from sandbox.jira.defaults import RESOLUTION
from sandbox.jira.entities import Issue, Link, Project, Sprint, Status, User
from sandbox.jira.formats import changed
from sandbox.jira.issue_rows import POINTS_FIELD, story_points
from sandbox.jira.links import Links
from sandbox.jira.state import KEEP
from sandbox.jira.versions import Versions
from sandbox.jira.worklogs import Worklogs


class Issues(Links, Attachments, Conversions, Versions, Components, Worklogs):
    """Changes of issues. Issues are named by id or key throughout."""

    def __init__(self, **settings: int) -> None:
        super().__init__(**settings)
        # Nobody says whether sub-tasks send events of their own when their parent is moved or
        # deleted, so both can be had.
        self.subtasks_send_events = False
        self.subtask_links_send_events = False

    def create_issue(
        self,
        project_key: str,
        *,
        summary: str = "New issue",
        type_name: str = "Task",
        status: str = "To Do",
        priority: str = "Medium",
        assignee: str | None = None,
        reporter: str | None = None,
        parent: str | None = None,
        labels: Iterable[str] = (),
        description: str | None = None,
        due: str | None = None,
        sprint: Sprint | None = None,
    ) -> Issue:
        """Create an issue; people are named by account id, the parent by id or key."""
        project = self.project_of(project_key)
        above = self.issue_of(parent) if parent else None
        issue_id = self.next_id()
        self.remember_absent(issue_id)
        self.remember([above] if above else [])
        issue = self.build_issue(
            issue_id,
            project,
            summary=summary,
            type_name=type_name,
            status=status,
            priority=priority,
            assignee=self.users[assignee] if assignee else None,
            reporter=self.users[reporter] if reporter else self.me,
            parent=above,
            labels=labels,
            description=description,
            due=due,
        )
        issue.sprint = sprint
        self.forget_rows(self.around(issue))
        self._issue_event("jira:issue_created", issue, "issue_created")
        if issue.type.level < 0 and above is not None and self.subtask_links_send_events:
            link = Link(self.next_id(), above, issue)
            self.emit("issuelink_created", {"issueLink": self.rows.link_event(link, subtask=True)})
        return issue

    def build_issue(
        self,
        issue_id: str,
        project: Project,
        *,
        summary: str,
        type_name: str,
        status: str,
        priority: str = "Medium",
        assignee: User | None = None,
        reporter: User | None = None,
        parent: Issue | None = None,
        labels: Iterable[str] = (),
        description: str | None = None,
        due: str | None = None,
    ) -> Issue:
        """Make an issue and put it in its place, without an event."""
        moment = self.now()
        project.last_number += 1
        state = self.statuses[status.lower()]
        issue = Issue(
            id=issue_id,
            key=f"{project.key}-{project.last_number}",
            project=project,
            number=project.last_number,
            type=self.types[type_name.lower()],
            status=state,
            priority=self.priorities[priority.lower()],
            summary=summary,
            created=moment,
            updated=moment,
            description=description,
            creator=self.me,
            reporter=reporter,
            assignee=assignee,
            labels=list(labels),
            resolved=moment if state.category == "done" else None,
            due=due,
            parent=parent,
        )
        self.add_issue(issue)
        return issue

    def edit_issue(
        self,
        issue: str,
        *,
        summary: str = KEEP,
        assignee: str | None = KEEP,
        labels: Iterable[str] = KEEP,
        parent: str | None = KEEP,
        priority: str = KEEP,
        description: str | None = KEEP,
        reporter: str | None = KEEP,
        fix_versions: Iterable[str] = KEEP,
        affected_versions: Iterable[str] = KEEP,
        components: Iterable[str] = KEEP,
        points: float = KEEP,
    ) -> Issue:
        """Change fields of an issue in one go; versions and components are named by id."""
        found = self.issue_of(issue)
        above = self.issue_of(parent) if parent and parent is not KEEP else None
        touched = self.around(found) | ({above} if above else set())
        self.remember(touched)
        items = [
            *self.set_versions(found, fix_versions, affected_versions),
            *self.set_components(found, components),
        ]
        if summary is not KEEP:
            items.append(changed("summary", (None, found.summary), (None, summary), "summary"))
            found.summary = summary
        if description is not KEEP:
            items.append(
                changed(
                    "description", (None, found.description), (None, description), "description"
                )
            )
            found.description = description
        if assignee is not KEEP:
            person = self.users[assignee] if assignee else None
            items.append(changed("assignee", _named(found.assignee), _named(person), "assignee"))
            found.assignee = person
        if reporter is not KEEP:
            person = self.users[reporter] if reporter else None
            items.append(changed("reporter", _named(found.reporter), _named(person), "reporter"))
            found.reporter = person
        if labels is not KEEP:
            names = list(labels)
            items.append(
                changed("labels", ("", " ".join(found.labels)), ("", " ".join(names)), "labels")
            )
            found.labels = names
        if priority is not KEEP:
            level, old = self.priorities[priority.lower()], found.priority
            items.append(
                changed("priority", (old.id, old.name), (level.id, level.name), "priority")
            )
            found.priority = level
        if points is not KEEP:
            sides = ("", str(story_points(found))), ("", str(points))
            item = changed("Story point estimate", *sides, POINTS_FIELD)
            items.append(item | {"fieldtype": "custom"})
            found.points = points
        if parent is not KEEP:
            items.append(changed("IssueParentAssociation", _keyed(found.parent), _keyed(above)))
            if found.parent is not None:
                found.parent.children.remove(found)
            found.parent = above
            if above is not None:
                above.children.append(found)
        self._touch(found)
        self.forget_rows(touched)
        kind = "issue_assigned" if [item["field"] for item in items] == ["assignee"] else ""
        self._issue_event("jira:issue_updated", found, kind or "issue_updated", items)
        return found

    def transition_issue(self, issue: str, status_name: str) -> Issue:
        """Move an issue through its workflow."""
        found = self.issue_of(issue)
        self.remember(self.around(found))
        old, new = found.status, self.statuses[status_name.lower()]
        items = [changed("status", (old.id, old.name), (new.id, new.name), "status")]
        was_done = found.resolved is not None
        self._set_status(found, new)
        if was_done != (new.category == "done"):
            sides = ((None, None), RESOLUTION)
            before, after = sides if not was_done else reversed(sides)
            items.insert(0, changed("resolution", before, after, "resolution"))
        self.forget_rows(self.around(found))
        self._issue_event("jira:issue_updated", found, "issue_generic", items)
        return found

    def move_issue(self, issue: str, project_key: str) -> Issue:
        """Move an issue with its sub-tasks to another project; ids stay, keys change."""
        found, project = self.issue_of(issue), self.project_of(project_key)
        if found.type.level < 0:
            raise ValueError("A sub-task moves with its parent only")
        if found.project is project:
            raise ValueError(f"{found.key} is in {project.key} already")
        subtasks = [child for child in found.children if child.type.level < 0]
        moved = [found, *subtasks]
        touched = set[Issue]().union(*(self.around(one) for one in moved))
        self.remember(touched)
        changes = []
        for one in moved:
            old_key, old = one.key, one.project
            # Versions and components belong to a project, and stay there.
            left = [*self.set_versions(one, [], []), *self.set_components(one, [])]
            self.place(one, project)
            self._touch(one)
            changes.append(
                [
                    *left,
                    changed("project", (old.id, old.name), (project.id, project.name), "project"),
                    changed("Key", (None, old_key), (None, one.key)),
                ]
            )
        self.forget_rows(touched)
        for one, items in zip(moved, changes, strict=True):
            if one is found or self.subtasks_send_events:
                self._issue_event("jira:issue_updated", one, "issue_moved", items)
        return found

    def delete_issue(self, issue: str) -> None:
        """Delete an issue with its sub-tasks; other children lose their parent."""
        found = self.issue_of(issue)
        for child in list(found.children):
            if child.type.level < 0:
                self._delete(child, silent=not self.subtasks_send_events)
        self._delete(found)

    def _delete(self, issue: Issue, *, silent: bool = False) -> None:
        touched = self.around(issue)
        self.remember(touched)
        row = self.event_row(issue)
        links = list(issue.links)
        for link in links:
            self._unlink(link)
        self.drop_issue(issue)
        self.forget_rows(touched)
        if silent:
            return
        for link in links:
            self.emit("issuelink_deleted", {"issueLink": self.rows.link_event(link)})
        self.emit("jira:issue_deleted", {"user": self._actor(), "issue": row})

    def drop_issue(self, issue: Issue) -> None:
        """Take an issue out of the site, without an event; its keys are never used again."""
        if issue.parent is not None:
            issue.parent.children.remove(issue)
        for child in issue.children:
            child.parent = None
        for link in list(issue.links):
            self._unlink(link)
        for worklog in issue.worklogs:
            del self.worklogs[worklog.id]
        del self.issues[issue.id], self._issues_in[issue.project.id][issue.id]

    def _set_status(self, issue: Issue, status: Status) -> None:
        self._touch(issue)
        issue.status = status
        if status.category != "done":
            issue.resolved = None
        elif issue.resolved is None:
            issue.resolved = issue.updated

    def hide_issue(self, issue: str, *, hidden: bool = True) -> Issue:
        """Let an issue be seen no more, as issue security does, or again: no event."""
        found = self.issue_of(issue)
        self.remember([found])
        found.hidden = hidden
        return found


def _named(user: User | None) -> tuple[str | None, str | None]:
    return (user.account_id, user.name) if user else (None, None)


def _keyed(issue: Issue | None) -> tuple[str | None, str | None]:
    return (issue.id, issue.key) if issue else (None, None)
