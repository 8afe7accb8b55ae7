"""Whether Jira knows us is asked at the start, until it is known and no more often than needed."""

import pytest

from jira.errors import JiraAuthenticationError, JiraError, JiraUnavailableError
from jira.first_question import AGAIN_SECONDS, FIRST_SECONDS, FirstQuestion
from telemetry import metrics
from telemetry.instruments import State


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> State:
    state = State(metrics.UNKNOWN, metrics.ACCEPTED, metrics.REFUSED)
    monkeypatch.setattr(metrics, "JIRA_CREDENTIALS", state)
    return state


class Jira:
    """Answers as it is told to, and what it says is noted as the client does."""

    def __init__(self, credentials: State, *answers: JiraError | None) -> None:
        self.credentials = credentials
        self.answers = list(answers)
        self.pauses: list[float] = []
        self.question = FirstQuestion(self.ask, self.pause)
        self.asked_at_pauses: list[bool] = []

    async def ask(self) -> None:
        answer = self.answers.pop(0)
        if isinstance(answer, JiraAuthenticationError):
            self.credentials.is_now(metrics.REFUSED)
        if answer is not None:
            raise answer
        self.credentials.is_now(metrics.ACCEPTED)

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.asked_at_pauses.append(self.question.asked)


async def test_nobody_else_asked(credentials):
    jira = Jira(credentials, None)
    await jira.question.run()
    assert (jira.pauses, jira.question.asked) == ([FIRST_SECONDS], True)


async def test_a_resync_asked_before(credentials):
    jira = Jira(credentials)
    credentials.is_now(metrics.ACCEPTED)
    await jira.question.run()
    assert jira.question.asked


async def test_a_refusal_is_an_answer_and_is_asked_again_now_and_then(credentials, log):
    jira = Jira(credentials, JiraAuthenticationError("401"), JiraAuthenticationError("401"), None)
    await jira.question.run()
    assert jira.pauses == [FIRST_SECONDS, AGAIN_SECONDS, AGAIN_SECONDS]
    assert jira.asked_at_pauses == [False, True, True]
    assert credentials.now == metrics.ACCEPTED
    assert len([line for line in log if line.startswith("WARNING")]) == 2


async def test_where_jira_is_down_the_question_was_asked_all_the_same(credentials):
    """It would take a process out of live events that have only to wait here."""
    jira = Jira(credentials, JiraUnavailableError("down"), None)
    await jira.question.run()
    assert jira.asked_at_pauses == [False, True]


async def test_whoever_else_learns_that_we_are_known_ends_it(credentials):
    jira = Jira(credentials, JiraAuthenticationError("401"))

    async def pause(seconds: float) -> None:
        if seconds == AGAIN_SECONDS:
            credentials.is_now(metrics.ACCEPTED)
            credentials.is_now(metrics.REFUSED)

    await FirstQuestion(jira.ask, pause).run()
    assert jira.answers == []
