"""`make screenshot`: the page's picture for the README, as it is in the middle of things."""

import asyncio
import sys
from pathlib import Path

from selenium.webdriver import Chrome
from selenium.webdriver.support.ui import WebDriverWait

from sandbox.jira.site import JiraSite
from sandbox.page.actions import act
from sandbox.page.browser import CHROMEDRIVER, CHROMIUM, chromium, look
from sandbox.page.server import DemoPage
from sandbox.world import World

PICTURE = Path(__file__).resolve().parents[2] / "docs" / "demo.png"
_WIDTH, _HEIGHT = 1360, 860
_SECONDS = 60
_SOME_EDITS = 6


async def main() -> None:
    """Change a few things in Jira, have the lamp go green, and look."""
    if CHROMIUM is None or CHROMEDRIVER is None:
        sys.exit("Debian's packages chromium and chromium-driver have to be installed.")
    site = JiraSite()
    site.fill_every_kind(300)
    async with World(site, every_kind=True) as world, DemoPage(world) as page:
        await world.start()
        page.phase("yours")
        with chromium() as driver:
            await asyncio.to_thread(_open, driver, page.url)
            for number in range(_SOME_EDITS):
                issue = site.random.choice([one for one in site.issues.values() if one.visible])
                site.edit_issue(issue.id, summary=f"Edited while you watch, {number + 1}")
                await world.settled()
            newest = max(site.issues.values(), key=lambda issue: int(issue.id))
            moved = {"issue": newest.key, "project": "CD"}
            for action, fields in (
                ("create", {"project": "CD", "summary": "Made while you watch", "type": "Bug"}),
                ("move", moved),
                ("transition", {"issue": newest.id, "status": "In Review"}),
                ("start-sprint", {"sprint": "3"}),
            ):
                act(site, action, fields)
                await world.settled()
            await page.lamp.compare()
            await asyncio.to_thread(_take, driver, newest.key)
    print(f"{PICTURE.relative_to(Path.cwd())}: {PICTURE.stat().st_size // 1000} kB")


def _open(driver: Chrome, url: str) -> None:
    look(driver, width=_WIDTH, height=_HEIGHT)
    driver.get(url)


def _take(driver: Chrome, key: str) -> None:
    """Open an issue on the left, and take the picture when the catalog shows it on the right."""
    wait = WebDriverWait(driver, _SECONDS, 0.05)
    opened = f"//ul[@id='issues']//button[contains(., '{key}')]"
    wait.until(lambda found: found.find_element("xpath", opened)).click()
    shown = f"//ul[@id='entities']/li[contains(., '{key}')]"
    wait.until(lambda found: found.find_element("xpath", shown))
    PICTURE.parent.mkdir(exist_ok=True)
    driver.save_screenshot(str(PICTURE))


if __name__ == "__main__":
    asyncio.run(main())
