"""A site with rows of every kind, behind the endpoints that read them."""

import re
from typing import Any

from jira.kinds.team import MEMBERS, TEAMS
from jira.kinds.worklog import BY_IDS
from tests.unit.helpers.planning_site import GONE, PlanningSite, Row, by_offset

TEAM_LIST = TEAMS.format(org="org-1")


def members_of(team: str) -> str:
    return MEMBERS.format(org="org-1", team=team)


class WholeSite(PlanningSite):
    """Pages of two rows each here, too, and two members of a team."""

    def __init__(self) -> None:
        super().__init__()
        self.releases: dict[str, Row] = {}
        self.components: dict[str, Row] = {}
        self.users: dict[str, Row] = {}
        self.teams: dict[str, list[Row]] = {}
        self.worklogs: dict[str, Row] = {}
        self.plain: dict[str, dict[str, Row]] = {}
        self.plain_ones: dict[str, str] = {}

    def release(self, release_id: str, project_id: str) -> None:
        row = {"id": release_id, "name": f"{release_id}.0", "projectId": int(project_id)}
        self.releases[release_id] = row

    def component(self, component_id: str, key: str, source: str = "jira") -> None:
        row = {"id": component_id, "name": f"c{component_id}", "project": key, "source": source}
        self.components[component_id] = row

    def user(self, account_id: str) -> None:
        self.users[account_id] = {"accountId": account_id, "active": True}

    def team(self, team_id: str, members: int) -> None:
        self.teams[team_id] = [{"accountId": f"{team_id}-{n}"} for n in range(members)]

    def worklog(self, worklog_id: str, issue_id: str) -> None:
        self.worklogs[worklog_id] = {"id": worklog_id, "issueId": issue_id}

    def plain_list(self, path: str, one: str, *ids: str) -> None:
        """Rows of a kind that is one list; `one` is the path of a row, with `{id}`, or empty."""
        self.plain[path] = {name: {"id": name, "name": f"Row {name}"} for name in ids}
        self.plain_ones[path] = one.removesuffix("{id}")

    def fill(self) -> "WholeSite":
        """Three parents of every sort and five rows under them, most of them under the first."""
        for project_id, key in (("10", "AB"), ("11", "CD"), ("12", "EF")):
            self.project(project_id, key)
        self.board(1, "AB", "CD", "EF")
        self.board(2, "AB")
        self.board(3, "AB")
        for number, board in enumerate((1, 1, 1, 2, 3), 1):
            self.sprint(20 + number, board)
            self.epic(100 + number, f"AB-{number}", board)
            self.issue(200 + number, f"AB-{10 + number}", board)
        for number, (project_id, key) in enumerate(
            (("10", "AB"), ("10", "AB"), ("10", "AB"), ("11", "CD"), ("12", "EF")), 1
        ):
            self.release(str(number), project_id)
            self.component(str(number), key)
            self.user(f"user-{number}")
            self.worklog(f"90{number}", "201" if key == "AB" else "202")
        for team, members in (("a", 0), ("b", 1), ("c", 5)):
            self.team(team, members)
        return self

    def empty(self) -> None:
        """What an account that Jira doesn't know is shown: 200, and nothing."""
        for everything in (self.boards, self.projects_of, self.on_board, self.sprints, self.issues):
            everything.clear()
        self.projects.clear()
        for rows in (self.releases, self.components, self.users, self.worklogs, self.teams):
            rows.clear()
        for plain in self.plain.values():
            plain.clear()

    def answer(self, method: str, path: str, what: Any) -> Any:
        if path in self.answers:
            return self.answers[path]
        for listed, one in self.plain_ones.items():
            if path == listed:
                rows = [r for name, r in self.plain[path].items() if name in what.get("id", name)]
                return by_offset(rows, what)
            if one and path.startswith(one):
                return self.plain[listed].get(path.removeprefix(one), GONE)
        if path == "/rest/api/3/users/search":
            return list(self.users.values())[what["startAt"] : what["startAt"] + 2]
        if path == "/rest/api/3/user":
            return self.users.get(what["accountId"], GONE)
        if path == BY_IDS:
            return [row for row in self.worklogs.values() if int(row["id"]) in what["ids"]]
        if path.startswith(TEAM_LIST):
            return self._teams(path, what)
        if found := re.fullmatch(r"/rest/api/3/issue/(\d+)/worklog", path):
            rows = [row for row in self.worklogs.values() if row["issueId"] == found[1]]
            return by_offset(rows, what, key="worklogs")
        if found := re.fullmatch(r"/rest/api/3/version/(\d+)", path):
            return self.releases.get(found[1], GONE)
        if found := re.fullmatch(r"/rest/api/3/component/(\d+)", path):
            return self.components.get(found[1], GONE)
        if found := re.fullmatch(r"/rest/api/3/project/(\w+)/(version|component)", path):
            rows_of = self._versions if found[2] == "version" else self._components
            return by_offset(rows_of(found[1], what), what)
        return super().answer(method, path, what)

    def _versions(self, key: str, what: Row) -> list[Row]:
        ids = {row["key"]: int(row["id"]) for row in self.projects}
        return [row for row in self.releases.values() if row["projectId"] == ids[key]]

    def _components(self, key: str, what: Row) -> list[Row]:
        return [
            row
            for row in self.components.values()
            if row["project"] == key
            and what["componentSource"] in ("auto", row["source"])
            and what.get("query", "") in row["name"]
        ]

    def _teams(self, path: str, what: Row) -> Row:
        start = int(what.get("cursor") or what.get("after") or "0")
        end = start + 2
        if path == TEAM_LIST:
            teams = [{"teamId": team, "displayName": f"Team {team}"} for team in self.teams]
            return {"entities": teams[start:end], "cursor": str(end)}
        rows = self.teams.get(path.split("/")[-2], [])
        info = {"hasNextPage": end < len(rows), "endCursor": str(end)}
        return {"results": rows[start:end], "pageInfo": info}
