"""Makes versions, components and worklogs for a site that was filled."""

from sandbox.jira_planning import PlanningChanges


class PlanningFill(PlanningChanges):
    """Versions, components and worklogs, the same for the same seed, without events."""

    def fill_planning(self, versions: int = 2, components: int = 2, worklogs: int = 20) -> None:
        """Make so many versions and components for each project, and worklogs in all.

        Every third issue is in a version and a component of its project. One more component of
        the first project is kept in Compass, and the first issue has more worklogs than it shows.
        """
        for project in list(self.projects.values()):
            made = [self.add_version(project.key) for _ in range(versions)]
            parts = [self.create_component(project.key) for _ in range(components)]
            for number, issue in enumerate(self.issues_in(project)):
                if number % 3 == 0 and made and parts:
                    issue.fix_versions = [made[number % len(made)]]
                    issue.affected_versions = [made[0]] if number % 2 else []
                    issue.components = [parts[number % len(parts)]]
        first = next(iter(self.projects.values()))
        self.create_component(first.key, source="compass")
        issues = list(self.issues.values())
        for number in range(worklogs):
            self.build_worklog(issues[number % len(issues)], seconds=60 * (number + 1))
        for number in range(25 if worklogs else 0):
            self.build_worklog(issues[0], seconds=60 * (number + 1))
        self.forget_rows(issues)
