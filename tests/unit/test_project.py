"""How projects are read: only live ones, and one like all."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from jira.errors import JiraAnswerError, JiraNotFoundError, JiraUnavailableError
from jira.kinds.project import ONE, SEARCH, ProjectKind
from tests.unit.helpers.fake_client import resource
from tests.unit.helpers.fakes import FakeApi
from tests.unit.helpers.planning_site import warnings

Row = dict[str, Any]


def project(number: int, key: str | None = None) -> Row:
    return {"id": str(number), "key": key or f"P{number}"}


def page(*numbers: int, **more: Any) -> Row:
    return {"values": [project(number) for number in numbers], **more}


class Site:
    """Live projects; a search that names one that isn't there is 404 where `strict` says so."""

    def __init__(self, *rows: Row, strict: str = "none") -> None:
        self.rows = rows
        self.strict = strict
        self.fake = FakeApi(self.answer)
        self.kind = ProjectKind(self.fake.api)

    def answer(self, method: str, path: str, query: Row) -> Any:
        assert (method, path, query["status"]) == ("GET", SEARCH, "live")
        by = "id" if "id" in query else "keys"
        names = query[by]
        assert 0 < len(names) <= 50
        found = [row for row in self.rows if row["id" if by == "id" else "key"] in names]
        if (self.strict == "any" and len(found) < len(names)) or (self.strict and not found):
            return JiraNotFoundError("404")
        return {"values": found, "isLast": True, "total": len(found)}


async def read(*answers: Any, expand: str = "") -> tuple[list[list[Row]], FakeApi]:
    fake = FakeApi.scripted(*answers)
    return [found async for found in ProjectKind(fake.api).listed(expand)], fake


def ids(rows: Iterable[Row]) -> list[str]:
    return [row["id"] for row in rows]


async def test_only_live_projects_are_asked_for():
    _, fake = await read(page(1, isLast=True), expand="insight,lead")
    [query] = fake.bodies(SEARCH)
    assert query == {
        "status": "live",
        "startAt": 0,
        "maxResults": 100,
        "expand": "insight,lead",
    }


async def test_an_empty_expand_is_not_sent():
    _, fake = await read(page(1, isLast=True))
    assert "expand" not in fake.bodies(SEARCH)[0]


async def test_pages_shorter_than_asked_for_are_followed():
    pages, fake = await read(
        page(1, 2, total=5, isLast=False),
        page(3, 4, total=5, isLast=False),
        page(5, total=5, isLast=True),
    )
    assert [ids(found) for found in pages] == [["1", "2"], ["3", "4"], ["5"]]
    assert [query["startAt"] for query in fake.bodies(SEARCH)] == [0, 2, 4]


async def test_a_project_on_two_pages_comes_once():
    pages, _ = await read(page(1, 2, isLast=False), page(2, 3, isLast=False), page(3, isLast=True))
    assert [ids(found) for found in pages] == [["1", "2"], ["3"]]


async def test_a_selectors_expand_is_sent_for_all_and_for_some():
    fake = FakeApi.scripted(page(1, isLast=True), page(1, isLast=True))
    kind, selector = ProjectKind(fake.api), resource("project", expand="lead").selector
    assert [ids(found) async for found in kind.pages(selector)] == [["1"]]
    assert await kind.find(["1", "77"], selector) == {"1": project(1), "77": None}
    assert [query["expand"] for query in fake.bodies(SEARCH)] == ["lead", "lead"]


async def test_no_project_is_no_page():
    pages, _ = await read(page(isLast=True, total=0))
    assert pages == []


@pytest.mark.parametrize("bad", [None, [], {}, {"values": None}, {"values": ["AB"]}, "text"])
async def test_an_answer_without_its_list_is_an_error(bad):
    with pytest.raises(JiraAnswerError, match=SEARCH):
        await read(page(1, isLast=False), bad)


async def test_a_list_that_ends_before_its_total_is_a_warning(log):
    pages, _ = await read(page(1, total=5), page(total=5))
    assert [len(rows) for rows in pages] == [1]
    [line] = warnings(log)
    assert SEARCH in line
    assert "1 of the 5" in line


async def test_projects_that_such_a_list_is_without_are_not_taken_for_gone():
    fake = FakeApi.scripted(page(1, total=2), page(total=2))
    with pytest.raises(JiraAnswerError, match="1 of the 2"):
        await ProjectKind(fake.api).live(["1", "2"])


async def test_projects_are_found_by_id():
    site = Site(project(1), project(2), project(3))
    assert await site.kind.live(["1", "3"], "insight") == {"1": project(1), "3": project(3)}
    [query] = site.fake.bodies(SEARCH)
    assert query["id"] == ["1", "3"]
    assert query["expand"] == "insight"
    assert "keys" not in query


