"""What a sweep deletes: what is too much, and never on doubtful grounds."""

import pytest
from port_ocean.core.models import Entity

from background.sweep_plan import Plan, plan, projects_named_by, unneeded
from port.entities import EntityKey
from port.listed import Listed
from tests.unit.helpers.catalog_fakes import entity, listed

BOTH = ("issue", "project")


def full(identifier: str, blueprint: str = "issue", **relations: object) -> Entity:
    return entity(identifier, blueprint, properties={"name": identifier}, relations=relations)


def stub(identifier: str, blueprint: str = "issue") -> Entity:
    return entity(identifier, blueprint)


def keys(*names: str, blueprint: str = "issue") -> set[EntityKey]:
    return {(blueprint, name) for name in names}


def names(entities: list[Listed]) -> list[str]:
    return sorted(e.identifier for e in entities)


def at_port_with(at_port: list[Entity], expected: set[EntityKey]) -> list[Listed]:
    """What is listed, of which something in Jira stands for some."""
    every = listed(*at_port)
    for one in every:
        one.is_expected = one.key in expected
    return every


def goes(found: Plan, at_port: list[Entity]) -> list[str]:
    """What is too much, once Port was asked what relates to the stubs."""
    gone = {one.key for one in found.extra}
    return names([*found.extra, *unneeded(found.stubs, at_port, gone)])


def planned(
    at_port: list[Entity],
    *expected: str,
    limit_percent: int = 100,
    blueprints: tuple[str, ...] = ("issue",),
    explained: tuple[str, ...] = (),
) -> Plan:
    return plan(
        at_port_with(at_port, keys(*expected)),
        blueprints=blueprints,
        limit_percent=limit_percent,
        explained=keys(*explained),
    )


@pytest.mark.parametrize(
    ("at_port", "expected", "extra"),
    [
        pytest.param([], [], [], id="an empty Port"),
        pytest.param([], ["A"], [], id="what is missing is not too much"),
        pytest.param([full("A")], ["A"], [], id="what Jira has stays"),
        pytest.param([full("A"), full("B")], ["A"], ["B"], id="what Jira hasn't goes"),
        pytest.param([stub("A")], [], ["A"], id="a stub that nothing needs goes"),
        pytest.param([stub("A")], ["A"], [], id="a stub of something in Jira stays"),
        pytest.param(
            [full("A", parent="S"), stub("S")], ["A"], [], id="a stub that is needed stays"
        ),
        pytest.param(
            [full("A", parents=["X", "S"]), stub("S")], ["A"], [], id="needed by one of many"
        ),
        pytest.param(
            [full("A", parent="S"), stub("S"), full("B")],
            ["B"],
            ["A", "S"],
            id="a stub needed only by something that goes, goes along",
        ),
        pytest.param(
            [full("A", parent="S"), full("B", parent="S"), stub("S")],
            ["B"],
            ["A"],
            id="a stub needed by two stays for the one that stays",
        ),
        pytest.param(
            [full("A", parent="B"), full("B")],
            ["A"],
            ["B"],
            id="what is needed but no stub goes: it has what Jira no longer says",
        ),
        pytest.param([full("A", parent="A")], [], ["A"], id="what needs only itself isn't needed"),
    ],
)
def test_what_is_too_much(at_port, expected, extra):
    found = planned(at_port, *expected)
    assert (goes(found, at_port), found.over_limit) == (extra, {})


def test_a_stub_may_be_needed_by_an_entity_of_another_blueprint():
    at_port = [stub("AB", "project"), stub("CD", "project"), full("AB-1", project="AB")]
    found = planned(at_port, "AB-1", blueprints=BOTH)
    assert goes(found, at_port) == ["CD"]


@pytest.mark.parametrize("blueprints", [(), ("project",)])
def test_a_blueprint_that_was_not_read_completely_is_left_alone(blueprints):
    """A person's own entities, another integration's, or a resource that couldn't be read."""
    found = planned([full("A"), stub("B")], limit_percent=0, blueprints=blueprints)
    assert found == Plan()


def test_what_is_of_an_incomplete_blueprint_keeps_its_stubs():
    at_port = [full("X", "team", issue="S"), stub("S")]
    assert goes(planned(at_port), at_port) == []


def test_each_blueprint_is_compared_with_its_own():
    at_port = [full("A"), full("A", "project"), full("B"), full("B", "project")]
    found = plan(
        at_port_with(at_port, keys("A") | keys("B", blueprint="project")),
        blueprints=BOTH,
        limit_percent=100,
    )
    assert sorted(one.key for one in found.extra) == [("issue", "B"), ("project", "A")]


