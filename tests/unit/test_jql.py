"""JQL as text: what an administrator or Jira writes can't break out of what we put around it."""

import pytest

from jira.jql import (
    ALL_ISSUES,
    STABLE_ORDER,
    both,
    bounded,
    ordered,
    quote,
    restrict,
    without_order_by,
)


@pytest.mark.parametrize(
    ("value", "quoted"),
    [
        ("AB", '"AB"'),
        ("OR", '"OR"'),
        ("", '""'),
        ("two words", '"two words"'),
        ("it's", '"it\'s"'),
        ('say "hi"', r'"say \"hi\""'),
        ("back\\slash", r'"back\\slash"'),
        ("ends with \\", r'"ends with \\"'),
        ('\\"', r'"\\\""'),
        ("two\nlines", r'"two\nlines"'),
        ("two\r\nlines", r'"two\r\nlines"'),
        ('x") OR created > 0 OR ("', r'"x\") OR created > 0 OR (\""'),
        ('x\\") OR created > 0', r'"x\\\") OR created > 0"'),
        ("Ключ", '"Ключ"'),
    ],
)
def test_a_value_stays_inside_its_quotes(value, quoted):
    assert quote(value) == quoted


@pytest.mark.parametrize("value", ['"', '\\"', '\\\\"', '"\\', '") OR ("', "\n", 'a\\\n"b'])
def test_a_quoted_value_ends_only_at_its_last_character(value):
    """Reads the text as Jira does: a backslash takes the next character along."""
    text = quote(value)
    index = 1
    while text[index] != '"':
        index += 2 if text[index] == "\\" else 1
    assert index == len(text) - 1
    assert "\n" not in text


@pytest.mark.parametrize(
    ("jql", "condition"),
    [
        ("project = AB ORDER BY created", "project = AB"),
        ("project = AB order by created DESC, key ASC", "project = AB"),
        ("project = AB Order By rank", "project = AB"),
        ("project = AB ORDER\nBY created", "project = AB"),
        ("project = AB\r\nORDER\r\n\tBY\r\nkey", "project = AB"),
        ("project = AB\tORDER\tBY\tkey", "project = AB"),
        ("project = AB ORDER     BY key", "project = AB"),
        ("(project = AB)order by key", "(project = AB)"),
        ('summary ~ "x"ORDER BY key', 'summary ~ "x"'),
        ("ORDER BY created", ""),
        ("  order by created  ", ""),
        ("ORDER BY", ""),
        ("", ""),
        ("   ", ""),
        (" project = AB ", "project = AB"),
        ("summary ~ 'x' ORDER BY 'order by'", "summary ~ 'x'"),
        ('summary ~ "a order by b" ORDER BY key', 'summary ~ "a order by b"'),
        ("summary ~ 'a order by b' ORDER BY key", "summary ~ 'a order by b'"),
        (r'summary ~ "say \"hi\" order by" order by key', r'summary ~ "say \"hi\" order by"'),
        (r"summary ~ 'it\'s order by' order by key", r"summary ~ 'it\'s order by'"),
        (r'summary ~ "ends \\" order by key', r'summary ~ "ends \\"'),
        ('summary ~ "it\'s" order by key', 'summary ~ "it\'s"'),
        ("summary ~ 'a \"b' order by key", "summary ~ 'a \"b'"),
    ],
)
def test_order_by_is_taken_off_wherever_it_begins(jql, condition):
    assert without_order_by(jql) == condition


@pytest.mark.parametrize(
    "jql",
    [
        "project = AB",
        'summary ~ "a order by b"',
        "summary ~ 'a order by b'",
        'summary ~ "a ORDER\nBY b"',
        r'summary ~ "a \" order by b"',
        r"summary ~ 'a \' order by b'",
        '"order by" = 3',
        "order = 3",
        "order = 3 AND by = 4",
        "reorder by = 3",
        "my_order by = 3",
        "re-order by = 3",
        "cf.order by = 3",
        "order bypass = 3",
        "order by_hand = 3",
        "orderby = 3",
    ],
)
def test_what_only_looks_like_order_by_stays(jql):
    assert without_order_by(jql) == jql


@pytest.mark.parametrize(
    ("jql", "order"),
    [
        (None, ""),
        ("", ""),
        ("  \n ", ""),
        ("ORDER BY", ""),
        ("ORDER BY key", " ORDER BY key"),
        ("order\tby created DESC ", " order\tby created DESC"),
    ],
)
def test_a_query_without_a_condition_becomes_all_issues(jql, order):
    """Jira answers an unbounded query with 400, while an empty `jql` here means all issues."""
    assert bounded(jql) == ALL_ISSUES + order


def test_a_query_with_a_condition_is_sent_as_it_is():
    assert bounded("project = AB ORDER BY key") == "project = AB ORDER BY key"


@pytest.mark.parametrize(
    ("jql", "query"),
    [
        ("project = AB", f"project = AB {STABLE_ORDER}"),
        ("project = AB ORDER BY", f"project = AB {STABLE_ORDER}"),
        ('summary ~ "order by x"', f'summary ~ "order by x" {STABLE_ORDER}'),
        ("order = 3", f"order = 3 {STABLE_ORDER}"),
        ("project = AB order by updated DESC", "project = AB order by updated DESC"),
        ("project = AB ORDER\nBY key", "project = AB ORDER\nBY key"),
    ],
)
def test_pages_are_in_an_order_that_edits_do_not_change_but_where_the_selector_has_its_own(
    jql, query
):
    assert ordered(jql) == query
    assert ordered(query) == query


def test_what_is_put_together_has_one_order_at_its_end():
    own = "a = 1 OR b = 2 ORDER BY rank"
    together = both("sprint in (3)", restrict(own, "id", ["1"]))
    assert together == '((a = 1 OR b = 2) AND id in ("1")) AND sprint in (3) ORDER BY rank'
    assert ordered(bounded(together)) == together


@pytest.mark.parametrize(
    ("jql", "query"),
    [
        ("project = AB", '(project = AB) AND id in ("1", "2")'),
        ("a = 1 OR b = 2", '(a = 1 OR b = 2) AND id in ("1", "2")'),
        ("a = 1 OR b = 2 ORDER BY key", '(a = 1 OR b = 2) AND id in ("1", "2") ORDER BY key'),
        ("ORDER BY key", 'id in ("1", "2") ORDER BY key'),
        ("", 'id in ("1", "2")'),
        (None, 'id in ("1", "2")'),
    ],
)
def test_restricting_keeps_the_whole_condition_together(jql, query):
    assert restrict(jql, "id", ["1", "2"]) == query


def test_restricting_quotes_every_value():
    assert restrict(None, "project", ["AS", '"']) == r'project in ("AS", "\"")'


@pytest.mark.parametrize(
    ("jql", "query"),
    [
        ("project = AB", "(project = AB) AND sprint in (3)"),
        ("a = 1 OR b = 2 ORDER BY key", "(a = 1 OR b = 2) AND sprint in (3) ORDER BY key"),
        ("ORDER BY key", "sprint in (3) ORDER BY key"),
        ("  ", "sprint in (3)"),
        (None, "sprint in (3)"),
    ],
)
def test_a_clause_and_a_query_hold_both(jql, query):
    assert both("sprint in (3)", jql) == query
