"""Attachments of issues, with the events that Jira sends."""

from sandbox.jira.entities import Attachment, Issue
from sandbox.jira.formats import Row, changed, stamp
from sandbox.jira.index import IssueIndex
from sandbox.jira.rows import Rows
from sandbox.jira.state import IssueField


class Attachments(IssueIndex):
    """Changes of attachments; both move the issue's `updated`."""

    def __init__(self, **settings: int) -> None:
        super().__init__(**settings)
        # Where a person adds one, the issue's own event comes too; otherwise nothing but this.
        self.attachments_send_issue_events = False
        self.issue_fields["attachment"] = IssueField(
            lambda issue: [attachment_row(self.rows, item) for item in issue.attachments]
        )

    def attach(self, issue: str, name: str = "picture.png") -> Attachment:
        """Add a file to an issue."""
        found = self.issue_of(issue)
        self.remember([found])
        attachment = Attachment(self.next_id(), name, self.me, self.now())
        found.attachments.append(attachment)
        self._attachment_event("created", found, attachment)
        return attachment

    def remove_attachment(self, issue: str, attachment_id: str) -> None:
        """Take a file away from an issue."""
        found = self.issue_of(issue)
        attachment = next(item for item in found.attachments if item.id == attachment_id)
        self.remember([found])
        found.attachments.remove(attachment)
        self._attachment_event("deleted", found, attachment)

    def _attachment_event(self, verb: str, issue: Issue, attachment: Attachment) -> None:
        self._touch(issue)
        self.forget_rows([issue])
        row = attachment_row(self.rows, attachment)
        self.emit(f"attachment_{verb}", {"attachment": row, "issue": self.rows.slim(issue)})
        if self.attachments_send_issue_events and verb == "created":
            item = changed("Attachment", (None, None), (attachment.id, attachment.name))
            self._issue_event("jira:issue_updated", issue, "issue_updated", [item])


def attachment_row(rows: Rows, attachment: Attachment) -> Row:
    """A file as an issue and an event show it."""
    return {
        "self": rows.link(f"attachment/{attachment.id}"),
        "id": attachment.id,
        "filename": attachment.name,
        "author": rows.user(attachment.author, private=False),
        "created": stamp(attachment.created),
        "size": len(attachment.name),
        "mimeType": "image/png",
        "content": rows.link(f"attachment/content/{attachment.id}"),
    }
