"""The table's fourth part: payloads that were published, and points.

Where `not_yet.py` names a fact, the tests here prove what is safe about it all the same.
"""

from tests.facts.rows import BY_SHAPE, QUIETLY, Row, tests_in

ROWS = [
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
