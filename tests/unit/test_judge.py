"""What may be written over what other processes wrote: decided by moments alone."""

import pytest

from port.versions import Verdict, judge
from redis_link.turns import NOTHING, Wrote

WRITE, DOUBTFUL, LEAVE = Verdict.WRITE, Verdict.DOUBTFUL, Verdict.LEAVE
WHOLE = 5


@pytest.mark.parametrize(
    ("others", "event", "background"),
    [
        (NOTHING, WRITE, WRITE),
        (Wrote(read=90, live=99), WRITE, WRITE),
        (Wrote(read=90, background=99), WRITE, WRITE),
        # They read before, and wrote since.
        (Wrote(read=90, live=110), WRITE, LEAVE),
        (Wrote(read=90, background=110), DOUBTFUL, WRITE),
        # They read later, or in the same moment.
        (Wrote(read=100, live=110), LEAVE, LEAVE),
        (Wrote(read=105, background=110), LEAVE, LEAVE),
        (Wrote(read=105), LEAVE, LEAVE),
    ],
)
def test_the_one_that_was_read_later_wins(others, event, background):
    assert judge(others, WHOLE, 100, live=True) is event
    assert judge(others, WHOLE, 100, live=False) is background


def test_what_was_read_before_all_that_is_known_is_read_again():
    assert judge(NOTHING, 101, 100, live=True) is LEAVE
    assert judge(NOTHING, 101, 100, live=False) is LEAVE
    assert judge(NOTHING, 100, 100, live=True) is WRITE
