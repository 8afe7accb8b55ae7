"""The rows of what many things show: people, projects, statuses, types and priorities."""

from sandbox.jira.defaults import CATEGORIES
from sandbox.jira.entities import IssueType, Priority, Project, Status, User
from sandbox.jira.formats import Row, stamp

_SIZES = ("48x48", "24x24", "16x16", "32x32")


class Rows:
    """Makes rows whose links point at one site."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._constant: dict[object, Row] = {}

    def link(self, path: str) -> str:
        """The URL of an API path."""
        return f"{self.base_url}/rest/api/3/{path}"

    def avatars(self, owner: str) -> Row:
        """Avatar links."""
        return {size: f"{self.base_url}/avatar/{owner}?size={size}" for size in _SIZES}

    def user(self, user: User | None, *, private: bool = True) -> Row | None:
        """A user as issues and `/user` show one; without `private`, as events do."""
        if user is None:
            return None
        row: Row = {
            "self": self.link(f"user?accountId={user.account_id}"),
            "accountId": user.account_id,
            "accountType": user.account_type,
            "avatarUrls": self.avatars("user"),
            "displayName": "Former user" if user.deleted else user.name,
            "active": user.active and not user.deleted,
            "timeZone": user.time_zone,
        }
        if private and user.email is not None and not user.deleted:
            row["emailAddress"] = user.email
        return row

    def account(self, user: User) -> Row:
        """A user as `/user` and `/users/search` show one."""
        row = self.user(user) or {}
        return row | {"locale": user.locale}

    def status(self, status: Status) -> Row:
        """A status with its category."""
        if (row := self._constant.get(status)) is None:
            number, color, name = CATEGORIES[status.category]
            row = self._constant[status] = {
                "self": self.link(f"status/{status.id}"),
                "description": "",
                "iconUrl": f"{self.base_url}/images/status.png",
                "name": status.name,
                "id": status.id,
                "statusCategory": {
                    "self": self.link(f"statuscategory/{number}"),
                    "id": number,
                    "key": status.category,
                    "colorName": color,
                    "name": name,
                },
            }
        return row

    def issue_type(self, kind: IssueType) -> Row:
        """An issue type."""
        if (row := self._constant.get(kind)) is None:
            row = self._constant[kind] = {
                "self": self.link(f"issuetype/{kind.id}"),
                "id": kind.id,
                "description": "",
                "iconUrl": f"{self.base_url}/images/type.png",
                "name": kind.name,
                "subtask": kind.level < 0,
                "hierarchyLevel": kind.level,
            }
        return row

    def priority(self, priority: Priority) -> Row:
        """A priority."""
        if (row := self._constant.get(priority)) is None:
            row = self._constant[priority] = {
                "self": self.link(f"priority/{priority.id}"),
                "iconUrl": f"{self.base_url}/images/priority.svg",
                "name": priority.name,
                "id": priority.id,
            }
        return row

    def project(self, project: Project) -> Row:
        """A project as an issue shows it."""
        return {
            "self": self.link(f"project/{project.id}"),
            "id": project.id,
            "key": project.key,
            "name": project.name,
            "projectTypeKey": "software",
            "simplified": False,
            "avatarUrls": self.avatars("project"),
        }

    def project_details(self, project: Project, *, lead: bool = False) -> Row:
        """A project as `/project` and `/project/search` show it."""
        row = {
            "expand": "description,lead,issueTypes,url,projectKeys,permissions,insight",
            **self.project(project),
            "style": "classic",
            "isPrivate": False,
            "properties": {},
        }
        if lead and project.lead:
            row["lead"] = self.user(project.lead)
        if project.status != "live":
            row[project.status] = True
            row[f"{project.status}Date"] = stamp(project.changed_at)
        return row

    def project_event(self, project: Project) -> Row:
        """A project as an event carries it: its id is a number there."""
        return {
            "self": self.link(f"project/{project.id}"),
            "id": int(project.id),
            "key": project.key,
            "name": project.name,
            "avatarUrls": self.avatars("project"),
            "projectLead": self.user(project.lead, private=False),
            "assigneeType": "admin.assignee.type.unassigned",
        }
