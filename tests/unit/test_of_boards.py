"""Where boards can't be read, what shows them fell behind: no job waits for them for ever."""

import pytest

from background.failures import Failures
from background.of_boards import beside_sprint, pages
from jira.answers import Unread
from jira.errors import (
    JiraAnswerError,
    JiraAuthenticationError,
    JiraPermissionError,
    JiraUnavailableError,
)
from jira.payloads import IdSubject
from port.failing import Failing
from port.mapping.resources import label
from tests.unit.helpers.fake_client import FakeClient, mapping

MAPPING = mapping("issue", "sprint", "backlog", "epic")
SPRINT = IdSubject("6", {"id": 6})
ERRORS = [JiraAuthenticationError, JiraPermissionError, JiraUnavailableError, JiraAnswerError]


@pytest.fixture
def site() -> FakeClient:
    return FakeClient()


def behind(failures: Failures) -> set[str]:
    """The kinds of the resources of which all has to be read."""
    resources = enumerate(MAPPING.resources)
    names = {of.kind: label(of, index) for index, of in resources}
    return {kind for kind, name in names.items() if failures.failing.is_behind(name)}


def failing(error: type[Exception]):
    async def answer(*_: object) -> None:
        raise error("no boards")

    return answer


@pytest.mark.parametrize("error", ERRORS)
async def test_boards_that_fail_alone_cost_only_what_shows_them(site, monkeypatch, error):
    failures = Failures(site.client, Failing())
    monkeypatch.setattr(site.boards, "known", failing(error))
    assert [page async for page in pages(site.client, ["1"], MAPPING, failures)] == []
    assert behind(failures) == {"sprint", "backlog", "epic"}


@pytest.mark.parametrize("error", ERRORS)
async def test_boards_of_a_sprint_that_fail_alone_cost_only_backlogs(site, monkeypatch, error):
    failures = Failures(site.client, Failing())
    sprints = type("Sprints", (), {"boards_of": staticmethod(failing(error))})
    monkeypatch.setattr(site, "sprints", sprints, raising=False)
    assert [page async for page in beside_sprint(site.client, SPRINT, MAPPING, failures)] == []
    assert behind(failures) == {"backlog"}


@pytest.mark.parametrize("error", ERRORS)
async def test_a_project_of_a_sprint_whose_boards_cannot_be_read_costs_backlogs_too(
    site, monkeypatch, error
):
    async def boards_of(_: object, unread: Unread) -> set[str]:
        unread.note("boards of project AB", error("no"))
        return set()

    failures = Failures(site.client, Failing())
    sprints = type("Sprints", (), {"boards_of": staticmethod(boards_of)})
    monkeypatch.setattr(site, "sprints", sprints, raising=False)
    assert [page async for page in beside_sprint(site.client, SPRINT, MAPPING, failures)] == []
    assert behind(failures) == {"backlog"}


async def test_where_nobody_is_known_any_more_the_job_is_tried_again(site, monkeypatch):
    failures = Failures(site.client, Failing())
    monkeypatch.setattr(site.boards, "known", failing(JiraAuthenticationError))
    site.bad_credentials = True
    with pytest.raises(JiraAuthenticationError):
        _ = [page async for page in pages(site.client, ["1"], MAPPING, failures)]
    assert behind(failures) == set()
