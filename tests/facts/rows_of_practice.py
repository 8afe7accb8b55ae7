"""The table's third part: what integrations ran into, payloads that were published, points.

Where `not_yet.py` names a fact, the tests here prove what is safe about it all the same.
"""

from tests.facts.rows import NO_WEBHOOK_BY_GATEWAY, QUIETLY, Row, tests_in

BY_SHAPE = "test_what_a_payload_says_has_to_be_read_again"

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
            "unit.test_follow_ups",
            "test_a_second_sweep_is_made_when_the_index_shows_what_happened",
            "test_what_is_behind_the_index_is_read_again_when_that_has_caught_up",
        )
        + tests_in(
            "e2e.test_backlogs",
            "test_after_edits_and_creations_backlogs_are_those_of_a_fresh_resync",
        ),
    ),
    Row(
        "user-deleted-payload",
        tests_in(
            "unit.test_issue_events",
            "test_an_event_without_a_name_never_deletes_but_may_refresh",
        )
        + tests_in("facts.test_change_facts", "test_a_user_that_is_deleted_can_no_longer_be_read")
        + tests_in("unit.test_payload_shapes", BY_SHAPE)
        + tests_in(
            "e2e.test_payload_forms", "test_a_user_goes_of_whom_no_more_is_told_than_the_account"
        ),
    ),
    Row(
        "attachment-without-its-issue",
        tests_in("unit.test_issue_events", "test_a_comment_or_attachment_touches_its_issue")
        + tests_in(
            "unit.test_changed_lately",
            "test_all_that_shows_an_issue_is_read_as_if_it_had_been_named",
            "test_a_thousand_events_of_the_same_moments_are_one_read",
        )
        + tests_in(
            "unit.test_follow_ups",
            "test_an_attachment_without_its_issue_has_what_changed_lately_read_now_and_later",
            "test_many_attachments_without_their_issues_are_few_reads",
        )
        + tests_in("e2e.test_payload_forms", "test_attachments_without_their_issue_are_noticed"),
    ),
    Row(
        "created-in-a-sprint",
        tests_in(
            "unit.test_payloads_planning",
            "test_an_issue_that_comes_or_goes_in_a_sprint_tells_so_by_its_field_alone",
            "test_another_custom_field_is_no_sprint",
        )
        + tests_in("unit.test_payload_shapes", BY_SHAPE)
        + tests_in(
            "sandbox.jira.test_payload_forms",
            "test_an_issue_that_is_created_in_a_sprint_shows_it_and_has_no_item",
        ),
    ),
    Row(
        "issue-in-a-link",
        tests_in("unit.test_payload_shapes", BY_SHAPE)
        + tests_in("e2e.test_payload_forms", "test_a_link_alone_tells_whose_a_comment_is"),
    ),
    Row(
        "key-item-alone",
        tests_in("unit.test_changelog", "test_a_key_alone_tells_the_projects_of_a_move")
        + tests_in("unit.test_payload_shapes", BY_SHAPE)
        + tests_in("e2e.test_payload_forms", "test_a_move_that_tells_no_project_changes_both"),
    ),
    Row(
        "names-with-a-prefix",
        tests_in("unit.test_events", "test_an_event_is_known_with_and_without_jira_before_its_name")
        + tests_in("unit.test_payload_shapes", BY_SHAPE),
    ),
    Row(
        "ids-of-either-type",
        tests_in("unit.test_payloads", "test_only_a_plausible_id_is_taken")
        + tests_in(
            "unit.test_issue_events",
            "test_a_link_touches_the_issues_at_both_ends",
            "test_a_worklog_touches_its_issue",
        )
        + tests_in("unit.test_payloads_planning", "test_the_project_of_a_release"),
    ),
    Row(
        "board-configuration-payload",
        tests_in("unit.test_board", "test_a_configuration_that_changed_is_its_boards")
        + tests_in("unit.test_payloads_planning", "test_the_board_of_an_event")
        + tests_in(
            "sandbox.jira.test_boards",
            "TestChanges::test_a_configuration_event_may_call_the_board_configuration",
        ),
    ),
    Row(
        "sprint-start-sends-two",
        tests_in("unit.test_issues_showing", "test_events_of_the_same_thing_are_read_once")
        + tests_in("unit.test_payloads_planning", "test_a_sprint_event_is_about_its_sprint"),
    ),
    Row(
        "sprint-items-are-lists",
        tests_in(
            "unit.test_payloads_planning",
            "test_an_issue_that_changes_its_sprint_changes_on_which_boards_it_shows",
        ),
    ),
    Row(
        "translated-field-names",
        tests_in(
            "unit.test_changelog",
            "test_the_former_and_the_new_parent_by_ids_or_by_keys",
            "test_another_type_is_told_by_the_field_or_its_id",
        )
        + tests_in(
            "unit.test_payloads_planning",
            "test_a_translated_item_is_the_sprints_where_the_issue_shows_sprints_in_that_field",
        ),
    ),
    Row(
        "events-nobody-published",
        QUIETLY
        + tests_in(
            "unit.test_payloads",
            "test_half_of_a_project_is_enough",
            "test_an_odd_payload_names_nothing_and_disturbs_nothing",
        )
        + tests_in(
            "unit.test_payloads_planning",
            "test_an_odd_payload_names_nothing_and_disturbs_nothing",
        )
        + tests_in("e2e.test_fuzz", "test_mutated_deliveries_are_answered_and_disturb_nothing"),
    ),
    Row(
        "renamed-without-events",
        tests_in("e2e.test_names", "test_a_new_name_shows_in_every_issue")
        + tests_in("unit.test_names_in_issues", "test_what_was_renamed_is_found")
        + tests_in("sandbox.jira.test_names", "test_only_types_have_an_event"),
    ),
    Row(
        "points-an-hour",
        tests_in(
            "unit.test_points",
            "test_an_answer_costs_what_is_in_it",
            "test_what_a_request_may_cost_is_known_before",
        )
        + tests_in(
            "unit.test_day_of_points",
            "test_without_counting_the_same_site_is_refused",
        )
        + tests_in(
            "unit.test_quota",
            "test_in_no_hour_more_is_admitted_than_the_share",
            "test_live_events_are_served_while_a_sweep_waits_for_the_next_hour",
        )
        + tests_in("unit.test_issue_search", "test_an_issue_costs_one_point_and_not_two"),
    ),
    Row(
        "points-headers",
        tests_in(
            "unit.test_rate_limits",
            "test_a_policy_is_read_with_and_without_beta",
            "test_several_policies_in_any_order",
        )
        + tests_in(
            "unit.test_point_budget",
            "test_jira_says_how_large_the_quota_is",
            "test_where_little_is_left_to_all_sites_the_rest_is_for_live_events",
        ),
    ),
    Row(
        "reasons-of-429",
        tests_in("unit.test_limiter_headers", "test_which_limits_are_those_of_the_whole_site")
        + tests_in("facts.test_limit_facts", "test_a_pause_without_a_header_is_still_a_pause")
        + tests_in(
            "unit.test_points_spent",
            "test_a_quota_that_is_used_up_pauses_everything_until_its_reset",
            "test_another_limit_pauses_its_endpoint_alone",
        ),
    ),
    Row(
        "shared-burst",
        tests_in("unit.test_pace", "test_a_refusal_of_few_requests_is_the_doing_of_others")
        + tests_in("unit.test_pace", "test_the_ceiling_is_a_share_of_what_jira_documents"),
    ),
    Row(
        "requests-at-once",
        tests_in("unit.test_limiter", "test_no_more_requests_than_the_bound")
        + tests_in("unit.test_settings", "test_a_bound_that_is_not_set_has_its_default"),
    ),
    Row(
        "bulk-fetch-of-a-thousand",
        tests_in("unit.test_issue_reader", "test_all_issues_are_read_by_hundreds_and_in_order"),
    ),
]
