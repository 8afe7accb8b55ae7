"""`make demo ONCE=1` says whether all is right, and can say that it isn't."""

import pytest

from sandbox import demo as demo_module
from sandbox.demo import demo
from sandbox.world import World


async def test_the_demo_passes(capsys):
    assert await demo(60, once=True)
    shown = capsys.readouterr().out
    assert "All as it should be." in shown
    assert shown.count(" 0 differences") == len(demo_module.BLUEPRINTS)


def forget_an_issue(world: World) -> None:
    world.catalog.delete("jiraIssue", [world.catalog.entities("jiraIssue")[0]["identifier"]])


def spoil_a_title(world: World) -> None:
    entity = world.catalog.entities("jiraProject")[0]
    spoilt = {"identifier": entity["identifier"], "title": "Spoilt"}
    world.catalog.upsert("jiraProject", spoilt, user_agent=entity["createdBy"])


@pytest.mark.parametrize("plant", [forget_an_issue, spoil_a_title])
async def test_a_difference_that_is_planted_turns_it_red(plant, capsys):
    assert not await demo(20, once=True, before_comparing=plant)
    assert "WRONG: jira" in capsys.readouterr().out


async def test_an_empty_catalog_turns_it_red(monkeypatch, capsys):
    monkeypatch.setattr(demo_module, "BLUEPRINTS", ("jiraProject", "jiraNothing"))
    assert not await demo(20, once=True)
    assert "WRONG: nothing of jiraNothing" in capsys.readouterr().out
