"""Random changes of versions, worklogs and components in a stand-in Jira."""

import random
from collections.abc import Callable, Mapping

from sandbox.jira.entities import Component, Issue, Version, Worklog
from sandbox.jira.site import JiraSite
from sandbox.random_changes import (
    NothingToChangeError,
    issue,
    live_project,
    one_of,
    some_text,
    user,
)


def version(site: JiraSite, rng: random.Random) -> Version:
    """Some version of a live project."""
    return one_of(rng, [v for v in site.versions.values() if v.project.visible])


def component(site: JiraSite, rng: random.Random) -> Component:
    """Some component of a live project."""
    return one_of(rng, [c for c in site.components.values() if c.project.visible])


def worklog(site: JiraSite, rng: random.Random) -> Worklog:
    """Some worklog of a visible issue."""
    return one_of(rng, [w for w in site.worklogs.values() if w.issue.visible])


def _issue_beside(site: JiraSite, rng: random.Random, item: Version | Component) -> Issue:
    return one_of(rng, [i for i in site.issues.values() if i.visible and i.project is item.project])


def _create_version(site: JiraSite, rng: random.Random) -> None:
    site.create_version(live_project(site, rng).key, some_text(rng))


def _rename_version(site: JiraSite, rng: random.Random) -> None:
    site.change_version(version(site, rng).id, name=some_text(rng))


def _describe_version(site: JiraSite, rng: random.Random) -> None:
    site.change_version(version(site, rng).id, description=some_text(rng))


def _date_version(site: JiraSite, rng: random.Random) -> None:
    year = rng.randint(2020, 2040)
    site.change_version(
        version(site, rng).id, start_date=f"{year}-01-31", release_date=f"{year}-12-01"
    )


def _archive_version(site: JiraSite, rng: random.Random) -> None:
    chosen = version(site, rng)
    site.change_version(chosen.id, archived=not chosen.archived)


def _release_version(site: JiraSite, rng: random.Random) -> None:
    unreleased = [v for v in site.versions.values() if v.project.visible and not v.released]
    site.release_version(one_of(rng, unreleased).id)


def _unrelease_version(site: JiraSite, rng: random.Random) -> None:
    released = [v for v in site.versions.values() if v.project.visible and v.released]
    site.unrelease_version(one_of(rng, released).id)


def _move_version(site: JiraSite, rng: random.Random) -> None:
    site.move_version(version(site, rng).id)


def _merge_version(site: JiraSite, rng: random.Random) -> None:
    chosen = version(site, rng)
    others = [v for v in site.versions_of(chosen.project) if v is not chosen]
    site.delete_version(chosen.id, merge_into=one_of(rng, others).id)


def _delete_version(site: JiraSite, rng: random.Random) -> None:
    if len(site.versions) < len(site.projects):
        raise NothingToChangeError
    site.delete_version(version(site, rng).id)


def _fix_in_version(site: JiraSite, rng: random.Random) -> None:
    chosen = version(site, rng)
    site.edit_issue(_issue_beside(site, rng, chosen).id, fix_versions=[chosen.id])


def _affect_version(site: JiraSite, rng: random.Random) -> None:
    chosen = version(site, rng)
    site.edit_issue(_issue_beside(site, rng, chosen).id, affected_versions=[chosen.id])


def _take_out_of_versions(site: JiraSite, rng: random.Random) -> None:
    inside = [
        i for i in site.issues.values() if i.visible and (i.fix_versions or i.affected_versions)
    ]
    site.edit_issue(one_of(rng, inside).id, fix_versions=[], affected_versions=[])


def _log_work(site: JiraSite, rng: random.Random) -> None:
    site.add_worklog(
        issue(site, rng).id,
        seconds=60 * rng.randrange(1, 500),
        author=user(site, rng).account_id,
    )


def _log_much_work(site: JiraSite, rng: random.Random) -> None:
    chosen = issue(site, rng)
    for _ in range(8):
        site.add_worklog(chosen.id, seconds=60 * rng.randrange(1, 500))


def _change_worklog(site: JiraSite, rng: random.Random) -> None:
    site.change_worklog(worklog(site, rng).id, seconds=60 * rng.randrange(1, 500))


def _delete_worklog(site: JiraSite, rng: random.Random) -> None:
    site.delete_worklog(worklog(site, rng).id)


def _put_in_component(site: JiraSite, rng: random.Random) -> None:
    chosen = component(site, rng)
    site.edit_issue(_issue_beside(site, rng, chosen).id, components=[chosen.id])


def _create_component(site: JiraSite, rng: random.Random) -> None:
    site.create_component(live_project(site, rng).key, some_text(rng))


def _rename_component(site: JiraSite, rng: random.Random) -> None:
    site.change_component(component(site, rng).id, name=some_text(rng))


def _describe_component(site: JiraSite, rng: random.Random) -> None:
    site.change_component(component(site, rng).id, description=some_text(rng))


def _lead_component(site: JiraSite, rng: random.Random) -> None:
    site.change_component(component(site, rng).id, lead=user(site, rng).account_id)


def _merge_component(site: JiraSite, rng: random.Random) -> None:
    chosen = component(site, rng)
    others = [c for c in site.components_of(chosen.project) if c is not chosen]
    site.delete_component(chosen.id, move_to=one_of(rng, others).id)


def _delete_component(site: JiraSite, rng: random.Random) -> None:
    if len(site.components) < len(site.projects):
        raise NothingToChangeError
    site.delete_component(component(site, rng).id)


PLANNING_CHANGES: Mapping[str, Callable[[JiraSite, random.Random], None]] = {
    change.__name__.strip("_"): change
    for change in (
        *(_create_version, _rename_version, _describe_version, _date_version, _archive_version),
        *(_release_version, _unrelease_version, _move_version, _merge_version, _delete_version),
        *(_fix_in_version, _affect_version, _take_out_of_versions, _put_in_component),
        *(_log_work, _log_much_work, _change_worklog, _delete_worklog),
    )
}
"""Every change of versions and worklogs by its name, and putting an issue into a component."""

COMPONENT_CHANGES: Mapping[str, Callable[[JiraSite, random.Random], None]] = {
    change.__name__.strip("_"): change
    for change in (
        *(_create_component, _rename_component, _describe_component, _lead_component),
        *(_merge_component, _delete_component),
    )
}
"""Every change of components by its name; Jira sends no event for any."""
