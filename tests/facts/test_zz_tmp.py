import pytest, respx, httpx
from tests.facts.conftest import *
from tests.facts.test_limit_facts import *
@pytest.mark.parametrize("raw", ["\ufefftok".encode(), "tök".encode(), b"\xff\xfet\x00", b"a\nb"])
async def test_bad(http, token_file, raw):
    token_file.write_bytes(raw)
    with respx.mock() as router:
        router.get(f"{GATEWAY}{PATH}").respond(json=ME)
        with pytest.raises(JiraAuthenticationError):
            await bearer(http, token_file).get(PATH)
async def test_escaped(http):
    with respx.mock() as router:
        router.get(f"{SITE}{PATH}").respond(text='{"self":"https:\\/\\/api.atlassian.com\\/ex\\/jira\\/abc\\/rest"}', headers={"content-type":"application/json"})
        assert (await basic(http, SITE).get(PATH))["self"].startswith(SITE)
