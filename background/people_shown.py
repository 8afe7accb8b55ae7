"""Issues that show a user who was renamed: events tell of the user, and issues show the name."""

from collections.abc import Iterable, Sequence
from itertools import batched
from typing import Any

from loguru import logger
from port_ocean.core.handlers.port_app_config.models import PortAppConfig

from background.failures import Failures
from background.issues_showing import Pages
from client import JiraClient
from jira.errors import JiraError, JiraRequestError
from jira.events import Family, JiraEvent
from jira.jql import restrict
from jira.payloads import event_name, user_subjects
from port.mapping.fields_read import people_read
from port.mapping.resources import JiraIssueConfig, label, selector_of
from port.related_rows import results_of

ACCOUNTS_TOGETHER = 40


def accounts_of(payloads: Iterable[Any]) -> list[str]:
    """The users that events say were changed or deleted, each once."""
    ids = (
        subject.account_id
        for payload in payloads
        if event_name(payload).startswith(Family.USER)
        and event_name(payload) != JiraEvent.USER_CREATED
        for subject in user_subjects(payload)
    )
    return list(dict.fromkeys(ids))


async def showing_people(
    client: JiraClient, accounts: Sequence[str], mapping: PortAppConfig, failures: Failures
) -> Pages:
    """Their issues, page by page, of the resources that map more of somebody than the account."""
    for index, resource in enumerate(mapping.resources):
        fields = people_read(resource) if isinstance(resource, JiraIssueConfig) else ()
        if not isinstance(resource, JiraIssueConfig) or not fields:
            continue
        for together in batched(accounts, ACCOUNTS_TOGETHER):
            try:
                async for results in _of(client, resource, index, fields, together):
                    yield results
            except JiraError as error:
                await failures.note(label(resource, index), error, behind=True)


async def _of(
    client: JiraClient,
    resource: JiraIssueConfig,
    index: int,
    fields: Sequence[str],
    accounts: Sequence[str],
) -> Pages:
    """One by one where Jira refuses them together: it may not know somebody who is gone."""
    selector = await selector_of(resource)
    try:
        async for rows in client.issues.where(clause_of(fields, accounts), selector):  # type: ignore[arg-type]
            yield [results_of(resource, index, rows)]
    except JiraRequestError as error:
        if len(accounts) == 1:
            logger.info(f"No issues of the account {accounts[0]}: {error}")
            return
        for account in accounts:
            async for results in _of(client, resource, index, fields, (account,)):
                yield results


def clause_of(fields: Sequence[str], accounts: Sequence[str]) -> str:
    """The JQL for the issues that name one of the accounts in one of the fields."""
    return f"({' OR '.join(restrict(None, name, accounts) for name in fields)})"
