"""What the check of requests finds, and that the stand-in answers as published."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from sandbox.jira_api import JiraApi
from sandbox.jira_site import JiraSite
from sandbox.openapi import OpenApiCheck

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "jira-openapi"
FILES = [FOLDER / "platform.json", FOLDER / "software.json"]
SEARCH = "/rest/api/3/search/jql"
BULK = "/rest/api/3/issue/bulkfetch"
PROJECTS = "/rest/api/3/project/search"

published = pytest.mark.skipif(not FILES[0].is_file(), reason="Atlassian's OpenAPI is not here")


def test_without_a_file_nothing_is_wrong(tmp_path):
    check = OpenApiCheck(tmp_path / "absent.json")
    assert not check
    assert check.check("GET", "/anything", [], None) == []
    assert OpenApiCheck(None).check("GET", "/anything", [], None) == []


@published
@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("GET", "/rest/api/3/nothing", [], None),
        ("PUT", PROJECTS, [], None),
        ("GET", PROJECTS, [("colour", "red")], None),
        ("GET", PROJECTS, [("maxResults", "101")], None),
        ("GET", PROJECTS, [("maxResults", "many")], None),
        ("GET", PROJECTS, [("startAt", "0"), ("startAt", "1")], None),
        ("GET", PROJECTS, [("status", "gone")], None),
        ("GET", PROJECTS, [("keys", f"P{number}") for number in range(51)], None),
        ("GET", "/rest/api/3/users/search", [("maxResults", "1001")], None),
        ("GET", "/rest/api/3/myself", [], {}),
        ("POST", SEARCH, [], None),
        ("POST", SEARCH, [], {"jql": 1}),
        ("POST", SEARCH, [], {"jql": "a", "startAt": 0}),
        ("POST", SEARCH, [], {"jql": "a", "expand": ["names"]}),
        ("POST", SEARCH, [], {"jql": "a", "maxResults": 5001}),
        ("POST", SEARCH, [], {"jql": "a", "reconcileIssues": list(range(51))}),
        ("POST", SEARCH, [], {"jql": "a", "reconcileIssues": ["1"]}),
        ("POST", BULK, [], {"issueIdsOrKeys": [str(number) for number in range(101)]}),
        ("POST", BULK, [], {"issueIdsOrKeys": [1]}),
    ],
)
def test_finds_what_is_wrong(method, path, query, body):
    assert len(OpenApiCheck(FILES).check(method, path, query, body)) == 1


@published
@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("GET", PROJECTS, [("keys", "A"), ("keys", "B"), ("maxResults", "100")], None),
        ("POST", SEARCH, [], {"jql": "a", "fields": ["*all"], "reconcileIssues": [1]}),
        ("POST", BULK, [], {"issueIdsOrKeys": ["A-1"], "fields": ["*all"]}),
        ("GET", "/rest/agile/1.0/board/1/sprint", [("startAt", "0")], None),
        ("PUT", "/rest/webhooks/1.0/webhook/7", [], {"name": "x"}),
        ("GET", "/rest/software/1.0/board/1/backlog", [], None),
        ("GET", "/_edge/tenant_info", [], None),
    ],
)
def test_finds_nothing_wrong(method, path, query, body):
    assert OpenApiCheck(FILES).check(method, path, query, body) == []


def answer_schema(document: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    operation = document["paths"][path][method.lower()]
    schema: dict[str, Any] = operation["responses"]["200"]["content"]["application/json"]["schema"]
    return schema


@published
async def test_answers_are_as_published():
    document = json.loads(FILES[0].read_text(encoding="utf-8"))
    site = JiraSite()
    site.fill(30)
    site.link_issues("AB-1", "AS-1")
    site.archive_project("CD")
    api = JiraApi(site, email="account@example.com", token="right", openapi=OpenApiCheck(FILES))
    account = site.me.account_id
    calls: list[tuple[str, str, str, dict[str, Any] | None]] = [
        ("GET", "/rest/api/3/myself", "", None),
        ("GET", "/rest/api/3/mypermissions", "?permissions=ADMINISTER", None),
        ("GET", "/rest/api/3/serverInfo", "", None),
        ("GET", "/rest/api/3/issuetype", "", None),
        ("GET", "/rest/api/3/users/search", "?maxResults=5", None),
        ("GET", "/rest/api/3/user", f"?accountId={account}", None),
        ("GET", PROJECTS, "?expand=insight,lead&maxResults=2&status=live&status=archived", None),
        ("POST", SEARCH, "", {"jql": "created > -1d", "fields": ["*all"], "maxResults": 5}),
        ("POST", BULK, "", {"issueIdsOrKeys": ["AB-1", "NO-1"]}),
    ]
    async with api.client() as client:
        for method, path, query, body in calls:
            answer = await client.request(method, path + query, json=body)
            schema = answer_schema(document, method, path)
            Draft202012Validator({**schema, "components": document["components"]}).validate(
                answer.raise_for_status().json()
            )
        for template, path in (
            ("/rest/api/3/issue/{issueIdOrKey}", "/rest/api/3/issue/AB-1"),
            ("/rest/api/3/project/{projectIdOrKey}", "/rest/api/3/project/AB"),
        ):
            schema = answer_schema(document, "GET", template)
            Draft202012Validator({**schema, "components": document["components"]}).validate(
                (await client.get(path)).json()
            )
        await client.get("/rest/api/3/users/search?maxResults=1001")
    assert len(api.violations()) == 1
