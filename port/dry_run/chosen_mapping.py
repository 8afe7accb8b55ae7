"""The mapping that a dry run goes by: a file's, or the one that the integration would use."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml
from port_ocean.clients.port.client import PortClient
from port_ocean.config.settings import IntegrationConfiguration
from port_ocean.core.defaults.common import Defaults, get_port_integration_defaults
from port_ocean.core.handlers.port_app_config.models import ResourceConfig

from jira.errors import MappingError
from kinds import Kinds
from port.mapping.checked import SUFFIX, UNKNOWN, check
from port.mapping.resources import JiraPortAppConfig, blueprint_of, label

NOT_THERE = 404
IN_PORT = "the mapping in Port"
AT_START = "the mapping in .port/resources, with which the integration begins"


@dataclass(frozen=True)
class Chosen:
    """A mapping, the resources of it that are read, and where it came from.

    `names` are what the log calls these resources. Of the blueprints `whole` all is read; None
    where the mapping is taken as a whole. `made_at_start` are blueprints that the integration makes
    when it starts for the first time.
    """

    config: JiraPortAppConfig
    names: Sequence[str]
    source: str
    whole: frozenset[str] | None = None
    made_at_start: Sequence[Mapping[str, Any]] = ()

    def may_be_too_much(self, blueprint: str) -> bool:
        """Whether all is read that makes entities of a blueprint."""
        return self.whole is None or blueprint in self.whole


async def chosen_mapping(
    port: PortClient,
    config: IntegrationConfiguration,
    path: Path | None,
    kinds: Collection[str],
) -> Chosen:
    """The mapping, narrowed to some kinds. Raises MappingError and httpx.HTTPError."""
    integration = await _integration(port)
    defaults = get_port_integration_defaults(JiraPortAppConfig, config.resources_path)
    begins = not integration.get("arePortResourcesInitialized")
    made = defaults.blueprints if defaults and begins and config.initialize_port_resources else []
    if path is not None:
        raw, source = of_file(path), str(path)
    elif integration:
        raw, source = integration.get("config") or {}, IN_PORT
    else:
        raw, source = _mapping_of(defaults), AT_START
    return narrowed(raw, source, kinds, made)


def of_file(path: Path) -> Any:
    """What a file of YAML or JSON holds. Raises MappingError."""
    try:
        return yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(f"The mapping in {path} can't be read: {error}") from error
    except yaml.YAMLError as error:
        raise MappingError(f"The mapping in {path} is neither YAML nor JSON: {error}") from error


def narrowed(
    raw: Any,
    source: str,
    kinds: Collection[str] = (),
    made_at_start: Sequence[Mapping[str, Any]] = (),
) -> Chosen:
    """The resources of some kinds, or of all. Raises MappingError."""
    checked = check(raw)
    if checked.config is None:
        raise MappingError(f"{_capital(source)} is not valid: {'; '.join(checked.mistakes)}")
    every = list(enumerate(checked.config.resources))
    taken = [(index, of) for index, of in every if not kinds or _kind(of) in kinds]
    if missing := sorted(set(kinds) - {_kind(of) for _, of in every}):
        known = ", ".join(sorted({_kind(of) for _, of in every})) or "none"
        raise MappingError(
            f"{_capital(source)} has no resource of kind {', '.join(missing)}; it has {known}"
        )
    return Chosen(
        checked.config.copy(update={"resources": [of for _, of in taken]}),
        [label(of, index) for index, of in taken],
        source,
        _whole([of for _, of in every], [of for _, of in taken]) if kinds else None,
        made_at_start,
    )


def kinds_of(text: str) -> list[str]:
    """The kinds in a text, with commas or spaces between. Raises MappingError."""
    kinds = text.replace(",", " ").split()
    if unknown := sorted(set(kinds) - set(Kinds)):
        raise MappingError(
            f"There is no kind {', '.join(unknown)}; there are {', '.join(sorted(Kinds))}"
        )
    return kinds


async def _integration(port: PortClient) -> dict[str, Any]:
    """The integration's document; an empty one before its first start."""
    try:
        return dict(await port.get_current_integration(should_log=False))
    except httpx.HTTPStatusError as error:
        if error.response.status_code != NOT_THERE:
            raise
        return {}


def _mapping_of(defaults: Defaults | None) -> dict[str, Any]:
    return {} if defaults is None else dict(defaults.port_app_config.to_request())


def _kind(resource: ResourceConfig) -> str:
    """The kind, also of a resource with a mistake."""
    kind = str(resource.kind)
    return UNKNOWN if kind == f"{UNKNOWN}{SUFFIX}" else kind.removesuffix(SUFFIX)


def _whole(every: Sequence[ResourceConfig], taken: Sequence[ResourceConfig]) -> frozenset[str]:
    """The blueprints that no resource makes entities of but those that are taken."""
    made_by_others = {blueprint_of(of) for of in every if of not in taken}
    if None in made_by_others:
        return frozenset()
    return frozenset(of for one in taken if (of := blueprint_of(one))) - made_by_others


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
