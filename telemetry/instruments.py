"""What metrics are made of: those that are counted, and those that are looked up when scraped."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram, Summary
from prometheus_client import disable_created_metrics as without_created
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

PREFIX = "ocean_jira"

# A series with the moment of its making, for each other one: nobody asks for these.
without_created()  # type: ignore[no-untyped-call]

Labels = tuple[str, ...]


class Looked(Collector):
    """A gauge that costs nothing until it is scraped: its values are then looked up."""

    def __init__(self, name: str, documentation: str, labels: Sequence[str]) -> None:
        self._name = name
        self._documentation = documentation
        self._labels = list(labels)
        self._look: Callable[[], Mapping[Labels, float]] = dict

    def by(self, look: Callable[[], Mapping[Labels, float]]) -> None:
        """Have it looked up like this from now on: values by their labels' values."""
        self._look = look

    def of(self, look: Callable[[], float]) -> None:
        """The same for a gauge without labels."""
        self._look = lambda: {(): look()}

    def values(self) -> Mapping[Labels, float]:
        """Its values now, by their labels' values."""
        return self._look()

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Its name, without values."""
        return [GaugeMetricFamily(self._name, self._documentation, labels=self._labels)]

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Its values now."""
        (family,) = self.describe()
        for labels, value in self.values().items():
            family.add_metric(labels, value)
        return [family]


class State:
    """One of a few states that something is in; the first one is that nobody knows yet."""

    def __init__(self, *states: str) -> None:
        self.states = states
        self.now = states[0]
        self._been = {self.now}
        self.since: float | None = None
        """Since when it is in this state (seconds since 1970); None while nobody has said."""
        self.said_at: float | None = None
        """When that was said the last time."""

    def is_now(self, state: str) -> None:
        """It is in this state. Raises ValueError for one that there isn't."""
        if state not in self.states:
            raise ValueError(f"{state!r} is none of {self.states}")
        self.said_at = time.time()
        if state != self.now:
            self.since = self.said_at
        self.now = state
        self._been.add(state)

    def was(self, state: str) -> bool:
        """Whether it is in this state, or has ever been."""
        return state in self._been

    def values(self) -> dict[str, float]:
        """1 for the present state, 0 for all others: that is how alerts ask for one."""
        return {state: float(state == self.now) for state in self.states}


class Instruments:
    """Makes metrics, and knows the names and labels of what they export."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.exported: dict[str, frozenset[str]] = {}
        """The labels of each series, by its name as queries have it."""
        self.names: list[str] = []
        """What the metrics are called, in the order of the documentation."""

    def counter(
        self, name: str, documentation: str, labels: Sequence[str] = (), known: Sequence[str] = ()
    ) -> Counter:
        """Goes up only. The `known` values of its one label are there from the start, as 0."""
        made = Counter(f"{PREFIX}_{name}", documentation, labels, registry=self.registry)
        self._note(name, labels, {"_total": ()})
        for value in known:
            made.labels(value)
        return made

    def histogram(
        self,
        name: str,
        documentation: str,
        buckets: Sequence[float],
        labels: Sequence[str] = (),
        known: Sequence[str] = (),
    ) -> Histogram:
        """How often something was at most so much. `known` as for counters."""
        made = Histogram(
            f"{PREFIX}_{name}", documentation, labels, registry=self.registry, buckets=buckets
        )
        self._note(name, labels, {"_bucket": ("le",), "_sum": (), "_count": ()})
        for value in known:
            made.labels(value)
        return made

    def summary(self, name: str, documentation: str, labels: Sequence[str] = ()) -> Summary:
        """How often, and how much together: an average."""
        made = Summary(f"{PREFIX}_{name}", documentation, labels, registry=self.registry)
        self._note(name, labels, {"_sum": (), "_count": ()})
        return made

    def looked(self, name: str, documentation: str, labels: Sequence[str] = ()) -> Looked:
        """A value that is looked up."""
        made = Looked(f"{PREFIX}_{name}", documentation, labels)
        self.registry.register(made)
        self._note(name, labels, {"": ()})
        return made

    def _note(self, name: str, labels: Sequence[str], series: Mapping[str, Labels]) -> None:
        self.names.append(f"{PREFIX}_{name}")
        for suffix, more in series.items():
            self.exported[f"{PREFIX}_{name}{suffix}"] = frozenset((*labels, *more))
