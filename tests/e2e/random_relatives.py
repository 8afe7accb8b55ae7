"""Random mappings that show something of other issues, or select by what others change."""

import random
from dataclasses import dataclass
from typing import Any

from sandbox.jira.site import JiraSite
from sandbox.random_agile_changes import AGILE_CHANGES
from sandbox.random_changes import CHANGES, issue, one_of, some_text
from sandbox.random_planning_changes import PLANNING_CHANGES
from tests.e2e.mappings import blueprint, mapping, resource

EACH_LINK = "(.outwardIssue // .inwardIssue)"
SHOWN = {
    "parent's summary": ".fields.parent.fields.summary",
    "parent's status": "[.fields.parent.fields.status.name, .fields.parent.key]",
    "sub-tasks' statuses": ".fields.subtasks | map(.fields.status.name)",
    "sub-tasks that are done": """[.fields.subtasks[]
        | select(.fields.status.name == "Done") | .fields.summary] | sort""",
    "links' statuses": f"[.fields.issuelinks[] | {EACH_LINK}.fields.status.name] | sort",
    "links' keys": f'.fields.issuelinks | map("\\({EACH_LINK}.key) x") | sort',
    "sums": "[.fields.aggregatetimespent, .fields.aggregateprogress.percent]",
    "whole": ".fields | [.parent, .subtasks]",
    "not followed": "def p: .fields.parent.fields.priority.name; p",
}
"""Expressions by what they show of others."""
JQLS = (
    *("", "", "statusCategory != Done", "sprint in openSprints()"),
    *("fixVersion in unreleasedVersions()", "sprint in openSprints() OR updated >= -1w"),
)


@dataclass(frozen=True)
class Case:
    """A mapping with its blueprints; `told`: by relations Port tells which sub-tasks are gone."""

    mapping: dict[str, Any]
    blueprints: list[dict[str, Any]]
    told: bool
    what: str


def random_case(seed: int, rng: random.Random) -> Case:
    """What issues show, and which they are; ten seeds in a row have everything."""
    first = list(SHOWN)[seed % len(SHOWN)]
    others = rng.sample([name for name in SHOWN if name != first], rng.choice((0, 1, 2)))
    shown = [first, *others]
    jql = JQLS[seed % len(JQLS)]
    told = rng.random() < 0.5
    texts = ", ".join(f"({SHOWN[name]})" for name in shown)
    things: dict[str, Any] = {
        "title": ".fields.summary",
        "properties": {"text": f"[{texts}] | tojson"},
        "relations": {"parent": ".fields.parent.key"} if told else {},
    }
    resources = [resource("issue", "thing", ".key", selector={"jql": jql}, **things)]
    if rng.random() < 0.5:
        opened = {"jql": "sprint in openSprints()"}
        resources.append(resource("issue", "planned", ".id", selector=opened, title=".key"))
    if rng.random() < 0.3:
        status = {"text": ".item.fields.status.name"}
        parts: Any = {"title": '"part " + .item.key', "properties": status}
        resources.append(
            resource(
                "issue", "part", ".item.id", items=".fields.subtasks", selector={"jql": ""}, **parts
            )
        )
    if rng.random() < 0.3:
        last = {"text": ".insight.lastIssueUpdateTime"}
        expand = {"expand": "insight"}
        resources.append(resource("project", "home", ".key", selector=expand, properties=last))
    return Case(
        # The parts of all sub-tasks may be three, and go with these at once.
        mapping(*resources, entityDeletionThreshold=1),
        [
            blueprint("thing", **({"parent": "thing"} if told else {})),
            blueprint("planned"),
            blueprint("part"),
            blueprint("home"),
        ],
        told,
        f"{', '.join(shown)} of {jql or 'all'}{' with relations' if told else ''}",
    )


def _describe(site: JiraSite, rng: random.Random) -> None:
    site.edit_issue(issue(site, rng).id, description=some_text(rng))


def _rename_parent(site: JiraSite, rng: random.Random) -> None:
    above = [i for i in site.issues.values() if i.visible and i.children]
    site.edit_issue(one_of(rng, above).id, summary=some_text(rng))


def _finish_subtask(site: JiraSite, rng: random.Random) -> None:
    below = [i for i in site.issues.values() if i.visible and i.type.level < 0]
    site.transition_issue(one_of(rng, below).id, rng.choice(("Done", "To Do", "In Progress")))


def _rename_linked(site: JiraSite, rng: random.Random) -> None:
    linked = [i for i in site.issues.values() if i.visible and i.links]
    chosen = one_of(rng, linked)
    site.edit_issue(chosen.id, summary=some_text(rng))
    site.transition_issue(chosen.id, rng.choice(("Done", "To Do", "In Review")))


def _log_work_below(site: JiraSite, rng: random.Random) -> None:
    below = [i for i in site.issues.values() if i.visible and i.type.level < 0]
    site.add_worklog(one_of(rng, below).id, seconds=60 * rng.randrange(1, 100))


RELATIVES_CHANGES = {
    # What happens to a project has its issues read, and a sweep made, which puts all of it right.
    **{name: change for name, change in CHANGES.items() if "project" not in name},
    **AGILE_CHANGES,
    **PLANNING_CHANGES,
    **{
        f"{change.__name__.strip('_')} {number}": change
        for number in range(6)
        for change in (_rename_parent, _finish_subtask, _rename_linked, _log_work_below, _describe)
    },
}
"""Every change of what these mappings read, those of relatives more often than others."""
OF_ISSUES_ALONE = {
    name: change
    for name, change in RELATIVES_CHANGES.items()
    if not any(word in name for word in ("sprint", "board", "version"))
}
"""Without what has many issues read that show a sprint or a release, and puts relatives right."""


def related(site: JiraSite, rng: random.Random) -> None:
    """Give issues links and worklogs before anything is read."""
    every = list(site.issues.values())
    for _ in range(len(every) // 4):
        source, target = rng.sample(every, 2)
        site.link_issues(source.id, target.id)
    for one in rng.sample(every, len(every) // 4):
        site.build_worklog(one, seconds=60 * rng.randrange(1, 100))
