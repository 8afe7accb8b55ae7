"""The stand-in's searches are in the order that is asked for, also while issues are edited."""

from typing import Any

import pytest

from sandbox.jira.site import JiraSite

SEARCH = "/rest/api/3/search/jql"
ALL = "created >= -5200w"


@pytest.fixture
def site() -> JiraSite:
    """Twelve issues, each made a minute after the one before."""
    made = JiraSite()
    made.create_project("AB")
    now = made.now()
    for number in range(12):
        made.clock = lambda number=number: now - 3600 + 60 * number  # type: ignore[misc]
        made.create_issue("AB", summary=f"Issue {number % 3}")
    made.clock = lambda: now
    return made


async def page(client: Any, jql: str, token: str | None = None, size: int = 5) -> Any:
    body = {"jql": jql, "fields": ["key"], "maxResults": size}
    answer = await client.post(SEARCH, json=body | ({"nextPageToken": token} if token else {}))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def walk(client: Any, jql: str, between: Any = lambda: None) -> list[str]:
    found: list[str] = []
    token = None
    while True:
        answer = await page(client, jql, token)
        found += [row["key"] for row in answer["issues"]]
        token = answer.get("nextPageToken")
        if token is None:
            return found
        between()


KEYS = [f"AB-{number}" for number in range(1, 13)]


@pytest.mark.parametrize(
    ("order", "keys"),
    [
        ("created", KEYS),
        ("created ASC, key ASC", KEYS),
        ("created DESC", KEYS[::-1]),
        ("key DESC", KEYS[::-1]),
        ("summary, created DESC", [KEYS[i] for i in (9, 6, 3, 0, 10, 7, 4, 1, 11, 8, 5, 2)]),
        ("summary DESC, key", [KEYS[i] for i in (2, 5, 8, 11, 1, 4, 7, 10, 0, 3, 6, 9)]),
    ],
)
@pytest.mark.parametrize("edited", [False, True], ids=["at rest", "edited"])
async def test_pages_are_in_the_order_that_is_asked_for(client, site, order, keys, edited):
    """Edits of what doesn't stand in the order move nothing."""

    def edit() -> None:
        if edited:
            for issue in site.issues.values():
                site.edit_issue(issue.id, labels=["edited"])

    assert await walk(client, f"{ALL} ORDER BY {order}", edit) == keys


@pytest.mark.parametrize("jql", [f"{ALL} ORDER BY updated DESC", ALL])
async def test_without_an_order_that_stays_an_edited_issue_slides_over_the_border(
    client, site, jql
):
    last = site.issues[min(site.issues, key=int)]
    found = await walk(client, jql, lambda: site.edit_issue(last.id, summary="Edited"))
    assert last.key not in found
    assert len(found) == 11


async def test_what_is_deleted_between_two_pages_takes_no_other_with_it(client, site):
    first = site.issue_of("AB-1")
    deleted: list[str] = []

    def delete() -> None:
        if not deleted:
            deleted.append(first.id)
            site.delete_issue(first.id)

    assert await walk(client, f"{ALL} ORDER BY created ASC, key ASC", delete) == KEYS


async def test_a_token_can_be_used_again(client, site):
    first = await page(client, f"{ALL} ORDER BY created")
    token = first["nextPageToken"]
    one = await page(client, f"{ALL} ORDER BY created", token)
    site.edit_issue("AB-1", summary="Edited")
    other = await page(client, f"{ALL} ORDER BY created", token)
    assert one["issues"] == other["issues"]
