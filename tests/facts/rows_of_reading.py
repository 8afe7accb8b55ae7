"""The table's second part: webhooks of OAuth apps, reading, limits and credentials."""

from tests.facts.rows import (
    NO_WEBHOOK_BY_GATEWAY,
    NOTHING_ELSE_IS_ASKED,
    Row,
    tests_in,
)

ROWS = [
    Row(
        "oauth-webhook-endpoint",
        NOTHING_ELSE_IS_ASKED
        + NO_WEBHOOK_BY_GATEWAY
        + tests_in(
            "unit.test_app_webhook_choice",
            "test_of_our_events_those_are_asked_for_that_jira_tells_apps_of",
            "test_all_issues_pass_the_filters_each_by_one_alone",
        )
        + tests_in(
            "e2e.test_oauth",
            "test_an_app_registers_its_webhooks_and_sweeps_find_what_these_do_not_tell",
        ),
    ),
    Row(
        "oauth-registration-answer",
        NOTHING_ELSE_IS_ASKED
        + tests_in("unit.test_app_webhook_choice", "test_what_jira_says_of_each_is_read"),
    ),
    Row(
        "oauth-webhook-expiry",
        NOTHING_ELSE_IS_ASKED
        + tests_in(
            "unit.test_app_webhooks",
            "test_one_that_is_there_is_prolonged_at_the_start_and_once_a_day",
        ),
    ),
    Row(
        "oauth-webhook-limits",
        NOTHING_ELSE_IS_ASKED
        + tests_in(
            "unit.test_app_webhooks",
            "test_an_old_address_goes_before_the_new_one_comes",
            "test_where_others_fill_all_places_they_go_first",
        ),
    ),
    Row(
        "oauth-delivery-token",
        tests_in(
            "facts.test_webhook_facts",
            "test_a_delivery_as_an_oauth_app_gets_it_is_refused",
        )
        + tests_in(
            "unit.test_door_of_apps",
            "test_what_the_app_s_secret_signed_comes_in_whatever_it_is_about",
            "test_without_the_secret_all_are_hints_of_what_apps_are_told_of",
        ),
    ),
    Row(
        "search-paging",
        tests_in(
            "unit.test_issue_reader",
            "test_the_ids_are_asked_for_first_and_alone",
            "test_pages_are_followed_with_the_same_query",
            "test_an_empty_page_with_a_token_is_not_the_end",
            "test_a_token_that_repeats_is_an_error",
        )
        + tests_in("unit.test_paging", "test_the_end_is_the_mark_or_no_token")
        + tests_in(
            "sandbox.jira.test_search",
            "test_ids_come_all_at_once",
            "test_only_asked_fields_come",
            "test_a_token_belongs_to_its_query",
        ),
    ),
    Row(
        "index-lag",
        tests_in("e2e.test_selector", "test_the_search_index_may_lag_behind")
        + tests_in(
            "unit.test_issue_find",
            "test_finding_many_takes_fifty_at_a_time_and_is_current",
        )
        + tests_in("sandbox.jira.test_search", "test_reconciled_ids_are_current"),
    ),
    Row(
        "gone-id-in-jql",
        tests_in(
            "unit.test_issue_find",
            "test_one_id_that_is_gone_does_not_spoil_the_others",
            "test_a_query_that_jira_refuses_for_another_reason_is_an_error",
            "test_what_goes_between_two_reads_costs_none_of_the_others_theirs",
        )
        + tests_in(
            "unit.test_gone_ids",
            "test_live_reads_find_what_is_there",
            "test_entities_are_looked_up_by_ids_and_keys_that_are_partly_gone",
            "test_a_sweep_reads_whole_rows_of_names_that_are_partly_gone",
        )
        + tests_in("e2e.test_gone_ids", "test_what_exists_is_found_and_what_is_gone_spoils_nothing")
        + tests_in(
            "e2e.test_selector",
            "test_an_issue_that_is_gone_does_not_spoil_the_read_of_others",
        )
        + tests_in("sandbox.jira.test_jql", "test_ids_that_are_gone_are_refused_only_when_asked"),
    ),
    Row(
        "bounded-jql",
        tests_in(
            "unit.test_jql",
            "test_order_by_is_taken_off_wherever_it_begins",
            "test_what_only_looks_like_order_by_stays",
            "test_restricting_quotes_every_value",
        )
        + tests_in("facts.test_reading_facts", "test_every_query_that_is_sent_is_bounded")
        + tests_in("e2e.test_selector", "test_a_resync_brings_what_the_query_selects")
        + tests_in(
            "sandbox.jira.test_jql",
            "test_refuses",
            "test_every_reserved_word_can_be_quoted",
            "test_a_project_out_of_sight_spoils_the_query",
        ),
    ),
    Row(
        "jql-dates",
        tests_in("facts.test_reading_facts", "test_our_own_queries_name_no_date")
        + tests_in("sandbox.jira.test_jql", "test_dates_are_read_in_the_zone_of_the_account"),
    ),
    Row(
        "hidden-issues",
        tests_in(
            "facts.test_change_facts",
            "test_an_issue_that_may_not_be_seen_any_more_leaves_and_returns",
            "test_a_permission_that_is_lost_without_an_event_shows_with_a_resync",
        ),
    ),
    Row(
        "bulk-fetch",
        tests_in(
            "unit.test_issue_reader",
            "test_all_issues_are_read_by_hundreds_and_in_order",
        )
        + tests_in(
            "unit.test_issue_answers",
            "test_such_an_issue_that_cannot_be_read_either_is_neither_there_nor_gone",
            "test_whether_such_an_issue_is_gone_its_status_says_and_not_the_words",
        )
        + tests_in(
            "sandbox.jira.test_search", "test_bulkfetch_is_current_ordered_and_follows_moves"
        )
        + tests_in("sandbox.jira.test_faults", "test_bulkfetch_can_fail_for_single_issues"),
    ),
    Row(
        "worklog-paging",
        tests_in(
            "unit.test_worklog",
            "test_up_to_twenty_come_along_and_are_not_asked_for",
            "test_more_than_twenty_are_paged_to_their_end",
            "test_worklogs_are_looked_up_a_thousand_at_a_time",
        )
        + tests_in(
            "sandbox.jira.test_worklogs",
            "TestIssues::test_an_issue_brings_the_first_twenty_along",
            "TestEndpoints::test_a_list_is_of_one_to_a_thousand",
        ),
    ),
    Row(
        "users-and-projects-paging",
        tests_in(
            "unit.test_user",
            "test_a_site_that_repeats_its_last_page_is_no_loop",
            "test_inactive_users_and_apps_are_users_too",
        )
        + tests_in(
            "unit.test_project",
            "test_only_live_projects_are_asked_for",
            "test_pages_shorter_than_asked_for_are_followed",
        )
        + tests_in("sandbox.jira.test_users", "test_users")
        + tests_in("sandbox.jira.test_projects", "test_projects")
        + tests_in("sandbox.jira.test_faults", "test_users_can_repeat"),
    ),
    Row(
        "agile-boards",
        tests_in(
            "unit.test_sprint",
            "test_every_board_is_asked_whatever_its_type",
            "test_a_board_without_sprints_is_nothing_to_warn_about",
            "test_a_board_that_is_refused_costs_only_what_it_alone_shows",
        )
        + tests_in(
            "unit.test_backlog",
            "test_the_agile_api_is_asked_only_where_the_selector_says_so",
        )
        + tests_in("sandbox.jira.test_backlogs", "test_pages_by_token")
        + tests_in("e2e.test_kinds", "test_a_parent_that_jira_refuses_costs_only_its_own"),
    ),
    Row(
        "fields-of-boards",
        tests_in(
            "unit.test_backlog",
            "test_what_only_a_board_tells_of_an_issue_is_in_its_row",
            "test_a_row_is_the_issue_as_it_is_now_whatever_boards_show_of_it",
        )
        + tests_in(
            "sandbox.jira.test_backlogs", "test_boards_show_more_of_an_issue_than_it_has_itself"
        ),
    ),
    Row(
        "bad-credentials-look-empty",
        tests_in(
            "facts.test_reading_facts",
            "test_an_account_that_jira_does_not_know_is_no_empty_site",
            "test_a_rejected_login_in_a_header_is_no_empty_site",
        )
        + tests_in(
            "e2e.test_safety",
            "test_a_resync_with_an_expired_token_fails_and_deletes_nothing",
            "test_a_token_that_expires_during_the_read_deletes_nothing",
            "test_a_live_event_under_an_expired_token_deletes_nothing_and_is_done_later",
        )
        + tests_in("sandbox.jira.test_gate", "test_bad_credentials_look_like_an_empty_site"),
    ),
    Row(
        "html-answers",
        tests_in(
            "facts.test_reading_facts",
            "test_a_page_of_html_is_an_error_whatever_its_status",
        )
        + tests_in(
            "e2e.test_safety",
            "test_events_wait_while_jira_answers_with_a_sign_on_page",
        )
        + tests_in("sandbox.jira.test_faults", "test_html_and_truncated_json_with_200"),
    ),
    Row(
        "gateway-self-links",
        tests_in(
            "facts.test_reading_facts",
            "test_links_to_the_gateway_become_links_to_the_site",
            "test_the_catalogs_links_lead_to_the_site",
            "test_a_site_that_does_not_tell_its_address_is_an_error_and_no_wrong_link",
        )
        + tests_in(
            "facts.test_change_facts",
            "test_through_the_gateway_issues_are_read_and_link_to_the_site",
        ),
    ),
    Row(
        "rate-limits",
        tests_in(
            "facts.test_limit_facts",
            "test_a_pause_is_kept_in_whatever_form_it_comes",
            "test_a_pause_without_a_header_is_still_a_pause",
            "test_the_reason_says_who_has_to_wait",
        )
        + tests_in(
            "unit.test_limiter",
            "test_waiting_is_spread_and_never_shorter_than_asked",
            "test_a_pause_of_one_endpoint_does_not_hold_the_others",
        )
        + tests_in("unit.test_transport", "test_a_pause_is_shared_by_all_who_ask_the_same")
        + tests_in(
            "sandbox.jira.test_faults",
            "test_a_429_says_when_in_each_form",
            "test_an_endpoint_has_its_own_rate",
        ),
    ),
    Row(
        "credentials",
        tests_in(
            "facts.test_limit_facts",
            "test_an_api_token_goes_with_its_email_to_the_host_that_is_set",
            "test_an_oauth_token_goes_to_the_gateway_under_the_sites_cloud_id",
            "test_a_cloud_id_in_the_host_is_not_asked_for",
            "test_without_a_cloud_id_nothing_is_asked_of_the_gateway",
            "test_a_token_that_is_renewed_is_used_from_then_on",
            "test_a_401_is_repeated_once_and_only_with_another_token",
            "test_a_401_of_an_api_token_is_never_repeated",
            "test_requests_go_through_the_proxy_of_the_environment",
        ),
    ),
    Row(
        "own-permissions",
        tests_in("e2e.test_probe", "test_what_is_missing_is_said_of_those_kinds_that_need_it")
        + tests_in(
            "sandbox.jira.test_permissions",
            "test_a_permission_that_is_taken_away",
            "test_without_projects_lists_are_empty",
            "test_boards_need_jira_software",
        ),
    ),
]
