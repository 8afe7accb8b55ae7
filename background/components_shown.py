"""Issues that show a component as it was: no event tells of components, a sweep compares them."""

from functools import partial

from port_ocean.core.handlers.port_app_config.models import PortAppConfig

from background.failures import Failures
from background.issues_showing import Pages, project_issues, reads
from client import JiraClient
from jira.errors import JiraError

FIELDS = ("components",)
COMPONENTS = "The components that issues show"


async def showing_components(
    client: JiraClient, mapping: PortAppConfig, failures: Failures
) -> Pages:
    """Page by page; a project that fails is looked at again by the next sweep."""
    if not reads(mapping, FIELDS):
        return
    seen = client.issues.reader.shown.components
    failed = partial(failures.note, behind=True)
    works = True
    try:
        projects = await client.projects.find_keys(seen.projects())
    except JiraError as error:
        await failures.note(COMPONENTS, error)
        return
    for project in projects:
        try:
            now = await client.components.shown_in(project)
        except JiraError as error:
            await failures.note(COMPONENTS, error)
            works = False
            continue
        if not seen.are_shown_as_they_are(project["key"], now):
            seen.forget(project["key"])
            async for results in project_issues(client, str(project["id"]), mapping, failed):
                yield results
    if works:
        failures.failing.works(COMPONENTS, whole=True)
