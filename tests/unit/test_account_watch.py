"""Whether Jira knows us is asked where nobody else asks, and no more often than needed."""

import pytest

from jira.account_watch import AGAIN_SECONDS, FIRST_SECONDS, AccountWatch
from jira.errors import JiraAuthenticationError, JiraError, JiraUnavailableError
from telemetry import metrics
from telemetry.instruments import State

NO = JiraAuthenticationError("401")


class Enough(BaseException):
    """Ends what never returns."""


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
        self.asked_at_pauses: list[bool] = []
        self.watch = AccountWatch(self.ask, self.pause)
        self.most = 4
        self.others_say: dict[int, str] = {}
        """What others learn of Jira during a pause, by its number."""

    async def ask(self) -> None:
        answer = self.answers.pop(0)
        if isinstance(answer, JiraAuthenticationError):
            self.credentials.is_now(metrics.REFUSED)
        if answer is not None:
            raise answer
        self.credentials.is_now(metrics.ACCEPTED)

    async def pause(self, seconds: float) -> None:
        if len(self.pauses) == self.most:
            raise Enough
        self.pauses.append(seconds)
        self.asked_at_pauses.append(self.watch.asked)
        if len(self.pauses) in self.others_say:
            self.credentials.is_now(self.others_say[len(self.pauses)])

    async def run(self) -> None:
        with pytest.raises(Enough):
            await self.watch.run()


async def test_where_nobody_else_asked_it_is_asked_once(credentials):
    jira = Jira(credentials, None)
    await jira.run()
    assert jira.pauses == [FIRST_SECONDS, *[AGAIN_SECONDS] * 3]
    assert jira.asked_at_pauses == [False, True, True, True]


async def test_where_a_resync_asked_before_it_isn_t_asked(credentials):
    jira = Jira(credentials)
    jira.others_say = {1: metrics.ACCEPTED}
    await jira.run()
    assert jira.watch.asked


async def test_a_refusal_is_an_answer_and_is_asked_again_until_it_is_over(credentials):
    jira = Jira(credentials, NO, NO, None)
    await jira.run()
    assert jira.asked_at_pauses == [False, True, True, True]
    assert credentials.now == metrics.ACCEPTED


async def test_a_refusal_that_others_met_is_looked_after(credentials):
    """Events go on by themselves, and nobody would say that the account is known again."""
    jira = Jira(credentials, None)
    jira.others_say = {1: metrics.ACCEPTED, 3: metrics.REFUSED}
    await jira.run()
    assert (credentials.now, jira.answers) == (metrics.ACCEPTED, [])


async def test_where_jira_is_down_it_was_asked_all_the_same(credentials):
    """It would take a process out of live events that have only to wait here."""
    jira = Jira(credentials, JiraUnavailableError("down"), None)
    await jira.run()
    assert jira.asked_at_pauses == [False, True, True, True]
    assert credentials.now == metrics.ACCEPTED
