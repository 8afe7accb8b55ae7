"""The routes of the stand-in Port for blueprints and entities."""

from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.port.blueprints import PortError, invalid, not_found
from sandbox.port.body import BodyRules
from sandbox.port.catalog import PortCatalog
from sandbox.port.faults import N_ENTITIES, PortFaults
from sandbox.port.http import ok, read

# What the API doesn't show of a stored entity.
_HIDDEN = ("dataSource",)


class PortEntityRoutes:
    """Handlers that read and write the catalog."""

    def __init__(self, catalog: PortCatalog, faults: PortFaults) -> None:
        self._catalog = catalog
        self._faults = faults
        self.max_bulk_entities = 20
        self.max_bulk_bytes = 1024 * 1024
        self.max_bulk_deletes = 100
        self.max_datasource_page = 5000
        self.rules = BodyRules()
        # Nobody documents how much of an entity the list by data source holds.
        self.lean_listing = True
        # How Port answers where it doesn't say what relates to an entity: with this status, or with
        # nothing (200).
        self.relations_status: int | None = None

    def routes(self) -> list[Route]:
        """Return the routes; the order is the order of trying."""
        one = "/v1/blueprints/{blueprint}"
        entity = one + "/entities/{identifier:path}"
        return [
            Route("/v1/entities/search", self._search, methods=["POST"]),
            Route(
                "/v1/blueprints/entities/datasource-entities", self._datasource, methods=["POST"]
            ),
            Route("/v1/blueprints", self._list_blueprints, methods=["GET"]),
            Route("/v1/blueprints", self._create_blueprint, methods=["POST"]),
            Route(one, self._get_blueprint, methods=["GET"]),
            Route(one, self._patch_blueprint, methods=["PATCH", "PUT"]),
            Route(one, self._delete_blueprint, methods=["DELETE"]),
            Route(f"{one}/all-entities", self._delete_all, methods=["DELETE"]),
            Route("/v1/migrations/{identifier}", self._migration, methods=["GET"]),
            Route(f"{one}/entities", self._upsert, methods=["POST"]),
            Route(f"{one}/entities", self._list, methods=["GET"]),
            Route(f"{one}/entities/bulk", self._bulk_upsert, methods=["POST"]),
            Route(f"{one}/entities/search", self._search_page, methods=["POST"]),
            Route(f"{one}/bulk/entities/delete", self._bulk_delete, methods=["POST"]),
            Route(entity, self._get, methods=["GET"]),
            Route(entity, self._delete, methods=["DELETE"]),
        ]

    # Blueprints

    async def _list_blueprints(self, _: Request) -> Response:
        return ok(blueprints=list(self._catalog.blueprints.values()))

    async def _create_blueprint(self, request: Request) -> Response:
        return ok(blueprint=self._catalog.create_blueprint(await read(request)))

    async def _get_blueprint(self, request: Request) -> Response:
        return ok(blueprint=self._catalog.blueprint(request.path_params["blueprint"]))

    async def _patch_blueprint(self, request: Request) -> Response:
        identifier = request.path_params["blueprint"]
        return ok(blueprint=self._catalog.patch_blueprint(identifier, await read(request)))

    async def _delete_blueprint(self, request: Request) -> Response:
        self._catalog.delete_blueprint(request.path_params["blueprint"])
        return ok()

    async def _delete_all(self, request: Request) -> Response:
        blueprint = request.path_params["blueprint"]
        self._catalog.blueprint(blueprint)
        identifiers = [row["identifier"] for row in self._catalog.entities(blueprint)]
        request.scope[N_ENTITIES] = len(self._catalog.delete(blueprint, identifiers))
        if _flag(request, "delete_blueprint"):
            self._catalog.delete_blueprint(blueprint)
        return ok(migrationId=f"migration-{blueprint}")

    async def _migration(self, request: Request) -> Response:
        # Deleting is done at once, so every migration has ended.
        identifier = request.path_params["identifier"]
        return ok(
            migration={
                "id": identifier,
                "actor": "sandbox",
                "sourceBlueprint": identifier.removeprefix("migration-"),
                "mapping": {},
                "status": "COMPLETED",
            }
        )

    # Writing

    async def _upsert(self, request: Request) -> Response:
        blueprint = request.path_params["blueprint"]
        raw = self.rules.check_entity(await read(request))
        request.scope[N_ENTITIES] = 1
        if not _flag(request, "upsert") and self._catalog.get(
            blueprint, str(raw.get("identifier"))
        ):
            raise PortError(409, "identifier_taken", f"entity {raw['identifier']!r} exists")
        row, created = self._write(request, blueprint, raw)
        return ok(entity=_shown(row), created=created)

    async def _bulk_upsert(self, request: Request) -> Response:
        blueprint = request.path_params["blueprint"]
        if len(await request.body()) > self.max_bulk_bytes:
            raise PortError(413, "payload_too_large", "the body is too large")
        entities = _list_of(await read(request), "entities")
        request.scope[N_ENTITIES] = len(entities)
        if len(entities) > self.max_bulk_entities:
            raise PortError(
                413, "payload_too_large", f"at most {self.max_bulk_entities} entities in a call"
            )
        entities = self.rules.check_bulk(entities)
        self._catalog.blueprint(blueprint)
        written: list[dict[str, Any]] = []
        errors: list[dict[str, Any]] = []
        for index, raw in enumerate(entities):
            identifier = raw["identifier"]
            try:
                row, created = self._write(request, blueprint, raw)
            except PortError as error:
                errors.append(
                    {
                        "index": index,
                        # Of what a search didn't find nobody knows what it is called.
                        "identifier": (
                            "unknown" if isinstance(identifier, dict) else str(identifier)
                        ),
                        "statusCode": error.status,
                        "error": error.error,
                        "message": error.message,
                    }
                )
            else:
                written.append(
                    {"index": index, "identifier": row["identifier"], "created": created}
                )
        body = {"ok": True, "entities": written, "errors": errors}
        return JSONResponse(body, status_code=207 if errors else 200)

    def _write(
        self, request: Request, blueprint: str, raw: dict[str, Any]
    ) -> tuple[dict[str, Any], bool]:
        if isinstance(query := raw.get("identifier"), dict):
            raw = raw | {"identifier": self._catalog.identified_by(blueprint, query)}
        if raw.get("identifier") in self._faults.fail_entities and self._faults.concerns(
            "fail_entities", request.url.path
        ):
            raise PortError(500, "internal_error", f"refused {raw['identifier']!r}")
        return self._catalog.upsert(
            blueprint,
            raw,
            user_agent=request.headers.get("user-agent", ""),
            merge=_flag(request, "merge"),
            create_missing_related_entities=_flag(request, "create_missing_related_entities"),
            validation_only=_flag(request, "validation_only"),
        )

    async def _delete(self, request: Request) -> Response:
        blueprint, identifier = _entity_path(request)
        request.scope[N_ENTITIES] = 1
        self._require(blueprint, identifier)
        if self._delete_fails(request, identifier):
            raise PortError(500, "internal_error", f"refused {identifier!r}")
        dependents = _flag(request, "delete_dependents")
        if not self._catalog.delete_later(blueprint, [identifier], delete_dependents=dependents):
            raise PortError(409, "has_dependents", f"entities depend on {identifier!r}")
        return ok()

    async def _bulk_delete(self, request: Request) -> Response:
        identifiers = _list_of(await read(request), "entities")
        request.scope[N_ENTITIES] = len(identifiers)
        if len(identifiers) > self.max_bulk_deletes:
            raise invalid(f"at most {self.max_bulk_deletes} entities in a call")
        blueprint = request.path_params["blueprint"]
        dependents = _flag(request, "delete_dependents")
        self._catalog.blueprint(blueprint)
        stuck = [
            one
            for one in identifiers
            if not dependents and self._catalog.dependents(blueprint, one)
        ]
        if stuck:
            raise PortError(409, "has_dependents", f"entities depend on {stuck[0]!r}")
        deleted = self._catalog.delete_later(
            blueprint,
            [one for one in identifiers if not self._delete_fails(request, one)],
            delete_dependents=dependents,
        )
        return ok(deletedEntities=deleted)

    def _delete_fails(self, request: Request, identifier: str) -> bool:
        return identifier in self._faults.fail_deletes and self._faults.concerns(
            "fail_deletes", request.url.path
        )

    # Reading

    def _require(self, blueprint: str, identifier: str) -> dict[str, Any]:
        self._catalog.blueprint(blueprint)
        if (row := self._catalog.get(blueprint, identifier)) is None:
            raise not_found(f'entity "{identifier}" of "{blueprint}" was not found')
        return row

    async def _get(self, request: Request) -> Response:
        request.scope[N_ENTITIES] = 1
        return ok(entity=_shown(self._require(*_entity_path(request))))

    async def _list(self, request: Request) -> Response:
        blueprint = request.path_params["blueprint"]
        self._catalog.blueprint(blueprint)
        return _rows(request, self._catalog.entities(blueprint))

    async def _search(self, request: Request) -> Response:
        return _rows(request, self._catalog.search(await read(request)))

    async def _search_page(self, request: Request) -> Response:
        raw = await read(request)
        blueprint = request.path_params["blueprint"]
        self._catalog.blueprint(blueprint)
        query = raw.get("query") or {"combinator": "and", "rules": []}
        if self.relations_status is not None and "matchAny" in str(query):
            if self.relations_status >= HTTPStatus.BAD_REQUEST:
                raise PortError(self.relations_status, "invalid_query", 'unknown "matchAny"')
            return _rows(request, [])
        page, following = self._catalog.search_page(
            blueprint, query, limit=int(raw.get("limit") or 200), from_=raw.get("from")
        )
        return _rows(request, page, include=raw.get("include"), next=following)

    async def _datasource(self, request: Request) -> Response:
        raw = await read(request)
        page, following = self._catalog.datasource_entities(
            str(raw.get("datasource_prefix", "")),
            str(raw.get("datasource_suffix", "")),
            limit=min(int(raw.get("limit") or 5000), self.max_datasource_page),
            from_=raw.get("from"),
            before=raw.get("before"),
        )
        include = ["blueprint", "identifier"] if self.lean_listing else None
        return _rows(request, page, include=include, next=following)


def _rows(
    request: Request,
    rows: list[dict[str, Any]],
    *,
    include: list[str] | None = None,
    **parts: Any,
) -> Response:
    request.scope[N_ENTITIES] = len(rows)
    names = include or request.query_params.getlist("include")
    return ok(entities=[_shown(row, names) for row in rows], **parts)


def _shown(row: dict[str, Any], include: list[str] | None = None) -> dict[str, Any]:
    if not include:
        return {name: value for name, value in row.items() if name not in _HIDDEN}
    shown: dict[str, Any] = {}
    for path in include:
        part, _, name = path.lstrip("$").partition(".")
        if part in _HIDDEN or part not in row:
            continue
        if not name:
            shown[part] = row[part]
        elif name in row[part]:
            shown.setdefault(part, {})[name] = row[part][name]
    return shown


def _entity_path(request: Request) -> tuple[str, str]:
    return request.path_params["blueprint"], request.path_params["identifier"]


def _list_of(raw: dict[str, Any], name: str) -> list[Any]:
    if not isinstance(raw.get(name), list):
        raise invalid(f'"{name}" must be an array')
    return list(raw[name])


def _flag(request: Request, name: str) -> bool:
    return request.query_params.get(name, "false") == "true"
