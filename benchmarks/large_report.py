"""The figures of large sites as a table, and a plot of cost against size."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from benchmarks.large_site import Size
from benchmarks.meter import Cost
from benchmarks.report import machine

TABLE, PLOT = "LARGE.md", "large.png"
_HEAD = (
    "| | seconds | all done | requests to Jira | points | requests to Port | written | peak MB "
    "| |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |"
)


def write(folder: Path, found: Mapping[Size, Sequence[Cost]]) -> None:
    """Write the table and the plot."""
    parts = [
        "# Figures of large sites",
        f"Measured on {date.today().isoformat()} with `make bench BENCH=large`: {machine()}; the "
        "stand-ins run on the same cores. One run each. *Seconds* is until Port shows it, *all "
        "done* until everything has ended that follows from it; points are what the requests cost "
        "an OAuth app; *written* counts entities.",
    ]
    for size, costs in found.items():
        rows = "\n".join(cost.row() for cost in costs)
        parts += [f"## {size}", f"{_HEAD}\n{rows}"]
    parts.append(f"![Requests and seconds against size]({PLOT})")
    (folder / TABLE).write_text("\n\n".join(parts) + "\n")
    _plot(folder / PLOT, found)


def _plot(path: Path, found: Mapping[Size, Sequence[Cost]]) -> None:
    # Only needed for the plot, and large.
    from matplotlib.figure import Figure as Canvas

    canvas = Canvas(figsize=(12, 5), layout="constrained")
    left, right = canvas.subplots(1, 2)
    ordered = sorted(found.items(), key=lambda item: (item[0].issues, item[0].boards))
    names = list(dict.fromkeys(cost.what for _, costs in ordered for cost in costs))
    for name in names:
        points = [(size, cost) for size, costs in ordered for cost in costs if cost.what == name]
        ticks = [f"{size.issues:,}\n{size.boards:,} boards" for size, _ in points]
        left.plot(ticks, [max(1, cost.jira) for _, cost in points], marker="o", label=name)
        right.plot(ticks, [cost.seconds for _, cost in points], marker="o", label=name)
    left.set(xlabel="issues", ylabel="requests to Jira", title="Requests", yscale="log")
    right.set(xlabel="issues", ylabel="seconds", title="Time until Port shows it", yscale="log")
    for axes in (left, right):
        axes.grid(alpha=0.3)
    right.legend(fontsize="small", loc="center left", bbox_to_anchor=(1, 0.5))
    canvas.savefig(path, dpi=100)
