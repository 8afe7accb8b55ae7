"""The table's first part: for each fact, which tests prove that we live with it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A fact by its name in docs/jira-facts.md, and tests as `module::function`."""

    fact: str
    tests: tuple[str, ...]


def tests_in(module: str, *functions: str) -> tuple[str, ...]:
    """The names of test functions, or `Class::function`, of a module under tests/."""
    return tuple(f"tests.{module}::{function}" for function in functions)


NOTHING_ELSE_IS_ASKED = tests_in(
    "facts.test_webhook_facts", "test_no_request_goes_to_what_is_not_ours"
)
QUIETLY = tests_in(
    "facts.test_webhook_facts", "test_an_event_about_what_no_kind_stands_for_is_ignored_quietly"
)
NO_WEBHOOK_BY_GATEWAY = tests_in(
    "facts.test_change_facts",
    "test_through_the_gateway_no_webhook_is_managed_and_it_is_said_how_to_make_one",
)
BY_SHAPE = "test_what_a_payload_says_has_to_be_read_again"
"""Of `unit.test_payload_shapes`, for each form that a payload was seen in."""

ROWS = [
    Row(
        "webhook-body",
        tests_in(
            "unit.test_webhook_registration",
            "test_a_missing_webhook_is_made_with_everything_it_needs",
            "test_a_webhook_as_it_has_to_be_gets_the_secret_without_a_word",
            "test_the_id_is_the_last_segment_of_self",
        )
        + tests_in("sandbox.jira.test_webhooks", "test_a_secret_is_written_never_read"),
    ),
    Row(
        "webhook-permission",
        NO_WEBHOOK_BY_GATEWAY
        + tests_in(
            "e2e.test_webhook_registration",
            "test_without_the_permission_one_warning_says_what_to_do",
        )
        + tests_in("sandbox.jira.test_webhooks", "test_webhooks_are_for_administrators"),
    ),
    Row(
        "signature-header",
        tests_in(
            "unit.test_signature",
            "test_atlassians_own_test_vector",
            "test_a_method_we_do_not_support_is_refused_and_named",
        )
        + tests_in(
            "facts.test_webhook_facts",
            "test_a_body_that_is_not_ascii_is_checked_over_its_bytes",
            "test_a_signature_by_another_method_is_refused",
        )
        + tests_in(
            "sandbox.jira.test_deliveries", "test_the_signature_is_that_of_the_documentation"
        ),
    ),
    Row(
        "delivery-headers",
        tests_in(
            "facts.test_webhook_facts",
            "test_a_retry_is_known_by_its_name_and_read_no_second_time",
        )
        + tests_in(
            "unit.test_door", "test_a_signed_delivery_is_queued_with_its_raw_body_and_headers"
        )
        + tests_in(
            "sandbox.jira.test_deliveries",
            "test_deliveries_are_retried_under_the_same_name",
            "test_what_is_registered_is_delivered_signed",
        ),
    ),
    Row(
        "delivery-retries",
        tests_in(
            "unit.test_door",
            "test_without_room_jira_is_asked_to_send_it_again",
            "test_a_body_that_trickles_is_given_up",
            "test_what_is_no_json_object_is_refused_for_good",
        )
        + tests_in("e2e.test_start", "test_without_a_base_url_a_delivery_is_not_swallowed")
        + tests_in("sandbox.jira.test_deliveries", "test_retries_end"),
    ),
    Row(
        "delivery-order",
        tests_in(
            "facts.test_webhook_facts",
            "test_an_answer_does_not_wait_for_jira",
            "test_twenty_deliveries_at_once_are_all_taken",
        )
        + tests_in("e2e.test_truth", "test_random_changes_end_in_the_catalog_of_a_fresh_resync")
        + tests_in("e2e.test_live_events", "test_a_late_update_does_not_bring_a_deleted_issue_back")
        + tests_in("unit.test_door", "test_a_body_may_not_be_larger_than_what_jira_sends")
        + tests_in(
            "sandbox.jira.test_deliveries", "test_deliveries_can_be_doubled_shuffled_delayed_or_off"
        ),
    ),
    Row(
        "https-only",
        tests_in(
            "facts.test_webhook_facts",
            "test_a_webhook_address_that_jira_refuses_is_a_warning_with_its_words",
        )
        + tests_in("unit.test_settings", "test_the_webhooks_address")
        + tests_in("unit.test_reachable", "test_each_doubt_is_said"),
    ),
    Row(
        "late-after-a-change",
        tests_in("e2e.test_rotation", "test_no_event_of_the_change_is_lost")
        + tests_in(
            "unit.test_door_signatures",
            "test_until_the_webhook_has_our_secret_another_one_is_asked_to_come_again",
        ),
    ),
    Row(
        "known-events",
        tests_in(
            "unit.test_client_kinds",
            "test_every_registered_event_exists",
            "test_a_kind_looks_at_every_event_that_it_registers",
        )
        + QUIETLY,
    ),
    Row(
        "payload-shapes",
        tests_in(
            "unit.test_issue_events",
            "test_a_link_touches_the_issues_at_both_ends",
            "test_a_worklog_touches_its_issue",
            "test_a_comment_or_attachment_touches_its_issue",
            "test_a_numeric_id_is_read_like_a_text",
        )
        + tests_in(
            "facts.test_webhook_facts",
            "test_an_id_may_be_a_number",
            "test_a_worklog_reads_its_issue_again",
            "test_an_event_with_a_slim_issue_reads_it_again",
        )
        + tests_in("e2e.test_fuzz", "test_mutated_deliveries_are_answered_and_disturb_nothing"),
    ),
    Row(
        "odd-payloads",
        tests_in(
            "facts.test_webhook_facts",
            "test_an_odd_delivery_is_answered_and_ignored_quietly",
            "test_odd_deliveries_do_not_disturb_the_others",
            "test_a_user_event_with_the_account_id_alone_is_enough",
        )
        + tests_in("unit.test_payloads", "test_an_odd_payload_names_nothing_and_disturbs_nothing"),
    ),
    Row(
        "issue-move",
        tests_in(
            "e2e.test_live_events",
            "test_a_moved_issue_leaves_under_its_old_key_and_its_subtasks_move_along",
            "test_an_issue_that_moves_back_has_its_former_key_again",
        )
        + tests_in("unit.test_issue_events", "test_a_move_names_the_key_before_and_after")
        + tests_in(
            "sandbox.jira.test_issues", "test_a_move_takes_subtasks_along_and_old_keys_redirect"
        ),
    ),
    Row(
        "issue-deletion",
        tests_in(
            "facts.test_change_facts",
            "test_subtasks_go_with_their_parent_with_or_without_events_of_their_own",
            "test_a_project_that_is_deleted_for_good_takes_its_issues_along_without_their_events",
        )
        + tests_in(
            "e2e.test_live_events",
            "test_a_project_leaves_with_its_issues_and_comes_back_with_them",
        )
        + tests_in("sandbox.jira.test_issues", "test_deleting_an_issue_deletes_its_subtasks")
        + tests_in(
            "sandbox.jira.test_projects", "test_projects_take_their_issues_with_them_and_back"
        ),
    ),
    Row(
        "gone-means-404",
        tests_in("facts.test_change_facts", "test_a_user_that_is_deleted_can_no_longer_be_read")
        + tests_in(
            "unit.test_project_resolve",
            "test_a_project_that_is_live_is_what_jira_says_now",
            "test_a_project_that_is_not_live_is_deleted",
        )
        + tests_in("unit.test_user_resolve", "test_a_user_that_jira_does_not_know_is_deleted")
        + tests_in(
            "e2e.test_live_events",
            "test_a_project_leaves_with_its_issues_and_comes_back_with_them",
        ),
    ),
    Row(
        "project-key-rename",
        tests_in(
            "facts.test_change_facts",
            "test_another_key_of_a_project_is_that_of_its_issues_and_the_old_ones_end",
        )
        + tests_in(
            "sandbox.jira.test_projects",
            "test_a_new_project_key_changes_issue_keys_without_issue_events",
        ),
    ),
    Row(
        "version-merge",
        QUIETLY
        + tests_in("unit.test_payloads_planning", "test_a_merge_is_about_both_releases")
        + tests_in("unit.test_release", "test_a_merge_removes_the_one_and_refreshes_the_other")
        + tests_in("e2e.test_carriers", "test_a_release_is_merged_into_another")
        + tests_in(
            "sandbox.jira.test_versions",
            "TestDeletion::test_what_it_was_merged_into_may_be_told_by_id",
            "TestDeletion::test_a_merge_may_send_an_event_of_its_own",
        ),
    ),
    Row(
        "bulk-change",
        tests_in(
            "facts.test_change_facts",
            "test_a_bulk_change_is_an_event_for_each_issue_and_all_arrive",
            "test_a_link_reads_both_of_its_ends_again",
        )
        + tests_in(
            "e2e.test_live_events",
            "test_a_new_subtask_is_listed_by_its_parent",
            "test_a_comment_refreshes_the_issue",
        )
        + tests_in(
            "sandbox.jira.test_issues",
            "test_a_comment_and_a_link_change_issues_without_events_for_them",
        ),
    ),
    Row(
        "user-events-say-little",
        tests_in("facts.test_change_facts", "test_names_and_mails_and_people_may_be_missing")
        + tests_in(
            "e2e.test_live_events",
            "test_a_user_is_read_again_with_what_events_never_carry",
        )
        + tests_in("sandbox.jira.test_users", "test_account_events_carry_neither_mail_nor_locale"),
    ),
    Row(
        "sprints-and-epics-on-boards",
        tests_in("facts.test_change_facts", "test_an_epic_is_an_issue_like_others")
        + tests_in(
            "unit.test_sprint",
            "test_a_sprint_on_several_boards_is_one_row_that_names_them_in_order",
            "test_a_sprint_whose_origin_is_missing_or_gone_is_still_found_on_its_boards",
        )
        + tests_in(
            "unit.test_epic",
            "test_epics_come_from_boards_and_from_a_search_and_each_once",
            "test_epics_are_searched_by_the_ids_of_their_types_whatever_these_are_called",
        )
        + tests_in(
            "sandbox.jira.test_boards",
            "TestEpics::test_one_that_only_a_team_managed_board_could_show_is_404",
        ),
    ),
]
