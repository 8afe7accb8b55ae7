"""The demo's page in Debian's Chromium: every button and switch, as somebody there would use it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from selenium.webdriver import Keys

from sandbox.compare import Difference
from sandbox.page.browser import CHROMEDRIVER, CHROMIUM, chromium, look
from tests.e2e.browsing import INDEX_LAG, Browser, Running, choose, running

pytestmark = pytest.mark.skipif(
    CHROMIUM is None or CHROMEDRIVER is None,
    reason="Debian's chromium and chromium-driver aren't installed",
)

ISSUES = 60


@pytest.fixture(scope="module")
def demo() -> Iterator[Running]:
    with running(ISSUES) as found:
        yield found


@pytest.fixture(scope="module")
def browser(demo: Running) -> Iterator[Browser]:
    with chromium() as driver:
        driver.get(demo.page.url)
        found = Browser(driver)
        found.until(lambda: driver.execute_script("return 'ready' in document.body.dataset"), "no")
        found.shows("#entities", "Edited 1 times while you watch")
        found.click("switch", "Keeps editing")
        yield found


@pytest.fixture(autouse=True)
def console(browser: Browser) -> Iterator[None]:
    browser.click("tab", "Issues")
    yield
    assert browser.complaints() == []


def opened(browser: Browser, demo: Running) -> None:
    """Open the newest issue of the project EF that is no epic and no sub-task."""
    issue = demo.there(
        lambda: max(
            (
                issue
                for issue in demo.world.site.issues.values()
                if issue.visible and issue.project.key == "EF" and issue.type.level == 0
            ),
            key=lambda issue: int(issue.id),
        )
    )
    field = browser.find("searchbox", "Find an issue")
    field.clear()
    field.send_keys(issue.key)
    name = f"{issue.key} {issue.summary} {issue.status.name}"
    button = browser.find("button", name)
    if button.get_attribute("aria-expanded") == "false":
        browser.click("button", name)


@contextmanager
def trouble(browser: Browser, name: str) -> Iterator[None]:
    browser.click("switch", name)
    try:
        yield
    finally:
        browser.click("switch", name)


def edit(browser: Browser, demo: Running, summary: str) -> None:
    opened(browser, demo)
    browser.click("button", "Edit")
    browser.fill(Summary=summary)
    browser.click("button", "Save")


def in_catalog(browser: Browser, what: str) -> None:
    browser.hears(f"{what} in Jira, and in the catalog ")


def test_the_page_says_what_is_where(browser: Browser):
    assert "Jira" in browser.text("#jira-title")
    browser.shows("#issues-count", f"The newest 40 of {ISSUES}")
    browser.shows("#blueprint", f"Issue ({ISSUES})")
    browser.shows("#deliveries .more", "sent")
    browser.shows("#queue .more", "nothing waits")


def test_an_issue_is_created_by_the_keyboard_alone(browser: Browser):
    browser.driver.execute_script("document.activeElement.blur()")
    browser.tab_to("Create issue")
    browser.press(Keys.ENTER)
    browser.tab_to("Summary")
    browser.press("Made without a mouse", Keys.TAB, "Project EF", Keys.TAB, "Bug")
    browser.tab_to("Create")
    browser.press(Keys.ENTER)
    in_catalog(browser, "created")
    browser.shows("#entities", "Made without a mouse")


def test_a_form_says_what_is_missing_and_escape_closes_it(browser: Browser):
    browser.click("button", "Create issue")
    browser.click("button", "Create")
    browser.shows("dialog .wrong", "Please fill in: summary.")
    browser.press(Keys.ESCAPE)
    browser.until(lambda: not browser.driver.find_elements("css selector", "dialog[open]"), "open")


@pytest.mark.parametrize(
    ("button", "form", "submit", "done", "shown"),
    [
        ("Edit", {"Summary": "Put right", "Priority": "Highest"}, "Save", "edited", "Put right"),
        ("Transition", {"Status": "In Review"}, "Set the status", "is In Review", "In Review"),
        ("Comment", {"Comment": "Well done"}, "Comment", "commented on", "updated"),
        ("Log work", {"Minutes": "45"}, "Log it", "minutes of work logged on", "45 minutes"),
        ("Move", {"Project": "Project CD"}, "Move", "moved, and is CD-", "CD-"),
        ("Delete", {}, "Delete", "deleted", "gone"),
    ],
)
def test_an_issue(
    browser: Browser,
    demo: Running,
    button: str,
    form: dict[str, str],
    submit: str,
    done: str,
    shown: str,
):
    opened(browser, demo)
    browser.click("button", button)
    browser.fill(**form)
    browser.driver.find_element("css selector", "dialog [type=submit]").click()
    browser.hears(done)
    browser.hears("in the catalog")
    browser.shows("#entities", shown)


def test_the_index_lags(browser: Browser, demo: Running):
    with trouble(browser, "Index lag"):
        browser.until(lambda: demo.world.site.index_lag == INDEX_LAG, "the index doesn't lag")
        edit(browser, demo, "Told before a search knew")
        browser.shows("#entities", "Told before a search knew")
    browser.until(lambda: demo.world.site.index_lag == 0, "the index lags")


def test_a_sprint_is_closed_and_the_next_one_started(browser: Browser):
    browser.click("tab", "Boards")
    browser.click("button", "Close CD board: sprint 2")
    in_catalog(browser, "CD board: sprint 2 closed")
    browser.click("button", "Start CD board: sprint 3")
    in_catalog(browser, "CD board: sprint 3 started")


def test_a_user_is_renamed(browser: Browser):
    browser.click("tab", "People")
    browser.click("button", "Rename User 3")
    browser.fill(Display_name="Somebody Else")
    browser.click("button", "Rename")
    in_catalog(browser, "User 3 is called Somebody Else now")
    browser.shows("#entities", "Somebody Else")


def test_the_catalog_is_shown_by_blueprint(browser: Browser):
    choice = browser.find("combobox", "Show")
    choose(choice, "Project")
    browser.shows("#entities", "Project AB")
    browser.until(lambda: "User" not in browser.text("#entities"), "people are shown, too")
    choose(choice, "Everything")
    browser.shows("#entities", "User")


def test_jira_is_down_and_comes_back(browser: Browser, demo: Running):
    with trouble(browser, "Jira down"):
        edit(browser, demo, "Told while Jira was down")
        browser.shows("#trail", "503")
        browser.click("button", "Compare with a fresh resync")
        browser.hears("Switch off first: Jira down.")
    browser.shows("#entities", "Told while Jira was down")


def test_port_is_down_and_comes_back(browser: Browser, demo: Running):
    with trouble(browser, "Port down"):
        edit(browser, demo, "Told while Port was down")
        browser.shows("#trail", "503")
    browser.shows("#entities", "Told while Port was down")


def test_a_project_is_archived_while_jira_is_throttled_and_restored(
    browser: Browser, demo: Running
):
    browser.click("tab", "Projects")
    with trouble(browser, "Jira throttled"):
        browser.click("button", "Archive DO")
        browser.until(lambda: any(r.status == 429 for r in demo.world.jira.requests), "all go in")
    in_catalog(browser, "DO archived")
    browser.click("button", "Restore DO")
    in_catalog(browser, "DO restored")


def test_one_board_fails(browser: Browser):
    browser.click("tab", "Boards")
    with trouble(browser, "One board fails"):
        browser.shows("#boards", "fails")
        browser.click("button", "Start AB board: sprint 3")
        browser.shows("#trail", "500")
    in_catalog(browser, "AB board: sprint 3 started")


def test_deliveries_come_twice_and_in_any_order(browser: Browser, demo: Running):
    with trouble(browser, "Twice, shuffled"):
        browser.until(lambda: demo.world.deliveries.shuffle, "they are in order")
        before = demo.world.deliveries.accepted
        edit(browser, demo, "Told twice")
        browser.until(lambda: demo.world.deliveries.accepted == before + 2, "it came once")
        browser.shows("#entities", "Told twice")


def test_the_lamp_names_what_is_different(browser: Browser, demo: Running):
    missing = Difference("jiraIssue", "AB-1", None, {"title": "Lost"})
    demo.there(lambda: demo.page.lamp.show([missing]))
    browser.shows("#lamp-text", "1 difference from a fresh resync")
    browser.shows("#differences", "jiraIssue/AB-1 is missing")


@pytest.mark.parametrize("tab", ["Issues", "Boards", "Projects", "People"])
def test_a_phone_scrolls_up_and_down_only(browser: Browser, demo: Running, tab: str):
    look(browser.driver, width=390, height=844)
    browser.click("tab", tab)
    if tab == "Issues":
        opened(browser, demo)
    width = "return document.documentElement.scrollWidth"
    assert browser.driver.execute_script(width) == 390
    browser.driver.execute_script("document.querySelector('#create').click()")
    browser.find("button", "Cancel").click()
    assert browser.driver.execute_script(width) == 390
    look(browser.driver, width=1440, height=900)


def test_tabs_are_chosen_by_arrows(browser: Browser):
    browser.find("tab", "Issues").send_keys(Keys.ARROW_LEFT)
    assert browser.driver.switch_to.active_element.accessible_name == "People"
    browser.press(Keys.ARROW_RIGHT)
    assert browser.driver.switch_to.active_element.accessible_name == "Issues"


@pytest.mark.parametrize("tab", ["Issues", "Boards", "Projects", "People"])
def test_everything_that_can_be_used_has_a_name(browser: Browser, tab: str):
    browser.click("tab", tab)
    used = browser.driver.find_elements("css selector", "button, input, select, svg, [role=region]")
    shown = [one for one in used if one.is_displayed()]
    assert len(shown) > 15
    assert [one.get_attribute("id") for one in shown if not one.accessible_name] == []


def test_after_all_of_it_and_while_deliveries_are_forged_the_lamp_is_green(browser: Browser):
    with trouble(browser, "Forged deliveries"):
        browser.shows("#deliveries .more", "2 forged, 2 refused")
        browser.click("button", "Compare with a fresh resync")
        browser.shows("#lamp-text", "Equal to a fresh resync")
        assert browser.driver.find_elements("css selector", "#lamp[data-state=equal]")
        assert browser.text("#lamp-since") == ""
