"""Limits that Atlassian states outside of the schemas, by (path, field)."""

BODY_ITEMS = {
    ("/rest/api/3/search/jql", "reconcileIssues"): 50,
    ("/rest/api/3/issue/bulkfetch", "issueIdsOrKeys"): 100,
    ("/rest/api/3/issue/bulkfetch", "properties"): 5,
    ("/rest/api/3/search/jql", "properties"): 5,
    ("/rest/api/3/worklog/list", "ids"): 1000,
}
BODY_MAXIMUM = {("/rest/api/3/search/jql", "maxResults"): 5000}
QUERY_ITEMS = {
    ("/rest/api/3/project/search", "keys"): 50,
    ("/rest/api/3/project/search", "id"): 50,
}
QUERY_MAXIMUM = {
    ("/rest/api/3/users/search", "maxResults"): 1000,
    ("/rest/api/3/project/{projectIdOrKey}/version", "maxResults"): 50,
    ("/rest/api/3/project/{projectIdOrKey}/component", "maxResults"): 50,
    ("/rest/api/3/issue/{issueIdOrKey}/worklog", "maxResults"): 5000,
    ("/rest/agile/1.0/board", "maxResults"): 50,
    ("/rest/agile/1.0/board/{boardId}/project", "maxResults"): 50,
    ("/rest/agile/1.0/board/{boardId}/sprint", "maxResults"): 50,
    ("/rest/agile/1.0/board/{boardId}/epic", "maxResults"): 50,
    ("/rest/agile/1.0/board/{boardId}/backlog", "maxResults"): 100,
}
# Values that may be joined by commas.
QUERY_VALUES = {
    ("/rest/api/3/project/{projectIdOrKey}/version", "status"): {
        *("released", "unreleased", "archived"),
    },
    ("/rest/api/3/issue/{issueIdOrKey}/worklog", "expand"): {"properties"},
    ("/rest/api/3/issue/{issueIdOrKey}/worklog/{id}", "expand"): {"properties"},
    ("/rest/api/3/worklog/list", "expand"): {"properties"},
    ("/rest/agile/1.0/board", "type"): {"scrum", "kanban", "simple"},
    ("/rest/agile/1.0/board/{boardId}/sprint", "state"): {"future", "active", "closed"},
    ("/rest/agile/1.0/board/{boardId}/epic", "done"): {"true", "false"},
}
