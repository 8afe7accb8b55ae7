"""A start that can't work ends with one sentence; the rest of the world is left alone."""

import pytest

from tests.e2e.support import make_world

pytestmark = pytest.mark.usefixtures("executed")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"OCEAN__INTEGRATION__CONFIG__JIRA_HOST": ""}, "jiraHost is missing"),
        ({"OCEAN__INTEGRATION__CONFIG__JIRA_HOST": "ftp://x"}, "jiraHost is 'ftp://x'"),
        (
            {"OCEAN__INTEGRATION__CONFIG__ATLASSIAN_USER_TOKEN": ""},
            "atlassianUserToken is missing",
        ),
    ],
)
async def test_a_wrong_setting_stops_the_start_and_is_named(settings, sentence):
    async with make_world(5) as world:
        world.process._env.update(settings)
        with pytest.raises(RuntimeError, match="ended with status 1"):
            await world.process.start()
        assert any(sentence in line for line in world.process.log)
        assert not any("Traceback" in line for line in world.process.log)


async def test_more_than_one_event_worker_is_refused_with_a_warning():
    async with make_world(5, OCEAN__EVENT_WORKERS_COUNT="3") as world:
        assert await world.start() == "completed"
        issue = world.site.create_issue("AB", summary="In order")
        world.site.delete_issue(issue.id)
        await world.settled()
        assert world.catalog.get("jiraIssue", issue.key) is None
        assert any("one worker" in line for line in world.process.log)


async def test_without_a_base_url_a_delivery_is_not_swallowed():
    async with make_world(5, OCEAN__BASE_URL="") as world:
        assert await world.start() == "completed"
        assert any("OCEAN__BASE_URL is not set" in line for line in world.process.log)
        assert world.site.webhooks == {}
