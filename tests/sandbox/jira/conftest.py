"""What the tests of the stand-in Jira share: each has a `site` of its own."""

import pytest

from sandbox.jira.api import JiraApi


@pytest.fixture
def events(site):
    found = []
    site.subscribe(lambda event, payload: found.append((event, payload)))
    return found


@pytest.fixture
def api(site):
    return JiraApi(site, email="account@example.com", token="right")


@pytest.fixture
async def client(api):
    async with api.client() as client:
        yield client
