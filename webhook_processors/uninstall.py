"""Deletes the webhook that the integration manages in Jira, when that is to be removed.

A command of its own, `python -m webhook_processors.uninstall`. It takes the settings of an
integration that runs, from the same places, and asks Jira alone.
"""

import asyncio

from loguru import logger
from port_ocean.bootstrap import load_ocean_app
from port_ocean.log.logger_setup import setup_logger
from port_ocean.utils.signal import init_signal_handler

from initialize_client import create_jira_client, get_settings
from jira.errors import JiraError, JiraPermissionError
from jira.live_events import is_app
from jira.needs import Permission
from jira.webhook_registration import webhook_name
from jira.webhook_removal import remove_app_webhooks, remove_webhook

NOTHING_RUNS = {"event_listener": {"type": "ONCE", "should_resync": False}}
"""What the framework itself overrides where it only loads an integration."""


async def uninstall() -> list[str]:
    """Delete it; what was done, in words. Raises JiraError, or SystemExit where it isn't ours."""
    settings = get_settings()
    name = webhook_name(settings.identifier)
    if not settings.manage_webhooks:
        raise SystemExit(
            "manageWebhooks is off, so the webhook isn't the integration's: nothing was deleted. "
            "Delete it in Jira under System, WebHooks."
        )
    client = create_jira_client()
    if is_app(settings):
        await client.verify_credentials()
        return [await remove_app_webhooks(client.api, settings.webhook_url)]
    if client.api.authentication.uses_gateway:
        raise SystemExit(
            "API tokens with scopes can't manage webhooks: nothing was deleted. Delete the webhook "
            "that was made by hand in Jira under System, WebHooks."
        )
    await client.verify_credentials()
    return (await remove_webhook(client.api, name, settings.webhook_url)).sentences(name)


def main() -> None:
    """Ends with 0 where the webhook is gone, deleted just now or not there before."""
    # As the framework's own command that only looks.
    init_signal_handler()
    setup_logger("INFO", enable_http_handler=False)
    load_ocean_app(".", NOTHING_RUNS)
    try:
        for sentence in asyncio.run(uninstall()):
            logger.info(sentence)
    except JiraError as error:
        denied = isinstance(error, JiraPermissionError)
        needs = f" It is {Permission.ADMINISTER.in_words}." if denied else ""
        raise SystemExit(f"The webhook could not be deleted: {error}{needs}") from error
    logger.info("An integration that still runs makes it again within an hour: stop it first")


if __name__ == "__main__":
    main()
