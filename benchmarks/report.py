"""The figures as a table and a plot, with the machine and the date."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

TABLE, PLOT = "RESULTS.md", "results.png"


@dataclass(frozen=True)
class Figure:
    """What was measured of one thing in one size: medians, and the least and most time."""

    what: str
    size: int
    name: str
    runs: int
    seconds: float
    least: float
    most: float
    jira_requests: int
    port_requests: int
    peak_megabytes: int

    def __str__(self) -> str:
        return (
            f"{self.name:<40} {self.seconds:8.3f} s ({self.least:.3f} to {self.most:.3f})  "
            f"Jira {self.jira_requests:4d}  Port {self.port_requests:4d}  "
            f"peak {self.peak_megabytes:4d} MB"
        )

    def row(self) -> str:
        """A row of the table."""
        cells = (
            self.name,
            f"{self.seconds:.2f}",
            f"{self.least:.2f} to {self.most:.2f}",
            f"{self.jira_requests:,}",
            f"{self.port_requests:,}",
            f"{self.peak_megabytes}",
        )
        return f"| {' | '.join(cells)} |"


def machine() -> str:
    """What the figures were measured on."""
    model = ""
    for line in _cpu_info():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores ({model or platform.machine()}), Python {platform.python_version()}"


def write(folder: Path, figures: Sequence[Figure]) -> None:
    """Write the table and the plot."""
    heading = (
        f"Measured on {date.today().isoformat()} with `make bench`: {machine()}; the stand-ins run "
        f"on the same cores. Medians of {figures[0].runs} runs.\n\n"
        "| | seconds | least to most | requests to Jira | requests to Port | peak MB |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: |\n"
    )
    rows = "\n".join(figure.row() for figure in figures)
    plot = f"![Time and requests against size]({PLOT})"
    (folder / TABLE).write_text(f"# Figures\n\n{heading}{rows}\n\n{plot}\n")
    _plot(folder / PLOT, figures)


def _plot(path: Path, figures: Sequence[Figure]) -> None:
    # Only needed for the plot, and large.
    from matplotlib.figure import Figure as Canvas

    canvas = Canvas(figsize=(10, 4), layout="constrained")
    left, right = canvas.subplots(1, 2)
    for what, label in (("resync", "resync, by issues"), ("burst", "changes at once")):
        found = sorted((f for f in figures if f.what == what), key=lambda f: f.size)
        if not found:
            continue
        sizes = [f.size for f in found]
        middle = [f.seconds for f in found]
        spread = [[f.seconds - f.least for f in found], [f.most - f.seconds for f in found]]
        left.errorbar(sizes, middle, yerr=spread, marker="o", capsize=3, label=label)
        right.plot(sizes, [f.jira_requests for f in found], marker="o", label=f"Jira, {label}")
        right.plot(sizes, [f.port_requests for f in found], marker="s", label=f"Port, {label}")
    left.set(xlabel="issues", ylabel="seconds", title="Time")
    right.set(xlabel="issues", ylabel="requests", title="Requests")
    for axes in (left, right):
        axes.set_ylim(bottom=0)
        axes.grid(alpha=0.3)
        axes.legend()
    canvas.savefig(path, dpi=100)


def _cpu_info() -> list[str]:
    try:
        return Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return []