def test_one_blueprint_over_the_limit_does_not_hold_up_another():
    at_port = [full("A"), full("B"), full("AB", "project"), full("CD", "project")]
    expected = keys("AB", blueprint="project")
    found = plan(at_port_with(at_port, expected), blueprints=BOTH, limit_percent=50)
    assert names(found.extra) == ["CD"]
    assert {b: names(e) for b, e in found.over_limit.items()} == {"issue": ["A", "B"]}


@pytest.mark.parametrize(
    ("gone", "limit_percent", "over"),
    [
        (0, 0, False),
        (1, 0, True),
        (1, 10, False),
        (2, 10, True),
        (5, 50, False),
        (6, 50, True),
        (10, 99, True),
        (10, 100, False),
    ],
)
def test_no_more_than_the_limit_goes_at_once(gone, limit_percent, over):
    """A lost permission looks like a deletion of everything."""
    at_port = [full(f"A{n}") for n in range(10)]
    expected = [f"A{n}" for n in range(gone, 10)]
    found = planned(at_port, *expected, limit_percent=limit_percent)
    doomed = [f"A{n}" for n in range(gone)]
    assert names(found.extra) == ([] if over else doomed)
    assert names(found.over_limit.get("issue", [])) == (doomed if over else [])


def test_what_is_explained_does_not_count_for_the_limit():
    """A big project in the trash takes most issues with it."""
    at_port = [full(f"A{n}") for n in range(10)]
    explained = tuple(f"A{n}" for n in range(8))
    found = planned(at_port, "A9", limit_percent=10, explained=explained)
    assert len(found.extra) == 9
    assert found.over_limit == {}


def test_what_is_not_explained_counts_beside_what_is():
    at_port = [full(f"A{n}") for n in range(10)]
    found = planned(at_port, "A9", limit_percent=10, explained=tuple(f"A{n}" for n in range(7)))
    assert found.extra == []
    assert len(found.over_limit["issue"]) == 9


def test_an_explanation_deletes_nothing_that_jira_has():
    assert planned([full("A")], "A", explained=("A",)).extra == []


@pytest.mark.parametrize("limit_percent", [0, 50])
def test_stubs_do_not_count_for_the_limit(limit_percent):
    """They hold nothing that could be lost."""
    at_port = [stub("A"), stub("B"), full("C")]
    assert goes(planned(at_port, "C", limit_percent=limit_percent), at_port) == ["A", "B"]


def test_stubs_do_not_make_the_limit_larger():
    at_port = [full("A"), full("B"), full("C"), *(stub(f"S{n}") for n in range(20))]
    expected = ["C", *(f"S{n}" for n in range(20))]
    assert planned(at_port, *expected, limit_percent=50).extra == []


def test_a_stub_stays_for_what_the_limit_keeps():
    at_port = [full("A", team="T"), stub("T", "team")]
    found = planned(at_port, limit_percent=50, blueprints=("issue", "team"))
    assert goes(found, at_port) == []
    assert names(found.over_limit["issue"]) == ["A"]


def test_a_stub_stays_for_what_is_of_another_mapping_or_was_just_written():
    """Who relates to it, Port is asked: it need be nothing that was compared."""
    [found] = planned([stub("A")]).stubs
    assert unneeded([found], [full("X", "unknown", parent="A")], set()) == []


def test_where_port_may_tell_nothing_but_names_the_limit_holds_for_what_looks_like_a_stub():
    """Everything would look like one, and be outside of the limit."""
    bare = at_port_with([stub("A"), stub("B")], keys("A"))
    found = plan(bare, blueprints=("issue",), limit_percent=10, detailed=False)
    assert (found.extra, found.stubs) == ([], [])
    assert names(found.over_limit["issue"]) == ["B"]


def test_within_the_limit_it_is_looked_at_as_a_stub_all_the_same():
    bare = at_port_with([stub("A"), stub("B")], keys("A"))
    found = plan(bare, blueprints=("issue",), limit_percent=50, detailed=False)
    assert (found.extra, names(found.stubs), found.over_limit) == ([], ["B"], {})


@pytest.mark.parametrize(
    ("one", "projects"),
    [
        (full("AB-1"), {"AB"}),
        (full("AB"), {"AB"}),
        (full("10001", project="CD"), {"CD"}),
        (full("10001", issue="CD-2", boards=["5", "6"]), {"CD"}),
        (full("AB-1", issues=["CD-2", None, "EF-3"]), {"AB", "CD", "EF"}),
        (full("10001"), set()),
        (full("557058:0a-1b"), set()),
    ],
)
def test_the_projects_that_an_entity_points_at(one, projects):
    """A release, sprint or worklog is known by a number: what it relates to tells its project."""
    assert projects_named_by(*listed(one)) == projects