async def test_projects_are_found_by_key():
    site = Site(project(1), project(2))
    assert await site.kind.find_keys(["P2"], "insight") == [project(2)]
    [query] = site.fake.bodies(SEARCH)
    assert query["keys"] == ["P2"]
    assert "id" not in query


async def test_many_are_found_fifty_at_a_time():
    site = Site(*map(project, range(120)))
    assert len(await site.kind.live([str(n) for n in range(120)], "")) == 120
    assert [len(query["id"]) for query in site.fake.bodies(SEARCH)] == [50, 50, 20]


async def test_none_are_no_request():
    kind = ProjectKind(FakeApi.scripted().api)
    assert await kind.live([], "") == {}
    assert await kind.find_keys([], "") == []


@pytest.mark.parametrize("strict", ["", "none", "any"])
async def test_what_is_not_live_is_not_found_however_jira_says_so(strict):
    """Nobody says whether one unknown name is enough for a 404."""
    site = Site(project(1), project(2), strict=strict)
    assert await site.kind.live(["1", "77", "2"], "") == {"1": project(1), "2": project(2)}
    assert await site.kind.live(["77", "78"], "") == {}
    assert await site.kind.find_keys(["P77", "P2"], "") == [project(2)]
    assert await site.kind.find_keys(["P77"], "") == []


async def test_a_former_key_that_leads_to_a_project_does_not_name_it_now():
    fake = FakeApi.scripted({"values": [project(1, "NEW")], "isLast": True})
    assert await ProjectKind(fake.api).find_keys(["OLD"], "") == []


async def test_finding_at_the_same_time_is_one_search_per_expand():
    site = Site(project(1), project(2))
    one, two, other = await asyncio.gather(
        site.kind.live(["1"], "insight"),
        site.kind.live(["2"], "insight"),
        site.kind.live(["1"], "lead"),
    )
    assert (list(one), list(two), list(other)) == (["1"], ["2"], ["1"])
    asked = [(query["expand"], query["id"]) for query in site.fake.bodies(SEARCH)]
    assert sorted(asked) == [("insight", ["1", "2"]), ("lead", ["1"])]


async def test_every_key_that_a_project_was_read_under_is_remembered():
    """An event about a project whose key changed doesn't tell the key it had."""
    fake = FakeApi.scripted(
        {"values": [project(1, "OLD"), project(2, "CD")], "isLast": True},
        {"values": [project(1, "NEW")], "isLast": True},
    )
    kind = ProjectKind(fake.api)
    async for _ in kind.listed(""):
        pass
    assert kind.keys_of("1") == {"OLD"}
    await kind.live(["1"], "")
    assert kind.keys_of("1") == {"OLD", "NEW"}
    assert kind.keys_of("2") == {"CD"}


def test_a_project_that_was_never_read_has_no_keys():
    assert ProjectKind(FakeApi.scripted().api).keys_of("1") == set()


GONE = JiraNotFoundError("404")


@pytest.mark.parametrize(
    ("one", "in_trash", "expected"),
    [
        pytest.param({"key": "AB"}, None, False, id="live"),
        pytest.param({"key": "AB", "archived": False}, None, False, id="live and said so"),
        pytest.param({"key": "AB", "archived": True}, None, True, id="in the archive"),
        pytest.param({"key": "NEW"}, None, True, id="renamed: the old key leads to the new one"),
        pytest.param(GONE, [project(1, "AB")], True, id="in the trash"),
        pytest.param(GONE, [], False, id="gone, or not to be seen"),
        pytest.param(GONE, GONE, False, id="gone, said with a 404"),
        pytest.param([], None, False, id="an odd answer"),
    ],
)
async def test_whether_jira_itself_says_where_a_project_went(one, in_trash, expected):
    trash: Any = in_trash
    if isinstance(in_trash, list):
        trash = {"values": in_trash, "isLast": True, "total": len(in_trash)}
    fake = FakeApi.scripted(one, trash)
    assert await ProjectKind(fake.api).is_put_away("AB") is expected
    assert fake.asked[0][1] == ONE.format(key="AB")
    if in_trash is not None:
        assert fake.asked[1][2] | {"keys": ["AB"], "status": "deleted"} == fake.asked[1][2]


@pytest.mark.parametrize("before", [[], [GONE]])
async def test_a_failure_is_not_taken_for_an_answer_about_where_a_project_went(before):
    fake = FakeApi.scripted(*before, JiraUnavailableError("503"))
    with pytest.raises(JiraUnavailableError):
        await ProjectKind(fake.api).is_put_away("AB")
