"""`make demo ONCE=1` says whether all is right, and can say that it isn't."""

import httpx
import pytest

from sandbox import demo as demo_module
from sandbox.demo import asked, compared, demo, resynced
from sandbox.page.server import PHASES, DemoPage
from sandbox.world import World
from tests.e2e.support import make_world


@pytest.mark.usefixtures("executed")
async def test_the_demo_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert await demo(60, once=True)
    shown = capsys.readouterr().out
    assert "All as it should be." in shown
    assert shown.count(" 0 differences") == len(demo_module.BLUEPRINTS)


def forget_an_issue(world: World) -> str:
    name = world.catalog.entities("jiraIssue")[0]["identifier"]
    world.catalog.delete("jiraIssue", [name])
    return f"WRONG: jiraIssue/{name} is missing"


def spoil_a_title(world: World) -> str:
    entity = world.catalog.entities("jiraProject")[0]
    spoilt = {"identifier": entity["identifier"], "title": "Spoilt"}
    world.catalog.upsert("jiraProject", spoilt, user_agent=entity["createdBy"])
    return f"WRONG: jiraProject/{entity['identifier']} is out of date: title is 'Spoilt'"


async def test_differences_that_are_planted_and_a_kind_without_entities_turn_it_red(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with make_world(20) as world:
        with monkeypatch.context() as patched:
            patched.setattr(demo_module, "BLUEPRINTS", ("jiraProject", "jiraNothing"))
            assert not await resynced(world)
        assert "WRONG: nothing of jiraNothing" in capsys.readouterr().out
        planted = [forget_an_issue(world), spoil_a_title(world)]
        assert not await compared(world)
        shown = capsys.readouterr().out
        assert [line for line in planted if line in shown] == planted


async def test_a_request_that_jira_does_not_publish_turns_it_red(
    capsys: pytest.CaptureFixture[str],
) -> None:
    world = World()
    assert asked(world)
    async with world.jira.client() as client:
        await client.get("/rest/api/3/myself", params={"colour": "red"})
    assert not asked(world)
    assert (
        "WRONG: GET /rest/api/3/myself: unknown query parameter colour" in capsys.readouterr().out
    )


async def test_without_an_end_a_page_shows_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    held: list[str] = []

    async def well(_: World, page: DemoPage | None = None) -> bool:
        held.append("" if page is None else page.hold)
        return True

    async def keep_changing(_: World, page: DemoPage) -> None:
        await page.may_edit()
        held.append(page.hold)
        assert page.url in capsys.readouterr().out
        async with httpx.AsyncClient(trust_env=False) as client:
            assert (await client.get(page.url)).is_success

    for name in ("resynced", "changed", "compared"):
        monkeypatch.setattr(demo_module, name, well)
    monkeypatch.setattr(demo_module, "keep_changing", keep_changing)
    assert await demo(10, once=False)
    assert held == ["", "", PHASES["comparison"], ""]


async def test_what_is_found_wrong_is_the_demos_result() -> None:
    def plant(world: World) -> None:
        forget_an_issue(world)

    assert not await demo(10, once=True, before_comparing=plant)
