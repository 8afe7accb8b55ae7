"""Nothing but reads gets out of a dry run, whoever asks."""

import httpx
import pytest

from port.dry_run.read_only import ReadOnlyHttp, WouldWriteError, is_read

API = "https://port.example.com/v1"


@pytest.mark.parametrize(
    "path",
    [
        "/auth/access_token",
        "/entities/search",
        "/entities/search?include=title",
        "/blueprints/jiraIssue/entities/search",
        "/blueprints/entities/datasource-entities",
    ],
)
def test_a_search_is_a_read(path: str) -> None:
    assert is_read("POST", API + path)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/blueprints/jiraIssue/entities/bulk"),
        ("POST", "/blueprints/jiraIssue/entities/bulk?validation_only=true"),
        ("POST", "/blueprints/jiraIssue/entities"),
        ("POST", "/blueprints/jiraIssue/bulk/entities/delete"),
        ("POST", "/blueprints"),
        ("POST", "/integration"),
        ("POST", "/integration/x/kinds/issue/examples"),
        ("POST", "/entities/search/x"),
        ("PATCH", "/integration/x"),
        ("PUT", "/metrics/syncMetrics/resync/1/kind/issue-0"),
        ("DELETE", "/blueprints/jiraIssue/entities/AB-1"),
    ],
)
def test_all_else_is_none(method: str, path: str) -> None:
    assert not is_read(method, API + path)


async def test_what_would_write_never_leaves() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as inner:
        http = ReadOnlyHttp(inner)
        await http.get(f"{API}/integration/x")
        await http.post(f"{API}/entities/search", json={})
        assert [request.method for request in asked] == ["GET", "POST"]
        with pytest.raises(WouldWriteError, match="entities/bulk would write"):
            await http.post(f"{API}/blueprints/x/entities/bulk", json={})
        for name in ("put", "patch", "delete", "request", "send", "stream"):
            with pytest.raises(WouldWriteError, match=name.upper()):
                getattr(http, name)
        assert len(asked) == 2
