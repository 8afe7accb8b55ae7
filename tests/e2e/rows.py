"""The table of test_kinds.py: a row for every kind."""

from tests.e2e import rows_of_issues, rows_of_plans

ROWS = (*rows_of_issues.ROWS, *rows_of_plans.ROWS)
