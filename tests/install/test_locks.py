"""A lock that isn't complete sends pip looking for what it doesn't name: it then installs today
and no longer tomorrow."""

import re
from functools import cache
from importlib.metadata import requires

import pytest
from packaging.requirements import Requirement

from tests.install.locks import ROOT, machines, pins, roots, unmet

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-bench.lock")
# Its packages aren't here to be asked: `pip check` does that where they are installed.
TOOLS = "requirements-tools.lock"


@cache
def asks_for(name: str) -> list[str]:
    return requires(name) or []


def lacks(lock: str, text: str) -> set[str]:
    return {s for on in machines() for s in unmet(roots(lock), pins(text), asks_for, on)}


@pytest.mark.parametrize("lock", LOCKS)
def test_whatever_a_pinned_package_asks_for_is_pinned(lock):
    assert lacks(lock, (ROOT / lock).read_text()) == set()


@pytest.mark.parametrize("lock", LOCKS)
def test_each_pin_that_is_taken_away_is_missed(lock):
    text = (ROOT / lock).read_text()
    for pin in pins(text):
        left = re.sub(rf"^{re.escape(pin.name)}(?=[\[=])", "# \\g<0>", text, flags=re.MULTILINE)
        assert len(pins(left)) == len(pins(text)) - 1
        everywhere = pin.marker is None or any(pin.marker.evaluate(dict(on)) for on in machines())
        missed = [said for said in lacks(lock, left) if "no pin of it is there" in said]
        assert bool(missed) is everywhere, pin


def test_each_extra_is_missed():
    text = (ROOT / "requirements-dev.lock").read_text()
    with_extras = [pin for pin in pins(text) if pin.extras]
    assert {pin.name for pin in with_extras} >= {"coverage", "port-ocean"}
    for pin in with_extras:
        (extra,) = pin.extras
        said = lacks("requirements-dev.lock", text.replace(f"{pin.name}[{extra}]", pin.name))
        assert any(f"is pinned without {extra}" in sentence for sentence in said), pin


@pytest.mark.parametrize(
    ("asked", "pinned", "said"),
    [
        ("a>=2", "a==1", "1 is pinned"),
        ("a>=1", "a==1.5", None),
        ("a>=1", "b==1", "no pin of it is there"),
        ("a[x]>=1", "a==1", "pinned without x"),
        ("a[x]", "a[x,y]==1", None),
        ("a ; sys_platform == 'win32'", "b==1", None),
        ("a ; python_version >= '3.13'", "a==1 ; python_version < '3.13'", "no pin of it is there"),
        ("A_b.c", "a-b-c==1", None),
        ("a>=1", "a==2rc1", None),
    ],
)
def test_what_is_met_and_what_is_not(asked, pinned, said):
    found = {
        s
        for on in machines()
        for s in unmet([Requirement(asked)], [Requirement(pinned)], lambda _: [], on)
    }
    assert [said in s for s in found] == ([True] if said else [])


def test_what_an_extra_brings_along_is_asked_for():
    brought = {"a": ["b>=1 ; extra == 'x'"]}
    for pin, met in (("a[x]==1", False), ("a==1", True)):
        (on, *_) = machines()
        assert (unmet([], [Requirement(pin)], lambda name: brought.get(name, []), on) == []) is met


def test_the_tools_are_those_that_are_asked_for():
    there = pins((ROOT / TOOLS).read_text())
    for on in machines():
        assert unmet(roots(TOOLS), there, lambda _: [], on) == []


@pytest.mark.parametrize("lock", [*LOCKS, TOOLS])
def test_each_pin_has_hashes_and_no_address(lock):
    text = (ROOT / lock).read_text()
    assert len(pins(text)) == len(re.findall(r"^\S+==", text, re.MULTILINE)) > 10
    assert all("--hash=sha256:" in part for part in text.split("# via")[:-1])
    assert "://" not in text
