"""What Jira said a while ago: until an event, or until it is old."""

from jira.kept import Kept


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_what_is_known_is_given_until_it_is_old():
    clock = Clock()
    kept = Kept[int](60, clock)
    kept.put(kept.moment, [("a", 1)])
    clock.now += 60
    kept.put(kept.moment, [("b", 2)])
    assert kept.get(["a", "b", "c"]) == {"a": 1, "b": 2}
    clock.now += 1
    assert kept.get(["a", "b"]) == {"b": 2}


def test_an_event_makes_all_of_it_old():
    kept = Kept[int]()
    kept.put(kept.moment, [("a", 1)])
    kept.forget()
    assert kept.get(["a"]) == {}
    kept.put(kept.moment, [("a", 2)])
    assert kept.get(["a"]) == {"a": 2}


def test_an_answer_that_an_event_overtook_is_not_kept():
    kept = Kept[int]()
    moment = kept.moment
    kept.forget()
    kept.put(moment, [("a", 1)])
    assert kept.get(["a"]) == {}
