"""What becomes of findings: a verdict per kind, in the framework's terms."""

from typing import Any

import httpx
import pytest
from port_ocean.core.handlers.port_app_config.validators import get_port_app_config_kinds
from port_ocean.core.probe import ProbeCheckStatus, ProbeReportingMode

from jira.needs import Finding
from kinds import Kinds
from port.mapping.resources import JiraPortAppConfig
from port.probe import Verdicts, failure, kinds_in, mapped_kinds

HAS, LACKS, UNKNOWN = Finding(True), Finding(False, "It is missing."), Finding(None, "Who knows.")
UNTRIED = Finding(True, "Not tried.")


@pytest.mark.parametrize(
    ("findings", "status", "message"),
    [
        ([HAS, HAS], ProbeCheckStatus.SUCCESS, "Can be read."),
        ([HAS, UNTRIED], ProbeCheckStatus.SUCCESS, "Can be read. Not tried."),
        ([HAS, LACKS], ProbeCheckStatus.FAILURE, "Can't be read. It is missing."),
        ([LACKS, LACKS], ProbeCheckStatus.FAILURE, "Can't be read. It is missing."),
        ([UNKNOWN, HAS], ProbeCheckStatus.UNKNOWN, "Nobody can say. Who knows."),
        ([UNKNOWN, LACKS], ProbeCheckStatus.FAILURE, "Can't be read. It is missing."),
        ([], ProbeCheckStatus.SUCCESS, "Can be read."),
    ],
)
def test_what_is_missing_comes_before_what_nobody_can_say(
    findings: list[Finding], status: ProbeCheckStatus, message: str
) -> None:
    named = {f"need {number}": finding for number, finding in enumerate(findings)}
    others = {"another's": Finding(False, "Another's."), **named}
    assert Verdicts({"issue": tuple(named)}, others).of("issue") == (status, message)


def test_a_kind_of_which_nothing_was_found_is_unknown() -> None:
    assert Verdicts({}, {}).of("issue")[0] is ProbeCheckStatus.UNKNOWN


def test_the_framework_finds_every_kind_to_probe() -> None:
    assert set(get_port_app_config_kinds(JiraPortAppConfig)) == set(Kinds)


@pytest.mark.parametrize(
    ("mapping", "kinds"),
    [
        ({"resources": [{"kind": "issue"}, {"kind": "issue", "selector": 5}]}, {"issue"}),
        ({"resources": [{"kind": "user"}, {"kind": "none"}, {"kind": None}, "odd"]}, {"user"}),
        ({"resources": []}, set()),
        ({"resources": {}}, set()),
        ({}, set()),
        ([], set()),
        (None, set()),
    ],
)
def test_the_kinds_of_a_mapping_count_with_their_mistakes(mapping: Any, kinds: set[str]) -> None:
    assert kinds_in(mapping) == kinds


@pytest.mark.parametrize(
    ("unreadable", "mode", "sentence"),
    [
        ([], ProbeReportingMode.LOG, None),
        (["issue", "user"], ProbeReportingMode.LOG, "Can't be read: issue, user."),
        (["issue"], ProbeReportingMode.FILE, "Can't be read: issue."),
        (["issue"], ProbeReportingMode.PORT, None),
    ],
)
def test_the_command_fails_for_those_who_wait_for_it_and_not_for_port(
    unreadable: list[str], mode: ProbeReportingMode, sentence: str | None
) -> None:
    assert failure(unreadable, mode) == sentence


class Port:
    """Answers for the integration, or doesn't."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    async def get_current_integration(self, **_: Any) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("answer", "kinds"),
    [
        ({"config": {"resources": [{"kind": "sprint"}]}}, {"sprint"}),
        ({"config": {}}, {"project", "issue", "user", "team"}),
        ({}, {"project", "issue", "user", "team"}),
        (httpx.ConnectError("down"), set(Kinds)),
        (TimeoutError(), set(Kinds)),
    ],
)
async def test_the_kinds_that_count_are_those_of_the_mapping(answer: Any, kinds: set[str]) -> None:
    port: Any = Port(answer)
    assert await mapped_kinds(port, ".port/resources") == kinds
