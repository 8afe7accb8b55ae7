"""Live events of the kind `user`; how users are read is in jira/user.py."""

from kinds import Kinds
from webhook_processors.base import JiraWebhookProcessor


class UserWebhookProcessor(JiraWebhookProcessor):
    """Keeps one user's entities equal to what Jira says."""

    kind = Kinds.USER
