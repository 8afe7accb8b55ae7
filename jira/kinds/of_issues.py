"""Kinds whose rows are issues, or made of issues: they go by id, and by every key they had."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from jira.answers import Answers, Unread, passing
from jira.errors import JiraError
from jira.events import Family
from jira.kinds.issue_reader import IssueReader
from jira.kinds.kind import Found, KindByTime, Known, Selector, Since
from jira.kinds.leads import Leads
from jira.payloads import IssueSubject, Row, is_issue_key, issue_subjects, plausible_id


@dataclass(frozen=True)
class Identified:
    """Subjects by id, rows of keys that lead nowhere, and why another try may say more."""

    subjects: list[IssueSubject]
    gone: list[Row]
    failed: JiraError | None = None


TOGETHER = 100
"""Issues that changed and are read together."""


class KindOfIssues[S: Selector](KindByTime[S, IssueSubject]):
    """What is shown of an issue: its default for `resolve` and `by_identifiers`."""

    own_names: ClassVar[tuple[str, ...]] = (".key", ".id")
    touched_by: ClassVar[tuple[Family, ...]] = (Family.ISSUE,)

    def __init__(self, reader: IssueReader) -> None:
        self.reader = reader
        self._leads = Leads(reader)

    @staticmethod
    def subjects(payload: Any) -> Sequence[IssueSubject]:
        """The issues that an event touches."""
        return issue_subjects(payload)

    @classmethod
    def is_name(cls, identifier: str) -> bool:
        """A key or an id."""
        return is_issue_key(identifier) or plausible_id(identifier) is not None

    def subject(self, name: str, key: str) -> IssueSubject:
        """What `resolve` wants for an issue of which both are known."""
        row = {"id": name, "key": key} if key else {"id": name}
        return IssueSubject(name, row, (key,) if key else ())

    def rows_of(self, found: Row) -> list[Row]:
        """The rows that this kind has of an issue that was found: most have one."""
        return [found]

    async def resolve(self, subjects: Sequence[IssueSubject], selector: S) -> Found:
        """Read the issues again as what this kind shows of them."""
        named = await self.identified(subjects)
        found = await self.find([subject.id for subject in named.subjects], selector)
        rows = [row for each in found.values() if each is not None for row in self.rows_of(each)]
        gone = [*gone_names(named.subjects, found), *named.gone]
        return Found(rows, gone, found.failed or named.failed)

    async def changed_since(self, since: Since, selector: S) -> AsyncIterator[Found]:
        """As if an event had come of each issue that changed."""
        for start in range(0, len(since.issues), TOGETHER):
            issues = since.issues[start : start + TOGETHER]
            subjects = [self.subject(str(row["id"]), str(row["key"])) for row in issues]
            yield await self.resolve(subjects, selector)

    async def identified(self, subjects: Sequence[IssueSubject]) -> Identified:
        """What Jira says of those that an event names by a key alone, and parents it doesn't name.

        Such a parent is the one that showed the issue as its sub-task. Raises JiraError where
        nothing can be said of any subject.
        """
        keys = [subject.keys[0] for subject in subjects if not subject.id]
        leads = await self._leads.of(keys) if keys else {}
        found = [subject for subject in subjects if subject.id]
        left = {s.id: self.reader.shown.subtasks.parent_of(s.id) for s in found if s.left_parent}
        found += [
            IssueSubject(parent, {"id": parent}, related=True) for parent in left.values() if parent
        ]
        gone: list[Row] = []
        for subject in subjects:
            if subject.id:
                continue
            said = leads[subject.keys[0]]
            if said is None:
                gone.append({**subject.row, "key": subject.keys[0]})
            elif not isinstance(said, JiraError):
                found.append(replace(subject, id=str(said["id"])))
        failed = passing(leads.values())
        if failed is not None and not found and not gone:
            raise failed
        return Identified(found, gone, failed)

    async def by_identifiers(self, identifiers: Sequence[str], selector: S) -> Known:
        """By ids and keys; gone is what leads to no issue that is shown under that name now."""
        usable = [name for name in identifiers if self.is_name(name)]
        unread = Unread()
        leads_to = await self.reader.by_keys(usable, unread=unread)
        found = Answers({})
        if leads_to:
            found = await self.find(dict.fromkeys(str(row["id"]) for row in leads_to), selector)
        said = [name for name in usable if name not in unread]
        failed = found.failed or passing(unread.failed.values())
        if failed is not None and not said:
            raise failed
        known = known_of_issues(said, leads_to, found)
        rows = [row for each in known.rows for row in self.rows_of(each)]
        return replace(known, rows=rows, failed=failed)


def known_of_issues(
    names: Iterable[str], leads_to: Iterable[Row], found: Mapping[str, Row | None]
) -> Known:
    """Rows of issues, and the names (ids and keys) that none of them has.

    `leads_to` are the issues that Jira knows by these names; one of which `found` says nothing
    keeps the names it has.
    """
    rows = [row for row in found.values() if row is not None]
    unsaid = [row for row in leads_to if str(row["id"]) not in found]
    left = {name for row in (*rows, *unsaid) for name in (row["key"], str(row["id"]))}
    return Known(rows, [name for name in names if name not in left])


def gone_names(subjects: Sequence[IssueSubject], found: Mapping[str, Row | None]) -> list[Row]:
    """Rows to delete: issues that are gone, and keys that an issue no longer has."""
    gone = []
    for subject in subjects:
        if subject.id not in found:
            continue
        now = found[subject.id]
        row = {**subject.row, "id": int(subject.id)}
        old_keys = [key for key in subject.keys if now is None or key != now["key"]]
        gone += [{**row, "key": key} for key in old_keys]
        if now is None and not old_keys and not subject.related:
            gone.append(row)
    return gone
