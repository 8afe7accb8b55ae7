"""Random changes in a stand-in Jira: every kind of change that an integration has to follow."""

import random
from collections.abc import Callable, Mapping

from sandbox.jira.entities import Issue, Project, User
from sandbox.jira.site import JiraSite

FEWEST_PROJECTS = 2
FEWEST_USERS = 3


class NothingToChangeError(Exception):
    """The site has nothing that this change could be made to."""


def issue(site: JiraSite, rng: random.Random) -> Issue:
    """Some visible issue."""
    return one_of(rng, [i for i in site.issues.values() if i.visible])


def parent_like(site: JiraSite, rng: random.Random) -> Issue:
    """Some visible issue that may have sub-tasks."""
    return one_of(rng, [i for i in site.issues.values() if i.visible and i.type.level == 0])


def live_project(site: JiraSite, rng: random.Random) -> Project:
    """Some live project."""
    return one_of(rng, [p for p in site.projects.values() if p.status == "live"])


def spare_project(site: JiraSite, rng: random.Random) -> Project:
    """A live project that isn't one of the last ones."""
    if sum(p.status == "live" for p in site.projects.values()) <= FEWEST_PROJECTS:
        raise NothingToChangeError
    return live_project(site, rng)


def user(site: JiraSite, rng: random.Random) -> User:
    """Some user that isn't ourselves."""
    return one_of(rng, [u for u in site.users.values() if u is not site.me and not u.deleted])


def one_of[T](rng: random.Random, among: list[T]) -> T:
    """Some item of a list."""
    if not among:
        raise NothingToChangeError
    return rng.choice(among)


def _create(site: JiraSite, rng: random.Random) -> None:
    site.create_issue(live_project(site, rng).key, summary=some_text(rng))


def _create_done(site: JiraSite, rng: random.Random) -> None:
    site.create_issue(live_project(site, rng).key, summary=some_text(rng), status="Done")


def _create_epic(site: JiraSite, rng: random.Random) -> None:
    site.create_issue(live_project(site, rng).key, summary=some_text(rng), type_name="Epic")


def _create_subtask(site: JiraSite, rng: random.Random) -> None:
    above = parent_like(site, rng)
    site.create_issue(
        above.project.key, summary=some_text(rng), type_name="Sub-task", parent=above.id
    )


def _edit(site: JiraSite, rng: random.Random) -> None:
    site.edit_issue(issue(site, rng).id, summary=some_text(rng))


def _edit_often(site: JiraSite, rng: random.Random) -> None:
    chosen = issue(site, rng)
    for _ in range(3):
        site.edit_issue(chosen.id, summary=some_text(rng))


def _label(site: JiraSite, rng: random.Random) -> None:
    site.edit_issue(issue(site, rng).id, labels=[f"label-{rng.randrange(9)}"])


def _prioritise(site: JiraSite, rng: random.Random) -> None:
    name = rng.choice([p.name for p in site.priorities.values()])
    site.edit_issue(issue(site, rng).id, priority=name)


def _assign(site: JiraSite, rng: random.Random) -> None:
    site.edit_issue(issue(site, rng).id, assignee=user(site, rng).account_id)


def _unassign(site: JiraSite, rng: random.Random) -> None:
    site.edit_issue(issue(site, rng).id, assignee=None)


def _report(site: JiraSite, rng: random.Random) -> None:
    site.edit_issue(issue(site, rng).id, reporter=user(site, rng).account_id)


def _transition(site: JiraSite, rng: random.Random) -> None:
    site.transition_issue(issue(site, rng).id, rng.choice(["To Do", "In Progress", "In Review"]))


def _finish(site: JiraSite, rng: random.Random) -> None:
    site.transition_issue(issue(site, rng).id, "Done")


def _put_under(site: JiraSite, rng: random.Random) -> None:
    child = parent_like(site, rng)
    epics = [
        i
        for i in site.issues.values()
        if i.visible and i.type.level == 1 and i.project is child.project
    ]
    site.edit_issue(child.id, parent=one_of(rng, epics).id)


def _take_out(site: JiraSite, rng: random.Random) -> None:
    children = [i for i in site.issues.values() if i.visible and i.parent and i.type.level == 0]
    site.edit_issue(one_of(rng, children).id, parent=None)


