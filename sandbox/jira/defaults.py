"""The issue types, statuses and priorities of every site."""

from sandbox.jira.entities import IssueType, Priority, Status

ISSUE_TYPES = (
    IssueType("10000", "Epic", 1),
    IssueType("10001", "Story", 0),
    IssueType("10002", "Task", 0),
    IssueType("10003", "Bug", 0),
    IssueType("10004", "Sub-task", -1),
)
STATUSES = (
    Status("10000", "To Do", "new"),
    Status("3", "In Progress", "indeterminate"),
    Status("10002", "In Review", "indeterminate"),
    Status("10001", "Done", "done"),
)
PRIORITIES = tuple(
    Priority(str(number), name)
    for number, name in enumerate(("Highest", "High", "Medium", "Low", "Lowest"), start=1)
)
CATEGORIES: dict[str, tuple[int, str, str]] = {
    "new": (2, "blue-gray", "To Do"),
    "indeterminate": (4, "yellow", "In Progress"),
    "done": (3, "green", "Done"),
}
RESOLUTION = ("10000", "Done")
LINK_TYPE = ("10000", "Blocks", "is blocked by", "blocks")
