"""What a dry run can't read, or Port wouldn't take, is named and costs only itself."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.world import World
from tests.e2e.dry_run import comes_true, dry_run, foretold, mapping_file, quietly
from tests.e2e.failures import mapping_of, with_second_resource
from tests.e2e.mappings import blueprint, mapping, resource, site_of
from tests.e2e.support import first, make_world, started


async def test_a_resource_that_fails_costs_itself_and_the_deletes(tmp_path: Path) -> None:
    async with started() as world:
        await world.process.stop()
        gone, edited = first(world), first(world, lambda i: i.key.endswith("2"))
        quietly(world, lambda: world.site.delete_issue(gone.id))
        quietly(world, lambda: world.site.edit_issue(edited.id, summary="Edited"))
        both = with_second_resource(mapping_of(world))
        ran = await foretold(world, "--mapping", mapping_file(tmp_path, both))
        assert ran.code == 1
        failed = [of for of in ran.report["resources"] if of["failures"]]
        assert [of["resource"] for of in failed] == ["issue (resource 5 of the mapping)"]
        assert "NOSUCH" in failed[0]["failures"][0]
        assert "deletes nothing" in str(ran.report["notes"])
        assert ran.counts("delete") == {}
        changes = ran.blueprints["jiraIssue"]["change"]
        assert changes[edited.key]["title"]["new"] == "Edited"
        world.port.api.set_mapping(both)
        await comes_true(world, ran, "failed")


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        (lambda of: of["selector"].update(expand=7, jql=[]), "jql: str type expected"),
        (lambda of: of["selector"].update(query=".key"), "Expected boolean value"),
    ],
)
async def test_a_resource_with_a_mistake_is_named(
    mistake: Callable[[dict[str, Any]], None], said: str, tmp_path: Path
) -> None:
    async with started() as world:
        await world.process.stop()
        changed = copy.deepcopy(mapping_of(world))
        mistake(changed["resources"][3])
        ran = await foretold(world, "--mapping", mapping_file(tmp_path, changed))
        assert ran.code == 1
        failed = [of for of in ran.report["resources"] if of["failures"]]
        assert len(failed) == 1
        assert "resource 4 of the mapping" in failed[0]["resource"]
        assert said in " ".join(failed[0]["failures"])
        assert ran.counts("unchanged").keys() == {"jiraProject", "jiraUser"}
        world.port.api.set_mapping(changed)
        await comes_true(world, ran, "failed")


async def test_where_port_fails_at_a_blueprint_only_what_is_of_it_is_not_known() -> None:
    async with started() as world:
        await world.process.stop()
        world.port.api.fail_status = 500
        world.port.api.only["fail_status"] = "/v1/blueprints/jiraUser/entities/search"
        ran = await foretold(world)
        assert ran.code == 1
        failed = [of for of in ran.report["resources"] if of["failures"]]
        assert [of["resource"] for of in failed] == ["user (resource 2 of the mapping)"]
        assert ran.counts("unchanged")["jiraIssue"] >= 40


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--kinds", "sprint"], "has no resource of kind sprint; it has issue"),
        (["--mapping", "no.yaml"], "There is no file no.yaml"),
    ],
)
async def test_what_makes_no_sense_ends_with_a_sentence(
    arguments: list[str], sentence: str
) -> None:
    async with make_world(5) as world:
        ran = await dry_run(world, *arguments)
        assert ran.code == 1
        assert sentence in ran.errors
        assert "Traceback" not in ran.errors
        assert ran.out == ""


@pytest.mark.parametrize(
    ("prepare", "sentence"),
    [
        (lambda world: setattr(world.jira, "token_valid", False), "401"),
        (lambda world: setattr(world.port.api, "client_secret", "another"), "access_token"),
    ],
)
async def test_where_nothing_can_be_read_a_sentence_says_so(
    prepare: Callable[[World], object], sentence: str
) -> None:
    async with make_world(5) as world:
        prepare(world)
        ran = await dry_run(world)
        assert ran.code == 1
        assert ran.out == ""
        assert sentence in ran.errors
        assert "Traceback" not in ran.errors


async def test_a_setting_that_is_missing_is_named() -> None:
    async with make_world(5) as world:
        ran = await dry_run(world, OCEAN__INTEGRATION__CONFIG__ATLASSIAN_USER_TOKEN="")
        assert ran.code == 1
        assert "atlassianUserToken is missing" in ran.errors


async def test_without_stubs_what_relates_to_nothing_is_refused(tmp_path: Path) -> None:
    site = site_of(20, projects=2)
    child = site.create_issue("AB", parent=next(iter(site.issues.values())).id)
    of = mapping(
        resource(
            "issue",
            "thing",
            ".key",
            selector={"jql": f"key = {child.key}"},
            relations={"parent": ".fields.parent.key"},
        ),
        createMissingRelatedEntities=False,
    )
    async with make_world(site=site, blueprints=[blueprint("thing", parent="thing")]) as world:
        world.port.api.set_mapping(of)
        ran = await foretold(world, "--mapping", mapping_file(tmp_path, of))
        refused = ran.report["blueprints"]["thing"]["refused"]
        assert list(refused) == [child.key]
        assert "isn't there" in refused[child.key]
        assert ran.blueprints == {}
        await comes_true(world, ran)


async def test_a_property_that_the_blueprint_lacks_is_found_before_it_is_written(
    tmp_path: Path,
) -> None:
    async with started() as world:
        await world.process.stop()
        changed = copy.deepcopy(mapping_of(world))
        changed["resources"][0]["port"]["entity"]["mappings"]["properties"]["nosuch"] = ".name"
        changed["resources"][1]["port"]["entity"]["mappings"]["blueprint"] = '"nobody"'
        ran = await foretold(world, "--mapping", mapping_file(tmp_path, changed))
        blueprints = ran.report["blueprints"]
        assert set(blueprints["jiraProject"]["refused"].values()) == {
            "the blueprint has no property nosuch"
        }
        assert set(blueprints["nobody"]["refused"].values()) == {"Port has no blueprint nobody"}
        world.port.api.set_mapping(changed)
        await comes_true(world, ran)


async def test_who_has_no_account_is_named_and_costs_the_relation_alone(tmp_path: Path) -> None:
    site = site_of()
    somebody = next(i for i in site.issues.values() if i.assignee and i.visible)
    assert somebody.assignee is not None
    of = mapping(
        resource("issue", "thing", ".key", relations={"who": ".fields.assignee.emailAddress"})
    )
    blueprints = [blueprint("_user"), blueprint("thing", who="_user")]
    async with make_world(site=site, blueprints=blueprints) as world:
        world.port.api.set_mapping(of)
        ran = await foretold(world, "--mapping", mapping_file(tmp_path, of))
        account = {"blueprint": "_user", "identifier": somebody.assignee.email}
        assert account in ran.report["accounts"]
        assert ran.counts("stubs") == ran.counts("refused") == {}
        await comes_true(world, ran)
