"""Takes our webhook out of Jira, when the integration is to be removed."""

from dataclasses import dataclass, field

from jira.app_webhooks import AppWebhooks
from jira.errors import JiraNotFoundError
from jira.http.api import JiraApi
from jira.webhook_choice import choose, is_same_url, named
from jira.webhook_registration import ONE_WEBHOOK, every_webhook, webhook_id


@dataclass(frozen=True)
class Removed:
    """How many webhooks of our name were deleted, and what others send to our address."""

    count: int
    others: list[str] = field(default_factory=list)

    def sentences(self, name: str) -> list[str]:
        """What was done, in words."""
        done = f"Deleted the webhook {name!r} in Jira"
        if self.count > 1:
            done = f"Deleted {self.count} webhooks of the name {name!r} in Jira"
        if not self.count:
            done = f"There is no webhook {name!r} in Jira, so none was deleted"
        rest = "has another name and sends to our address: it was left alone"
        return [done, *(f"The webhook {other} {rest}" for other in self.others)]


async def remove_webhook(api: JiraApi, name: str, url: str | None) -> Removed:
    """Delete what has our name, whatever its address; others stay. Raises JiraError."""
    hooks = await every_webhook(api)
    ours = named(hooks, name)
    count = 0
    for hook in ours:
        try:
            await api.delete(ONE_WEBHOOK, id=webhook_id(hook))
        except JiraNotFoundError:
            # Somebody deleted it a moment ago.
            continue
        count += 1
    others = [hook for hook in hooks if hook not in ours]
    choice = choose(others, name, url or "")
    strangers = [*([] if choice.keep is None else [choice.keep]), *choice.strangers]
    return Removed(count, [f"{hook.get('name')!r} (id {webhook_id(hook)})" for hook in strangers])


async def remove_app_webhooks(api: JiraApi, url: str | None) -> str:
    """Delete what our app registered for our address; what was done, in words. Raises JiraError.

    Without an address, all that the app has there.
    """
    hooks = AppWebhooks(api)
    every = await hooks.every()
    ours = [hook["id"] for hook in every if url is None or is_same_url(hook.get("url"), url)]
    if not ours:
        return "The app has no webhook for our address in Jira, so none was deleted"
    await hooks.remove(ours)
    return f"Deleted {len(ours)} webhooks of the app in Jira; some moments later they are gone"
