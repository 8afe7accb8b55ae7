"""The processors that main.py registers; a test compares them with the registry of kinds."""

from webhook_processors.base import JiraWebhookProcessor
from webhook_processors.issue_webhook_processor import IssueWebhookProcessor
from webhook_processors.project_webhook_processor import ProjectWebhookProcessor
from webhook_processors.user_webhook_processor import UserWebhookProcessor

PROCESSORS: tuple[type[JiraWebhookProcessor], ...] = (
    ProjectWebhookProcessor,
    IssueWebhookProcessor,
    UserWebhookProcessor,
)
