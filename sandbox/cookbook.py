"""`make cookbook`: writes into docs/cookbook.md what each of its mappings gives.

All of them are mapped at once by the real integration, out of a site whose values are known.
"""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import yaml

from sandbox.port.catalog import PortCatalog
from sandbox.small_site import HOST, small_site
from sandbox.world import World

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "cookbook.md"
FOLDER = ROOT / "docs" / "cookbook"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
ACCOUNTS = ("user2@example.com", "user3@example.com")
"""Who of the site's people has an account in Port."""
_USER = {"identifier": "_user", "title": "User", "schema": {"properties": {}}}

_SHOWN = re.compile(
    r"^<!-- (?P<what>mapping|entity): (?P<of>.+?) -->\n```\w+\n.*?^```$", re.MULTILINE | re.DOTALL
)


def mapping_text(name: str) -> str:
    """A mapping, as the page shows it."""
    return (FOLDER / f"{name}.yaml").read_text("utf-8")


def resources(name: str) -> list[dict[str, Any]]:
    """The resources of a mapping."""
    found: list[dict[str, Any]] = yaml.safe_load(mapping_text(name))["resources"]
    return found


def mapping() -> dict[str, Any]:
    """All of them as one mapping."""
    return {
        "createMissingRelatedEntities": True,
        "deleteDependentEntities": True,
        "resources": [resource for name in NAMES for resource in resources(name)],
    }


def blueprints() -> list[dict[str, Any]]:
    """The blueprints of all mappings, with those that a new installation has.

    Several mappings add to the same one. What others relate to comes first.
    """
    texts = [ROOT / ".port/resources/blueprints.json", *sorted(FOLDER.glob("*.json"))]
    found: dict[str, dict[str, Any]] = {"_user": _USER}
    for text in texts:
        for blueprint in json.loads(text.read_text("utf-8")):
            name = blueprint["identifier"]
            found[name] = _merged(found.get(name, {}), blueprint)
    before = {
        name: {r["target"] for r in of.get("relations", {}).values()} - {name}
        for name, of in found.items()
    }
    return [found[name] for name in TopologicalSorter(before).static_order()]


def _merged(one: Mapping[str, Any], two: Mapping[str, Any]) -> dict[str, Any]:
    """Both, the second one's values where both have one; objects are merged, too."""
    both = {
        name: _merged(one[name], value) if isinstance(value, dict) and name in one else value
        for name, value in two.items()
    }
    return {**one, **both}


@asynccontextmanager
async def cookbook_world(**settings: Any) -> AsyncIterator[World]:
    """The site, a Port account with all blueprints, and the integration with all mappings.

    Its first resync is done.
    """
    world = World(small_site(), blueprints=blueprints(), accounts=ACCOUNTS, **settings)
    async with world:
        world.port.api.set_mapping(mapping())
        status = await world.start()
        if status != "completed":
            raise RuntimeError("\n".join([f"the resync {status}:", *world.process.log[-30:]]))
        yield world


def entity(catalog: PortCatalog, base_url: str, of: str) -> dict[str, Any]:
    """What a mapping gives of an entity (`story-points jiraIssue AB-2`), as it is in the catalog.

    Without what other mappings give of the same one. Raises KeyError for what isn't there.
    """
    name, blueprint, identifier = of.split()
    found = catalog.get(blueprint, identifier)
    if found is None:
        raise KeyError(f"no {blueprint} {identifier}: {sorted(_named(catalog, blueprint))}")
    mapped = [resource["port"]["entity"]["mappings"] for resource in resources(name)]
    own = [of for of in mapped if of["blueprint"] == f'"{blueprint}"']
    shown = {part: found[part] for part in ("identifier", "title", "blueprint")}
    for part in ("properties", "relations"):
        names = [name for of in own for name in of.get(part, {})]
        if names:
            shown[part] = {name: found[part][name] for name in names}
    there: dict[str, Any] = json.loads(json.dumps(shown).replace(base_url, HOST))
    return there


def _named(catalog: PortCatalog, blueprint: str) -> list[str]:
    return [str(of["identifier"]) for of in catalog.entities(blueprint)]


def refreshed(page: str, catalog: PortCatalog, base_url: str) -> str:
    """The page with the mappings and entities as they are now."""

    def shown(match: re.Match[str]) -> str:
        what, of = match["what"], match["of"]
        if what == "mapping":
            return f"<!-- mapping: {of} -->\n```yaml\n{mapping_text(of)}```"
        text = json.dumps(entity(catalog, base_url, of), indent=2, ensure_ascii=False)
        return f"<!-- entity: {of} -->\n```json\n{text}\n```"

    return _SHOWN.sub(shown, page)


async def write() -> None:
    """Map all, and write the page."""
    async with cookbook_world() as world:
        page = PAGE.read_text("utf-8")
        PAGE.write_text(refreshed(page, world.catalog, world.site.base_url), "utf-8")


def main() -> int:
    """The exit code: 0, or 1 where the page has something that doesn't come out."""
    try:
        asyncio.run(write())
    except KeyError as error:
        print(f"docs/cookbook.md shows what isn't there: {error.args[0]}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
