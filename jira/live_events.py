"""Whether live events can come, and what is in their way: decided without I/O."""

from dataclasses import dataclass

from jira.needs import Finding
from jira.reachable import doubts
from jira.settings import JiraSettings

BY_HAND = "(docs/webhook.md)"
NO_ADDRESS = "OCEAN__BASE_URL is not set: changes arrive only with a resync"


@dataclass(frozen=True)
class LiveEvents:
    """Whether nothing is known to be in their way, in words."""

    can_come: bool
    words: str


def manages_webhook(settings: JiraSettings, *, uses_gateway: bool) -> bool:
    """Whether the integration makes the webhook in Jira, as far as settings say."""
    return bool(settings.webhook_url) and settings.manage_webhooks and not uses_gateway


def manages_app_webhooks(settings: JiraSettings) -> bool:
    """Whether the integration is an OAuth app that registers its own, as far as settings say."""
    return bool(settings.webhook_url) and settings.manage_webhooks and is_app(settings)


def is_app(settings: JiraSettings) -> bool:
    """Whether it is an OAuth app."""
    return settings.oauth_token_file is not None


def live_events(settings: JiraSettings, *, uses_gateway: bool, may_manage: Finding) -> LiveEvents:
    """What settings, and the account's right to manage webhooks, mean for live events."""
    url = settings.webhook_url
    if url is None:
        return LiveEvents(False, f"{NO_ADDRESS}.")
    problems = []
    if found := doubts(url):
        problems.append(f"Jira Cloud may not reach {url}: {'; '.join(found)}.")
    if manages_app_webhooks(settings):
        return _of_app(url, problems, may_manage)
    if not manages_webhook(settings, uses_gateway=uses_gateway):
        why = (
            "The webhook can't be managed with an API token with scopes"
            if uses_gateway and settings.manage_webhooks
            else "manageWebhooks is off"
        )
        by_hand = f"{why}: somebody has to have made it by hand {BY_HAND}, for {url}."
        return LiveEvents(not problems, " ".join([*problems, by_hand]))
    if may_manage.met is not True:
        problems.append(
            f"The webhook can't be managed: {may_manage.words} Or let an administrator make it by "
            f"hand {BY_HAND}."
        )
    if problems:
        return LiveEvents(False, " ".join(problems))
    return LiveEvents(
        True, f"The webhook can be managed. Nothing about {url} says that Jira can't reach it."
    )


def _of_app(url: str, problems: list[str], may_manage: Finding) -> LiveEvents:
    if may_manage.met is not True:
        problems.append(f"The app's webhooks can't be managed: {may_manage.words}")
    if problems:
        return LiveEvents(False, " ".join(problems))
    return LiveEvents(
        True,
        "The app's webhooks can be managed: they tell of issues and comments, sweeps find all "
        f"else. Nothing about {url} says that Jira can't reach it.",
    )
