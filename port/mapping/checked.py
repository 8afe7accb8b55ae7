"""Which mapping is used: the one that Port has, or what can be used of it where it has a mistake.

Port takes a mapping that our models refuse. A mapping without the refused resource must never be
used instead: whatever that resource had brought would be deleted.
"""

from dataclasses import dataclass, field
from typing import Any

from loguru import logger
from port_ocean.core.handlers.port_app_config.models import (
    EntityMapping,
    MappingsConfig,
    PortResourceConfig,
    ResourceConfig,
    Selector,
)
from pydantic.v1 import ValidationError

from jira.errors import MappingError
from kinds import Kinds
from port.mapping.resources import (
    CONFIGS,
    JiraPortAppConfig,
    UnknownKindConfig,
)

UNKNOWN = "unknown"
SUFFIX = "-invalid"
INVALID_KINDS = tuple(f"{kind}{SUFFIX}" for kind in (*Kinds, UNKNOWN))
"""The kinds of resources with a mistake: none that events and sweeps know."""


class InvalidConfig(ResourceConfig):
    """Stands for a resource with a mistake. It fails in a resync, and what it mapped stays."""

    mistake: str


@dataclass(frozen=True)
class Checked:
    """A mapping as it can be used, None where it can't be at all, and what is wrong with it."""

    config: JiraPortAppConfig | None
    mistakes: list[str] = field(default_factory=list)


class Mappings:
    """Decides which mapping is used: the last one without a mistake, if there was one."""

    def __init__(self) -> None:
        self._valid: JiraPortAppConfig | None = None
        self._refused: Any = None

    def take(self, raw: Any) -> JiraPortAppConfig:
        """The mapping to use now that Port has this one. Raises MappingError where there is none.

        Its mistakes are said once.
        """
        checked = check(raw)
        if checked.config is not None and not checked.mistakes:
            if self._refused is not None:
                logger.info("The mapping in Port is valid again")
            self._valid, self._refused = checked.config, None
            return checked.config
        used = self._valid or checked.config
        sentence = f"The mapping in Port is not valid: {'; '.join(checked.mistakes)}"
        if raw != self._refused:
            self._refused = raw
            logger.error(f"{sentence}. {_instead(used, self._valid)}")
        if used is None:
            raise MappingError(sentence)
        return used


def check(raw: Any) -> Checked:
    """Check each resource by itself, and what is around them. Without I/O."""
    if not isinstance(raw, dict):
        return Checked(None, ["it is no object"])
    listed = raw.get("resources", [])
    if not isinstance(listed, list):
        return Checked(None, ["resources is no list"])
    resources = [_resource(number, of) for number, of in enumerate(listed, start=1)]
    mistakes = [of.mistake for of in resources if isinstance(of, InvalidConfig)]
    try:
        config = JiraPortAppConfig.parse_obj({**raw, "resources": []})
    except ValidationError as error:
        return Checked(None, [*_mistakes(error), *mistakes])
    return Checked(config.copy(update={"resources": resources}), mistakes)


def _resource(number: int, raw: Any) -> ResourceConfig:
    kind = raw.get("kind") if isinstance(raw, dict) else None
    config = CONFIGS.get(kind, UnknownKindConfig) if isinstance(kind, str) else UnknownKindConfig
    try:
        return config.parse_obj(raw)
    except ValidationError as error:
        named = kind if isinstance(kind, str) and kind in CONFIGS else UNKNOWN
        mistake = f"resource {number} ({named}): {', '.join(_mistakes(error))}"
        return InvalidConfig(
            kind=f"{named}{SUFFIX}",
            enableDelete=False,
            selector=Selector(query="true"),
            port=_port(raw),
            mistake=mistake,
        )


def _port(raw: Any) -> PortResourceConfig:
    """What a resource maps to, as far as it says so: the blueprint tells what must stay."""
    port = raw.get("port") if isinstance(raw, dict) else None
    try:
        return PortResourceConfig.parse_obj(port)
    except ValidationError:
        found: Any = port
        for name in ("entity", "mappings", "blueprint"):
            found = found.get(name) if isinstance(found, dict) else None
        blueprint = found if isinstance(found, str) else "null"
        mapping = EntityMapping.parse_obj({"identifier": "null", "blueprint": blueprint})
        return PortResourceConfig.parse_obj({"entity": MappingsConfig(mappings=mapping)})


def _mistakes(error: ValidationError) -> list[str]:
    """Where each mistake is, and the words about it; never what stands there."""
    return [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]


def _instead(used: JiraPortAppConfig | None, valid: JiraPortAppConfig | None) -> str:
    if used is None:
        return "Nothing is read until it is put right; events wait"
    if used is valid:
        return "The last valid one is used until it is put right"
    return "What is named fails in every resync until it is put right; nothing of it is deleted"
