"""Writing in bulk: what Port takes is written, and what it refuses is told apart from the rest.

The framework's own call says neither why an entity is refused, nor which one has a whole bulk
refused: a body that breaks the route's schema is answered with 422, however many entities it has.
"""

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
from port_ocean.clients.port.client import PortClient
from port_ocean.clients.port.types import RequestOptions, UserAgentType
from port_ocean.clients.port.utils import get_event_context_params
from port_ocean.context.ocean import ocean
from port_ocean.core.models import Entity
from port_ocean.helpers.metric.metric import MetricPhase, MetricType

from port.entities import EntityKey, as_written, by_blueprint, is_transient, key_of, said_by

ABOUT_THE_BODY = (400, 413, 422)
"""What Port says of a body: a smaller one may be taken."""
REFUSED_IN_A_ROW = 20
"""So many entities refused one by one, and none taken: it is the blueprint."""
NOT_FOUND = 404


@dataclass(frozen=True)
class Refused:
    """An entity that Port refused, with its status and what it said."""

    entity: Entity
    status: int
    reason: str

    @property
    def may_pass(self) -> bool:
        """Whether another try may help: what it relates to may come, Port may have failed."""
        return self.status == NOT_FOUND or self.status >= 500


@dataclass
class Written:
    """What became of entities.

    `names` are what Port calls those that it found by rules. `blueprints` are refused as
    a whole, with what Port said, and with them the entities `blocked`. Those `failed` were not
    written since Port failed, by `error`.
    """

    taken: list[Entity] = field(default_factory=list)
    names: dict[EntityKey, str] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    blueprints: dict[str, str] = field(default_factory=dict)
    blocked: list[Entity] = field(default_factory=list)
    failed: list[Entity] = field(default_factory=list)
    error: httpx.HTTPError | None = None

    def add(self, more: "Written") -> None:
        """What became of others."""
        self.taken += more.taken
        self.names |= more.names
        self.refused += more.refused
        self.blueprints |= more.blueprints
        self.blocked += more.blocked
        self.failed += more.failed
        self.error = self.error or more.error


class Bulk:
    """Writes entities, those of a blueprint together."""

    def __init__(self, port: PortClient) -> None:
        self._port = port

    async def write(
        self, entities: Iterable[Entity], options: RequestOptions, agent: UserAgentType
    ) -> Written:
        """Write all; after Port failed, no further blueprint is asked for."""
        written = Written()
        for blueprint, group in by_blueprint(as_written(entities, options)).items():
            if written.error is not None:
                written.failed += group
                continue
            parts = packed(
                group,
                most=ocean.config.upsert_entities_batch_max_length,
                most_bytes=ocean.config.upsert_entities_batch_max_size_in_bytes,
            )
            of_blueprint = _Group(self._port, blueprint, options, agent)
            await asyncio.gather(*(of_blueprint.write(part) for part in parts))
            written.add(of_blueprint.done)
        _count(MetricPhase.LoadResult.LOADED, len(written.taken))
        _count(
            MetricPhase.LoadResult.FAILED,
            len(written.refused) + len(written.blocked) + len(written.failed),
        )
        return written


@dataclass(frozen=True)
class Sized:
    """An entity with its JSON."""

    entity: Entity
    body: bytes


class _Group:
    """The entities of one blueprint in one write."""

    def __init__(
        self, port: PortClient, blueprint: str, options: RequestOptions, agent: UserAgentType
    ) -> None:
        self._port = port
        self._blueprint = blueprint
        self._options = options
        self._agent = agent
        self.done = Written()

    async def write(self, part: Sequence[Sized]) -> None:
        """All of a part at once, by halves where the body as a whole is refused."""
        if self.done.blueprints:
            self.done.blocked += [sized.entity for sized in part]
            return
        try:
            answer = await self._send(part)
        except httpx.HTTPError as error:
            await self._failed(part, error)
            return
        refused = {said["index"]: said for said in answer.get("errors", [])}
        names = {done["index"]: done["identifier"] for done in answer.get("entities", [])}
        for index, sized in enumerate(part):
            if index in names:
                self.done.taken.append(sized.entity)
                if sized.entity.is_using_search_identifier:
                    self.done.names[key_of(sized.entity)] = str(names[index])
                continue
            said = refused.get(index, {})
            reason = str(said.get("message") or said.get("error") or "nothing about it")
            status = said.get("statusCode")
            self.done.refused.append(
                Refused(sized.entity, status if isinstance(status, int) else NOT_FOUND, reason)
            )

    async def _failed(self, part: Sequence[Sized], error: httpx.HTTPError) -> None:
        entities = [sized.entity for sized in part]
        if not isinstance(error, httpx.HTTPStatusError) or is_transient(error):
            self.done.failed += entities
            self.done.error = self.done.error or error
            return
        status = error.response.status_code
        if status not in ABOUT_THE_BODY:
            # The blueprint, most likely: it costs what is of it, and nothing else.
            self.done.blueprints[self._blueprint] = said_by(error)
            self.done.blocked += entities
        elif len(part) > 1:
            middle = (len(part) + 1) // 2
            await self.write(part[:middle])
            await self.write(part[middle:])
        else:
            self.done.refused.append(Refused(entities[0], status, said_by(error)))
            if not self.done.taken and len(self.done.refused) >= REFUSED_IN_A_ROW:
                self.done.blueprints[self._blueprint] = said_by(error)

    async def _send(self, part: Sequence[Sized]) -> dict[str, Any]:
        """Raises httpx.HTTPError."""
        options = self._options
        async with self._port.semaphore:
            headers = await self._port.auth.headers(self._agent)
            response = await self._port.client.post(
                f"{self._port.auth.api_url}/blueprints/{self._blueprint}/entities/bulk",
                content=b'{"entities":[' + b",".join(sized.body for sized in part) + b"]}",
                headers={**headers, "Content-Type": "application/json"},
                params={
                    "upsert": "true",
                    "merge": _flag(options["merge"]),
                    "create_missing_related_entities": _flag(
                        options["create_missing_related_entities"]
                    ),
                    "validation_only": _flag(options["validation_only"]),
                    **get_event_context_params(),
                },
                extensions={"retryable": True},
            )
        response.raise_for_status()
        try:
            answer = response.json()
        except ValueError as error:
            raise httpx.DecodingError(
                f"Port's answer is no JSON: {error}", request=response.request
            ) from error
        if not isinstance(answer, dict):
            raise httpx.DecodingError("Port's answer is no object", request=response.request)
        return answer


def packed(entities: Iterable[Entity], *, most: int, most_bytes: int) -> list[list[Sized]]:
    """Parts for a bulk each: so many entities and bytes at most, but one entity at least."""
    parts: list[list[Sized]] = []
    size = 0
    for entity in entities:
        body = json_of(entity)
        if not parts or len(parts[-1]) >= most or size + len(body) > most_bytes:
            parts.append([])
            size = len('{"entities":[]}')
        parts[-1].append(Sized(entity, body))
        size += len(body) + 1
    return parts


def json_of(entity: Entity) -> bytes:
    """An entity as Port's body has it: what was set, and nothing else."""
    given = {name: getattr(entity, name) for name in entity.__fields_set__}
    try:
        return orjson.dumps(given)
    except TypeError:
        # Half of an emoji, say.
        return json.dumps(given).encode()


def _flag(value: bool) -> str:
    return str(value).lower()


def _count(result: str, value: int) -> None:
    if value:
        ocean.metrics.inc_metric(
            name=MetricType.OBJECT_COUNT_NAME,
            labels=[ocean.metrics.current_resource_kind(), MetricPhase.LOAD, result],
            value=value,
        )
