"""Issues that show a status, a type or the like under a name that it no longer has.

Jira sends an event for types alone, and none for the issues that show one: a sweep compares the
names, and so does what follows an event of a type.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from port_ocean.core.handlers.port_app_config.models import PortAppConfig

from background.components_shown import showing_components
from background.failures import Failures
from background.issues_showing import Pages, reads
from client import JiraClient
from jira.errors import JiraError
from jira.events import Family
from jira.jql import restrict
from jira.kinds.shown_names import FIELDS, Changed
from jira.payloads import event_name
from port.mapping.fields_read import fields_read, may_read, texts_of
from port.mapping.resources import JiraIssueConfig, label, selector_of
from port.related_rows import results_of

NAMES = "The names that issues show"
IDS_TOGETHER = 100
_RELATIVES = re.compile(r"\b(parent|subtasks|issuelinks)\b")


def tell_of_names(payloads: Iterable[Any]) -> bool:
    """Whether one of these events says that something may have another name."""
    return any(event_name(payload).startswith(Family.ISSUE_TYPE) for payload in payloads)


async def showing_others(client: JiraClient, mapping: PortAppConfig, failures: Failures) -> Pages:
    """The issues that show something as it was of which no event tells, page by page."""
    for showing in (showing_components, showing_names):
        async for results in showing(client, mapping, failures):
            yield results


async def showing_names(client: JiraClient, mapping: PortAppConfig, failures: Failures) -> Pages:
    """The issues, page by page; nothing is asked where the mapping shows none of it."""
    fields = [name for name in FIELDS if reads(mapping, (name,))]
    if not fields:
        return
    try:
        changed = await client.names.changed(fields)
    except JiraError as error:
        await failures.note(NAMES, error)
        return
    failures.failing.works(NAMES, whole=True)
    for index, resource in enumerate(mapping.resources if changed else ()):
        if not isinstance(resource, JiraIssueConfig):
            continue
        try:
            for clause in clauses(resource, changed):
                selector = await selector_of(resource)
                async for rows in client.issues.where(clause, selector):  # type: ignore[arg-type]
                    yield [results_of(resource, index, rows)]
        except JiraError as error:
            await failures.note(label(resource, index), error, behind=True)
    client.names.settle(changed)


def clauses(resource: JiraIssueConfig, changed: Changed) -> Sequence[str | None]:
    """The JQL for the issues whose rows show what changed, if the resource maps it.

    None is for all of its issues: where others are shown in theirs, or what is gone.
    """
    shown = {name: of for name, of in changed.ids.items() if may_read(resource, (name,))}
    gone = [name for name in changed.gone if may_read(resource, (name,))]
    if gone or any(_shows_relatives(resource, name) for name in shown):
        return [None]
    return _parts(shown)


def _parts(shown: Mapping[str, list[str]]) -> list[str]:
    """One clause for all where that stays short, else several."""
    found = []
    most = max((len(ids) for ids in shown.values()), default=0)
    for start in range(0, most, IDS_TOGETHER):
        terms = [
            restrict(None, name, part)
            for name, ids in shown.items()
            if (part := ids[start : start + IDS_TOGETHER])
        ]
        found.append(f"({' OR '.join(terms)})")
    return found


def _shows_relatives(resource: JiraIssueConfig, name: str) -> bool:
    """Whether a row may show the field of another issue: a parent's, a sub-task's, a link's."""
    if fields_read(resource) is None:
        return True
    word = re.compile(rf"\b{name}\b")
    return any(_RELATIVES.search(text) and word.search(text) for text in texts_of(resource))
