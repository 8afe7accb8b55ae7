"""Random mappings: names of Jira's own and of the mapping's, items, relations, queries, limits."""

import random
from dataclasses import dataclass
from typing import Any

from sandbox.jira.entities import User
from sandbox.jira.site import JiraSite
from sandbox.random_changes import CHANGES, issue, live_project, some_text, user
from tests.e2e.mappings import blueprint, mapping, resource

PROJECT_NAMES = (".key", ".id", ".id | tostring", ".key | ascii_downcase", '"p-" + .id', "(.key)")
ISSUE_NAMES = (
    *(".key", ".id", ".id | tostring", ".key | ascii_downcase", '"jira-" + .id', "( .key )"),
    *('.key + "-" + .id', '"x" + (.id | tostring)'),
)
BY_SUMMARY = '.fields.summary | gsub("[^A-Za-z0-9]"; "-")'
USER_NAMES = (".accountId", '"u-" + .accountId', ".accountId | ascii_upcase")
BY_EMAIL = ".emailAddress"
ISSUE_QUERIES = (
    *("true", "true", '.fields.status.name != "Done"'),
    *('.fields.summary | test("7") | not', ".fields.assignee != null"),
)
USER_QUERIES = ("true", ".active", ".active")
THRESHOLDS = (0.9, 0.9, 1, 1, 0.2, 0)
LABELS = ("red", "green", "AB-1", "AS-2", "10001", "port-c#")
"""Port takes the last one for no name."""


@dataclass(frozen=True)
class Case:
    """A mapping with its blueprints, and the integration's settings."""

    mapping: dict[str, Any]
    blueprints: list[dict[str, Any]]
    settings: dict[str, Any]


def related(path: str, identifier: str) -> str:
    """A relation to what stands under a path, by the identifier that its own resource gives it."""
    return f"if {path} then ({path} | {identifier}) else null end"


def random_case(rng: random.Random) -> Case:
    """A mapping that a fresh resync can build."""
    of_project, of_user = rng.choice(PROJECT_NAMES), rng.choice((*USER_NAMES, BY_EMAIL))
    of_issue = rng.choice((*ISSUE_NAMES, BY_SUMMARY))
    # What an issue shows of somebody's address goes stale when he is deleted.
    people = {} if of_user == BY_EMAIL else {"who": related(".fields.assignee", of_user)}
    # Projects and users may be of one blueprint.
    homes = "account" if rng.random() < 0.25 else "home"
    resources = [
        resource(
            "project",
            homes,
            of_project,
            selector={"expand": "lead"},
            title=".name",
            relations={} if of_user == BY_EMAIL else {"lead": related(".lead", of_user)},
        ),
        resource(
            "user",
            "account",
            of_user,
            query=rng.choice(USER_QUERIES),
            title=".displayName",
            properties={"text": ".accountType"},
        ),
    ]
    whole: dict[str, Any] = {
        "title": ".fields.summary",
        "properties": {"text": ".fields.status.name"},
        "relations": {
            **people,
            "home": related(".fields.project", of_project),
            "parent": related(".fields.parent", of_issue),
        },
    }
    query = rng.choice(ISSUE_QUERIES)
    # Several issues may have one summary: they make one entity, which must not depend on the order.
    more = {} if of_issue == BY_SUMMARY else whole
    jql = {"jql": ""} if rng.random() < 0.7 else {"jql": "statusCategory != Done"}
    resources.append(resource("issue", "thing", of_issue, query=query, selector=jql, **more))
    if rng.random() < 0.7:
        # With a title of their own: bare ones look like stubs where something else of their name
        # is related to, and a sweep leaves them to the next resync.
        labels = resource("issue", "label", ".item", items=".fields.labels", selector=jql)
        labels["port"]["entity"]["mappings"]["title"] = '"label " + .item'
        resources.append(labels)
    if rng.random() < 0.7:
        comments = resource(
            "issue",
            "comment",
            ".item.id",
            items=".fields.comment.comments",
            selector=jql,
            relations=({} if of_user == BY_EMAIL else {"author": related(".item.author", of_user)}),
        )
        resources.append(comments)
    if rng.random() < 0.2:
        # The same entities once more, by another selector.
        red = {"jql": "labels = red"}
        resources.append(resource("issue", "thing", of_issue, selector=red, **more))
    lead = {"lead": "account"}
    return Case(
        mapping(
            *resources,
            createMissingRelatedEntities=rng.random() < 0.7,
            deleteDependentEntities=rng.random() < 0.7,
            entityDeletionThreshold=rng.choice(THRESHOLDS),
        ),
        [
            blueprint("account", **(lead if homes == "account" else {})),
            *([blueprint("home", **lead)] if homes == "home" else []),
            blueprint("thing", who="account", home=homes, parent="thing"),
            blueprint("label"),
            blueprint("comment", author="account"),
        ],
        {
            "OCEAN__INTEGRATION__CONFIG__SWEEP_DELETE_LIMIT": str(rng.choice((50, 100, 100))),
            "OCEAN__INTEGRATION__CONFIG__SWEEP_INTERVAL": str(rng.choice((0, 60))),
            "OCEAN__INTEGRATION__CONFIG__SEARCH_INDEX_LAG": "2",
        },
    )


def _hide_issue(site: JiraSite, rng: random.Random) -> None:
    found = issue(site, rng)
    site.hide_issue(found.id)


def _hide_project(site: JiraSite, rng: random.Random) -> None:
    visible = [project for project in site.projects.values() if project.visible]
    if len(visible) > 2:
        site.hide_project(live_project(site, rng).key)


def _labels(site: JiraSite, rng: random.Random) -> None:
    site.edit_issue(issue(site, rng).id, labels=rng.sample(LABELS, rng.randrange(3)))


def _comment(site: JiraSite, rng: random.Random) -> None:
    site.comment_issue(issue(site, rng).id, some_text(rng))


def _assign(site: JiraSite, rng: random.Random) -> None:
    site.edit_issue(issue(site, rng).id, assignee=user(site, rng).account_id)


def _deactivate(site: JiraSite, rng: random.Random) -> None:
    site.change_user(user(site, rng).account_id, active=False)


RANDOM_CHANGES = {
    **CHANGES,
    **{
        change.__name__.strip("_"): change
        for change in (_hide_issue, _hide_project, _labels, _comment, _assign, _deactivate)
    },
}
"""What happens to a site, with what no event tells of."""


def peopled(site: JiraSite, rng: random.Random) -> None:
    """Give projects leads, and issues labels and comments, before anything is read."""
    people: list[User] = list(site.users.values())
    for project in site.projects.values():
        project.lead = rng.choice(people)
    for one in site.issues.values():
        one.labels = rng.sample(LABELS, rng.randrange(4))
        for _ in range(rng.randrange(3)):
            site.comment_issue(one.id).author = rng.choice(people)
