"""What Jira refuses or answers oddly makes no second webhook, and is said once with what to do."""

from typing import Any

import pytest

from jira.errors import (
    JiraAnswerError,
    JiraAuthenticationError,
    JiraNotFoundError,
    JiraPermissionError,
    JiraRequestError,
    JiraUnavailableError,
)
from jira.webhook_registration import WEBHOOKS, ensure_webhook
from tests.unit.helpers.fakes import FakeApi
from tests.unit.helpers.webhook_list import WANTED, Hooks, warnings


@pytest.fixture
def jira():
    return Hooks()


@pytest.mark.parametrize("error", [JiraPermissionError("403"), JiraRequestError("400")])
async def test_where_it_can_not_become_ours_none_is_made_beside_it(jira, error):
    jira.add("7", name="Made by hand")
    jira.errors["PUT"] = error
    assert await ensure_webhook(jira.fake.api, WANTED, set()) is False
    assert [method for method, _ in jira.changes] == ["PUT"]


NO_ADMINISTRATOR = ("Administer Jira", "manageWebhooks")


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (JiraPermissionError("403: You are not an administrator."), NO_ADMINISTRATOR),
        (JiraNotFoundError("404: Not here."), NO_ADMINISTRATOR),
        (JiraRequestError("400: Not like that."), (WANTED.url, "https")),
    ],
)
async def test_a_refusal_is_one_warning_that_says_what_to_do(jira, log, method, error, advice):
    jira.errors[method] = error
    assert await ensure_webhook(jira.fake.api, WANTED, set()) is False
    [warning] = warnings(log)
    for part in (str(error), *advice):
        assert part in warning


async def test_a_webhook_that_somebody_deletes_in_between_is_made_anew(jira):
    jira.add("7")
    jira.errors["PUT"] = JiraNotFoundError("404")
    assert await ensure_webhook(jira.fake.api, WANTED, set()) is True
    assert [method for method, _ in jira.changes] == ["PUT", "POST"]
    assert jira.fake.bodies(WEBHOOKS)[-1] == WANTED.body()


async def test_a_webhook_that_may_not_be_changed_is_not_made_anew(jira, log):
    """That would be a second one."""
    jira.add("7")
    jira.errors["PUT"] = JiraPermissionError("403: Not yours.")
    assert await ensure_webhook(jira.fake.api, WANTED, set()) is False
    assert [method for method, _ in jira.changes] == ["PUT"]
    assert len(warnings(log)) == 1


@pytest.mark.parametrize("link", [None, "", "/"])
@pytest.mark.parametrize("place", ["first", "second"])
async def test_a_webhook_of_ours_without_its_address_is_an_error_and_nothing_is_changed(
    jira, link, place
):
    """Without the id a PUT or DELETE would go to the list itself."""
    jira.add("7", **({"self": link} if place == "first" else {}))
    jira.add("8", **({"self": link} if place == "second" else {}))
    with pytest.raises(JiraAnswerError, match="without its address"):
        await ensure_webhook(jira.fake.api, WANTED, set())
    assert jira.changes == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "error",
    [JiraUnavailableError("503"), JiraAuthenticationError("401"), JiraAnswerError("HTML")],
)
async def test_what_can_be_over_soon_is_raised_and_not_taken_for_a_no(jira, log, method, error):
    jira.add("7")
    jira.add("8")
    jira.errors[method] = error
    with pytest.raises(type(error)):
        await ensure_webhook(jira.fake.api, WANTED, set())
    assert not any("manageWebhooks" in line for line in log)


async def test_after_a_creation_that_got_no_answer_the_list_is_asked_again(jira):
    """The POST may have worked."""
    jira.errors["POST"] = JiraUnavailableError("time-out")
    with pytest.raises(JiraUnavailableError):
        await ensure_webhook(jira.fake.api, WANTED, set())
    jira.errors.clear()
    jira.add("7")
    assert await ensure_webhook(jira.fake.api, WANTED, set()) is True
    assert [method for method, _ in jira.changes] == ["POST", "PUT"]


@pytest.mark.parametrize("answer", [None, {}, "text", {"values": []}])
async def test_another_answer_than_a_list_makes_no_webhook(answer):
    """Taken for an empty list, it would make a twin at each start."""
    fake = FakeApi.scripted(answer)
    with pytest.raises(JiraAnswerError):
        await ensure_webhook(fake.api, WANTED, set())
    assert len(fake.asked) == 1


async def test_odd_entries_in_the_list_are_passed_over(jira):
    jira.add("7")
    good = jira.answer
    odd: list[Any] = [None, "text", {}, {"name": None}]
    jira.fake.answer = lambda m, p, w: [*odd, *good(m, p, w)] if m == "GET" else good(m, p, w)
    assert await ensure_webhook(jira.fake.api, WANTED, set()) is True
    assert jira.changes == [("PUT", "/7")]
