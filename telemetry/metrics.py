"""Every metric of ours: what it counts, and by what. docs/metrics.md says what to do about it.

No label holds a key, a name of Jira's or of a person: its values are known beforehand, or are
those of the mapping. Whoever counts says so here, and decides nothing by it.
"""

from telemetry.instruments import Instruments, State

MADE = Instruments()

# What comes in.

DELIVERIES = MADE.counter(
    "deliveries",
    "Requests to the webhook's address, by the status that answered them",
    ["status"],
    ("200", "401", "503"),
)
EVENTS = MADE.counter(
    "events", "Events that ended, by Jira's name for them and by outcome", ["event", "outcome"]
)
WRITTEN = "written"
GIVEN_UP = "given_up"
NO_NEWS = "no_news"
NOTHING_TO_DO = "nothing_to_do"
UNREADABLE = "unreadable"
UNSIGNED = "unsigned"
AGAIN = "again"
OUTCOMES = (WRITTEN, GIVEN_UP, NO_NEWS, NOTHING_TO_DO, UNREADABLE, UNSIGNED, AGAIN)
OTHER = "other"
"""What isn't among the values of a label that are known."""

LAG = MADE.histogram(
    "event_lag_seconds",
    "From the moment that Jira names in an event until Port has acknowledged what it changed",
    (0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200),
)
HANDLING = MADE.histogram(
    "event_handling_seconds",
    "From an event's arrival here until Port has acknowledged what it changed",
    (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800),
)
BATCH = MADE.histogram(
    "batch_events",
    "Events that were taken from the queue together",
    (1, 2, 5, 10, 20, 50, 100, 200),
)

# What waits.

QUEUE_EVENTS = MADE.looked("queue_events", "Events that were accepted and haven't ended")
QUEUE_LIMIT = MADE.looked("queue_events_limit", "How many of them may be there at once")
QUEUE_BYTES = MADE.looked("queue_bytes", "Bytes of the events that haven't ended")
QUEUE_OLDEST = MADE.looked(
    "queue_oldest_seconds", "Since when the oldest event that hasn't ended is here; 0 without any"
)
HELD_BACK = MADE.looked(
    "held_back_resources", "Resources of the mapping whose events wait for Jira or Port to answer"
)
LEADS = MADE.looked(
    "leads", "1 where this process does background work; of several that share a Redis one does"
)
JOBS_WAITING = MADE.looked(
    "background_jobs_waiting", "Background jobs: due by now, later, or running", ["state"]
)
JOBS = MADE.counter(
    "background_jobs", "Background jobs that ended, by outcome", ["outcome"], ("done", "failed")
)

# Jira and Port.

REQUESTS = MADE.counter(
    "requests",
    "Requests to Jira, each attempt, by endpoint and by the status that answered them",
    ["endpoint", "status"],
)
REQUEST_SECONDS = MADE.summary(
    "request_seconds",
    "How long Jira took to answer, without the wait for our turn",
    ["endpoint"],
)
PORT_REQUESTS = MADE.counter(
    "port_requests",
    "Requests to Port, each attempt, by the group that Port limits and by status",
    ["group", "status"],
)
NO_ANSWER = "none"
POINTS = MADE.counter(
    "points",
    "Points that requests to Jira cost where it counts them (OAuth), by what they were for",
    ["purpose"],
    ("live", "follow_up", "resync", "sweep"),
)
POINTS_LEFT = MADE.looked(
    "points_left", "Points that may still be used in this hour, where Jira counts them"
)
THROTTLED = MADE.counter(
    "throttled_seconds",
    "Seconds that requests waited: for Jira's pauses, for our pace, for points, for Port's limits",
    ["limit"],
    ("jira_pause", "jira_pace", "jira_quota", "port"),
)

# What is wrong.

UNKNOWN = "unknown"
ACCEPTED = "accepted"
REFUSED = "refused"
UNREACHABLE = "unreachable"
JIRA_CREDENTIALS = State(UNKNOWN, ACCEPTED, REFUSED)
PORT_CREDENTIALS = State(UNKNOWN, ACCEPTED, REFUSED)
CREDENTIALS = MADE.looked(
    "credentials", "1 for the state that the credentials are in", ["service", "state"]
)
CREDENTIALS.by(
    lambda: {
        (service, name): value
        for service, state in (("jira", JIRA_CREDENTIALS), ("port", PORT_CREDENTIALS))
        for name, value in state.values().items()
    }
)
IN_PLACE = "in_place"
BY_HAND = "by_hand"
NO_ADDRESS = "no_address"
WEBHOOK_STATE = State(UNKNOWN, IN_PLACE, REFUSED, UNREACHABLE, BY_HAND, NO_ADDRESS)
WEBHOOK = MADE.looked("webhook", "1 for the state that the webhook in Jira is in", ["state"])
WEBHOOK.by(lambda: {(name,): value for name, value in WEBHOOK_STATE.values().items()})
WEBHOOK_REPAIRS = MADE.counter(
    "webhook_repairs", "How often the webhook was missing or changed in Jira, and was put right"
)
FAILING = MADE.looked(
    "failing_seconds",
    "For how long something has failed, by cause",
    ["what", "cause"],
)
READY = MADE.looked("ready", "Whether /health/ready says so")
CONDITION = MADE.looked("condition", "1 for what /health/ready names as wrong", ["reason"])

# Comparisons with Jira, and resyncs.

SWEEPS = MADE.counter("sweeps", "Sweeps of all kinds or of some, by outcome", ["scope", "outcome"])
SWEEP_SECONDS = MADE.histogram(
    "sweep_seconds",
    "How long a sweep took, with what it waited for",
    (1, 5, 15, 60, 300, 1800, 7200),
    ["scope"],
    ("all", "some"),
)
for _scope in ("all", "some"):
    for _outcome in ("done", "failed"):
        SWEEPS.labels(_scope, _outcome)
SWEEP_FOUND = MADE.counter(
    "sweep_found",
    "Entities that sweeps found to be missing in Port, different there, or too many",
    ["what"],
    ("missing", "different", "too_many"),
)
SWEEP_HEALED = MADE.counter("sweep_healed", "Of those that were missing or different: written")
DELETED = MADE.counter(
    "deleted",
    "Entities that were deleted from Port, by reason",
    ["reason"],
    ("event", "touched", "orphan", "stub", "sweep", "resync"),
)
WITHHELD = MADE.looked(
    "sweep_withheld",
    "Entities that the last sweep kept since they were too many",
    ["blueprint"],
)
RESYNCS = MADE.looked("resyncs_running", "Resyncs that are under way")
