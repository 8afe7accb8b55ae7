"""Which relatives of changed issues have to be read again: decided by the mapping, without I/O."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from port_ocean.core.handlers.port_app_config.models import PortAppConfig, ResourceConfig

from client import KINDS
from jira.changed_issues import ChangedIssue
from jira.kinds.of_issues import KindOfIssues
from jira.kinds.project import ProjectKind
from kinds import Kinds
from port.mapping.resources import kind_of, label
from port.mapping.shown_of_others import (
    LAST_CHANGE,
    Names,
    Relation,
    shown_beside_relations,
    shown_of_others,
    shows,
)


@dataclass(frozen=True)
class Reader:
    """A resource whose rows show something of others."""

    index: int
    resource: ResourceConfig
    shown: Mapping[Relation, Names]
    beside_relations: Mapping[Relation, Names]

    @property
    def label(self) -> str:
        """What the log calls it."""
        return label(self.resource, self.index)


@dataclass
class Wanted:
    """Of which changed issues relatives have to be read, by how they are related."""

    by_row: set[str] = field(default_factory=set)
    children_of: set[str] = field(default_factory=set)
    showing_gone: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    project_ids: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        by_name = self.by_row or self.children_of or self.showing_gone or self.named
        return bool(by_name or self.project_ids)


@dataclass
class Found:
    """Ids of those that show the issues that changed.

    `unknown`: of one that is gone nobody knows which these are.
    """

    parents: set[str] = field(default_factory=set)
    children: set[str] = field(default_factory=set)
    linked: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)
    unknown: bool = False
    projects: set[str] = field(default_factory=set)

    def of(self, reader: Reader) -> set[str]:
        """Those of which a resource shows something that may have changed."""
        found = set(self.told)
        if {Relation.SUBTASKS, Relation.SUMS} & reader.shown.keys():
            found |= self.parents
        if Relation.PARENT in reader.shown:
            found |= self.children
        if Relation.LINKS in reader.shown:
            found |= self.linked
        return found


def readers(mapping: PortAppConfig) -> tuple[list[Reader], list[Reader]]:
    """The resources made of issues, and those of projects, that show something of other issues."""
    issues, projects = [], []
    for index, resource in enumerate(mapping.resources):
        kind = kind_of(resource)
        if kind is None:
            continue
        reader = Reader(
            index, resource, shown_of_others(resource), shown_beside_relations(resource)
        )
        if issubclass(KINDS[kind], KindOfIssues):
            issues.append(reader)
        elif issubclass(KINDS[kind], ProjectKind):
            projects.append(reader)
    return (
        [reader for reader in issues if reader.shown.keys() - {Relation.INSIGHT}],
        [r for r in projects if shows(r.shown, Relation.INSIGHT, {LAST_CHANGE})],
    )


def wanted_by(
    changed: Iterable[ChangedIssue], issues: Sequence[Reader], projects: Sequence[Reader]
) -> Wanted:
    """Which relatives may show something of what changed."""
    wanted = Wanted()

    def is_shown(relation: Relation, issue: ChangedIssue) -> bool:
        return any(shows(reader.shown, relation, issue.changed) for reader in issues)

    for issue in changed:
        wanted.named |= issue.shown_by if issues else frozenset()
        if projects and issue.project_id is not None:
            wanted.project_ids.add(issue.project_id)
        if issue.gone:
            if any(reader.beside_relations for reader in issues):
                wanted.showing_gone.add(issue.name)
            continue
        above = (Relation.SUBTASKS, Relation.SUMS, Relation.LINKS)
        if any(is_shown(of, issue) for of in above) or (projects and not issue.project_id):
            wanted.by_row.add(issue.name)
        if issue.children and is_shown(Relation.PARENT, issue):
            wanted.children_of.add(issue.name)
    return wanted


def in_doubt(
    changed: Iterable[ChangedIssue], issues: Sequence[Reader], unknown: bool
) -> list[Reader]:
    """The resources that may show something of issues that are gone, and nobody tells in which
    rows: all of them have to be compared. Of other kinds than issues that is never known.
    """
    gone = [issue for issue in changed if issue.gone]
    left = any(issue.children for issue in gone)
    links = any(issue.subtasks for issue in gone)
    return [
        reader
        for reader in issues
        if (unknown or kind_of(reader.resource) is not Kinds.ISSUE)
        and (
            (left and Relation.PARENT in reader.shown and not relates_to_parent(reader.resource))
            or (links and Relation.LINKS in reader.shown)
        )
    ]


def relates_to_parent(resource: ResourceConfig) -> bool:
    """Whether entities relate to their parent's, so that Port tells whose parent is gone."""
    mapped = resource.port.entity.mappings
    parent = f".fields.parent{str(mapped.identifier).strip()}"
    return any(str(value).strip() == parent for value in mapped.relations.values())
