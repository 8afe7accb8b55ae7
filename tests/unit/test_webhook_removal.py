"""What is taken out of Jira when the integration is removed, and what stays."""

from typing import Any

import pytest

from jira.errors import JiraAnswerError, JiraError, JiraNotFoundError, JiraPermissionError
from jira.webhook_removal import Removed, remove_webhook
from tests.unit.helpers.fakes import FakeApi

NAME = "jira-1-Port-Ocean-Events-Webhook"
URL = "https://port.example.com/integration/webhook"
HOOKS = "/rest/webhooks/1.0/webhook"


def hook(number: int, name: str = NAME, url: str = URL) -> dict[str, Any]:
    return {"name": name, "url": url, "self": f"https://site.example.com{HOOKS}/{number}"}


def jira(hooks: Any, **deletes: Any) -> FakeApi:
    """Lists these; a delete of one that has an answer here gives that."""

    def answer(method: str, path: str, _: Any) -> Any:
        return hooks if method == "GET" else deletes.get(f"hook_{path.rpartition('/')[2]}")

    return FakeApi(answer)


def deleted(fake: FakeApi) -> list[str]:
    return [path.rpartition("/")[2] for method, path, _ in fake.asked if method == "DELETE"]


@pytest.mark.parametrize(
    ("hooks", "ids", "others"),
    [
        ([], [], []),
        ([hook(1)], ["1"], []),
        ([hook(1, url="https://old.example.com/integration/webhook")], ["1"], []),
        ([hook(1), hook(2, "Another", "https://elsewhere.example.com")], ["1"], []),
        ([hook(1), hook(2)], ["1", "2"], []),
        ([hook(1, "Made by hand")], [], ["'Made by hand' (id 1)"]),
        ([hook(1, "By hand", f"{URL}/"), hook(2), hook(3, "Third")], ["2"], ["'By hand' (id 1)"]),
        ([None, "odd", {"name": None}, hook(4)], ["4"], []),
    ],
)
async def test_what_has_our_name_goes_and_nothing_else(
    hooks: list[Any], ids: list[str], others: list[str]
) -> None:
    fake = jira(hooks)
    removed = await remove_webhook(fake.api, NAME, URL)
    assert deleted(fake) == ids
    assert {method for method, _, _ in fake.asked} <= {"GET", "DELETE"}
    assert removed.count == len(ids)
    assert removed.others[: len(others)] == others


async def test_without_an_address_nobody_elses_is_told_of() -> None:
    removed = await remove_webhook(jira([hook(1), hook(2, "Another")]).api, NAME, None)
    assert removed == Removed(1)


async def test_one_that_somebody_deleted_a_moment_ago_is_no_error() -> None:
    fake = jira([hook(1), hook(2)], hook_1=JiraNotFoundError("404"))
    assert (await remove_webhook(fake.api, NAME, URL)).count == 1


@pytest.mark.parametrize(
    ("hooks", "error"), [({}, JiraAnswerError), (JiraPermissionError("403"), JiraPermissionError)]
)
async def test_where_jira_says_nothing_of_webhooks_none_is_deleted(
    hooks: Any, error: type[JiraError]
) -> None:
    fake = jira(hooks)
    with pytest.raises(error):
        await remove_webhook(fake.api, NAME, URL)
    assert deleted(fake) == []


@pytest.mark.parametrize(
    ("removed", "words"),
    [
        (Removed(1), ["Deleted the webhook 'name' in Jira"]),
        (Removed(2), ["Deleted 2 webhooks of the name 'name' in Jira"]),
        (Removed(0), ["There is no webhook 'name' in Jira, so none was deleted"]),
        (Removed(1, ["'x' (id 7)"]), ["Deleted", "The webhook 'x' (id 7) has another name"]),
    ],
)
def test_what_was_done_is_said(removed: Removed, words: list[str]) -> None:
    said = removed.sentences("name")
    assert len(said) == len(words)
    assert all(sentence.startswith(part) for sentence, part in zip(said, words, strict=True))
