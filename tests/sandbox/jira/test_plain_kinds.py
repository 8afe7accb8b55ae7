"""A kind that is an entry of the table has rows, endpoints, events and random changes."""

import random

import pytest

from sandbox.jira.api import JiraApi
from sandbox.jira.plain_kinds import PlainKind
from sandbox.jira.site import JiraSite
from sandbox.random_plain_changes import FEWEST, PLAIN_CHANGES

THINGS = "/rest/api/3/thing"


class Site(JiraSite):
    plain_kinds = (
        PlainKind(
            "thing",
            f"{THINGS}/search",
            lambda _, request, thing: {"id": thing.id, "name": thing.name},
            lambda request, every: [
                thing
                for thing in every
                if thing.owner.account_id == request.query_params.get("owner", "nobody")
            ],
            one=f"{THINGS}/{{id}}",
        ),
    )


@pytest.fixture
def site():
    made = Site(seed=1)
    made.add_user("Somebody")
    made.fill_plain()
    return made


@pytest.fixture
def events(site):
    seen = []
    site.subscribe(lambda event, payload: seen.append((event, payload["thing"]["id"])))
    return seen


async def test_its_list_and_its_rows_by_id_are_served(site):
    first = site.create_plain("thing", "First")
    other = site.create_plain("thing", "Another's", owner=site.add_user("Owner").account_id)
    row = {"id": first.id, "name": "First"}
    api = JiraApi(site, email="account@example.com", token="right")
    async with api.client() as client:
        answer = await client.get(f"{THINGS}/search", params={"owner": other.owner.account_id})
        assert [found["id"] for found in answer.json()["values"]] == [other.id]
        assert (await client.get(f"{THINGS}/{first.id}")).json() == row
        site.delete_plain("thing", first.id)
        assert (await client.get(f"{THINGS}/{first.id}")).status_code == 404


def test_filling_makes_no_events_and_everything_else_does(site, events):
    site.fill_plain(each=2)
    assert events == []
    made = site.create_plain("thing", "New")
    assert site.rename_plain("thing", made.id, "Newer").name == "Newer"
    site.delete_plain("thing", made.id)
    verbs = ("created", "updated", "deleted")
    assert events == [(f"thing_{verb}", int(made.id)) for verb in verbs]
    assert len(site.plain["thing"]) == 5


def test_all_random_changes_can_be_made_and_some_are_left(site, events):
    rng = random.Random(1)
    for _ in range(FEWEST * 10):
        for name in ("create_plain", "rename_plain", "delete_plain"):
            PLAIN_CHANGES[name](site, rng)
    assert {event for event, _ in events} == {"thing_created", "thing_updated", "thing_deleted"}
    assert len(site.plain["thing"]) == 3
