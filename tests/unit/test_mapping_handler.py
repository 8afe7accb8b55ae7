"""The mapping as the framework asks for it: valid, or the last one that was."""

from types import SimpleNamespace
from typing import Any

import httpx
import pytest

import integration as module
from integration import JiraAppConfigHandler
from jira.errors import MappingError
from tests.unit.test_mapping_checked import GOOD, mapping, resource

BAD = mapping(resource("sprint", sprintState=[]))


class FakePort:
    """Has a mapping, or fails; counts how often it is asked."""

    def __init__(self) -> None:
        self.config: Any = GOOD
        self.down = False
        self.asked = 0

    async def get_current_integration(self) -> dict[str, Any]:
        self.asked += 1
        if self.down:
            raise httpx.ConnectError("refused")
        return {"config": self.config}


@pytest.fixture
def port() -> FakePort:
    return FakePort()


@pytest.fixture
def event(monkeypatch) -> Any:
    made = SimpleNamespace(port_app_config=None)
    monkeypatch.setattr(module, "event", made)
    return made


@pytest.fixture
def handler(port, event) -> JiraAppConfigHandler:
    config = SimpleNamespace(port=SimpleNamespace(port_app_config_cache_ttl=60))
    context: Any = SimpleNamespace(config=config, port_client=port)
    return JiraAppConfigHandler(context)


def kinds(config: Any) -> list[str]:
    return [of.kind for of in config.resources]


async def test_the_mapping_is_what_the_event_works_with(handler, event):
    assert await handler.get_port_app_config() is event.port_app_config
    assert kinds(event.port_app_config) == ["project", "issue"]


@pytest.mark.parametrize("use_cache", [False, True])
async def test_a_mistake_leaves_the_last_valid_one_in_place(handler, event, port, use_cache):
    """A resync asks without the cache, and must not fail either."""
    valid = await handler.get_port_app_config(use_cache=False)
    port.config = BAD
    assert await handler.get_port_app_config(use_cache=False) is valid
    event.port_app_config = None
    assert await handler.get_port_app_config(use_cache=use_cache) is valid
    assert event.port_app_config is valid


async def test_port_is_not_asked_at_every_event_because_of_a_mistake(handler, port):
    await handler.get_port_app_config()
    port.config = BAD
    await handler.get_port_app_config(use_cache=False)
    asked = port.asked
    await handler.get_port_app_config()
    assert port.asked == asked


async def test_a_mapping_of_which_nothing_can_be_used_is_no_mapping(handler, event, port):
    port.config = mapping() | {"resources": "issue"}
    for use_cache in (False, True):
        with pytest.raises(MappingError, match="resources is no list"):
            await handler.get_port_app_config(use_cache=use_cache)
    assert event.port_app_config is None
    port.config = GOOD
    assert kinds(await handler.get_port_app_config()) == ["project", "issue"]


async def test_while_port_is_down_the_last_one_is_used_but_in_a_resync(handler, port, event):
    port.down = True
    with pytest.raises(httpx.HTTPError):
        await handler.get_port_app_config()
    port.down = False
    known = await handler.get_port_app_config()
    port.down = True
    handler._app_config_cache._retrieval_time = -1e9
    assert await handler.get_port_app_config() is known
    with pytest.raises(httpx.HTTPError):
        await handler.get_port_app_config(use_cache=False)


async def test_after_another_process_resynced_it_is_asked_for_anew_and_once(handler, port):
    await handler.get_port_app_config()
    port.config = mapping(resource("sprint"))
    assert kinds(await handler.get_port_app_config()) == ["project", "issue"]
    handler.forget()
    port.down = True
    assert kinds(await handler.get_port_app_config()) == ["project", "issue"]
    port.down = False
    assert kinds(await handler.get_port_app_config()) == ["sprint"]
    asked = port.asked
    await handler.get_port_app_config()
    assert port.asked == asked
