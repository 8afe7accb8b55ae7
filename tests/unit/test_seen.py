"""What was seen under boards and projects, and under the keys of projects."""

from jira.kinds.seen import Seen
from jira.kinds.shown_keys import UnderKeys


def test_a_whole_list_takes_the_place_of_the_one_before():
    seen = Seen()
    seen.whole("active", "1", {"7": "", "8": ""})
    seen.whole("active", "1", {"8": "", "9": ""})
    assert dict(seen.under("active", "1")) == {"8": "", "9": ""}
    assert dict(seen.under("closed", "1")) == dict(seen.under("active", "2")) == {}


def test_of_those_that_were_asked_about_the_others_are_gone():
    """Nothing is said of what wasn't asked about: whoever finds it there has it written."""
    seen = Seen()
    seen.whole("q", "1", {"7": "AB-7", "8": "AB-8"})
    seen.some("q", "1", ["8", "9"], {"9": "AB-9", "10": "AB-10"})
    assert dict(seen.under("q", "1")) == {"7": "AB-7", "9": "AB-9"}


def test_where_something_was_seen_is_known_however_boards_were_asked():
    seen = Seen()
    seen.whole("active", "1", {"7": ""})
    seen.whole("closed", "2", {"7": "", "8": ""})
    assert seen.parents_of(["7"]) == {"1", "2"}
    assert seen.parents_of(["8", "unknown"]) == {"2"}
    assert seen.on(["1", "2", "3"]) == {"7", "8"}


def test_parents_that_are_gone_are_forgotten_for_that_way_of_asking():
    seen = Seen()
    seen.whole("active", "1", {"7": ""})
    seen.whole("active", "2", {"7": ""})
    seen.whole("closed", "1", {"7": ""})
    seen.only("active", ["2"])
    assert dict(seen.under("active", "1")) == {}
    assert seen.parents_of(["7"]) == {"1", "2"}


def test_issues_are_found_by_the_key_of_their_project():
    keys = UnderKeys()
    keys.note_issues([{"id": "10", "key": "AB-1"}, {"id": "11", "key": "A-B-2"}, {"id": "12"}])
    keys.note(13, "AB-3")
    assert sorted(keys.of(["AB"])) == [("10", "AB-1"), ("13", "AB-3")]
    assert list(keys.of(["A-B", "ZZ"])) == [("11", "A-B-2")]


def test_what_has_no_plausible_name_is_left_alone():
    keys = UnderKeys()
    for row_id, key in ((None, "AB-1"), ("x", "AB-1"), ("1", None), ("1", "AB"), ("1", "AB-x")):
        keys.note(row_id, key)
    assert list(keys.of(["AB", "None", ""])) == []


def test_where_not_all_have_room_it_says_so_and_keeps_what_it_has():
    keys = UnderKeys(most=2)
    said = []
    for row_id, key in (("1", "AB-1"), ("2", "AB-2"), ("3", "AB-3"), ("2", "AB-20")):
        keys.note(row_id, key)
        said.append(keys.is_complete)
    assert said == [True, True, False, False]
    assert sorted(keys.of(["AB"])) == [("1", "AB-1"), ("2", "AB-20")]
    keys.forget(["AB", "unknown"])
    keys.note("4", "CD-4")
    assert [*keys.of(["AB", "CD"])] == [("4", "CD-4")]
    assert not keys.is_complete, "what was left out may be anywhere"
