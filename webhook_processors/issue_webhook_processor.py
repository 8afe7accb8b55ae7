"""Live events of the kind `issue`; how issues are read is in jira/issue.py."""

from kinds import Kinds
from webhook_processors.base import JiraWebhookProcessor


class IssueWebhookProcessor(JiraWebhookProcessor):
    """Keeps one issue's entities equal to what Jira says."""

    kind = Kinds.ISSUE
