"""Which fields of an issue in a backlog are asked for where: each of one, none of both."""

import pytest

from jira.kinds.backlog_fields import NONE, OF_BOARDS, USUAL, of_boards, of_issues


@pytest.mark.parametrize(
    ("fields", "boards", "issues"),
    [
        ([], OF_BOARDS, (USUAL,)),
        (["*all"], OF_BOARDS, ("*all",)),
        (["*navigable", "comment"], OF_BOARDS, ("*navigable", "comment")),
        (["summary", "status"], NONE, ("summary", "status")),
        (["summary,status", " epic "], ("epic",), ("summary", "status")),
        (["epic", "sprint"], ("sprint", "epic"), NONE),
        (
            ["*all", "-epic", "-comment"],
            ("sprint", "closedSprints", "flagged"),
            ("*all", "-comment"),
        ),
        (["-description"], OF_BOARDS, (USUAL, "-description")),
        (["-epic"], ("sprint", "closedSprints", "flagged"), (USUAL,)),
        (["*all", *(f"-{name}" for name in OF_BOARDS)], NONE, ("*all",)),
        (["", " , "], OF_BOARDS, (USUAL,)),
        (["customfield_10020"], NONE, ("customfield_10020",)),
    ],
)
def test_boards_are_asked_for_what_only_they_know_and_the_issues_for_all_else(
    fields, boards, issues
):
    assert of_boards(fields) == boards
    assert of_issues(fields) == issues
