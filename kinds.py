"""The kinds of Jira rows that a mapping can name."""

from enum import StrEnum


class Kinds(StrEnum):
    """A resource's `kind` in the mapping."""

    PROJECT = "project"
    ISSUE = "issue"
    USER = "user"
    TEAM = "team"
    RELEASE = "release"
    BOARD = "board"
    SPRINT = "sprint"
    BACKLOG = "backlog"
    EPIC = "epic"
    WORKLOG = "worklog"
    COMPONENT = "component"
