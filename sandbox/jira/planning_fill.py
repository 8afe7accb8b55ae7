"""Makes versions, components and worklogs for a site that was filled."""

from datetime import date, timedelta

from sandbox.jira.planning import PlanningChanges
from sandbox.jira.worklogs import WorklogChanges


class PlanningFill(PlanningChanges, WorklogChanges):
    """Versions, components and worklogs, the same for the same seed, without events."""

    def fill_planning(self, versions: int = 2, components: int = 2, worklogs: int = 20) -> None:
        """Make so many versions and components for each project, and worklogs in all.

        Every third issue is in a version and a component of its project. The last version of each
        project has dates. A project's components have a lead and a description in turn. One more
        component of the first project is kept in Compass, and the first issue has more worklogs
        than it shows.
        """
        today = date.fromisoformat(self.today)
        people = list(self.users.values())
        for index, project in enumerate(list(self.projects.values())):
            made = [self.add_version(project.key) for _ in range(versions)]
            for version in made[-1:]:
                version.description = f"What {version.name} brings."
                version.start_date = (today - timedelta(days=14)).isoformat()
                # The version of every other project is overdue.
                version.release_date = (today + timedelta(days=index % 2 * 28 - 7)).isoformat()
            parts = [self.create_component(project.key) for _ in range(components)]
            for part in parts[::2]:
                part.lead = people[index % len(people)]
            for part in parts[1::2]:
                part.description = f"What {part.name} does."
            for number, issue in enumerate(self.issues_in(project)):
                if number % 3 == 0 and made and parts:
                    issue.fix_versions = [made[number % len(made)]]
                    issue.affected_versions = [made[0]] if number % 2 else []
                    issue.components = [parts[number % len(parts)]]
        first = next(iter(self.projects.values()))
        self.create_component(first.key, source="compass")
        issues = list(self.issues.values())
        for number in range(worklogs):
            self.build_worklog(
                issues[number % len(issues)],
                seconds=60 * (number + 1),
                text=f"Work {number}" if number % 3 else "",
                started=self.now() - number * 86400,
                author=people[number % len(people)],
            )
        for number in range(25 if worklogs else 0):
            self.build_worklog(issues[0], seconds=60 * (number + 1))
        self.forget_rows(issues)
