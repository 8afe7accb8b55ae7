"""What Jira's answers say of whether something can be read."""

from typing import Any

import pytest

from jira.asks import Ask, Told, few
from jira.errors import (
    JiraAnswerError,
    JiraAuthenticationError,
    JiraError,
    JiraNotFoundError,
    JiraPermissionError,
    JiraRequestError,
    JiraUnavailableError,
)
from jira.needs import Finding, Permission, granted_of, of_ask, of_permission, unknown_account

BOARDS = Ask("/rest/agile/1.0/board", "values", few, needs="access to Jira Software")
SPRINTS = Ask("/rest/agile/1.0/board/{id}/sprint", "values", few, under=BOARDS)
PROJECTS = Ask("/rest/api/3/project/search", "values", few)


@pytest.mark.parametrize("permission", Permission)
def test_a_permission_is_there_or_named(permission):
    assert of_permission(permission, {permission: True}) == Finding(True)
    missing = of_permission(permission, {permission: False}, shown=True)
    assert missing.met is False
    assert missing.words == f"The account needs {permission.in_words}."
    assert "permission '" in missing.words


def test_a_permission_that_jira_says_nothing_of_is_proven_by_what_only_it_shows():
    assert of_permission(Permission.BROWSE_PROJECTS, {}, shown=True) == Finding(True)
    unknown = of_permission(Permission.BROWSE_PROJECTS, {})
    assert unknown.met is None
    assert "Browse projects" in unknown.words


@pytest.mark.parametrize(
    ("ask", "error", "met", "words"),
    [
        (PROJECTS, None, True, ""),
        (PROJECTS, JiraAuthenticationError("401"), False, "The token needs read:jira-work or "),
        (
            SPRINTS,
            JiraAuthenticationError("401"),
            False,
            "sprint:jira-software, for GET",
        ),
        (BOARDS, JiraPermissionError("403."), False, "needs access to Jira Software: GET /rest"),
        (PROJECTS, JiraPermissionError("GET x: 403."), False, "GET x: 403."),
        (SPRINTS, JiraPermissionError("403."), False, "403."),
        (SPRINTS, JiraRequestError("no sprints", 400), True, ""),
        (SPRINTS, JiraNotFoundError("404"), True, ""),
        (PROJECTS, JiraRequestError("no", 400), False, "no"),
        (PROJECTS, JiraNotFoundError("404"), False, "404"),
        (PROJECTS, JiraUnavailableError("down"), None, "down"),
        (SPRINTS, JiraAnswerError("half"), None, "half"),
    ],
)
def test_an_endpoint_says_what_is_missing(
    ask: Ask, error: JiraError | None, met: bool | None, words: str
) -> None:
    found = of_ask(ask, Told(error=error))
    assert found.met is met
    assert words in found.words


def test_what_could_not_be_tried_is_told_to_a_token_with_scopes():
    untried = Told(tried=False)
    assert of_ask(SPRINTS, untried) == Finding(True)
    told = of_ask(SPRINTS, untried, by_scopes=True)
    assert told.met is True
    assert "read:sprint:jira-software" in told.words


def test_the_account_is_unknown_for_one_of_two_reasons_by_the_gateway():
    error = JiraAuthenticationError("GET /rest/api/3/myself was answered with 401.", "Check it.")
    error.endpoint = "GET /rest/api/3/myself"
    assert unknown_account(error, uses_gateway=False) == str(error)
    assert "lacks read:jira-user" in unknown_account(error, uses_gateway=True)
    error.endpoint = None
    assert unknown_account(error, uses_gateway=True) == str(error)
    down = JiraUnavailableError("down")
    assert unknown_account(down, uses_gateway=True) == "down"


def test_the_permissions_are_read_out_of_the_answer():
    rows = {"A": {"havePermission": True}, "B": {"havePermission": False}, "C": {}}
    assert granted_of({"permissions": rows}) == {"A": True, "B": False, "C": False}


@pytest.mark.parametrize(
    "answer", [None, [], {}, {"permissions": []}, {"permissions": {"A": True}}]
)
def test_another_answer_grants_nothing(answer: Any):
    with pytest.raises(JiraAnswerError):
        granted_of(answer)
