"""What is measured of several pods, and how it is written."""

import os
import time
from pathlib import Path

from benchmarks.pods import USERS, Burst, Figure, cpu_seconds, name_of, parse, write
from benchmarks.report import machine


def burst(seconds: float, pods: float) -> Burst:
    cpu = {"pods": pods, "front": 0.5, "Redis": 0.25, "stand-ins": 2.0}
    assert tuple(cpu) == USERS
    return Burst(seconds, 60, cpu)


def test_a_row_has_medians_and_who_used_the_machine():
    figure = Figure("2 event pods", 1000, [burst(4.0, 5.0), burst(5.0, 4.0)])
    assert figure.rates == [200.0, 250.0]
    assert figure.row() == (
        "| 2 event pods | 225 | 200 to 250 | 60 | 4.5 s | 0.5 s | 0.2 s | 2.0 s | 1.6 |"
    )


def test_the_table_names_machine_and_date_and_every_figure(tmp_path: Path):
    figures = [Figure(name_of(pods), 1000, [burst(4.0, 5.0)]) for pods in (0, 1, 2)]
    write(tmp_path, figures)
    table = (tmp_path / "PODS.md").read_text()
    assert machine() in table
    assert all(figure.row() in table for figure in figures)
    assert [figure.name for figure in figures] == [
        "one process, no Redis",
        "1 event pod",
        "2 event pods",
    ]


def test_all_forms_are_measured_without_a_word():
    assert parse([]).pods == [0, 1, 2, 4]
    assert parse(["--pods", "2"]).pods == [2]


def test_cpu_is_that_of_the_process_itself():
    until = time.process_time() + 0.2
    while time.process_time() < until:
        pass
    found = cpu_seconds(os.getpid())
    assert abs(found - time.process_time()) < 0.1
