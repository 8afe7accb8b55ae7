"""What boards show: read again where an event says that something is different on them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import batched
from typing import Any

from port_ocean.core.handlers.port_app_config.models import PortAppConfig, ResourceConfig

from background.failures import Failures
from background.issues_showing import SPRINT_FIELDS, Pages
from client import JiraClient
from jira.answers import Unread
from jira.errors import JiraError
from jira.kinds.on_boards import KindOnBoards
from jira.kinds.seen import Names
from jira.payloads import IdSubject, Row
from kinds import Kinds
from port.mapping.fields_read import may_read
from port.mapping.resources import kind_of, label, selector_of
from port.related_rows import results_of

ON_BOARDS = (Kinds.SPRINT, Kinds.BACKLOG, Kinds.EPIC)
SUBJECTS_TOGETHER = 100

type Whole = Callable[[ResourceConfig], bool]
"""Whether a resource's rows may be others although the same boards show them."""


def never(resource: ResourceConfig) -> bool:
    """Where something shows or doesn't, but is what it was."""
    return False


async def pages(
    client: JiraClient,
    board_ids: Collection[str],
    mapping: PortAppConfig,
    failures: Failures,
    *,
    kinds: Collection[Kinds] = ON_BOARDS,
    whole: Whole = never,
) -> Pages:
    """What came to some boards or left them; or, as a `whole`, all that they show or showed.

    A page has to be written before the next one is asked for.
    """
    reading = resources_of(mapping, kinds)
    if not board_ids or not reading:
        return
    try:
        said = await client.boards.known(sorted(board_ids))
    except JiraError as failed:
        await fall_behind(reading, [failed], failures)
        return
    boards = [row for row in said.values() if isinstance(row, dict)]
    gone = [name for name, row in said.items() if row is None]
    for resource, index in reading:
        reader: Any = client.kinds[Kinds(resource.kind)]
        name = label(resource, index)
        try:
            selector = await selector_of(resource)
            unread = Unread()
            for board, row in said.items():
                if isinstance(row, JiraError):
                    unread.note(board, row)
            on: dict[str, Names] = {board: {} for board in gone}
            on |= await _on(reader, boards, selector, unread)
            for error in unread.failed.values():
                await failures.note(name, error, behind=True)
            names = differences(reader, reader.query(selector), on, whole=whole(resource))
            for part in batched(names.items(), SUBJECTS_TOGETHER):
                subjects = [reader.subject(*one) for one in part]
                found = await reader.resolve(subjects, selector)
                if found.failed is not None:
                    await failures.note(name, found.failed, behind=True)
                yield [results_of(resource, index, found.updated, found.deleted)]
                for board, shown in on.items():
                    reader.seen.some(reader.query(selector), board, dict(part), shown)
        except JiraError as failed:
            await failures.note(name, failed, behind=True)


async def beside_sprint(
    client: JiraClient, sprint: IdSubject, mapping: PortAppConfig, failures: Failures
) -> Pages:
    """The backlogs of the boards that show a sprint, as it is called and as far as it is by now."""
    reading = resources_of(mapping, {Kinds.BACKLOG})
    if not reading:
        return
    unread = Unread()
    boards: set[str] = set()
    try:
        boards = await client.sprints.boards_of([sprint], unread)
    except JiraError as error:
        unread.note("all", error)
    await fall_behind(reading, [*unread.failed.values(), *unread.refused.values()], failures)
    async for page in pages(
        client,
        boards,
        mapping,
        failures,
        kinds={Kinds.BACKLOG},
        whole=lambda resource: may_read(resource, SPRINT_FIELDS),
    ):
        yield page


def differences(
    kind: KindOnBoards[Any, Any], query: Any, on: Mapping[str, Names], *, whole: bool
) -> Names:
    """What these boards show that they didn't, and the other way round; all of both as a whole."""
    found: dict[str, str] = {}
    for board, shown in on.items():
        known = kind.seen.under(query, board)
        found |= {
            name: key
            for name, key in (*known.items(), *shown.items())
            if whole or (name in known) != (name in shown)
        }
    return found


def resources_of(
    mapping: PortAppConfig, kinds: Collection[Kinds]
) -> list[tuple[ResourceConfig, int]]:
    """Those of these kinds, each with its number."""
    return [(of, index) for index, of in enumerate(mapping.resources) if kind_of(of) in kinds]


async def fall_behind(
    reading: Iterable[tuple[ResourceConfig, int]], errors: Iterable[JiraError], failures: Failures
) -> None:
    """Boards couldn't be read, perhaps they alone: what shows them is compared as a whole."""
    every = list(errors)
    for resource, index in reading:
        for error in every:
            await failures.note(label(resource, index), error, behind=True)


async def _on(
    reader: KindOnBoards[Any, Any], boards: Sequence[Row], selector: Any, unread: Unread
) -> dict[str, Names]:
    return {**await reader.on_boards(boards, selector, unread)} if boards else {}
