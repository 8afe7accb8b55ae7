"""The kind `issue`: which issues a selector means, and what an event says of them."""

from collections.abc import Iterable, Sequence
from typing import Any

from loguru import logger
from pydantic.v1 import Field

from jira.answers import Answers, Unread
from jira.asks import Ask
from jira.errors import JiraError, JiraRequestError
from jira.events import Family, events_of
from jira.http.purpose import Purpose
from jira.jql import both
from jira.kinds.issue_asks import ISSUE_ASKS
from jira.kinds.issue_chunks import ROWS_TOGETHER
from jira.kinds.issue_reader import IssueQuery, IssueReader
from jira.kinds.issue_search import all_issues
from jira.kinds.kind import Found, KindWithNames, Pages, Selector
from jira.kinds.of_issues import KindOfIssues
from jira.kinds.project import PROJECTS, ProjectKind
from jira.payloads import IssueSubject, Row
from kinds import Kinds
from telemetry.tally import expect_at_most

WHOLE = (Purpose.RESYNC, Purpose.SWEEP)
"""What reads whole issues, and bears that they are some seconds old where points count."""
LISTS_OF_PROJECTS = 3
"""With how many lists of projects issues are tried to be read before Jira's refusal stands."""
DEFAULT_JQL = "(statusCategory != Done) OR (created >= -1w) OR (updated >= -1w)"


class IssueSelector(Selector):
    """Which issues, and how much of each."""

    jql: str | None = Field(
        title="JQL",
        description="The query that selects issues. Empty means all issues.",
        default=DEFAULT_JQL,
    )
    fields: str | None = Field(
        title="Fields",
        description="The fields to read, as a comma-separated list; *all for every field.",
        default="*all",
    )
    expand: str | None = Field(
        title="Expand",
        description="What Jira adds to each issue, as a comma-separated list.",
        default=None,
    )


class IssueKind(KindOfIssues[IssueSelector], KindWithNames[IssueSelector, IssueSubject]):
    """Issues, read as `issue_reader` says."""

    name = Kinds.ISSUE
    touched_by = (
        Family.ISSUE,
        Family.ISSUE_LINK,
        Family.COMMENT,
        Family.WORKLOG,
        Family.ATTACHMENT,
        # Is about no issue; which ones show the type is found by its name.
        Family.ISSUE_TYPE,
    )
    events = events_of(*touched_by)

    def __init__(self, reader: IssueReader, projects: ProjectKind) -> None:
        super().__init__(reader)
        self._projects = projects

    def asks(self) -> Sequence[Ask]:
        """Issues, and the projects by which they are split."""
        return [PROJECTS, *ISSUE_ASKS]

    async def pages(self, selector: IssueSelector) -> Pages:
        """Every issue of the selector: by projects, side by side.

        Jira refuses a query that names a project which is gone, or may no longer be seen. Where
        the list of projects has changed it is all read once more, so that some rows come twice;
        where it hasn't, the refusal has another cause.
        """
        query = query_of(selector)
        projects = await self._projects.sizes()
        expect_at_most(sum(projects.values()))
        for left in reversed(range(LISTS_OF_PROJECTS)):
            try:
                async for page in all_issues(self.reader, query, projects, purposes=WHOLE):
                    yield page
            except JiraRequestError as error:
                before, projects = projects, await self._projects.sizes_anew()
                if not left or projects.keys() == before.keys():
                    raise
                logger.info(f"The projects are others than before, so issues begin anew: {error}")
            else:
                return

    async def where(self, clause: str | None, selector: IssueSelector) -> Pages:
        """The issues of the selector for which a JQL clause holds, too."""
        async for page in self.reader.pages(query_of(selector, clause)):
            yield page

    async def find(self, ids: Iterable[str], selector: IssueSelector) -> Answers:
        """As they are now, not as the index has them; None for those outside of the selector."""
        wanted = list(dict.fromkeys(ids))
        rows = await self.reader.find(wanted, query_of(selector))
        return Answers.of({name: rows.get(name) for name in wanted})

    async def resolve(self, subjects: Sequence[IssueSubject], selector: IssueSelector) -> Found:
        """Read the issues under the selector: one that is there is updated.

        One that isn't is deleted under every key the event names, as are keys that an issue no
        longer has. An issue that the event isn't about is deleted only where Jira no longer has it
        at all: outside of the selector Port may hold a stub of it.
        """
        named = await self.identified(subjects)
        found = await self.find([subject.id for subject in named.subjects], selector)
        deleted = [*named.gone]
        doubtful: dict[str, Row] = {}
        for subject in named.subjects:
            if subject.id not in found:
                continue
            row = found[subject.id]
            for key in subject.keys:
                if row is None or key != row["key"]:
                    gone = {**subject.row, "id": subject.id, "key": key}
                    if subject.related:
                        doubtful[key] = gone
                    else:
                        deleted.append(gone)
        if doubtful:
            unread = Unread()
            left = {row["key"] for row in await self.reader.by_keys(doubtful, unread=unread)}
            gone_too = [key for key in doubtful if key not in left and key not in unread]
            deleted += [doubtful[key] for key in gone_too]
        rows = [row for row in found.values() if row is not None]
        return Found(rows, deleted, found.failed or named.failed)

    async def names(self, selector: IssueSelector) -> Pages:
        """Id and key of every issue of the selector."""
        async for page in self.reader.names(query_of(selector)):
            yield page

    async def named(self, rows: Sequence[Row], selector: IssueSelector) -> Pages:
        """The whole rows, as they are now, of issues that `names` gave."""
        unread = Unread()
        for start in range(0, len(rows), ROWS_TOGETHER):
            ids = [str(row["id"]) for row in rows[start : start + ROWS_TOGETHER]]
            found = await self.reader.find(ids, query_of(selector))
            failed = {name: row for name, row in found.items() if isinstance(row, JiraError)}
            unread.note_each("issue", failed)
            yield [row for row in found.values() if not isinstance(row, JiraError)]
        unread.raise_failed()

    async def changed(self, selector: IssueSelector, minutes: int) -> Pages:
        """The whole rows of issues of the selector that changed lately.

        Relative, since dates in JQL are read in the account's time zone.
        """
        async for page in self.where(f"updated >= -{minutes}m", selector):
            yield page


def query_of(selector: IssueSelector, clause: str | None = None) -> IssueQuery:
    """What a selector reads; with `clause`, only those issues for which that holds, too."""
    jql = both(clause, selector.jql) if clause else selector.jql
    return IssueQuery.of(jql, selector.fields, selector.expand)


def narrowed(selector: IssueSelector, fields: Iterable[str]) -> IssueSelector:
    """The selector with these fields alone; id and key come with every issue."""
    # A list without any field would mean all of them.
    return selector.copy(update={"fields": ",".join(sorted(fields)) or "key"})


def names_its_fields(selector: Any) -> bool:
    """Whether the mapping itself says which fields are read."""
    return "fields" in selector.__fields_set__
