"""Releases: read by project, and live by id."""

from typing import Any

import pytest

from jira.errors import (
    JiraAnswerError,
    JiraAuthenticationError,
    JiraPermissionError,
    JiraRequestError,
    JiraUnavailableError,
)
from kinds import Kinds
from tests.unit.helpers.fake_client import resource
from tests.unit.helpers.planning_site import GONE, PlanningSite, Row, by_offset, warnings

RELEASES = resource("release")
OF_PROJECT = "/rest/api/3/project/{}/version"
ONE = "/rest/api/3/version/{}"
FORBIDDEN = JiraPermissionError("answered with 403")


class Site(PlanningSite):
    """Projects AB (with five releases) and CD (with one)."""

    def __init__(self) -> None:
        super().__init__()
        self.project("10", "AB")
        self.project("11", "CD")
        self.releases = {str(n): self.release(n, 10) for n in range(1, 6)}
        self.releases["6"] = self.release(6, 11)

    def release(self, number: int, project_id: int) -> Row:
        return {"id": str(number), "name": f"{number}.0", "projectId": project_id}

    def answer(self, method: str, path: str, what: Any) -> Any:
        parts = path.split("/")
        if path in self.answers or "version" not in parts[-2:]:
            return super().answer(method, path, what)
        if parts[-1] == "version":
            ids = {row["key"]: int(row["id"]) for row in self.projects}
            rows = [r for r in self.releases.values() if r["projectId"] == ids[parts[-2]]]
            return by_offset(rows, what)
        return self.releases.get(parts[-1], GONE)


@pytest.fixture
def site() -> Site:
    return Site()


def names(rows: list[Row]) -> list[tuple[str, str]]:
    return [(row["id"], row["__projectKey"]) for row in rows]


def event(name: str, version_id: Any, **more: Any) -> Row:
    return {"webhookEvent": f"jira:version_{name}", "version": {"id": version_id}, **more}


async def test_every_release_of_every_project_comes_with_its_projects_key(site):
    rows = await site.resync(Kinds.RELEASE, RELEASES)
    assert names(rows) == [*((str(n), "AB") for n in range(1, 6)), ("6", "CD")]


@pytest.mark.parametrize(
    "refusal", [FORBIDDEN, GONE, JiraRequestError("400")], ids=["403", "404", "400"]
)
async def test_a_project_that_is_refused_costs_only_its_own_releases(site, log, refusal):
    site.answers[OF_PROJECT.format("AB")] = refusal
    assert names(await site.resync(Kinds.RELEASE, RELEASES)) == [("6", "CD")]
    [line] = warnings(log)
    assert "releases of project AB " in line


@pytest.mark.parametrize(
    "failure", [JiraAuthenticationError("401"), JiraUnavailableError("503"), None, {"values": 5}]
)
async def test_a_failure_of_one_project_fails_the_kind(site, failure):
    site.answers[OF_PROJECT.format("AB")] = failure
    error = type(failure) if isinstance(failure, Exception) else JiraAnswerError
    with pytest.raises(error):
        await site.resync(Kinds.RELEASE, RELEASES)


async def test_a_failure_of_the_list_of_projects_fails_the_kind(site):
    site.answers["/rest/api/3/project/search"] = FORBIDDEN
    with pytest.raises(JiraPermissionError):
        await site.resync(Kinds.RELEASE, RELEASES)


async def test_lost_credentials_look_like_an_empty_site_and_fail_the_kind(site):
    site.projects.clear()
    site.answers["/rest/api/3/myself"] = JiraAuthenticationError("401")
    with pytest.raises(JiraAuthenticationError):
        await site.resync(Kinds.RELEASE, RELEASES)


@pytest.mark.parametrize("name", ["created", "updated", "released", "unreleased", "moved"])
async def test_a_release_that_is_there_is_updated_with_the_row_of_a_resync(site, name):
    of_resync = {row["id"]: row for row in await site.resync(Kinds.RELEASE, RELEASES)}
    updated, deleted = await site.live(Kinds.RELEASE, event(name, 6), RELEASES)
    assert (updated, deleted) == ([of_resync["6"]], [])


@pytest.mark.parametrize("merged_to", [{"id": 2}, {"id": "2"}, 2, "2"])
@pytest.mark.parametrize("name", ["deleted", "merged"])
async def test_a_merge_removes_the_one_and_refreshes_the_other(site, name, merged_to):
    del site.releases["1"]
    payload = event(name, 1, mergedTo=merged_to)
    updated, deleted = await site.live(Kinds.RELEASE, payload, RELEASES)
    assert names(updated) == [("2", "AB")]
    assert [row["id"] for row in deleted] == ["1"]


async def test_a_late_event_deletes_nothing_that_is_there(site):
    updated, deleted = await site.live(Kinds.RELEASE, event("deleted", 1), RELEASES)
    assert (names(updated), deleted) == ([("1", "AB")], [])


async def test_a_release_of_a_project_that_is_not_live_is_gone(site):
    """In the trash or the archive; a resync wouldn't show it, while its own address still does."""
    site.projects.pop()
    updated, deleted = await site.live(Kinds.RELEASE, event("updated", 6), RELEASES)
    assert (updated, [row["id"] for row in deleted]) == ([], ["6"])


async def test_a_release_that_is_refused_is_neither_updated_nor_deleted(site, log):
    site.answers[ONE.format(1)] = FORBIDDEN
    payload = event("deleted", 1, mergedTo=2)
    updated, deleted = await site.live(Kinds.RELEASE, payload, RELEASES)
    assert (names(updated), deleted) == ([("2", "AB")], [])
    assert "release 1 " in warnings(log)[0]


async def test_a_failure_is_not_taken_for_a_release_that_is_gone(site):
    site.answers[ONE.format(1)] = JiraUnavailableError("503")
    with pytest.raises(JiraUnavailableError):
        await site.live(Kinds.RELEASE, event("deleted", 1), RELEASES)


async def test_what_port_has_is_there_or_gone_and_what_is_no_id_is_neither(site):
    rows, gone = await site.known(Kinds.RELEASE, ["2", "77", "1.0", ""], RELEASES)
    assert (names(rows), gone) == ([("2", "AB")], ["77"])
