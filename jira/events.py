"""The names of the events that Jira sends.

https://developer.atlassian.com/cloud/jira/platform/webhooks/#available-webhook-events
"""

from enum import StrEnum


class Family(StrEnum):
    """What the names of events about one thing begin with."""

    ISSUE = "jira:issue_"
    COMMENT = "comment_"
    WORKLOG = "worklog_"
    ATTACHMENT = "attachment_"
    ISSUE_LINK = "issuelink_"
    ISSUE_PROPERTY = "issue_property_"
    ISSUE_TYPE = "issuetype_"
    PROJECT = "project_"
    VERSION = "jira:version_"
    USER = "user_"
    SPRINT = "sprint_"
    BOARD = "board_"
    FILTER = "filter_"
    OPTION = "option_"


class JiraEvent(StrEnum):
    """Every event that Jira documents; the kinds say which of them they have registered."""

    ISSUE_CREATED = "jira:issue_created"
    ISSUE_UPDATED = "jira:issue_updated"
    ISSUE_DELETED = "jira:issue_deleted"
    COMMENT_CREATED = "comment_created"
    COMMENT_UPDATED = "comment_updated"
    COMMENT_DELETED = "comment_deleted"
    WORKLOG_CREATED = "worklog_created"
    WORKLOG_UPDATED = "worklog_updated"
    WORKLOG_DELETED = "worklog_deleted"
    ATTACHMENT_CREATED = "attachment_created"
    ATTACHMENT_DELETED = "attachment_deleted"
    ISSUE_LINK_CREATED = "issuelink_created"
    ISSUE_LINK_DELETED = "issuelink_deleted"
    ISSUE_PROPERTY_SET = "issue_property_set"
    ISSUE_PROPERTY_DELETED = "issue_property_deleted"
    ISSUE_TYPE_CREATED = "issuetype_created"
    ISSUE_TYPE_UPDATED = "issuetype_updated"
    ISSUE_TYPE_DELETED = "issuetype_deleted"
    PROJECT_CREATED = "project_created"
    PROJECT_UPDATED = "project_updated"
    PROJECT_DELETED = "project_deleted"
    PROJECT_SOFT_DELETED = "project_soft_deleted"
    PROJECT_RESTORED_DELETED = "project_restored_deleted"
    PROJECT_ARCHIVED = "project_archived"
    PROJECT_RESTORED_ARCHIVED = "project_restored_archived"
    VERSION_CREATED = "jira:version_created"
    VERSION_UPDATED = "jira:version_updated"
    VERSION_DELETED = "jira:version_deleted"
    VERSION_RELEASED = "jira:version_released"
    VERSION_UNRELEASED = "jira:version_unreleased"
    VERSION_MOVED = "jira:version_moved"
    USER_CREATED = "user_created"
    USER_UPDATED = "user_updated"
    USER_DELETED = "user_deleted"
    SPRINT_CREATED = "sprint_created"
    SPRINT_UPDATED = "sprint_updated"
    SPRINT_STARTED = "sprint_started"
    SPRINT_CLOSED = "sprint_closed"
    SPRINT_DELETED = "sprint_deleted"
    BOARD_CREATED = "board_created"
    BOARD_UPDATED = "board_updated"
    BOARD_DELETED = "board_deleted"
    BOARD_CONFIGURATION_CHANGED = "board_configuration_changed"
    FILTER_CREATED = "filter_created"
    FILTER_UPDATED = "filter_updated"
    FILTER_DELETED = "filter_deleted"
    OPTION_VOTING_CHANGED = "option_voting_changed"
    OPTION_WATCHING_CHANGED = "option_watching_changed"
    OPTION_UNASSIGNED_ISSUES_CHANGED = "option_unassigned_issues_changed"
    OPTION_SUBTASKS_CHANGED = "option_subtasks_changed"
    OPTION_ATTACHMENTS_CHANGED = "option_attachments_changed"
    OPTION_ISSUELINKS_CHANGED = "option_issuelinks_changed"
    OPTION_TIMETRACKING_CHANGED = "option_timetracking_changed"


def events_of(*families: Family) -> tuple[JiraEvent, ...]:
    """Every event of these families."""
    return tuple(event for event in JiraEvent if event.startswith(families))


_BY_BARE_NAME = {event.removeprefix("jira:"): event for event in JiraEvent}


def documented(name: str) -> str:
    """An event's name as Atlassian documents it; people met others with and without `jira:`."""
    return _BY_BARE_NAME.get(name.removeprefix("jira:"), name)
