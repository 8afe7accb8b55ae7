"""The demo's page in a real browser: a world that runs beside the test, and what is on the page."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

from sandbox.demo import keep_changing
from sandbox.jira.site import JiraSite
from sandbox.page.server import DemoPage
from sandbox.world import World

INDEX_LAG = 0.5
"""Less than the integration expects."""
_SETTINGS: dict[str, Any] = {"OCEAN__INTEGRATION__CONFIG__SEARCH_INDEX_LAG_SECONDS": "1"}
_LIKE = """
const [tags, text] = arguments;
const bare = (said) => said?.replaceAll(/\\s/g, "") ?? "";
return [...document.querySelectorAll(tags)].filter((one) => one.checkVisibility()
  && [one.ariaLabel, one.textContent, ...[...(one.labels ?? [])].map((label) => label.textContent)]
    .some((said) => bare(said).includes(bare(text))));
"""
"""What may be what is looked for; what it is called is the browser's to say."""
_TAGS = {
    "button": "button",
    "switch": "input",
    "tab": "button",
    "combobox": "select, input",
    "textbox": "input",
    "spinbutton": "input",
    "searchbox": "input",
    "listitem": "li",
}


@dataclass
class Running:
    """A world with its page, in a thread of its own."""

    world: World
    page: DemoPage
    loop: asyncio.AbstractEventLoop

    def there[T](self, function: Callable[[], T]) -> T:
        """Call a function where the world runs."""

        async def call() -> T:
            return function()

        return asyncio.run_coroutine_threadsafe(call(), self.loop).result(30)


@contextmanager
def running(issues: int) -> Iterator[Running]:
    """The demo as it is after its own changes, with so many issues."""
    loop = asyncio.new_event_loop()
    ready: asyncio.Future[Running] = loop.create_future()
    ended = asyncio.Event()

    async def serve() -> None:
        site = JiraSite()
        site.fill_every_kind(issues)
        async with World(site, every_kind=True, **_SETTINGS) as world:
            world.port.hurry()
            async with DemoPage(world, index_lag=INDEX_LAG) as page:
                assert await world.start() == "completed"
                page.phase("yours")
                editing = asyncio.create_task(keep_changing(world, page))
                ready.set_result(Running(world, page, loop))
                await ended.wait()
                editing.cancel()

    serving = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    serving.start()
    done = asyncio.run_coroutine_threadsafe(_of(ready), loop)
    try:
        yield done.result(120)
    finally:
        loop.call_soon_threadsafe(ended.set)
        serving.join(60)
        loop.close()


async def _of(ready: "asyncio.Future[Running]") -> Running:
    return await ready


class Browser:
    """What somebody who looks at the page, or hears it read, can do."""

    def __init__(self, driver: Chrome) -> None:
        self.driver = driver
        self._wait = WebDriverWait(
            driver, 60, 0.05, ignored_exceptions=[StaleElementReferenceException]
        )

    def until[T](self, holds: Callable[[], T], what: str) -> T:
        """Wait until something is so."""
        return self._wait.until(lambda _: holds(), f"{what}; it said: {self.said()!r}")

    def find(self, role: str, name: str) -> WebElement:
        """What has this role and this name, as assistive technology is told."""

        def look() -> WebElement | None:
            like = self.driver.execute_script(_LIKE, _TAGS[role], name)
            found = (one for one in like if one.aria_role == role and one.accessible_name == name)
            return next(found, None)

        return self.until(look, f"no {role} is called {name!r}")  # type: ignore[return-value]

    def click(self, role: str, name: str) -> None:
        """Click on it, wherever it is by then."""

        def hit() -> bool:
            self.find(role, name).click()
            return True

        self.until(hit, f"no click on {name!r}")

    def text(self, selector: str) -> str:
        """The text of what a selector finds first; nothing where there is none."""
        script = "return document.querySelector(arguments[0])?.textContent ?? ''"
        return str(self.driver.execute_script(script, selector))

    def said(self) -> str:
        """What was said last."""
        return self.text("#said")

    def hears(self, text: str) -> None:
        """Wait until it is said."""
        self.until(lambda: text in self.said(), f"nothing says {text!r}")

    def shows(self, selector: str, text: str) -> None:
        """Wait until a text is somewhere in what a selector finds."""
        self.until(
            lambda: text in self.text(selector),
            f"{selector} doesn't show {text!r}",
        )

    def fill(self, **fields: str) -> None:
        """Fill in the form, by its labels; of a list, choose what reads so."""
        for label, value in fields.items():
            field = self.labelled(label.replace("_", " "))
            if field.tag_name == "select":
                choose(field, value)
            else:
                field.clear()
                field.send_keys(value)

    def labelled(self, label: str) -> WebElement:
        """The field of the form with a label."""

        def look() -> WebElement | None:
            fields = self.driver.find_elements("css selector", "dialog input, dialog select")
            return next((one for one in fields if one.accessible_name == label), None)

        return self.until(look, f"no field is called {label!r}")  # type: ignore[return-value]

    def press(self, *keys: str) -> None:
        """Press keys, wherever the focus is."""
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def tab_to(self, name: str, most: int = 60) -> None:
        """Press the tabulator until the focus is on what has this name; it has to be seen there."""
        for _ in range(most):
            focused = self.driver.switch_to.active_element
            if focused.accessible_name == name:
                assert self.driver.execute_script(_SEEN, focused), f"{name!r} isn't outlined"
                return
            focused.send_keys(Keys.TAB)
        raise AssertionError(f"the tabulator never comes to {name!r}")

    def complaints(self) -> list[str]:
        """What the console holds since the last time."""
        lines = self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        return [str(line["message"]) for line in lines]


def choose(field: WebElement, text: str) -> None:
    """Choose from a list what begins like this."""
    options = Select(field).options
    Select(field).select_by_index(
        next(n for n, one in enumerate(options) if one.text.startswith(text))
    )


_SEEN = """
return getComputedStyle(arguments[0]).outlineStyle !== "none";
"""
