"""The table's third part: what integrations ran into.

Where `not_yet.py` names a fact, the tests here prove what is safe about it all the same.
"""

from tests.facts.rows import BY_SHAPE, NO_WEBHOOK_BY_GATEWAY, Row, tests_in

ROWS = [
    Row(
        "scope-is-401",
        tests_in("facts.test_limit_facts", "test_a_401_of_an_api_token_is_never_repeated")
        + tests_in(
            "unit.test_scopes",
            "test_an_error_of_the_credentials_names_the_endpoint",
            "test_every_path_that_is_called_has_an_answer",
        )
        + tests_in(
            "unit.test_failing_states",
            "test_a_401_of_one_endpoint_alone_is_said_with_the_scope_and_without_the_token",
        )
        + tests_in(
            "unit.test_team",
            "test_where_the_credentials_cannot_read_teams_the_kind_says_so_in_one_line",
        ),
    ),
    Row(
        "board-that-keeps-failing",
        tests_in(
            "unit.test_kinds_failures",
            "test_a_parent_that_fails_again_and_again_costs_only_itself_and_the_end_says_so",
            "test_what_is_refused_or_fails_alone_is_neither_there_nor_gone",
            "test_where_nothing_can_be_said_a_failure_is_raised_and_a_refusal_is_not",
        )
        + tests_in(
            "unit.test_under_parent",
            "test_where_several_in_a_row_get_no_answer_jira_is_down",
        )
        + tests_in(
            "e2e.test_failing_parents",
            "test_one_board_that_fails_costs_its_own_rows_and_deletes_none",
        ),
    ),
    Row(
        "translated-errors",
        tests_in(
            "unit.test_sprint",
            "test_a_site_whose_boards_all_have_no_sprints_is_no_failure",
            "test_a_scrum_board_has_sprints_so_that_its_400_is_a_refusal",
        )
        + tests_in(
            "unit.test_issue_answers",
            "test_whether_such_an_issue_is_gone_its_status_says_and_not_the_words",
            "test_an_issue_error_names_its_issue_whatever_it_says",
        )
        + tests_in(
            "unit.test_issue_find",
            "test_one_id_that_is_gone_does_not_spoil_the_others",
        ),
    ),
    Row(
        "selector-names-what-is-deleted",
        tests_in(
            "unit.test_issue_find",
            "test_a_query_that_jira_refuses_for_another_reason_is_an_error",
        )
        + tests_in(
            "unit.test_client",
            "test_a_project_that_is_gone_costs_another_list_of_projects_and_no_resync",
        )
        + tests_in("sandbox.jira.test_jql", "test_a_project_out_of_sight_spoils_the_query")
        + tests_in(
            "sandbox.jira.test_components", "TestJql::test_one_that_is_gone_spoils_the_query"
        ),
    ),
    Row(
        "parent-changelog-forms",
        tests_in(
            "unit.test_issue_events",
            "test_a_changed_parent_touches_the_parent_before_and_after",
            "test_a_parent_taken_away_touches_the_former_one",
        )
        + tests_in("unit.test_changelog", "test_the_former_and_the_new_parent_by_ids_or_by_keys")
        + tests_in("unit.test_payload_shapes", BY_SHAPE)
        + tests_in(
            "unit.test_issue_resolve",
            "test_a_parent_that_is_named_by_its_key_alone_is_read_again",
            "test_a_parent_by_a_former_key_is_read_again_and_the_key_is_given_up",
        )
        + tests_in("e2e.test_payload_forms", "test_both_parents_follow_however_they_are_named"),
    ),
    Row(
        "converted-sub-tasks",
        tests_in("unit.test_payload_shapes", BY_SHAPE)
        + tests_in(
            "unit.test_issue_resolve",
            "test_whose_sub_task_an_issue_was_is_known_by_who_showed_it",
        )
        + tests_in(
            "e2e.test_payload_forms",
            "test_a_sub_task_that_becomes_a_task_leaves_its_parent_and_may_come_back",
        ),
    ),
    Row(
        "relatives-show-an-issue",
        tests_in(
            "e2e.test_relatives",
            "test_what_issues_show_of_others_follows_the_others",
            "test_what_issues_show_of_others_goes_with_them",
            "test_what_a_sweep_finds_touches_what_its_event_would_have",
        ),
    ),
    Row(
        "sprint-leaves-updated-alone",
        tests_in(
            "e2e.test_carriers",
            "test_a_sprint_gets_another_name_starts_and_is_deleted",
            "test_a_sprint_closes",
        )
        + tests_in("e2e.test_selected", "test_issues_come_and_go_with_their_sprint")
        + tests_in(
            "sandbox.jira.test_sprints",
            "TestIssues::test_closing_leaves_only_what_is_done_in_it_without_events_of_issues",
        ),
    ),
    Row(
        "answers-cut-off",
        tests_in("unit.test_responses", "test_broken_json_is_an_error")
        + tests_in(
            "unit.test_issue_answers",
            "test_one_issue_that_spoils_the_answer_costs_only_itself",
            "test_keys_and_finds_leave_out_the_one_that_spoils_the_answer",
        )
        + tests_in("unit.test_halves", "test_answers_that_are_too_large_come_in_parts")
        + tests_in("sandbox.jira.test_faults", "test_html_and_truncated_json_with_200"),
    ),
    Row(
        "totals-promise-too-much",
        tests_in(
            "unit.test_paging", "test_a_list_that_promises_more_than_it_gives_ends_and_says_so"
        )
        + tests_in(
            "unit.test_project",
            "test_a_list_that_ends_before_its_total_is_a_warning",
            "test_projects_that_such_a_list_is_without_are_not_taken_for_gone",
        ),
    ),
    Row(
        "long-in-lists",
        tests_in("unit.test_issue_find", "test_finding_many_takes_fifty_at_a_time_and_is_current")
        + tests_in(
            "unit.test_backlog",
            "test_many_issues_are_asked_for_in_addresses_of_bearable_length",
        ),
    ),
    Row(
        "types-of-each-project",
        tests_in(
            "unit.test_epic",
            "test_epics_are_searched_by_the_ids_of_their_types_whatever_these_are_called",
        ),
    ),
    Row(
        "epic-without-a-name",
        tests_in("unit.test_examples", "test_an_epic_without_a_name_is_called_by_its_summary")
        + tests_in(
            "sandbox.jira.test_boards", "TestEpics::test_a_name_of_its_own_which_may_be_empty"
        ),
    ),
    Row(
        "hidden-worklog-fields",
        tests_in(
            "unit.test_examples",
            "test_an_example_makes_an_entity_of_the_least_that_jira_says",
        )
        + tests_in(
            "unit.test_worklog", "test_an_issue_without_its_fields_brings_no_worklogs_along"
        ),
    ),
    Row(
        "hidden-worklogs",
        tests_in(
            "unit.test_hidden_worklogs",
            "test_ten_thousand_issues_that_hide_their_worklogs_cost_few_requests",
            "test_the_rows_are_those_of_issues_that_show_them",
            "test_issues_that_changed_just_now_are_asked_themselves",
        )
        + tests_in(
            "e2e.test_hidden_worklogs",
            "test_hidden_worklogs_are_read_together_and_those_of_just_now_too",
        ),
    ),
    Row(
        "oauth-is-wanted",
        NO_WEBHOOK_BY_GATEWAY
        + tests_in(
            "facts.test_limit_facts",
            "test_an_oauth_token_goes_to_the_gateway_under_the_sites_cloud_id",
            "test_a_token_that_is_renewed_is_used_from_then_on",
            "test_a_401_that_a_renewed_token_ends_is_no_error",
        )
        + tests_in(
            "unit.test_settings_oauth",
            "test_with_an_oauth_token_neither_email_nor_token_is_needed",
        ),
    ),
    Row(
        "boards-behind-the-database",
        tests_in("sandbox.jira.test_backlogs", "test_it_lags_with_the_index")
        + tests_in("sandbox.jira.test_boards", "TestEpics::test_they_lag_with_the_index")
        + tests_in(
            "unit.test_follow_ups_sweeps",
            "test_a_second_sweep_is_made_when_the_index_shows_what_happened",
        )
        + tests_in(
            "unit.test_follow_ups",
            "test_what_is_behind_the_index_is_read_again_when_that_has_caught_up",
        )
        + tests_in(
            "e2e.test_backlogs",
            "test_after_edits_and_creations_backlogs_are_those_of_a_fresh_resync",
        ),
    ),
]
