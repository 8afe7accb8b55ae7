"""Jira's list of webhooks, which somebody else may have changed, and the one that is ours."""

from typing import Any

from jira.webhook_registration import WEBHOOKS, WantedWebhook, webhook_name
from tests.unit.helpers.fakes import FakeApi

SECRET = "a-very-secret-word"
WANTED = WantedWebhook(
    name=webhook_name("jira-1"),
    url="https://port.example.com/integration/webhook",
    events=("jira:issue_created", "jira:issue_deleted"),
    secret=SECRET,
)


class Hooks:
    """Jira's list of webhooks, as its API shows it: never with the secret."""

    def __init__(self) -> None:
        self.hooks: dict[str, dict[str, Any]] = {}
        self.secrets: dict[str, str] = {}
        self.errors: dict[str, Exception] = {}
        self.fake = FakeApi(self.answer)

    def add(self, hook_id: str, /, **changes: Any) -> None:
        self.secrets[hook_id] = "another secret"
        self.hooks[hook_id] = {
            "name": WANTED.name,
            "url": WANTED.url,
            "events": list(WANTED.events),
            "enabled": True,
            "excludeBody": False,
            "filters": {},
            "isSigned": True,
            "self": f"https://site.example.com{WEBHOOKS}/{hook_id}",
            **changes,
        }

    def answer(self, method: str, path: str, what: Any) -> Any:
        hook_id = path.removeprefix(WEBHOOKS).strip("/")
        if method in self.errors:
            return self.errors[method]
        if method == "GET":
            return list(self.hooks.values())
        if method == "DELETE":
            return self.hooks.pop(hook_id, None) and None
        hook_id = hook_id or str(len(self.hooks) + 1)
        self.add(hook_id, **{name: value for name, value in what.items() if name != "secret"})
        self.secrets[hook_id] = what["secret"]
        return self.hooks[hook_id]

    @property
    def changes(self) -> list[tuple[str, str]]:
        return [(m, p.removeprefix(WEBHOOKS)) for m, p, _ in self.fake.asked if m != "GET"]


def warnings(log: list[str]) -> list[str]:
    """Those lines of a log."""
    return [line for line in log if line.startswith("WARNING")]
