"""The webhook in Jira: made once, signed, and put right in place."""

from client import webhook_events
from tests.e2e.support import make_world, started

NAME = "sandbox-Port-Ocean-Events-Webhook"


async def test_the_webhook_is_made_with_a_secret_and_every_event():
    async with started(10) as world:
        (hook,) = world.site.webhooks.values()
        assert hook.name == NAME
        assert hook.url == world.process.webhook_url
        assert sorted(hook.events) == webhook_events()
        assert hook.secret
        assert not any(hook.secret in line for line in world.process.log)


async def test_an_edited_webhook_is_put_right_and_a_second_one_is_removed():
    async with make_world(10) as world:
        for url in ("http://127.0.0.1:9/old", "http://127.0.0.1:9/older"):
            world.site.add_webhook(NAME, url, ["jira:issue_created"])
        other = world.site.add_webhook("Somebody else's", "http://127.0.0.1:9/x", ["user_created"])
        assert await world.start() == "completed"
        await world.process.wait_for_log("Removed a second webhook")
        ours = [hook for hook in world.site.webhooks.values() if hook.name == NAME]
        assert [hook.url for hook in ours] == [world.process.webhook_url]
        assert ours[0].secret
        assert sorted(ours[0].events) == webhook_events()
        assert world.site.webhooks[other.id].url == "http://127.0.0.1:9/x"


async def test_one_that_somebody_made_for_our_address_becomes_ours_and_no_event_is_refused():
    async with make_world(10) as world:
        url = world.process.webhook_url
        by_hand = world.site.add_webhook("Made by hand", f"{url}/", ["jira:issue_created"])
        another = world.site.add_webhook("Another", url, ["jira:issue_created"])
        # What is sent before it is ours can't be signed.
        assert await world.start() == "completed"
        assert list(world.site.webhooks) == [by_hand.id, another.id]
        assert (by_hand.name, by_hand.url) == (NAME, url)
        assert sorted(by_hand.events) == webhook_events()
        said = [line for line in world.process.log if "sends to" in line and "WARNING" in line]
        assert ["Adopted" in line for line in said] == [False, True]
        assert "'Another'" in said[0]
        del world.site.webhooks[another.id]
        issue = world.site.create_issue("AB", summary="Signed")
        await world.settled()
        assert world.catalog.get("jiraIssue", issue.key) is not None
        assert {delivery.status for delivery in world.deliveries.log} == {200}


async def test_without_the_permission_one_warning_says_what_to_do():
    async with make_world(10) as world:
        world.site.user_is_admin = False
        assert await world.start() == "completed"
        warnings = [line for line in world.process.log if "Administer Jira" in line]
        assert len(warnings) == 1
        assert world.site.webhooks == {}


async def test_webhooks_are_left_alone_where_that_is_wanted():
    setting = {"OCEAN__INTEGRATION__CONFIG__MANAGE_WEBHOOKS": "false"}
    async with started(10, site=None, **setting) as world:
        assert world.site.webhooks == {}
        assert world.jira.count("/rest/webhooks") == 0


async def test_a_configured_secret_signs_and_the_one_before_is_still_accepted():
    settings = {
        "OCEAN__INTEGRATION__CONFIG__WEBHOOK_SECRET": "the-new-secret-0123456789",
        "OCEAN__INTEGRATION__CONFIG__WEBHOOK_SECRET_PREVIOUS": "the-old-secret-0123456789",
    }
    async with started(10, site=None, **settings) as world:
        (hook,) = world.site.webhooks.values()
        assert hook.secret == "the-new-secret-0123456789"
        for secret in (hook.secret, "the-old-secret-0123456789"):
            hook.secret = secret
            issue = world.site.create_issue("AB", summary="Signed")
            await world.settled()
            assert world.catalog.get("jiraIssue", issue.key) is not None
        assert {delivery.status for delivery in world.deliveries.log} == {200}


async def test_unsigned_deliveries_are_taken_only_where_that_is_wanted():
    settings = {"OCEAN__INTEGRATION__CONFIG__ALLOW_UNSIGNED_WEBHOOKS": "true"}
    async with started(10, site=None, **settings) as world:
        (hook,) = world.site.webhooks.values()
        hook.secret = ""
        issue = world.site.create_issue("AB", summary="Unsigned")
        await world.settled()
        assert world.catalog.get("jiraIssue", issue.key) is not None
        assert any("allowUnsignedWebhooks is on" in line for line in world.process.log)
