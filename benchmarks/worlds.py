"""The sites that are measured: how large, how slow, and how strict."""

from pathlib import Path

import yaml

from port.mapping.fields_read import fields_of
from port.mapping.jq_program import leaves
from sandbox import examples
from sandbox.jira.faults import Fault
from sandbox.jira.selection import ALL_FIELDS, Selection
from sandbox.jira.site import JiraSite
from sandbox.world import World

DEFAULT_MAPPING = Path(__file__).parent.parent / ".port" / "resources" / "port-app-config.yaml"
ISSUE_BYTES = 4096
RETIRED = 0.247
"""The share of issues that the default JQL leaves out: done, and untouched for a month."""
JIRA_SECONDS = 0.1
JIRA_SECONDS_PER_ISSUE = 0.002
PORT_SECONDS = 0.03
DAY_SECONDS = 24 * 60 * 60
WORKLOGS = 21
"""One more than comes along with an issue: each issue has to be asked for its worklogs."""


def new_world(
    issues: int,
    *,
    retired: float = 0.0,
    issue_bytes: int = ISSUE_BYTES,
    only_mapped_fields: bool = True,
) -> World:
    """A site with this share of its issues out of the default JQL, serialised beforehand."""
    site = JiraSite(issue_bytes=issue_bytes)
    site.fill(issues)
    month_ago = site.now() - 30 * DAY_SECONDS
    for issue in site.random.sample(list(site.issues.values()), round(issues * retired)):
        issue.status = site.statuses["done"]
        issue.created = issue.updated = month_ago
    wanted = str(only_mapped_fields).lower()
    world = World(site, checked=False, OCEAN__INTEGRATION__CONFIG__ONLY_MAPPED_FIELDS=wanted)
    # Not before: rows hold the site's address, which the world sets.
    site.warm(mapped_fields() if only_mapped_fields else ALL_FIELDS)
    return world


def mapped_fields() -> Selection:
    """What is asked of an issue for the default mapping."""
    mapping = yaml.safe_load(DEFAULT_MAPPING.read_text())
    [issue] = [of for of in mapping["resources"] if of["kind"] == "issue"]
    expressions = leaves(issue["port"]["entity"]["mappings"])
    names = fields_of(tuple(expression for _, expression in expressions))
    return Selection.of(sorted(names or ["*all"]), "id")


def limited_world(issues: int, per_second: float) -> World:
    """A site that takes so many requests a second for an endpoint, with a request per issue."""
    site = JiraSite()
    site.fill(issues)
    for issue in site.issues.values():
        for number in range(WORKLOGS):
            site.build_worklog(issue, seconds=60 + number)
    world = World(site, checked=False, every_kind=True)
    mapping = examples.mapping()
    mapping["resources"] = [of for of in mapping["resources"] if of["kind"] == "worklog"]
    world.port.api.set_mapping(mapping)
    world.jira.latency = JIRA_SECONDS
    world.jira.faults.add(Fault("rate", per_second=per_second))
    return world


def latencies(world: World) -> None:
    """Make the stand-ins as slow as the real services."""
    world.jira.latency = JIRA_SECONDS
    world.jira.latency_per_issue = JIRA_SECONDS_PER_ISSUE
    world.port.api.latency = PORT_SECONDS
    world.port.hurry()
