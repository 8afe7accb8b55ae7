"""The rows of issues, their comments and their links, in the API and in events."""

from sandbox.jira.defaults import LINK_TYPE, RESOLUTION
from sandbox.jira.entities import Comment, History, Issue, Link
from sandbox.jira.formats import Row, document, dumps, stamp
from sandbox.jira.rows import Rows

POINTS_FIELD = "customfield_10016"
MAX_HISTORIES = 40
"""How much of its changelog an issue brings along: the latest."""


def story_points(issue: Issue) -> float:
    """How much work an issue is thought to be."""
    return float(issue.number % 8 + 1) if issue.points is None else issue.points


class IssueRows(Rows):
    """Makes the rows of issues, too."""

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

    def changelog(self, issue: Issue) -> Row:
        """The changelog that an issue brings along where that is expanded, the latest first."""
        shown = [self.history(one) for one in reversed(issue.histories[-MAX_HISTORIES:])]
        return {
            "startAt": 0,
            "maxResults": len(shown),
            "total": len(issue.histories),
            "histories": shown,
        }

    def history(self, history: History) -> Row:
        """An entry of a changelog."""
        return {
            "id": history.id,
            "author": self.user(history.author),
            "created": stamp(history.created),
            "items": history.items,
        }

    def issue(self, issue: Issue, added: Row, size: int = 0) -> Row:
        """The full row with the fields that kinds add, padded to about `size` bytes of JSON."""
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
            POINTS_FIELD: story_points(issue),
            "customfield_10019": f"0|i{issue.number:05d}:",
            **added,
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

    def issue_event(self, issue: Issue, row: Row, added: Row) -> Row:
        """A full row as events carry it: in the older API's form, where texts are plain."""
        fields = {**row["fields"], "description": issue.description, **added}
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
