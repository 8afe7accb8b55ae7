"""The forms that people met payloads in: the same event can say less, or say it otherwise."""

import random
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sandbox.jira.formats import Row

ParentForm = Literal["ids", "keys", "plain", "both"]
_SPRINTS = "com.atlassian.greenhopper.service.sprint.Sprint"


@dataclass
class PayloadForms:
    """Which form payloads have. Unless said otherwise that is the usual one."""

    # `jira:` before names that Atlassian documents without it.
    prefixed_names: bool = False
    # A user that was deleted is told by an account id and a name, without an event's name.
    bare_deleted_user: bool = False
    # On Cloud an attachment's event names no issue.
    attachment_alone: bool = True
    # A changed parent is an item with ids or with keys, one field's or another's, or two items.
    parents: ParentForm = "ids"
    # A sub-task that becomes a task, or the reverse, may tell no more than its type.
    type_alone: bool = False
    # A move may tell no more than the key.
    key_alone: bool = False
    # Sprints may be shown the way their class prints them.
    sprints_as_text: bool = False
    # The issue of a comment or a worklog may be told by a link alone.
    link_alone: bool = False

    @classmethod
    def some(cls, rng: random.Random) -> "PayloadForms":
        """Any of them, each alone and with others."""
        return cls(
            prefixed_names=rng.random() < 0.5,
            bare_deleted_user=rng.random() < 0.5,
            attachment_alone=rng.random() < 0.7,
            parents=rng.choice(get_args(ParentForm)),
            type_alone=rng.random() < 0.5,
            key_alone=rng.random() < 0.5,
            sprints_as_text=rng.random() < 0.5,
            link_alone=rng.random() < 0.5,
        )

    def of(self, body: Row) -> Row:
        """A payload in its form; `body` has the usual one, and is changed in place."""
        event = body["webhookEvent"]
        thing = event.rpartition("_")[0]
        if event == "user_deleted" and self.bare_deleted_user:
            return {"accountId": body["user"]["accountId"], "username": "somebody"}
        if thing == "attachment" and self.attachment_alone:
            body.pop("issue", None)
        if thing == "comment" and self.link_alone:
            body.pop("issue", None)
        if thing == "worklog" and self.link_alone:
            body["worklog"].pop("issueId")
        if thing == "jira:issue":
            self._shape_issue(body)
        if self.prefixed_names and not event.startswith("jira:"):
            body["webhookEvent"] = f"jira:{event}"
        return body

    def _shape_issue(self, body: Row) -> None:
        if "changelog" in body:
            items = body["changelog"]["items"]
            fields = {item["field"] for item in items}
            shaped = [one for item in items for one in self._items(item)]
            if self.type_alone and "issuetype" in fields:
                shaped = [item for item in shaped if "arent" not in item["field"]]
            if self.key_alone and "Key" in fields:
                shaped = [item for item in shaped if item["field"] != "project"]
            body["changelog"]["items"] = shaped
        if self.sprints_as_text:
            shown = body["issue"]["fields"]
            for name, value in shown.items():
                if name.startswith("customfield_") and _are_sprints(value):
                    shown[name] = [_as_text(sprint) for sprint in value]

    def _items(self, item: Row) -> list[Row]:
        if item["field"] != "IssueParentAssociation" or self.parents == "ids":
            return [item]
        keys = {"from": item["fromString"], "to": item["toString"]}
        if self.parents == "keys":
            return [item | keys | {"field": "Parent Issue", "fieldtype": "custom"}]
        if self.parents == "plain":
            return [item | {"field": "Parent"}]
        return [item | keys | {"field": "Parent"}, item]


def _are_sprints(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, dict) and "boardId" in v for v in value)


def _as_text(sprint: Row) -> str:
    parts = {
        "id": sprint["id"],
        "rapidViewId": sprint["boardId"],
        "state": str(sprint["state"]).upper(),
        "name": sprint["name"],
        "goal": sprint["goal"],
    }
    inside = ",".join(f"{name}={value}" for name, value in parts.items())
    return f"{_SPRINTS}@{sprint['id']:x}[{inside}]"
