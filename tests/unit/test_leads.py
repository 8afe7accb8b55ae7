"""Keys that an event names alone lead to issues, also those that an issue no longer has."""

import asyncio
from collections.abc import Iterable

import pytest

from jira.answers import Unread
from jira.errors import JiraError, JiraPermissionError, JiraUnavailableError
from jira.kinds.leads import Leads
from jira.payloads import Row


class Reader:
    """Issues by key, with the keys they once had."""

    def __init__(self, **now: str) -> None:
        self.now = {key.replace("_", "-"): now_key for key, now_key in now.items()}
        self.fails: dict[str, JiraError] = {}
        self.asked: list[list[str]] = []

    async def by_keys(self, keys: Iterable[str], *, unread: Unread) -> list[Row]:
        names = list(keys)
        self.asked.append(names)
        await asyncio.sleep(0)
        for name in names:
            if name in self.fails:
                unread.note(name, self.fails[name])
        found = dict.fromkeys(self.now[n] for n in names if n in self.now and n not in self.fails)
        return [{"id": key.removeprefix("AB-"), "key": key} for key in found]


async def ids(reader: Reader, *keys: str) -> dict[str, str | None]:
    found = await Leads(reader).of(keys)
    return {key: str(row["id"]) if isinstance(row, dict) else None for key, row in found.items()}


async def test_keys_of_the_same_moment_are_one_request():
    reader = Reader(AB_1="AB-1", AB_2="AB-2")
    leads = Leads(reader)
    one, two = await asyncio.gather(leads.of(["AB-1"]), leads.of(["AB-2", "AB-3"]))
    assert one == {"AB-1": {"id": "1", "key": "AB-1"}}
    assert two == {"AB-2": {"id": "2", "key": "AB-2"}, "AB-3": None}
    assert reader.asked == [["AB-1", "AB-2", "AB-3"]]


async def test_a_key_that_leads_nowhere_is_gone():
    assert await ids(Reader(), "AB-1", "AB-2") == {"AB-1": None, "AB-2": None}


async def test_a_former_key_leads_to_the_issue_as_it_is_now():
    assert await ids(Reader(AB_1="AB-7"), "AB-1") == {"AB-1": "7"}


async def test_which_of_several_former_keys_led_to_which_issue_is_asked_for():
    reader = Reader(AB_1="AB-7", AB_2="AB-8", AB_3="AB-3")
    found = await ids(reader, "AB-1", "AB-2", "AB-3", "AB-4")
    assert found == {"AB-1": "7", "AB-2": "8", "AB-3": "3", "AB-4": None}
    assert reader.asked[1:] == [["AB-1"], ["AB-2"], ["AB-4"]]


async def test_two_keys_of_one_issue_both_lead_to_it():
    assert await ids(Reader(AB_1="AB-7", AB_7="AB-7"), "AB-7") == {"AB-7": "7"}
    assert await ids(Reader(AB_1="AB-7", AB_2="AB-7"), "AB-1", "AB-2") == {"AB-1": "7", "AB-2": "7"}


@pytest.mark.parametrize("error", [JiraUnavailableError("503"), JiraPermissionError("403")])
async def test_what_cannot_be_said_is_neither_there_nor_gone(error):
    reader = Reader(AB_1="AB-1", AB_2="AB-2")
    reader.fails["AB-2"] = error
    found = await Leads(reader).of(["AB-1", "AB-2"])
    assert found == {"AB-1": {"id": "1", "key": "AB-1"}, "AB-2": error}