def _move(site: JiraSite, rng: random.Random) -> None:
    chosen = parent_like(site, rng)
    others = [p for p in site.projects.values() if p.status == "live" and p is not chosen.project]
    site.move_issue(chosen.id, one_of(rng, others).key)


def _move_back(site: JiraSite, rng: random.Random) -> None:
    moved = [
        i for i in site.issues.values() if i.visible and len(i.numbers) > 1 and i.type.level == 0
    ]
    chosen = one_of(rng, moved)
    former = [
        p
        for p in site.projects.values()
        if p.id in chosen.numbers and p.status == "live" and p is not chosen.project
    ]
    site.move_issue(chosen.id, one_of(rng, former).key)


def _delete(site: JiraSite, rng: random.Random) -> None:
    site.delete_issue(issue(site, rng).id)


def _delete_parent(site: JiraSite, rng: random.Random) -> None:
    above = [i for i in site.issues.values() if i.visible and i.children]
    site.delete_issue(one_of(rng, above).id)


def _comment(site: JiraSite, rng: random.Random) -> None:
    site.comment_issue(issue(site, rng).id)


def _link(site: JiraSite, rng: random.Random) -> None:
    source, target = issue(site, rng), issue(site, rng)
    if source is target:
        raise NothingToChangeError
    site.link_issues(source.id, target.id)


def _unlink(site: JiraSite, rng: random.Random) -> None:
    visible = [x for x in site.links.values() if x.source.visible and x.target.visible]
    site.unlink_issues(one_of(rng, visible).id)


def _create_project(site: JiraSite, rng: random.Random) -> None:
    key = f"N{rng.randrange(10**6)}"
    site.create_project(key)
    site.create_issue(key, summary=some_text(rng))


def _rename_project(site: JiraSite, rng: random.Random) -> None:
    site.rename_project(live_project(site, rng).key, name=some_text(rng))


def _change_project_key(site: JiraSite, rng: random.Random) -> None:
    site.change_project_key(live_project(site, rng).key, f"K{rng.randrange(10**6)}")


def _archive_project(site: JiraSite, rng: random.Random) -> None:
    site.archive_project(spare_project(site, rng).key)


def _trash_project(site: JiraSite, rng: random.Random) -> None:
    site.trash_project(spare_project(site, rng).key)


def _restore_project(site: JiraSite, rng: random.Random) -> None:
    away = [p for p in site.projects.values() if p.status in ("archived", "deleted")]
    site.restore_project(one_of(rng, away).key)


def _delete_project(site: JiraSite, rng: random.Random) -> None:
    site.delete_project(spare_project(site, rng).key)


def _create_user(site: JiraSite, rng: random.Random) -> None:
    site.create_user(some_text(rng))


def _rename_user(site: JiraSite, rng: random.Random) -> None:
    site.change_user(user(site, rng).account_id, name=some_text(rng))


def _deactivate_user(site: JiraSite, rng: random.Random) -> None:
    site.change_user(user(site, rng).account_id, active=rng.random() < 0.5)


def _delete_user(site: JiraSite, rng: random.Random) -> None:
    if len(site.users) <= FEWEST_USERS:
        raise NothingToChangeError
    site.delete_user(user(site, rng).account_id)


def some_text(rng: random.Random) -> str:
    """A text that most likely nothing else has."""
    return f"Text {rng.randrange(10**9)}"


CHANGES: Mapping[str, Callable[[JiraSite, random.Random], None]] = {
    change.__name__.strip("_"): change
    for change in (
        *(_create, _create_done, _create_epic, _create_subtask, _edit, _edit_often, _label),
        *(_prioritise, _assign, _unassign, _report, _transition, _finish, _put_under, _take_out),
        *(_move, _move_back, _delete, _delete_parent, _comment, _link, _unlink),
        *(_create_project, _rename_project, _change_project_key, _archive_project),
        *(_trash_project, _restore_project, _delete_project),
        *(_create_user, _rename_user, _deactivate_user, _delete_user),
    )
}
"""Every change by its name."""


def change_something(
    site: JiraSite,
    rng: random.Random,
    kinds: Mapping[str, Callable[[JiraSite, random.Random], None]] = CHANGES,
) -> str:
    """Make one random change of these kinds; returns its name."""
    names = tuple(kinds)
    while True:
        name = rng.choice(names)
        try:
            kinds[name](site, rng)
        except NothingToChangeError:
            continue
        return name
