"""Why much is gone at once: projects that somebody put away or renamed, which Jira tells of."""

from collections.abc import Iterable, Sequence

from loguru import logger

from background.failures import Failures
from background.sweep_plan import projects_named_by
from client import JiraClient
from jira.errors import JiraError
from port.entities import EntityKey
from port.listed import Listed


async def put_away(client: JiraClient, entities: Sequence[Listed]) -> set[EntityKey]:
    """Projects that Jira says are put away or renamed, and what has a key of theirs."""
    live = {str(row["key"]) async for rows in client.projects.listed() for row in rows}
    keys_of = {entity.key: projects_named_by(entity) for entity in entities}
    keys = {key for named in keys_of.values() for key in named} - live
    away = {key for key in keys if await client.projects.is_put_away(key)}
    return {name for name, named in keys_of.items() if named & away}


async def explained(
    client: JiraClient, groups: Iterable[Sequence[Listed]], failures: Failures
) -> set[EntityKey]:
    """The same; nothing where it can't be said. Raises as `Failures.raise_outage`."""
    try:
        return await put_away(client, [entity for entities in groups for entity in entities])
    except JiraError as error:
        await failures.raise_outage(error)
        logger.info(f"Jira can't be asked why so much is gone: {error}")
        return set()
