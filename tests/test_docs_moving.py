"""What docs/moving.md has its reader do with the mapping comes out as it says."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from port_ocean.core.defaults.common import Defaults, get_port_integration_defaults

from port.mapping.resources import JiraPortAppConfig, blueprint_of
from tests.documents import ROOT, text_of

GUIDE = text_of(ROOT / "docs/moving.md")
RESOURCES = ROOT / ".port/resources"


def read(folder: Path) -> Defaults:
    """What the integration would begin with."""
    found = get_port_integration_defaults(JiraPortAppConfig, folder.name, folder.parent)
    assert found is not None
    return found


def blueprints_of(defaults: Defaults) -> set[str | None]:
    """The blueprints that its mapping makes entities of."""
    return {blueprint_of(resource) for resource in defaults.port_app_config.resources}


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    """The folder after the two commands of the guide."""
    [(pattern, instead)] = re.findall(r"perl -pi -e 's/(.+)/(.+)/g' trial/\*", GUIDE)
    folder = tmp_path / "trial"
    folder.mkdir()
    for file in RESOURCES.iterdir():
        text = re.sub(pattern, instead.replace("$&", r"\g<0>"), file.read_text("utf-8"))
        (folder / file.name).write_text(text, "utf-8")
    return folder


def test_a_trial_has_blueprints_of_its_own_that_relate_to_each_other(trial: Path) -> None:
    ours, theirs = read(RESOURCES), read(trial)
    made: list[dict[str, Any]] = theirs.blueprints
    names = {blueprint["identifier"] for blueprint in made}
    assert names == {f"{blueprint['identifier']}Trial" for blueprint in ours.blueprints}
    assert blueprints_of(theirs) == names
    assert {of["target"] for b in made for of in b.get("relations", {}).values()} <= names


def test_a_trial_maps_as_the_integration_does_from_the_start(trial: Path) -> None:
    mappings = [
        yaml.safe_load((folder / "port-app-config.yaml").read_text("utf-8"))
        for folder in (RESOURCES, trial)
    ]
    before, after = (json.dumps(mapping).replace("Trial", "") for mapping in mappings)
    assert after == before


def test_a_mapping_alone_makes_no_blueprints(tmp_path: Path) -> None:
    assert "`mine/port-app-config.yaml`" in GUIDE
    folder = tmp_path / "mine"
    folder.mkdir()
    mapping = (RESOURCES / "port-app-config.yaml").read_text("utf-8")
    (folder / "port-app-config.yaml").write_text(mapping, "utf-8")
    assert read(folder).blueprints == []
    assert blueprints_of(read(folder)) == blueprints_of(read(RESOURCES))
