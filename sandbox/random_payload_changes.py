"""Random changes that events tell of in more than one form: attachments, conversions."""

import random
from collections.abc import Callable, Mapping

from sandbox.jira.entities import Issue
from sandbox.jira.site import JiraSite
from sandbox.random_changes import issue, one_of, some_text


def _childless(site: JiraSite, rng: random.Random, level: int) -> Issue:
    return one_of(
        rng,
        [
            i
            for i in site.issues.values()
            if i.visible and i.type.level == level and not i.children and i.sprint is None
        ],
    )


def _attach(site: JiraSite, rng: random.Random) -> None:
    site.attach(issue(site, rng).id, f"{some_text(rng)}.png")


def _remove_attachment(site: JiraSite, rng: random.Random) -> None:
    chosen = one_of(rng, [i for i in site.issues.values() if i.visible and i.attachments])
    site.remove_attachment(chosen.id, one_of(rng, chosen.attachments).id)


def _make_subtask(site: JiraSite, rng: random.Random) -> None:
    chosen = _childless(site, rng, 0)
    parents = [
        i
        for i in site.issues.values()
        if i.visible and i.type.level == 0 and i is not chosen and i.project is chosen.project
    ]
    site.convert_issue(chosen.id, "Sub-task", one_of(rng, parents).id)


def _make_task(site: JiraSite, rng: random.Random) -> None:
    site.convert_issue(_childless(site, rng, -1).id, "Task")


PAYLOAD_CHANGES: Mapping[str, Callable[[JiraSite, random.Random], None]] = {
    change.__name__.strip("_"): change
    for change in (_attach, _remove_attachment, _make_subtask, _make_task)
}
"""Every such change by its name."""
