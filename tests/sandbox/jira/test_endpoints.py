"""Pages by number, and what a kind that is one plain list gets of the helper."""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from sandbox.jira.endpoints import Pages, PlainList, listed, refuse
from sandbox.jira.faults import Fault
from sandbox.jira.formats import Row
from sandbox.jira.gate import Gate, GatedApi
from sandbox.jira.state import SiteState

FILTERS = "/rest/api/3/filter/search"


@dataclass
class Filter:
    id: str
    name: str


class Filters(SiteState):
    """What a plain kind costs: its state, its row, and where it is served."""

    def __init__(self, **settings: int) -> None:
        super().__init__(**settings)
        self.filters: dict[str, Filter] = {}

    def filter_row(self, item: Filter) -> Row:
        return {"id": item.id, "name": item.name, "self": self.rows.link(f"filter/{item.id}")}


def filter_list(site: Filters, pages: Pages) -> PlainList[Filter]:
    def found(request):
        if unknown := listed(request, "expand") - {"jql"}:
            return refuse(400, f"Unknown expand: {sorted(unknown)}")
        return site.filters.values()

    return PlainList(
        FILTERS,
        "/rest/api/3/filter/{id}",
        found=found,
        find=site.filters.get,
        make=lambda _, item: site.filter_row(item),
        gone="The filter does not exist.",
        pages=pages,
    )


@pytest.fixture
def site():
    site = Filters()
    site.filters = {str(number): Filter(str(number), f"Filter {number}") for number in range(1, 8)}
    return site


@pytest.fixture
def pages():
    return Pages(most=3, default=2)


@pytest.fixture
def api(site):
    return GatedApi(site, email="account@example.com", token="right")


@pytest.fixture
async def client(site, api, pages):
    app = Starlette(
        routes=filter_list(site, pages).routes(api.faults),
        middleware=[Middleware(Gate, api=api)],
    )
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),
        base_url=site.base_url,
        auth=("account@example.com", "right"),
    ) as client:
        yield client


async def page(client: httpx.AsyncClient, **params: Any) -> Any:
    return (await client.get(FILTERS, params=params)).raise_for_status().json()


class TestPlainList:
    async def test_a_page_says_where_it_is(self, client):
        first = await page(client)
        assert [row["id"] for row in first.pop("values")] == ["1", "2"]
        assert first == {"startAt": 0, "maxResults": 2, "total": 7, "isLast": False}
        last = await page(client, startAt=6, maxResults=3)
        assert [row["id"] for row in last.pop("values")] == ["7"]
        assert last == {"startAt": 6, "maxResults": 3, "total": 7, "isLast": True}

    @pytest.mark.parametrize("asked", [{"maxResults": 50}, {"maxResults": 3, "startAt": "x"}])
    async def test_no_more_come_than_the_endpoint_gives(self, client, asked):
        found = await page(client, **asked)
        assert (found["maxResults"], len(found["values"])) == (3, 3)

    async def test_a_page_can_be_shorter_than_asked(self, client, api):
        api.faults.add(Fault("short_pages", FILTERS, size=1))
        assert [row["id"] for row in (await page(client))["values"]] == ["1"]

    async def test_parameters_can_be_refused(self, client):
        answer = await client.get(FILTERS, params={"expand": "jql,other"})
        assert answer.status_code == 400
        assert answer.json()["errorMessages"] == ["Unknown expand: ['other']"]

    async def test_one_by_id(self, client, site):
        answer = await client.get("/rest/api/3/filter/3")
        assert answer.json() == site.filter_row(site.filters["3"])
        del site.filters["3"]
        answer = await client.get("/rest/api/3/filter/3")
        assert answer.status_code == 404
        assert answer.json()["errorMessages"] == ["The filter does not exist."]

    async def test_bad_credentials_see_nothing(self, client, api):
        api.token_valid = False
        assert (await page(client))["values"] == []
        assert (await client.get("/rest/api/3/filter/1")).status_code == 404


class TestShapes:
    @pytest.fixture
    def pages(self, request):
        return request.param

    @pytest.mark.parametrize("pages", [Pages(key="dashboards", says_last=False)], indirect=True)
    async def test_rows_under_another_key(self, client):
        found = await page(client, maxResults=1)
        assert set(found) == {"startAt", "maxResults", "total", "dashboards"}
        assert len(found["dashboards"]) == 1

    @pytest.mark.parametrize("pages", [Pages(key=None)], indirect=True)
    async def test_rows_alone(self, client):
        assert [row["id"] for row in await page(client, startAt=5)] == ["6", "7"]
