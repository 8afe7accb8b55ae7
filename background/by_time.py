"""What changed since a moment: how a sweep reads what it would else read whole, in an incremental
run.
"""

import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence

from port_ocean.core.handlers.port_app_config.models import ResourceConfig

from background.changed_lately import names_of_changed
from background.sweep_plan import is_named_plainly, is_of_issues
from client import KINDS, JiraClient
from jira.kinds.issue import IssueSelector
from jira.kinds.kind import Found, KindByTime, KindWithNames, Since
from jira.payloads import Row
from kinds import Kinds
from port.deletions import goes_by_own_name
from port.entities import EntityKey
from port.mapping.resources import blueprint_of, kind_of, label, selector_of

BY_TIME = frozenset(name for name, kind in KINDS.items() if issubclass(kind, KindByTime))
"""The kinds that an incremental run reads; what changed of others, only a full resync tells."""


class ByTime:
    """Reads what changed of resources, and which issues there are at all.

    Of an entity that is called like an issue, and made of nothing else, it is known that it is too
    much where no issue is called so any more; whether it left its selector, its change tells.
    """

    def __init__(
        self,
        client: JiraClient,
        resources: Sequence[ResourceConfig],
        minutes: Callable[[str], int],
    ) -> None:
        """`minutes`: how far back a resource of that name has to be looked at."""
        self._client = client
        self._minutes = minutes
        self._changed: dict[int, list[Row]] = {}
        self._names: set[str] | None = None
        self.named_by_issues = named_by_issues(resources) & {
            blueprint_of(resource) for resource in resources if self.reads(resource)
        }

    def reads(self, resource: ResourceConfig) -> bool:
        """Whether a resource's changes are read, since not all of its names are compared."""
        kind = kind_of(resource)
        return kind in BY_TIME and not (
            issubclass(KINDS[kind], KindWithNames) and is_named_plainly(resource)
        )

    async def pages(self, resource: ResourceConfig, index: int) -> AsyncIterator[Found]:
        """What changed of it. Raises JiraError, after all that could be read."""
        kind = self._client.kinds[Kinds(resource.kind)]
        if not isinstance(kind, KindByTime):
            raise TypeError(f"nothing tells what changed of {resource.kind}")
        minutes = self._minutes(label(resource, index))
        since = Since(time.time() - minutes * 60, await self._issues(minutes))
        failed = None
        async for found in kind.changed_since(since, await selector_of(resource)):
            failed = failed or found.failed
            yield found
        if failed is not None:
            raise failed

    async def still_named(self, at_port: Iterable[EntityKey]) -> set[EntityKey]:
        """Of what is called like an issue, those whose issue is there, in its selector or not."""
        asked = {key for key in at_port if key[0] in self.named_by_issues}
        if not asked:
            return set()
        if self._names is None:
            names: set[str] = set()
            async for rows in self._client.issues.names(IssueSelector(query="true", jql=None)):
                names.update(str(row[of]) for row in rows for of in ("id", "key"))
            self._names = names
        return {key for key in asked if key[1] in self._names}

    async def _issues(self, minutes: int) -> list[Row]:
        if minutes not in self._changed:
            pages = names_of_changed(self._client, minutes)
            self._changed[minutes] = [row async for rows in pages for row in rows]
        return self._changed[minutes]


def named_by_issues(resources: Sequence[ResourceConfig]) -> set[str]:
    """The blueprints whose entities are called like issues, all of them: with one alone that
    isn't, nobody knows what is too much there.
    """
    of_issues: set[str] = set()
    others: set[str] = set()
    for resource in resources:
        blueprint = blueprint_of(resource)
        if blueprint is None:
            return set()
        named = is_of_issues(resource) and goes_by_own_name(resource)
        (of_issues if named else others).add(blueprint)
    return of_issues - others
