"""Each step of docs/adding-a-kind.md, for each kind: one that was forgotten is said by its name."""

import re
from typing import Any

import pytest

from jira.events import Family, events_of
from jira.kinds.kind import Selector
from jira.kinds.lists import PlainListKind
from kinds import Kinds
from tests.guide_steps import GUIDE, STEPS, Step, events_told, has_processor, is_class_of
from tests.test_docs import ROOT, events_by_hand
from tests.unit.helpers.fake_client import resource
from tests.unit.helpers.fakes import FakeApi
from tests.unit.helpers.planning_site import all_rows

STEP = pytest.mark.parametrize(
    "step", STEPS, ids=[f"{step.number}-{step.missing[:30]}" for step in STEPS]
)


@STEP
@pytest.mark.parametrize("kind", Kinds)
def test_no_step_is_missing(kind: str, step: Step) -> None:
    assert step.done(kind), step.sentence(kind)


@STEP
def test_a_kind_for_which_nothing_was_done_misses_every_step(step: Step) -> None:
    assert not step.done("forgotten")
    said = step.sentence("forgotten")
    assert said.startswith("the kind forgotten ")
    assert said.endswith(f": step {step.number} of docs/adding-a-kind.md")
    assert "<kind>" not in said


class ForgottenKind(PlainListKind[Selector]):
    """One with events, of which nobody has heard."""

    events = events_of(Family.OPTION)
    touched_by = (Family.OPTION,)


def test_what_only_a_kind_with_events_can_forget_is_found() -> None:
    assert not has_processor(ForgottenKind)
    assert not events_told(ForgottenKind)
    assert not is_class_of(ForgottenKind, "forgotten")


@pytest.mark.parametrize(
    ("page", "events"),
    [
        ("# By hand\n| Board: created, moved; Issue link: deleted | why: x |\n", 3),
        ("# By hand\n| events | why |\n|---|---|\nNote: created, deleted.\n", 0),
    ],
)
def test_the_events_of_a_page_are_found(page: str, events: int) -> None:
    assert len(events_by_hand(page)) == events


# The guide itself


def numbered() -> dict[int, str]:
    """The guide's table of steps: what stands beside each number."""
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", GUIDE.read_text("utf-8"), re.MULTILINE)
    return {int(number): text for number, text in rows}


def test_the_guide_has_a_step_for_each_check_and_no_other() -> None:
    assert list(numbered()) == sorted({step.number for step in STEPS})


@STEP
def test_a_step_of_the_guide_names_the_file_that_is_checked(step: Step) -> None:
    assert f"`{step.file}`" in numbered()[step.number]


def test_every_file_that_the_guide_names_is_there() -> None:
    named = re.findall(r"`([\w.<>-]+(?:/[\w.<>-]+)+/?|\w+\.(?:py|md))`", GUIDE.read_text("utf-8"))
    assert len(named) > 20
    missing = [name for name in named if not list(ROOT.glob(re.sub("<.*?>", "*", name)))]
    assert missing == []


async def test_the_example_of_the_guide_is_a_kind_that_reads() -> None:
    [example] = re.findall(r"```python\n(.+?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    made: dict[str, Any] = {}
    exec(example.replace("Kinds.DASHBOARD", "Kinds.USER"), made)  # noqa: S102 - the guide's own
    rows = [{"id": str(number), "name": f"Dashboard {number}"} for number in range(1, 4)]

    def answer(method: str, path: str, what: Any) -> Any:
        if path == "/rest/api/3/dashboard/2":
            return rows[1]
        assert path == "/rest/api/3/dashboard/search"
        return {"values": rows[what["startAt"] :][:2], "isLast": what["startAt"] == 2}

    kind = made["DashboardKind"](FakeApi(answer).api)
    selector = resource("user").selector
    assert await all_rows(kind.pages(selector)) == rows
    assert await kind.find(["2"], selector) == {"2": rows[1]}
