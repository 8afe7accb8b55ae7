"""Random changes of the plain kinds in a stand-in Jira."""

import random
from collections.abc import Callable, Mapping

from sandbox.jira.site import JiraSite
from sandbox.random_changes import NothingToChangeError, one_of, some_text, user

FEWEST = 2


def _create_plain(site: JiraSite, rng: random.Random) -> None:
    kind = one_of(rng, list(site.plain))
    site.create_plain(kind, some_text(rng), owner=user(site, rng).account_id)


def _rename_plain(site: JiraSite, rng: random.Random) -> None:
    kind = one_of(rng, list(site.plain))
    site.rename_plain(kind, one_of(rng, list(site.plain[kind])), some_text(rng))


def _delete_plain(site: JiraSite, rng: random.Random) -> None:
    kind = one_of(rng, list(site.plain))
    if len(site.plain[kind]) <= FEWEST:
        raise NothingToChangeError
    site.delete_plain(kind, one_of(rng, list(site.plain[kind])))


PLAIN_CHANGES: Mapping[str, Callable[[JiraSite, random.Random], None]] = {
    change.__name__.strip("_"): change for change in (_create_plain, _rename_plain, _delete_plain)
}
"""Every change of plain kinds by its name."""
