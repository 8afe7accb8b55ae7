"""Which scope of a token lets it ask what: decided over the path, without I/O.

As Atlassian's OpenAPI names them, and its pages where that leaves them out. Where there are two
ways, the classic scope comes first and the granular ones after it; any one way is enough.
https://developer.atlassian.com/cloud/jira/platform/scopes-for-oauth-2-3LO-and-forge-apps/
https://developer.atlassian.com/cloud/jira/software/scopes-for-oauth-2-3LO-and-forge-apps/
"""

from collections.abc import Mapping

READ_WORK, READ_USER = "read:jira-work", "read:jira-user"
MANAGE_WEBHOOKS = "manage:jira-webhook"
BOARD, EPIC, SPRINT = (f"read:{of}:jira-software" for of in ("board-scope", "epic", "sprint"))
BOARD_ADMIN = "read:board-scope.admin:jira-software"
NO_SCOPE = "no scope (a classic API token is needed)"

_BY_PATH: Mapping[str, str] = {
    "/rest/api/3/search/jql": f"{READ_WORK} or read:issue-details:jira",
    "/rest/api/3/issue/bulkfetch": f"{READ_WORK} or read:issue:jira",
    "/rest/api/3/issue/{id}": f"{READ_WORK} or read:issue:jira",
    "/rest/api/3/issue/{id}/worklog": f"{READ_WORK} or read:issue-worklog:jira",
    "/rest/api/3/worklog/list": f"{READ_WORK} or read:issue-worklog:jira",
    "/rest/api/3/webhook": f"{READ_WORK} and {MANAGE_WEBHOOKS} or read:webhook:jira",
    "/rest/api/3/webhook/refresh": f"{READ_WORK} and {MANAGE_WEBHOOKS} or write:webhook:jira",
    "/rest/api/3/worklog/deleted": f"{READ_WORK} or read:issue-worklog:jira",
    "/rest/api/3/worklog/updated": f"{READ_WORK} or read:issue-worklog:jira",
    "/rest/api/3/issuetype": f"{READ_WORK} or read:issue-type:jira",
    "/rest/api/3/status": f"{READ_WORK} or read:status:jira",
    "/rest/api/3/project/search": f"{READ_WORK} or read:project:jira",
    "/rest/api/3/project/{key}": f"{READ_WORK} or read:project:jira",
    "/rest/api/3/project/{key}/version": f"{READ_WORK} or read:project-version:jira",
    "/rest/api/3/version/{id}": f"{READ_WORK} or read:project-version:jira",
    "/rest/api/3/project/{key}/component": f"{READ_WORK} or read:project.component:jira",
    "/rest/api/3/component/{id}": f"{READ_WORK} or read:project.component:jira",
    "/rest/api/3/mypermissions": f"{READ_WORK} or read:permission:jira",
    "/rest/api/3/myself": f"{READ_USER} or read:user:jira",
    "/rest/api/3/user": f"{READ_USER} or read:user:jira",
    "/rest/api/3/users/search": f"{READ_USER} or read:user:jira",
    "/rest/agile/1.0/board": f"{BOARD} and read:project:jira",
    "/rest/agile/1.0/board/{id}": f"{BOARD} and read:issue-details:jira",
    "/rest/agile/1.0/board/{id}/project": f"{BOARD_ADMIN} and read:project:jira",
    "/rest/agile/1.0/board/{id}/sprint": SPRINT,
    "/rest/agile/1.0/board/{id}/epic": EPIC,
    "/rest/agile/1.0/board/{id}/backlog": f"{BOARD} and read:issue-details:jira",
    "/rest/agile/1.0/sprint/{id}": SPRINT,
    "/rest/software/1.0/board/{id}/backlog": f"{BOARD} and read:issue-details:jira",
    "/gateway/api/public/teams/v1/org/{org}/teams": NO_SCOPE,
    "/gateway/api/public/teams/v1/org/{org}/teams/{team}/members": NO_SCOPE,
    "/rest/webhooks/1.0/webhook": NO_SCOPE,
    "/rest/webhooks/1.0/webhook/{id}": NO_SCOPE,
}


def scope_of(endpoint: str) -> str | None:
    """What a token needs for an endpoint (method and path template), in words.

    None for one that everybody may ask, or that isn't known.
    """
    return _BY_PATH.get(endpoint.partition(" ")[2])
