"""Whether this process takes live events, and what is wrong with it: decided without I/O.

Not ready is what only somebody else can put right before there is any use in this process: it
starts, or its credentials were refused and never accepted, so that a rollout keeps the process
before it. Whatever waiting or an administrator's hand puts right while events wait here is named
and no more: without a process that is ready Jira's events go nowhere, and a few of them for ever.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from telemetry import metrics


class Reason(StrEnum):
    """What /health/ready and the metrics name."""

    STARTING = "starting"
    JIRA_REFUSES = "jira_credentials_refused"
    PORT_REFUSES = "port_credentials_refused"
    WEBHOOK_MISSING = "webhook_missing"
    QUEUE_FULL = "queue_full"
    HELD_BACK = "jira_or_port_unreachable"
    ANOTHER_PROCESS = "another_process"
    REDIS_AWAY = "redis_unreachable"
    REDIS_FULL = "redis_full"


@dataclass(frozen=True)
class Health:
    """Whether live events may come, and all that is wrong."""

    ready: bool
    reasons: tuple[Reason, ...] = ()

    def values(self) -> Mapping[tuple[str, ...], float]:
        """1 for each reason that holds, 0 for all others."""
        return {(str(reason),): float(reason in self.reasons) for reason in Reason}


@dataclass(frozen=True)
class Signs:
    """What is known of the process.

    `asked`: Jira was asked who we are, whatever it said. `known_once`: it has accepted the
    credentials since the start.
    """

    started: bool = True
    asked: bool = True
    known_once: bool = True
    jira_refuses: bool = False
    port_refuses: bool = False
    webhook_missing: bool = False
    queue_full: bool = False
    held_back: bool = False
    another_process: bool = False

    def health(self) -> Health:
        """What follows from it."""
        starting = not (self.started and self.asked)
        named = {
            Reason.STARTING: starting,
            Reason.JIRA_REFUSES: self.jira_refuses,
            Reason.PORT_REFUSES: self.port_refuses,
            Reason.WEBHOOK_MISSING: self.webhook_missing,
            Reason.QUEUE_FULL: self.queue_full,
            Reason.HELD_BACK: self.held_back,
            Reason.ANOTHER_PROCESS: self.another_process,
        }
        useless = self.jira_refuses and not self.known_once
        reasons = tuple(reason for reason, holds in named.items() if holds)
        return Health(not (starting or useless), reasons)


def health_of(
    *,
    started: bool,
    asked: bool,
    queue_full: bool,
    held_back: bool,
    another_process: bool = False,
) -> Health:
    """What follows from these and from what the metrics show."""
    return Signs(
        started=started,
        asked=asked,
        known_once=metrics.JIRA_CREDENTIALS.was(metrics.ACCEPTED),
        jira_refuses=metrics.JIRA_CREDENTIALS.now == metrics.REFUSED,
        port_refuses=metrics.PORT_CREDENTIALS.now == metrics.REFUSED,
        webhook_missing=metrics.WEBHOOK_STATE.now in (metrics.REFUSED, metrics.UNREACHABLE),
        queue_full=queue_full,
        held_back=held_back,
        another_process=another_process,
    ).health()
