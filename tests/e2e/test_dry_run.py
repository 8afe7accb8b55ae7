"""A dry run says what the next resync does to the catalog, and writes nothing."""

import copy
from functools import partial
from pathlib import Path

import pytest

from port.dry_run.report import COLUMNS
from sandbox import examples
from sandbox.servers import HttpServer
from tests.e2e.dry_run import (
    READS,
    Recorder,
    comes_true,
    dry_run,
    foretold,
    mapping_file,
    quietly,
    writes,
)
from tests.e2e.failures import mapping_of
from tests.e2e.mappings import NO_SWEEP, blueprint, mapped, mapping, site_of
from tests.e2e.support import first, make_world, started
from tests.e2e.test_deletions_mappings import ISSUES, PEOPLE, SOMEBODY, with_people


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
        # What was written long ago is found.
        world.port.hurry()
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


async def test_the_table_has_a_line_for_each_blueprint() -> None:
    async with make_world(20) as world:
        ran = await dry_run(world, "--format", "table")
        assert ran.code == 0
        lines = ran.out.splitlines()
        assert lines[2].split() == ["blueprint", *COLUMNS]
        assert [line.split()[0] for line in lines[3:6]] == ["jiraIssue", "jiraProject", "jiraUser"]
