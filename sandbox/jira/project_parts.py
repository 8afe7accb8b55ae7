"""What versions and components share: they belong to a project, and issues carry them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from sandbox.jira.endpoints import Endpoint, Endpoints, knows, refuse
from sandbox.jira.entities import Component, Issue, Project, Version
from sandbox.jira.formats import Row, changed
from sandbox.jira.index import IssueIndex
from sandbox.jira.jql.parser import Operand

type Part = Version | Component


class Parts[T: Version | Component]:
    """Versions or components, by id and by project."""

    def __init__(self) -> None:
        self.by_id: dict[str, T] = {}
        self._in: defaultdict[str, dict[str, T]] = defaultdict(dict)

    def of(self, project: Project) -> list[T]:
        """Those of a project, in its order."""
        return list(self._in[project.id].values())

    def put_last(self, item: T) -> None:
        """Add one, or put one last that is there."""
        self.by_id[item.id] = self._in[item.project.id][item.id] = item

    def take_out(self, item: T) -> None:
        """Remove one."""
        del self.by_id[item.id], self._in[item.project.id][item.id]


class ProjectParts(IssueIndex):
    """Changes of what a project has parts of."""

    def _before(self, item: Part) -> list[Issue]:
        """The issues that show a version or component, remembered as they are."""
        carriers = [
            issue
            for issue in self.issues_in(item.project)
            if item in (*issue.fix_versions, *issue.affected_versions, *issue.components)
        ]
        self.remember(carriers)
        return carriers


def terms(items: Iterable[Part]) -> tuple[str, ...]:
    """What JQL compares: versions and components are named by id and by name."""
    return tuple(term for item in items for term in (item.id, f"name:{item.name.lower()}"))


def term_of(operand: Operand, among: Mapping[str, Part]) -> str | None:
    """The term of a version or component for what JQL says; None for what can't be seen.

    A number in quotes is a name first, and one without an id.
    """
    if operand.function:
        return None
    text, name = operand.text, operand.text.lower()

    def by_id() -> str | None:
        item = among.get(text)
        return text if item is not None and item.project.visible else None

    def by_name() -> str | None:
        named = (item for item in among.values() if item.name.lower() == name)
        return f"name:{name}" if any(item.project.visible for item in named) else None

    return (by_name() or by_id()) if operand.quoted else (by_id() or by_name())


def beside[T: Version | Component](issue: Issue, items: Iterable[T]) -> list[T]:
    """Each item once; an issue carries those of its project alone."""
    found = list({item.id: item for item in items}.values())
    for item in found:
        if item.project is not issue.project:
            raise ValueError(f"{item.name} isn't of the project of {issue.key}")
    return found


def part_changes(field: str, field_id: str, old: Sequence[Part], new: Sequence[Part]) -> list[Row]:
    """One item for each that was taken away or put there, as Jira writes them."""
    gone = [item for item in old if item not in new]
    come = [item for item in new if item not in old]
    nothing = (None, None)
    return [
        *(changed(field, (item.id, item.name), nothing, field_id) for item in gone),
        *(changed(field, nothing, (item.id, item.name), field_id) for item in come),
    ]


def refuse_twice(
    name: str, among: list[Version] | list[Component], besides: Part | None = None
) -> None:
    """A name is given once in a project."""
    if any(item.name.lower() == name.lower() for item in among if item is not besides):
        raise ValueError(f"The project has a {name} already")


def refuse_as_other(item: Part, other: Part | None) -> None:
    """Only another part of the same project can take a part's place."""
    if other is not None and (other is item or other.project is not item.project):
        raise ValueError(f"{other.name} isn't another one of the same project")


def replace_part[T: Version | Component](items: list[T], old: T, new: T | None) -> None:
    """Put another part in the place of one, or nothing."""
    if old in items:
        index = items.index(old)
        items[index : index + 1] = [new] if new is not None and new not in items else []


class UnderProject[S: ProjectParts](Endpoints[S]):
    """Endpoints below a project that can be seen."""

    def under(self, answer: Callable[[Request, Project], Response]) -> Endpoint:
        """The endpoint that answers for the project which its path names."""

        async def endpoint(request: Request) -> Response:
            name = request.path_params["id"]
            project = self.site.find_project(name)
            if project is None or not project.visible or not knows(request):
                return refuse(404, f"No project could be found with key '{name}'.")
            if project.fault is not None:
                return refuse(project.fault, f"Project {project.key} can't be read.")
            return answer(request, project)

        return endpoint


def seen(request: Request, item: Part) -> bool:
    """Whether the account can see a version or component."""
    return item.project.visible and knows(request)


def named_like[T: Version | Component](request: Request, items: Iterable[T]) -> list[T]:
    """Those whose name or description holds the asked text."""
    text = request.query_params.get("query", "").lower()
    return [item for item in items if text in item.name.lower() or text in item.description.lower()]
