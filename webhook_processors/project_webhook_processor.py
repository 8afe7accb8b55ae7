"""Live events of the kind `project`; how projects are read is in jira/project.py."""

from kinds import Kinds
from webhook_processors.base import JiraWebhookProcessor


class ProjectWebhookProcessor(JiraWebhookProcessor):
    """Keeps one project's entities equal to what Jira says."""

    kind = Kinds.PROJECT
