"""Accounts: their events and their endpoints."""

import pytest

from sandbox.jira.site import JiraSite


@pytest.fixture
def site():
    site = JiraSite()
    site.fill(1, projects=1, users=7)
    return site


def test_account_events_carry_neither_mail_nor_locale(site, events):
    user = site.create_user("User 1", email="user@example.com")
    site.change_user(user.account_id, name="User 2", active=False)
    site.delete_user(user.account_id)
    assert [event for event, _ in events] == ["user_created", "user_updated", "user_deleted"]
    for _, payload in events:
        assert not {"emailAddress", "locale"} & set(payload["user"])
    assert events[-1][1]["user"] == {"accountId": user.account_id}


async def test_users(client, site):
    path = "/rest/api/3/users/search"
    everyone = (await client.get(path)).json()
    assert len(everyone) == 8
    gone, inactive = everyone[3]["accountId"], everyone[4]["accountId"]
    site.change_user(inactive, active=False)
    site.delete_user(gone)
    rest = (await client.get(path, params={"startAt": 2, "maxResults": 3})).json()
    assert [row["active"] for row in rest] == [True, False, True]
    assert gone not in {row["accountId"] for row in rest}
    one = "/rest/api/3/user"
    assert (await client.get(one, params={"accountId": gone})).status_code == 404
    assert (await client.get(one, params={"accountId": inactive})).json()["active"] is False
    assert (await client.get(one)).status_code == 400
