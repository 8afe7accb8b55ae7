"""What somebody at a page can do in the stand-in Jira, by name."""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.jira.site import JiraSite

_MOST_MINUTES = 7 * 24 * 60
_LONGEST = 255


class RefusedError(Exception):
    """It can't be done, and the message says why."""


class Fields:
    """What was filled in."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw

    def text(self, name: str) -> str:
        """A text that has to be there."""
        value = str(self._raw.get(name) or "").strip()
        if not value:
            raise RefusedError(f"Please fill in: {name}.")
        if len(value) > _LONGEST:
            raise RefusedError(f"At most {_LONGEST} characters: {name}.")
        return value

    def text_or_none(self, name: str) -> str | None:
        """A text that may be missing."""
        return self.text(name) if self._raw.get(name) else None

    def number(self, name: str, most: int) -> int:
        """A whole number from 1 on."""
        text = self.text(name)
        if not text.isdecimal() or not 1 <= int(text) <= most:
            raise RefusedError(f"A whole number from 1 to {most}, please: {name}.")
        return int(text)


def _live_project(site: JiraSite, fields: Fields) -> str:
    key = fields.text("project")
    if site.project_of(key).status != "live":
        raise RefusedError(f"{key} isn't live.")
    return key


def _create(site: JiraSite, fields: Fields) -> str:
    issue = site.create_issue(
        _live_project(site, fields), summary=fields.text("summary"), type_name=fields.text("type")
    )
    return f"{issue.key} created"


def _edit(site: JiraSite, fields: Fields) -> str:
    issue = site.edit_issue(
        fields.text("issue"),
        summary=fields.text("summary"),
        assignee=fields.text_or_none("assignee"),
        priority=fields.text("priority"),
    )
    return f"{issue.key} edited"


def _transition(site: JiraSite, fields: Fields) -> str:
    issue = site.transition_issue(fields.text("issue"), fields.text("status"))
    return f"{issue.key} is {issue.status.name}"


def _move(site: JiraSite, fields: Fields) -> str:
    before = fields.text("issue")
    issue = site.move_issue(before, _live_project(site, fields))
    return f"{before} moved, and is {issue.key} now"


def _delete(site: JiraSite, fields: Fields) -> str:
    key = fields.text("issue")
    site.delete_issue(key)
    return f"{key} deleted"


def _comment(site: JiraSite, fields: Fields) -> str:
    key = fields.text("issue")
    site.comment_issue(key, fields.text("text"))
    return f"{key} commented on"


def _log_work(site: JiraSite, fields: Fields) -> str:
    key, minutes = fields.text("issue"), fields.number("minutes", _MOST_MINUTES)
    site.add_worklog(key, seconds=60 * minutes)
    return f"{minutes} minutes of work logged on {key}"


def _start_sprint(site: JiraSite, fields: Fields) -> str:
    return f"{site.start_sprint(fields.number('sprint', 10**9)).name} started"


def _close_sprint(site: JiraSite, fields: Fields) -> str:
    return f"{site.close_sprint(fields.number('sprint', 10**9)).name} closed"


def _archive(site: JiraSite, fields: Fields) -> str:
    key = _live_project(site, fields)
    if sum(project.status == "live" for project in site.projects.values()) == 1:
        raise RefusedError("One project has to stay.")
    site.archive_project(key)
    return f"{key} archived"


def _restore(site: JiraSite, fields: Fields) -> str:
    key = fields.text("project")
    site.restore_project(key)
    return f"{key} restored"


def _rename_user(site: JiraSite, fields: Fields) -> str:
    user = site.users[fields.text("user")]
    before = user.name
    site.change_user(user.account_id, name=fields.text("name"))
    return f"{before} is called {user.name} now"


ACTIONS: Mapping[str, Callable[[JiraSite, Fields], str]] = {
    "create": _create,
    "edit": _edit,
    "transition": _transition,
    "move": _move,
    "delete": _delete,
    "comment": _comment,
    "log-work": _log_work,
    "start-sprint": _start_sprint,
    "close-sprint": _close_sprint,
    "archive": _archive,
    "restore": _restore,
    "rename-user": _rename_user,
}


def act(site: JiraSite, name: str, raw: Mapping[str, Any]) -> str:
    """Do it; returns what was done, in words."""
    action = ACTIONS.get(name)
    if action is None:
        raise RefusedError(f"There is no action {name!r}.")
    try:
        return action(site, Fields(raw))
    except (KeyError, ValueError) as error:
        # The site says no in these two: what is named isn't there, or can't be changed so.
        raise RefusedError(str(error.args[0])) from error
