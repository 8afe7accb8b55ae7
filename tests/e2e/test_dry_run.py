"""A dry run says what the next resync does to the catalog, and writes nothing."""

import copy
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from port.dry_run.report import COLUMNS
from sandbox import examples
from sandbox.servers import HttpServer
from sandbox.world import World
from tests.e2e.dry_run import (
    READS,
    Ran,
    Recorder,
    as_happened,
    dry_run,
    foretold,
    happened,
    mapping_file,
    rows,
    writes,
)
from tests.e2e.failures import mapping_of, with_second_resource
from tests.e2e.mappings import NO_SWEEP, blueprint, mapped, mapping, resource, site_of
from tests.e2e.support import first, make_world, started
from tests.e2e.test_deletions_mappings import ISSUES, PEOPLE, SOMEBODY, with_people


async def comes_true(world: World, ran: Ran, ends: str = "completed") -> None:
    """Have the integration do the resync that was foretold."""
    before = rows(world)
    assert await world.start() == ends
    assert as_happened(ran) == happened(world, before)


def quietly(world: World, change: Callable[[], object]) -> None:
    """A change that no event tells of."""
    world.deliveries.enabled = False
    change()
    world.deliveries.enabled = True


async def test_before_the_first_resync_everything_is_created() -> None:
    async with make_world() as world:
        ran = await foretold(world)
        assert ran.code == 0, ran.errors
        assert "Traceback" not in ran.errors
        assert ran.counts("change") == ran.counts("delete") == ran.counts("unchanged") == {}
        assert ran.counts("create").keys() == {"jiraProject", "jiraUser", "jiraIssue"}
        assert "makes the blueprints jiraIssue, jiraProject, jiraUser" in str(ran.report["notes"])
        await comes_true(world, ran)


async def test_after_a_resync_nothing_is_to_be_done() -> None:
    async with started() as world:
        await world.process.stop()
        ran = await foretold(world)
        assert ran.code == 0, ran.errors
        assert ran.blueprints == {}
        assert ran.counts("unchanged")["jiraIssue"] >= 40
        await comes_true(world, ran)


async def test_of_every_kind_the_first_resync_is_foretold(tmp_path: Path) -> None:
    async with make_world(every_kind=True) as world:
        quietly(world, lambda: world.site.fill_every_kind(20))
        ran = await foretold(world, "--mapping", mapping_file(tmp_path, examples.mapping()))
        assert ran.code == 0, ran.errors
        assert len(ran.counts("create")) == 11
        await comes_true(world, ran)


async def test_of_a_changed_mapping_exactly_the_changed_properties_are_named(
    tmp_path: Path,
) -> None:
    async with started() as world:
        await world.process.stop()
        changed = copy.deepcopy(mapping_of(world))
        [of] = [r for r in changed["resources"] if r["kind"] == "issue"]
        of["port"]["entity"]["mappings"]["properties"]["status"] = (
            ".fields.status.name | ascii_upcase"
        )
        of["port"]["entity"]["mappings"]["relations"]["assignee"] = "null"
        assert (await foretold(world)).blueprints == {}
        ran = await foretold(world, "--mapping", mapping_file(tmp_path, changed))
        assert ran.blueprints.keys() == {"jiraIssue"}
        changes = ran.blueprints["jiraIssue"]["change"]
        assert len(changes) == len(world.catalog.entities("jiraIssue"))
        for name, change in changes.items():
            known = world.catalog.get("jiraIssue", name) or {}
            status, who = known["properties"]["status"], known["relations"]["assignee"]
            assert change == {"properties.status": {"old": status, "new": status.upper()}} | (
                {"relations.assignee": {"old": who, "new": None}} if who else {}
            )
        world.port.api.set_mapping(changed)
        await comes_true(world, ran)


async def test_what_was_deleted_in_jira_is_deleted_and_nothing_else() -> None:
    async with started() as world:
        await world.process.stop()
        gone = [issue for issue in world.site.issues.values() if not issue.parent][:3]
        for issue in gone:
            quietly(world, partial(world.site.delete_issue, issue.id))
        ran = await foretold(world)
        assert {issue.key for issue in gone} <= set(ran.blueprints["jiraIssue"]["delete"])
        assert ran.counts("create") == ran.counts("stubs") == {}
        await comes_true(world, ran)


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


