"""The integration's document in the stand-in Port, and its resyncs."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.port.blueprints import PortError, not_found
from sandbox.port.changes import Changes
from sandbox.port.values import iso, now_iso, parse_iso

_ENDED = ("completed", "failed", "aborted")


class PortIntegration:
    """One integration: its mapping, its resync state and the request to resync."""

    def __init__(self) -> None:
        self.document: dict[str, Any] | None = None
        self.resync_request: dict[str, Any] | None = None
        # Port may keep an old request for ever; the framework replays it after a restart,
        # and aborts the resync of the start. Set this to see that.
        self.keep_resync_request = False
        self.resync_states: list[str] = []
        self.ended: list[str] = []
        self.cursors: dict[tuple[str, str], Any] = {}
        self._preset: dict[str, Any] | None = None
        self._changes = Changes()

    def require(self, identifier: str) -> dict[str, Any]:
        """Return the document or raise 404."""
        if self.document is None or self.document["installationId"] != identifier:
            raise not_found(f'integration "{identifier}" was not found')
        return self.document

    def create(self, raw: dict[str, Any], ingest_url: str) -> dict[str, Any]:
        """Add the integration; 409 when there is one already."""
        identifier = raw["installationId"]
        if self.document is not None and self.document["installationId"] == identifier:
            raise PortError(409, "identifier_taken", f'integration "{identifier}" already exists')
        moment = now_iso()
        self.document = {
            "identifier": identifier,
            "title": identifier,
            "installationType": "OnPrem",
            "arePortResourcesInitialized": False,
            **raw,
            "config": self._preset or raw.get("config") or {},
            "resyncState": {"updatedAt": moment},
            "logAttributes": {"ingestUrl": f"{ingest_url}/logs"},
            "metricAttributes": {"ingestUrl": f"{ingest_url}/metrics"},
            "ingestAttributes": {"ingestUrl": f"{ingest_url}/ingest"},
            "createdAt": moment,
            "updatedAt": moment,
        }
        self._changes.wake()
        return self.document

    def patch(self, identifier: str, raw: dict[str, Any]) -> dict[str, Any]:
        """Replace the given parts of the document."""
        document = self.require(identifier)
        document |= raw
        document["updatedAt"] = now_iso()
        self._changes.wake()
        return document

    def patch_state(self, identifier: str, state: dict[str, Any]) -> dict[str, Any]:
        """Merge the resync state; note when a resync ends."""
        document = self.require(identifier)
        previous = document["resyncState"].get("status")
        document["resyncState"] = {**document["resyncState"], **state, "updatedAt": now_iso()}
        status = state.get("status")
        if isinstance(status, str):
            self.resync_states.append(status)
            # A stopped integration may report one aborted resync twice.
            if status in _ENDED and previous == "running":
                self._end(status, document["resyncState"].get("lastResyncStart"))
        self._changes.wake()
        return document

    def _end(self, status: str, started: str | None) -> None:
        self.ended.append(status)
        request = self.resync_request
        if request is None or self.keep_resync_request or status != "completed" or not started:
            return
        # One that began before the request doesn't answer it.
        if parse_iso(started) >= parse_iso(request["updatedAt"]):
            self.resync_request = None

    def set_mapping(self, config: dict[str, Any]) -> None:
        """Set the mapping, also before the integration exists."""
        self._preset = config
        if self.document is not None:
            self.patch(self.document["installationId"], {"config": config})

    def request_resync(self) -> str:
        """Ask for a resync; return the time of the request."""
        moment = datetime.now(UTC)
        if self.document is not None:
            # The listener only takes what is newer than the state it has seen.
            state = parse_iso(self.document["resyncState"]["updatedAt"])
            moment = max(moment, state + timedelta(milliseconds=1))
        self.resync_request = {"updatedAt": iso(moment)}
        return iso(moment)

    async def wait(
        self,
        predicate: Callable[[], bool],
        timeout: float,  # noqa: ASYNC109 - the message says what was awaited
        what: str,
    ) -> None:
        """Wait until something about the integration holds."""
        await self._changes.wait(
            predicate, timeout, lambda: f"{what}; the states were {self.resync_states}"
        )
