"""The one list of what is called: by the product, and by tests of the stand-in."""

from pathlib import Path

FOLDER = Path(__file__).resolve().parent
COMMAND = "python -m sandbox.openapi.extract PLATFORM.json SOFTWARE.json"
PLATFORM = (
    "DELETE /rest/api/3/webhook",
    "GET /rest/api/3/component/{id}",
    "GET /rest/api/3/issue/{issueIdOrKey}",
    "GET /rest/api/3/issue/{issueIdOrKey}/worklog",
    "GET /rest/api/3/issue/{issueIdOrKey}/worklog/{id}",
    "GET /rest/api/3/issuetype",
    "GET /rest/api/3/mypermissions",
    "GET /rest/api/3/myself",
    "GET /rest/api/3/project/search",
    "GET /rest/api/3/project/{projectIdOrKey}",
    "GET /rest/api/3/project/{projectIdOrKey}/component",
    "GET /rest/api/3/project/{projectIdOrKey}/version",
    "GET /rest/api/3/serverInfo",
    "GET /rest/api/3/status",
    "GET /rest/api/3/user",
    "GET /rest/api/3/users/search",
    "GET /rest/api/3/version/{id}",
    "GET /rest/api/3/webhook",
    "GET /rest/api/3/worklog/deleted",
    "GET /rest/api/3/worklog/updated",
    "POST /rest/api/3/issue/bulkfetch",
    "POST /rest/api/3/search/jql",
    "POST /rest/api/3/webhook",
    "POST /rest/api/3/worklog/list",
    "PUT /rest/api/3/webhook/refresh",
)
SOFTWARE = (
    "GET /rest/agile/1.0/board",
    "GET /rest/agile/1.0/board/{boardId}",
    "GET /rest/agile/1.0/board/{boardId}/backlog",
    "GET /rest/agile/1.0/board/{boardId}/epic",
    "GET /rest/agile/1.0/board/{boardId}/project",
    "GET /rest/agile/1.0/board/{boardId}/sprint",
    "GET /rest/agile/1.0/epic/{epicIdOrKey}",
    "GET /rest/agile/1.0/sprint/{sprintId}",
)
# Served by Jira and absent from both published files: requests to these are not checked.
UNPUBLISHED = (
    "/_edge/tenant_info",
    "/gateway/api/public/teams/v1/org/{org}/teams",
    "/gateway/api/public/teams/v1/org/{org}/teams/{team}/members",
    "/rest/software/1.0/board/{id}/backlog",
    "/rest/webhooks/1.0/webhook",
    "/rest/webhooks/1.0/webhook/{id}",
)
