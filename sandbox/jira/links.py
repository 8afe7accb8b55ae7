"""Comments on issues, and links between them, with the events that Jira sends."""

from sandbox.jira.entities import Comment, Link
from sandbox.jira.index import IssueIndex


class Links(IssueIndex):
    """Changes that concern an issue without an event of its own."""

    def comment_issue(self, issue: str, text: str = "A comment") -> Comment:
        """Comment on an issue: a comment event, none for the issue."""
        found = self.issue_of(issue)
        self.remember([found])
        comment = Comment(self.next_id(), self.me, text, self.now())
        found.comments.append(comment)
        self._touch(found)
        self.forget_rows([found])
        self.emit(
            "comment_created",
            {
                "comment": self.rows.comment(found, comment) | {"body": text},
                "issue": self.rows.slim(found),
                "eventType": "primaryAction",
            },
        )
        return comment

    def delete_comment(self, issue: str, comment_id: str) -> None:
        """Take a comment away: a comment event, none for the issue."""
        found = self.issue_of(issue)
        [comment] = [one for one in found.comments if one.id == comment_id]
        self.remember([found])
        found.comments = [one for one in found.comments if one is not comment]
        self._touch(found)
        self.forget_rows([found])
        row = self.rows.comment(found, comment) | {"body": comment.text}
        self.emit("comment_deleted", {"comment": row, "issue": self.rows.slim(found)})

    def link_issues(self, source: str, target: str) -> Link:
        """Link two issues."""
        link = Link(self.next_id(), self.issue_of(source), self.issue_of(target))
        both = [link.source, link.target]
        self.remember(both)
        self.links[link.id] = link
        for issue in both:
            issue.links.append(link)
            self._touch(issue)
        self.forget_rows(both)
        self.emit("issuelink_created", {"issueLink": self.rows.link_event(link)})
        return link

    def unlink_issues(self, link_id: str) -> None:
        """Take a link away."""
        link = self.links[link_id]
        both = [link.source, link.target]
        self.remember(both)
        self._unlink(link)
        for issue in both:
            self._touch(issue)
        self.forget_rows(both)
        self.emit("issuelink_deleted", {"issueLink": self.rows.link_event(link)})

    def _unlink(self, link: Link) -> None:
        del self.links[link.id]
        for issue in (link.source, link.target):
            issue.links.remove(link)
