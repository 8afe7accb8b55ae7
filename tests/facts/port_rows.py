"""For each fact of docs/port-facts.md, which tests prove that the product lives with it."""

from tests.facts.rows import Row, tests_in

ROWS = [
    Row(
        "names",
        tests_in(
            "unit.test_writable",
            "test_what_port_takes_as_a_name",
            "test_what_port_takes_not_as_a_name",
            "test_an_entity_is_written_without_a_target_that_is_no_name",
            "test_what_has_no_name_is_left_out",
        )
        + tests_in(
            "e2e.test_port_as_it_is",
            "test_a_target_that_port_refuses_costs_the_issue_that_relation_and_no_other",
            "test_what_has_a_name_that_port_refuses_is_left_out_and_named",
        ),
    ),
    Row(
        "whole-bulk-refused",
        tests_in(
            "unit.test_bulk",
            "test_what_has_a_whole_bulk_refused_is_told_apart_and_all_others_are_written",
            "test_a_blueprint_of_which_everything_is_refused_is_given_up_soon",
        )
        + tests_in(
            "sandbox.port.test_entity_routes", "test_one_bad_value_has_the_whole_bulk_refused"
        ),
    ),
    Row(
        "errors-per-entity",
        tests_in("unit.test_bulk", "test_what_port_refuses_of_a_bulk_has_its_reason_and_its_status")
        + tests_in(
            "unit.test_writer", "test_what_is_refused_for_good_is_named_and_not_written_again"
        ),
    ),
    Row(
        "bulk-limits",
        tests_in(
            "unit.test_bulk",
            "test_entities_of_a_blueprint_are_written_together_twenty_at_a_time",
            "test_a_bulk_is_no_larger_than_port_takes",
        )
        + tests_in("unit.test_writer", "test_at_most_a_hundred_are_deleted_together"),
    ),
    Row(
        "title-is-text",
        tests_in("unit.test_writable", "test_a_title_is_a_text")
        + tests_in(
            "e2e.test_port_as_it_is",
            "test_a_title_that_is_nothing_and_a_name_that_comes_twice_are_written",
        ),
    ),
    Row(
        "twice-in-a-bulk",
        tests_in(
            "unit.test_bulk",
            "test_an_entity_that_is_there_twice_is_sent_once_with_all_that_is_known_of_it",
        )
        + tests_in(
            "sandbox.port.test_entity_routes", "test_the_same_name_twice_in_a_bulk_is_a_switch"
        ),
    ),
    Row(
        "merge-per-field",
        tests_in(
            "unit.test_entities",
            "test_of_several_by_one_name_the_later_ones_add_to_the_earlier_ones",
            "test_without_merging_the_last_one_counts",
        ),
    ),
    Row(
        "stubs-of-port",
        tests_in(
            "unit.test_writer",
            "test_stubs_are_looked_for_under_the_data_source_that_port_gives_them",
        )
        + tests_in(
            "unit.test_orphans",
            "test_only_those_go_that_we_related_to_and_nobody_does_now",
            "test_those_of_a_former_life_go_where_their_data_source_names_us",
        )
        + tests_in(
            "e2e.test_stubs",
            "test_a_stub_goes_with_the_last_that_relates_to_it",
            "test_a_stub_of_another_life_goes_with_the_sweep",
        ),
    ),
    Row(
        "who-owns-a-filled-stub",
        tests_in(
            "unit.test_writer",
            "test_what_port_made_for_us_and_we_filled_in_is_ours_and_a_stub_is_not",
            "test_of_what_no_search_for_ours_shows_the_delete_is_waited_for",
        )
        + tests_in(
            "e2e.test_stubs",
            "test_what_began_as_a_stub_goes_as_all_others_whosever_it_is",
        ),
    ),
    Row(
        "no-stubs-for-accounts",
        tests_in(
            "unit.test_accounts",
            "test_an_entity_is_written_without_a_relation_to_nobody",
            "test_a_blueprint_has_to_be_read_again_where_somebody_came",
        )
        + tests_in(
            "e2e.test_port_as_it_is",
            "test_what_is_assigned_to_somebody_without_an_account_is_written_without_that",
        ),
    ),
    Row(
        "accounts-are-deleted",
        tests_in(
            "unit.test_orphans",
            "test_those_of_blueprints_that_must_not_be_deleted_from_stay",
        ),
    ),
    Row(
        "deletes-take-time",
        tests_in(
            "unit.test_going",
            "test_what_pointed_at_it_is_written_when_it_is_really_gone",
            "test_what_comes_back_under_the_same_name_is_there_at_once_and_at_the_end",
            "test_what_is_written_with_a_relation_to_it_keeps_that",
            "test_a_resync_s_deletes_are_waited_for_as_well",
        )
        + tests_in(
            "e2e.test_stubs",
            "test_a_parent_that_leaves_the_selector_is_a_stub_as_after_a_fresh_resync",
            "test_what_leaves_and_comes_back_within_seconds_is_there",
        ),
    ),
    Row(
        "dependents",
        tests_in(
            "unit.test_writer",
            "test_one_that_others_depend_on_costs_no_other_its_delete_and_is_named",
            "test_what_depends_on_each_other_goes_in_as_many_rounds_as_it_takes",
        )
        + tests_in(
            "e2e.test_port_as_it_is",
            "test_one_that_others_depend_on_costs_no_other_its_delete",
        ),
    ),
    Row(
        "search-has-no-pages",
        tests_in("unit.test_accounts", "test_many_are_asked_for_in_parts"),
    ),
    Row(
        "relations-can-be-asked-for",
        tests_in(
            "unit.test_relating",
            "test_those_that_relate_by_any_relation_are_found_and_no_others",
            "test_all_pages_are_read",
            "test_where_port_does_not_answer_that_it_is_not_relied_on",
        )
        + tests_in(
            "e2e.test_port_as_it_is",
            "test_a_few_changes_read_nothing_of_port_but_what_they_concern",
        ),
    ),
    Row(
        "rules-are-bounded",
        tests_in("unit.test_writer", "test_many_are_asked_for_in_parts_that_a_body_can_hold"),
    ),
    Row(
        "lists-hold-names",
        tests_in(
            "unit.test_sweep_plan",
            "test_where_port_may_tell_nothing_but_names_the_limit_holds_for_what_looks_like_a_stub",
        ),
    ),
    Row(
        "searches-lag",
        tests_in(
            "unit.test_just_written",
            "test_what_was_written_is_known_for_as_long_as_a_search_may_not_show_it",
            "test_a_writer_has_what_its_search_does_not_show",
        )
        + tests_in(
            "unit.test_going",
            "test_that_no_search_shows_what_was_just_written_does_not_say_that_it_is_gone",
        )
        + tests_in(
            "unit.test_orphans",
            "test_one_that_was_related_to_a_moment_ago_is_looked_at_again",
        ),
    ),
]
