"""When this process is ready, and what it says is wrong."""

from itertools import product
from typing import Any

import pytest

from telemetry.health import Reason, Signs

SIGNS = {
    "jira_refuses": Reason.JIRA_REFUSES,
    "port_refuses": Reason.PORT_REFUSES,
    "webhook_missing": Reason.WEBHOOK_MISSING,
    "queue_full": Reason.QUEUE_FULL,
    "held_back": Reason.HELD_BACK,
}


def test_where_nothing_is_wrong_it_is_ready():
    assert (Signs().health().ready, Signs().health().reasons) == (True, ())


@pytest.mark.parametrize("sign", SIGNS)
def test_what_waiting_solves_is_named_and_keeps_it_ready(sign):
    """Jira's events would go nowhere, while they can wait here."""
    health = Signs(**{sign: True}).health()
    assert (health.ready, health.reasons) == (True, (SIGNS[sign],))


@pytest.mark.parametrize(("started", "asked"), [(False, True), (True, False), (False, False)])
def test_it_is_not_ready_while_it_starts(started, asked):
    health = Signs(started=started, asked=asked, known_once=False).health()
    assert (health.ready, health.reasons) == (False, (Reason.STARTING,))


def test_credentials_that_never_worked_keep_a_rollout_from_going_on():
    health = Signs(jira_refuses=True, known_once=False).health()
    assert (health.ready, health.reasons) == (False, (Reason.JIRA_REFUSES,))


def test_where_jira_was_asked_and_did_not_answer_it_is_ready():
    assert Signs(known_once=False).health().ready


def test_every_sign_has_its_reason_whatever_else_is_wrong():
    for wrong in product((False, True), repeat=len(SIGNS)):
        signs: dict[str, Any] = dict(zip(SIGNS, wrong, strict=True))
        health = Signs(**signs).health()
        assert health.reasons == tuple(SIGNS[sign] for sign in SIGNS if signs[sign])
        assert {reason for (reason,), on in health.values().items() if on} == {*health.reasons}
        assert len(health.values()) == len(Reason)
