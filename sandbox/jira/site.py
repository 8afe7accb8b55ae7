"""A Jira Cloud site in memory."""

from sandbox.jira.agile_fill import AgileFill
from sandbox.jira.entities import Issue, Project, Row, User, Webhook
from sandbox.jira.planning_fill import PlanningFill
from sandbox.jira.teams import TeamChanges


class JiraSite(TeamChanges, AgileFill, PlanningFill):
    """The site: its state, and what people do to projects and accounts."""

    def fill(self, issues: int, projects: int = 5, users: int = 20) -> None:
        """Make a site of this size, the same for the same seed, without events."""
        people = [self.add_user(f"User {number}") for number in range(1, users + 1)]
        # Two of the keys are reserved words of JQL, as they are on real sites.
        keys = ["AB", "AS", "CD", "DO", "EF"] + [f"P{number}" for number in range(6, projects + 1)]
        homes = [
            self.find_project(key) or self.add_project(key, f"Project {key}")
            for key in keys[:projects]
        ]
        epics: dict[str, list[Issue]] = {home.id: [] for home in homes}
        standard: dict[str, list[Issue]] = {home.id: [] for home in homes}
        names = [status.name for status in self.statuses.values()]
        levels = [priority.name for priority in self.priorities.values()]
        for number in range(1, issues + 1):
            home = homes[number % len(homes)]
            parent: Issue | None = None
            chance = self.random.random()
            if chance < 0.1 and standard[home.id]:
                kind, parent = "Sub-task", self.random.choice(standard[home.id])
            elif chance < 0.15 or not epics[home.id]:
                kind = "Epic"
            else:
                kind = self.random.choice(("Story", "Task", "Bug"))
                if self.random.random() < 0.3:
                    parent = self.random.choice(epics[home.id])
            issue = self.build_issue(
                self.next_id(),
                home,
                summary=f"{kind} {number}" + (": naïve café ✓" if number % 7 == 0 else ""),
                type_name=kind,
                status=self.random.choice(names),
                priority=self.random.choice(levels),
                assignee=self.random.choice(people) if self.random.random() < 0.7 else None,
                reporter=self.random.choice(people),
                parent=parent,
                labels=[f"label-{number % 4}"] if number % 3 == 0 else [],
                description=f"What {kind.lower()} {number} is about." if number % 5 else None,
            )
            if kind == "Epic":
                epics[home.id].append(issue)
            elif kind != "Sub-task":
                standard[home.id].append(issue)

    def fill_every_kind(self, issues: int) -> None:
        """Make a site that has something of all kinds, without events."""
        self.fill(issues)
        self.fill_agile()
        self.fill_planning()
        self.fill_teams()

    # Projects

    def create_project(self, key: str, name: str | None = None) -> Project:
        """Create a project."""
        project = self.add_project(key, name or f"Project {key}")
        self._project_event("project_created", project)
        return project

    def rename_project(self, key: str, *, name: str) -> Project:
        """Give a project another name."""
        project = self.project_of(key)
        self.remember(self.issues_in(project))
        project.name = name
        self.forget_rows(self.issues.values())
        self._project_event("project_updated", project)
        return project

    def change_project_key(self, key: str, new_key: str) -> Project:
        """Give a project another key: every issue key changes, and the old ones redirect."""
        project = self.project_of(key)
        if self._project_keys.get(new_key.upper(), project.id) != project.id:
            raise ValueError(f"Project key {new_key} is or was in use")
        own = self.issues_in(project)
        self.remember(own)
        project.previous_keys.append(project.key)
        project.key = new_key
        self._project_keys[new_key.upper()] = project.id
        for issue in own:
            issue.key = f"{new_key}-{issue.number}"
        self.forget_rows(self.issues.values())
        self._project_event("project_updated", project)
        return project

    def trash_project(self, key: str) -> Project:
        """Move a project to the trash."""
        return self._set_project_status(key, "deleted", "project_soft_deleted")

    def archive_project(self, key: str) -> Project:
        """Archive a project."""
        return self._set_project_status(key, "archived", "project_archived")

    def restore_project(self, key: str) -> Project:
        """Bring a project back from the trash or the archive."""
        if (status := self.project_of(key).status) == "live":
            raise ValueError(f"Project {key} is live")
        return self._set_project_status(key, "live", f"project_restored_{status}")

    def delete_project(self, key: str) -> None:
        """Delete a project for good, from the trash or directly."""
        project = self.project_of(key)
        own = self.issues_in(project)
        self.remember(own)
        for issue in own:
            self.forget_rows(self.around(issue))
            self.drop_issue(issue)
        self.drop_planning(project)
        project.status = "deleted"
        del self.projects[project.id]
        self._project_event("project_deleted", project)

    def hide_project(self, key: str, *, hidden: bool = True) -> Project:
        """Take the account's permission to browse a project away, or give it back: no event."""
        project = self.project_of(key)
        self.remember(self.issues_in(project))
        project.hidden = hidden
        return project

    def hide_issue(self, issue: str, *, hidden: bool = True) -> Issue:
        """Let an issue be seen no more, as issue security does, or again: no event."""
        found = self.issue_of(issue)
        self.remember([found])
        found.hidden = hidden
        return found

    def _set_project_status(self, key: str, status: str, event: str) -> Project:
        project = self.project_of(key)
        self.remember(self.issues_in(project))
        project.status = status
        project.changed_at = self.now()
        self._project_event(event, project)
        return project

    def _project_event(self, event: str, project: Project) -> None:
        self.emit(event, {"project": self.rows.project_event(project)})

    # Accounts

    def create_user(
        self, name: str, *, email: str | None = None, account_type: str = "atlassian"
    ) -> User:
        """Create an account."""
        user = self.add_user(name, account_type=account_type)
        if email is not None:
            user.email = email
        self._user_event("user_created", user)
        return user

    def change_user(
        self, account_id: str, *, name: str | None = None, active: bool | None = None
    ) -> User:
        """Rename an account, or switch it off or on."""
        user = self.users[account_id]
        if name is not None:
            user.name = name
        if active is not None:
            user.active = active
        self.forget_rows(self.issues.values())
        self._user_event("user_updated", user)
        return user

    def delete_user(self, account_id: str) -> None:
        """Delete an account; issues go on showing its id, as a former user."""
        user = self.users[account_id]
        user.deleted, user.active = True, False
        self.forget_rows(self.issues.values())
        self.emit("user_deleted", {"user": {"accountId": user.account_id}})

    def _user_event(self, event: str, user: User) -> None:
        row: Row = self.rows.user(user, private=False) or {}
        del row["timeZone"]
        self.emit(event, {"user": row})

    # Webhooks

    def add_webhook(self, name: str, url: str, events: list[str], **settings: str) -> Webhook:
        """Register a webhook as an administrator does by hand; `secret` and `description` fit."""
        hook = Webhook(
            id=str(self._next_webhook),
            name=name,
            url=url,
            events=list(events),
            description=settings.get("description", ""),
            secret=settings.get("secret") or None,
            updated=self.now(),
        )
        self.webhooks[hook.id] = hook
        self._next_webhook += 1
        return hook
