"""What a metric was before and after: they belong to the process, and every test counts on."""

from collections.abc import Iterator
from contextlib import contextmanager

from telemetry.instruments import Looked
from telemetry.metrics import MADE


def value(name: str, **labels: str) -> float:
    """What a series is at; 0 where there is none yet."""
    return MADE.registry.get_sample_value(f"ocean_jira_{name}", labels) or 0.0


class Grown:
    """By how much a series grew; known when the block has ended."""

    by = 0.0


@contextmanager
def growth(name: str, **labels: str) -> Iterator[Grown]:
    """Watch a series."""
    grown = Grown()
    before = value(name, **labels)
    yield grown
    grown.by = value(name, **labels) - before


def shown(gauge: Looked) -> dict[tuple[str, ...], float]:
    """What a gauge shows that looks when it is asked, by its labels."""
    (family,) = gauge.collect()
    return {tuple(sample.labels.values()): sample.value for sample in family.samples}