async def test_some_kinds_alone_are_read_and_nothing_of_others_is_too_much() -> None:
    async with started() as world:
        await world.process.stop()
        gone, renamed = first(world), next(iter(world.site.projects.values()))
        quietly(world, lambda: world.site.delete_issue(gone.id))
        quietly(world, lambda: world.site.rename_project(renamed.key, name="Renamed"))
        asked = len(world.jira.requests)
        ran = await foretold(world, "--kinds", "project, user")
        assert ran.code == 0, ran.errors
        assert "delete" not in str(ran.blueprints)
        changes = ran.blueprints["jiraProject"]["change"]
        assert changes[renamed.key]["title"] == {
            "old": changes[renamed.key]["title"]["old"],
            "new": "Renamed",
        }
        assert not [r for r in world.jira.requests[asked:] if "search/jql" in r.path]
        ran = await foretold(world, "--kinds", "issue")
        assert gone.key in ran.blueprints["jiraIssue"]["delete"]
        assert ran.blueprints.keys() == {"jiraIssue"}


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


async def test_it_works_while_the_integration_runs_and_leaves_it_alone() -> None:
    async with started() as world:
        resyncs, webhooks = world.port.api.resyncs_ended, dict(world.site.webhooks)
        assert webhooks
        changed = copy.deepcopy(mapping_of(world))
        recorder = Recorder(world.port.api.app)
        async with HttpServer(recorder) as port:
            ran = await dry_run(world, OCEAN__PORT__BASE_URL=port.url)
        assert ran.code == 0, ran.errors
        assert ran.blueprints == {}
        assert writes(recorder.requests, READS) == []
        assert world.site.webhooks == webhooks
        assert mapping_of(world) == changed
        issue = world.site.create_issue("AB", summary="Meanwhile")
        await world.settled()
        assert world.catalog.get("jiraIssue", issue.key)
        assert world.port.api.resyncs_ended == resyncs


async def test_what_another_integration_made_is_compared_and_not_deleted() -> None:
    async with started() as world:
        await world.process.stop()
        issue = first(world)
        for name in (issue.key, "OLD-1"):
            world.catalog.upsert(
                "jiraIssue",
                {"identifier": name, "title": "Of another", "properties": {"status": "Open"}},
                user_agent="port-ocean/jira/0.5.0/former/exporter",
            )
        ran = await foretold(world)
        assert list(ran.blueprints["jiraIssue"]) == ["change"]
        changes = ran.blueprints["jiraIssue"]["change"]
        assert list(changes) == [issue.key]
        assert changes[issue.key]["title"] == {"old": "Of another", "new": issue.summary}
        await comes_true(world, ran)


@pytest.mark.parametrize("threshold", [0, 0.1])
async def test_what_the_threshold_keeps_is_counted_with_its_reason(threshold: float) -> None:
    site = site_of(20)
    of = mapping(ISSUES, entityDeletionThreshold=threshold)
    async with mapped(site, of, [blueprint("thing")], **NO_SWEEP) as world:
        await world.process.stop()
        for issue in list(site.issues.values())[:5]:
            quietly(world, partial(site.hide_issue, issue.id))
        ran = await foretold(world)
        assert ran.blueprints == {}
        [kept] = ran.report["kept"]
        assert (kept["blueprint"], kept["entities"]) == ("thing", 5)
        assert "entityDeletionThreshold" in kept["reason"]
        await comes_true(world, ran)


async def test_what_port_finds_by_rules_is_found_and_its_blueprint_kept_where_in_doubt() -> None:
    site = site_of(20)
    users = list(site.users.values())
    of = mapping(ISSUES, PEOPLE)
    blueprints = [blueprint("thing"), blueprint("person")]
    async with mapped(site, of, blueprints, before=with_people, **NO_SWEEP) as world:
        await world.process.stop()
        quietly(world, lambda: site.change_user(users[4].account_id, name="Renamed"))
        ran = await foretold(world)
        assert (
            ran.blueprints
            == {
                "person": {
                    "change": {"p-4": {"properties.text": {"old": users[4].name, "new": ""}}}
                }
            }
            or ran.blueprints["person"]["change"]["p-4"]["properties.text"]["new"] == "Renamed"
        )
        await comes_true(world, ran)
        await world.process.stop()
        twin = {"identifier": "twin", "properties": {"email": users[1].email}}
        world.catalog.upsert("person", twin, user_agent=SOMEBODY)
        quietly(world, lambda: site.delete_user(users[3].account_id))
        gone = first(world)
        quietly(world, lambda: site.delete_issue(gone.id))
        ran = await foretold(world)
        assert ran.counts("delete") == {"thing": len(ran.blueprints["thing"]["delete"])}
        assert "finds 2 of person" in str(ran.report["notes"])
        assert {kept["blueprint"] for kept in ran.report["kept"]} == {"person"}
        await comes_true(world, ran)


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


async def test_the_table_has_a_line_for_each_blueprint() -> None:
    async with make_world(20) as world:
        ran = await dry_run(world, "--format", "table")
        assert ran.code == 0
        lines = ran.out.splitlines()
        assert lines[2].split() == ["blueprint", *COLUMNS]
        assert [line.split()[0] for line in lines[3:6]] == ["jiraIssue", "jiraProject", "jiraUser"]
