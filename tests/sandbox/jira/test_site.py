"""Filling a site."""

from sandbox.jira.site import JiraSite


def with_boards(**settings: int) -> JiraSite:
    site = JiraSite(seed=3)
    site.clock = lambda: 1_760_000_000.0
    site.fill(200)
    site.fill_agile(**settings)
    return site


def with_plans(**settings: int) -> JiraSite:
    site = JiraSite(seed=3)
    site.clock = lambda: 1_760_000_000.0
    site.fill(200)
    site.fill_planning(**settings)
    return site


def test_a_filled_site_is_the_same_for_the_same_seed():
    one, two = JiraSite(seed=3), JiraSite(seed=3)
    for site in (one, two):
        site.clock = lambda: 1_760_000_000.0
        site.fill(200)
    assert [one.raw(issue) for issue in one.issues.values()] == [
        two.raw(issue) for issue in two.issues.values()
    ]
    subtasks = [issue for issue in one.issues.values() if issue.type.level < 0]
    assert 5 <= len(subtasks) <= 40
    assert all(issue.parent and issue.parent.project is issue.project for issue in subtasks)


class TestBoardsSprintsAndTeams:
    def test_each_project_has_a_scrum_board_with_a_sprint_of_each_state(self):
        site = with_boards()
        boards = list(site.boards.values())
        assert [board.type for board in boards] == ["scrum"] * 5 + ["kanban", "scrum"]
        assert [project.key for project in boards[-1].projects] == ["AB", "AS"]
        for board in boards[:5]:
            states = [sprint.state for sprint in site.sprints_on(board)]
            assert states == ["closed", "active", "future"]
        [shared] = site.sprints_on(boards[-1])
        assert (shared.state, shared.origin) == ("active", boards[0].id)

    def test_issues_are_in_sprints_of_their_project(self):
        site = with_boards()
        planned = [(issue, issue.sprint) for issue in site.issues.values() if issue.sprint]
        assert {sprint.state for _, sprint in planned} == {"closed", "active", "future"}
        for issue, sprint in planned:
            assert issue.project in sprint.boards[0].projects
            assert issue.type.level == 0
            assert sprint.state != "closed" or issue.status.category == "done"

    def test_it_is_as_large_as_asked(self):
        site = with_boards(boards=12, sprints=5)
        assert (len(site.boards), len(site.sprints)) == (14, 60)
        assert len(with_boards(boards=2, sprints=1).sprints) == 2
        assert not with_boards(boards=0).sprints

    def test_it_is_the_same_for_the_same_seed_without_events(self):
        one, two = with_boards(), with_boards()
        assert [one.raw(issue) for issue in one.issues.values()] == [
            two.raw(issue) for issue in two.issues.values()
        ]
        events = []
        one.subscribe(lambda event, payload: events.append(event))
        one.fill_agile()
        one.fill_teams()
        assert events == []


class TestVersionsComponentsAndWorklogs:
    def test_each_project_has_versions_and_components(self):
        site = with_plans()
        for project in site.projects.values():
            versions, components = site.versions_of(project), site.components_of(project)
            assert len(versions) == 2
            assert [component.source for component in components][:2] == ["jira"] * 2
            assert (versions[0].release_date, components[1].lead) == (None, None)
            assert versions[1].release_date
            assert components[0].lead
            assert components[1].description
        assert sum(item.source == "compass" for item in site.components.values()) == 1

    def test_issues_carry_those_of_their_project(self):
        site = with_plans()
        planned = [issue for issue in site.issues.values() if issue.fix_versions]
        assert 50 <= len(planned) <= 100
        for issue in planned:
            homes = {item.project.id for item in (*issue.fix_versions, *issue.affected_versions)}
            assert homes | {item.project.id for item in issue.components} == {issue.project.id}
        assert any(issue.affected_versions for issue in planned)

    def test_an_issue_has_more_worklogs_than_it_brings_along(self):
        site = with_plans()
        counts = sorted(len(issue.worklogs) for issue in site.issues.values())
        assert (counts[-1], sum(counts)) == (26, len(site.worklogs))
        assert counts[-20:-1] == [1] * 19
        assert len({worklog.author.account_id for worklog in site.worklogs.values()}) > 5

    def test_it_is_as_large_as_asked(self):
        site = with_plans(versions=0, components=0, worklogs=0)
        assert (len(site.versions), len(site.components), len(site.worklogs)) == (0, 1, 0)
        assert len(with_plans(versions=60).versions) == 300

    def test_it_is_the_same_for_the_same_seed_without_events(self):
        one, two = with_plans(), with_plans()
        assert [one.raw(issue) for issue in one.issues.values()] == [
            two.raw(issue) for issue in two.issues.values()
        ]
        events = []
        one.subscribe(lambda event, payload: events.append(event))
        one.fill_planning()
        assert events == []
