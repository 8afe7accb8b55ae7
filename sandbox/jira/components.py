"""Components: what a site holds of them, their rows, what people do to them, their endpoints."""

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.jira.endpoints import API, PAGES, refuse
from sandbox.jira.entities import Component, ComponentSource, Issue, Project
from sandbox.jira.formats import Row
from sandbox.jira.jql.fields import JqlField
from sandbox.jira.project_parts import (
    Parts,
    ProjectParts,
    UnderProject,
    beside,
    named_like,
    part_changes,
    refuse_as_other,
    refuse_twice,
    replace_part,
    seen,
    term_of,
    terms,
)
from sandbox.jira.rows import Rows
from sandbox.jira.state import KEEP, IssueField

_SOURCES = frozenset(("jira", "compass", "auto"))


class Components(ProjectParts):
    """Components, named by id. No event tells of them, nor of the issues that show them."""

    def __init__(self, **settings: int) -> None:
        super().__init__(**settings)
        self._components = Parts[Component]()
        self.components = self._components.by_id
        self.issue_fields["components"] = IssueField(
            lambda issue: [component_brief(self.rows, item) for item in issue.components]
        )
        self.jql_fields["component"] = JqlField(
            lambda issue: terms(issue.components),
            lambda operand: term_of(operand, self.components),
        )

    def component_of(self, component_id: str) -> Component:
        """A component that must be there, seen or not."""
        if (component := self.components.get(component_id)) is None:
            raise KeyError(f"No component {component_id}")
        return component

    def components_of(self, project: Project) -> list[Component]:
        """The components of a project, of either source."""
        return self._components.of(project)

    def drop_components(self, project: Project) -> None:
        """Take the components of a project that is deleted out of the site."""
        for component in self.components_of(project):
            self._components.take_out(component)

    def set_components(self, issue: Issue, components: Iterable[str] = KEEP) -> list[Row]:
        """Put an issue into components of its project; the changelog's items."""
        old = issue.components
        if components is not KEEP:
            issue.components = beside(issue, map(self.component_of, components))
        return part_changes("Component", "components", old, issue.components)

    def create_component(
        self,
        project_key: str,
        name: str | None = None,
        *,
        source: ComponentSource = "jira",
        description: str | None = None,
        lead: str | None = None,
    ) -> Component:
        """Make a component; its lead is named by account id."""
        project = self.project_of(project_key)
        number = self.next_id()
        component = Component(
            id=number,
            project=project,
            name=name or f"Component {number}",
            description=description or "",
            lead=self.users[lead] if lead else None,
            source=source,
        )
        refuse_twice(component.name, self.components_of(project))
        self._components.put_last(component)
        return component

    def change_component(
        self,
        component_id: str,
        *,
        name: str = KEEP,
        description: str = KEEP,
        lead: str | None = KEEP,
    ) -> Component:
        """Change what is said about a component."""
        component = self.component_of(component_id)
        if name is not KEEP and name != component.name:
            refuse_twice(name, self.components_of(component.project), besides=component)
        carriers = self._before(component)
        component.name = component.name if name is KEEP else name
        component.description = component.description if description is KEEP else description
        if lead is not KEEP:
            component.lead = self.users[lead] if lead else None
        self.forget_rows(carriers)
        return component

    def delete_component(self, component_id: str, *, move_to: str | None = None) -> None:
        """Delete a component: issues lose it or get the other."""
        component = self.component_of(component_id)
        other = self.component_of(move_to) if move_to else None
        refuse_as_other(component, other)
        carriers = self._before(component)
        for issue in carriers:
            replace_part(issue.components, component, other)
        self.forget_rows(carriers)
        self._components.take_out(component)


def component_row(rows: Rows, component: Component) -> Row:
    """A component as its endpoint shows it."""
    row = component_brief(rows, component) | {
        "assigneeType": "PROJECT_DEFAULT",
        "realAssigneeType": "PROJECT_DEFAULT",
        "isAssigneeTypeValid": False,
        "project": component.project.key,
        "projectId": int(component.project.id),
    }
    if component.lead is not None:
        row["lead"] = rows.user(component.lead)
    if component.source == "compass":
        row["ari"] = f"ari:cloud:compass:00000000:component/{component.id}"
        row["metadata"] = {"icon": f"{rows.base_url}/images/component.svg"}
    return row


def listed_component(rows: Rows, component: Component, issues: int) -> Row:
    """A component as the list of its project shows it."""
    row = component_row(rows, component)
    for name in ("ari", "metadata"):
        row.pop(name, None)
    return row | {"issueCount": issues}


def component_brief(rows: Rows, component: Component) -> Row:
    """A component as an issue shows it."""
    row = {
        "self": rows.link(f"component/{component.id}"),
        "id": component.id,
        "name": component.name,
    }
    if component.description:
        row["description"] = component.description
    return row


class ComponentEndpoints(UnderProject[Components]):
    """The components of a project, and one by id."""

    def routes(self) -> list[Route]:
        """The endpoints."""
        return [
            Route(f"{API}/project/{{id}}/component", self.under(self._components)),
            Route(f"{API}/component/{{id}}", self._component),
        ]

    def _components(self, request: Request, project: Project) -> Response:
        source = request.query_params.get("componentSource", "jira")
        if source not in _SOURCES:
            return refuse(400, f"Unknown component source: {source}")
        own = self.site.components_of(project)
        if source == "auto":
            # A project that has components in Compass was opted into it.
            source = "compass" if any(item.source == "compass" for item in own) else "jira"
        found = [item for item in named_like(request, own) if item.source == source]
        found.sort(key=lambda item: item.name.lower())
        return PAGES.answer(
            request,
            self.faults,
            found,
            lambda item: listed_component(self.site.rows, item, self._count(item)),
            base_url=self.site.base_url,
        )

    async def _component(self, request: Request) -> Response:
        name = request.path_params["id"]
        component = self.site.components.get(name)
        if component is None or not seen(request, component):
            return refuse(404, f"The component with id {name} does not exist.")
        if component.project.fault is not None:
            return refuse(component.project.fault, f"Component {component.id} can't be read.")
        return JSONResponse(component_row(self.site.rows, component))

    def _count(self, component: Component) -> int:
        own = self.site.issues_in(component.project)
        return sum(component in issue.components and issue.visible for issue in own)
