"""The rows of a Jira site's REST API, as functions of what it holds."""

from typing import Any

from sandbox.jira.agile_rows import sprint_field
from sandbox.jira.entities import (
    CATEGORIES,
    LINK_TYPE,
    RESOLUTION,
    Comment,
    Issue,
    IssueType,
    Link,
    Priority,
    Project,
    Row,
    Status,
    User,
    Webhook,
    document,
    dumps,
    stamp,
)
from sandbox.jira.planning_rows import (
    component_brief,
    version_brief,
    worklog_event,
    worklog_field,
)

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

    def brief(self, issue: Issue) -> Row:
        """An issue as another one shows it: a parent, a sub-task or a linked issue."""
        return {
            "id": issue.id,
            "key": issue.key,
            "self": self.link(f"issue/{issue.id}"),
            "fields": {
                "summary": issue.summary,
                "status": self.status(issue.status),
                "priority": self.priority(issue.priority),
                "issuetype": self.issue_type(issue.type),
            },
        }

    def slim(self, issue: Issue) -> Row:
        """An issue as a comment's event carries it."""
        row = self.brief(issue)
        row["fields"] |= {
            "project": self.project(issue.project),
            "assignee": self.user(issue.assignee, private=False),
        }
        return row

    def comment(self, issue: Issue, comment: Comment) -> Row:
        """A comment."""
        author = self.user(comment.author, private=False)
        return {
            "self": self.link(f"issue/{issue.id}/comment/{comment.id}"),
            "id": comment.id,
            "author": author,
            "body": document(comment.text),
            "updateAuthor": author,
            "created": stamp(comment.created),
            "updated": stamp(comment.created),
            "jsdPublic": True,
        }

    def issue_link(self, issue: Issue, link: Link) -> Row:
        """A link as one of its two issues shows it."""
        number, name, inward, outward = LINK_TYPE
        side, other = (
            ("outwardIssue", link.target) if link.source is issue else ("inwardIssue", link.source)
        )
        return {
            "id": link.id,
            "self": self.link(f"issueLink/{link.id}"),
            "type": {
                "id": number,
                "name": name,
                "inward": inward,
                "outward": outward,
                "self": self.link(f"issueLinkType/{number}"),
            },
            side: self.brief(other),
        }

    def issue(self, issue: Issue, size: int = 0) -> Row:
        """The full row, padded to about `size` bytes of JSON."""
        comments = [self.comment(issue, comment) for comment in issue.comments]
        comment_link = self.link(f"issue/{issue.id}/comment")
        fields: Row = {
            "summary": issue.summary,
            "description": document(issue.description) if issue.description else None,
            "issuetype": self.issue_type(issue.type),
            "project": self.project(issue.project),
            "status": self.status(issue.status),
            "statuscategorychangedate": stamp(issue.created),
            "priority": self.priority(issue.priority),
            "labels": list(issue.labels),
            "components": [component_brief(self, item) for item in issue.components],
            "fixVersions": [version_brief(self, item) for item in issue.fix_versions],
            "versions": [version_brief(self, item) for item in issue.affected_versions],
            "creator": self.user(issue.creator),
            "reporter": self.user(issue.reporter),
            "assignee": self.user(issue.assignee),
            "subtasks": [self.brief(child) for child in issue.children if child.type.level < 0],
            "issuelinks": [self.issue_link(issue, link) for link in issue.links],
            "created": stamp(issue.created),
            "updated": stamp(issue.updated),
            "resolutiondate": stamp(issue.resolved) if issue.resolved else None,
            "resolution": self.resolution() if issue.resolved else None,
            "duedate": issue.due,
            "comment": {
                "comments": comments,
                "self": comment_link,
                "maxResults": len(comments),
                "total": len(comments),
                "startAt": 0,
            },
            "worklog": worklog_field(self, issue.worklogs),
            "timespent": sum(item.seconds for item in issue.worklogs) or None,
            "customfield_10016": float(issue.number % 8 + 1),
            "customfield_10019": f"0|i{issue.number:05d}:",
            "customfield_10020": sprint_field(issue.sprint),
        }
        if issue.parent is not None:
            fields["parent"] = self.brief(issue.parent)
        row: Row = {
            "expand": "renderedFields,names,schema,operations,editmeta,changelog",
            "id": issue.id,
            "self": self.link(f"issue/{issue.id}"),
            "key": issue.key,
            "fields": fields,
        }
        if size:
            fields["customfield_10100"] = ""
            missing = max(0, size - len(dumps(row)))
            fields["customfield_10100"] = ("filler text " * (missing // 12 + 1))[:missing]
        return row

    def issue_event(self, issue: Issue, row: Row) -> Row:
        """A full row as events carry it: in the older API's form, where texts are plain."""
        worklogs = worklog_field(self, issue.worklogs, worklog_event)
        fields = {**row["fields"], "description": issue.description, "worklog": worklogs}
        link = f"{self.base_url}/rest/api/2/issue/{issue.id}"
        return {**row, "self": link, "fields": fields}

    def resolution(self) -> Row:
        """The only resolution there is."""
        number, name = RESOLUTION
        return {
            "self": self.link(f"resolution/{number}"),
            "id": number,
            "description": "",
            "name": name,
        }

    def link_event(self, link: Link, *, subtask: bool = False) -> Row:
        """A link as its event carries it: ids are numbers there."""
        number, name, inward, outward = (
            ("10100", "jira_subtask_link", "jira_subtask_inward", "jira_subtask_outward")
            if subtask
            else LINK_TYPE
        )
        return {
            "id": int(link.id),
            "sourceIssueId": int(link.source.id),
            "destinationIssueId": int(link.target.id),
            "issueLinkType": {
                "id": int(number),
                "name": name,
                "outwardName": outward,
                "inwardName": inward,
                "isSubTaskLinkType": subtask,
                "isSystemLinkType": subtask,
            },
            "sequence": 0,
            "systemLink": subtask,
        }

    def webhook(self, hook: Webhook, owner: User) -> dict[str, Any]:
        """A webhook as its endpoint shows it: whether it is signed, never the secret."""
        return {
            "name": hook.name,
            "url": hook.url,
            "description": hook.description,
            "events": list(hook.events),
            "filters": dict(hook.filters),
            "excludeBody": hook.exclude_body,
            "enabled": hook.enabled,
            "isSigned": bool(hook.secret),
            "self": f"{self.base_url}/rest/webhooks/1.0/webhook/{hook.id}",
            "lastUpdatedUser": owner.account_id,
            "lastUpdatedDisplayName": owner.name,
            "lastUpdated": int(hook.updated * 1000),
        }
