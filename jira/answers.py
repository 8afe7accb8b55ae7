"""What Jira said of single rows, and what it didn't: there, gone, or neither."""

from collections.abc import Iterable, Mapping
from typing import Any

from jira.errors import (
    JiraAnswerError,
    JiraError,
    JiraForeignAnswerError,
    JiraNotFoundError,
    JiraPartlyUnavailableError,
    JiraPermissionError,
    JiraRequestError,
    JiraUnavailableError,
)
from jira.payloads import Row

REFUSALS = (JiraRequestError, JiraPermissionError, JiraNotFoundError)
"""What Jira says about a single parent or row for good (400, 403, 404, 422)."""

Said = Row | JiraError | None
"""A row, None for what is gone, or why it can't be said."""


def is_its_own(error: JiraError) -> bool:
    """Whether a failure may be that of the one thing that was asked for, and pass.

    A 401 is about the credentials, and a page of somebody else's about the way to Jira.
    """
    return isinstance(error, (JiraUnavailableError, JiraAnswerError)) and not isinstance(
        error, JiraForeignAnswerError
    )


def passing(errors: Iterable[object]) -> JiraError | None:
    """The first error that is no refusal: another try may help."""
    return next(
        (e for e in errors if isinstance(e, JiraError) and not isinstance(e, REFUSALS)), None
    )


class Answers(dict[str, Row | None]):
    """Rows by id, None for what is gone, no entry for what can't be said.

    `failed` is why another try may say more; None where it wouldn't.
    """

    def __init__(self, found: Mapping[str, Row | None], failed: JiraError | None = None) -> None:
        super().__init__(found)
        self.failed = failed

    @classmethod
    def of(cls, found: Mapping[str, Said]) -> "Answers":
        """From what was said of each. Raises what may pass where nothing is said of any."""
        said = {name: row for name, row in found.items() if not isinstance(row, JiraError)}
        failed = passing(found.values())
        if failed is not None and not said:
            raise failed
        return cls(said, failed)


class Unread:
    """What a read of several things could not get, in words, with the reason."""

    def __init__(self) -> None:
        self.failed: dict[str, JiraError] = {}
        self.refused: dict[str, JiraError] = {}

    def __contains__(self, name: str) -> bool:
        return name in self.failed or name in self.refused

    def note(self, name: str, error: JiraError) -> None:
        """One thing could not be read."""
        (self.refused if isinstance(error, REFUSALS) else self.failed)[name] = error

    def note_each(self, what: str, failed: Mapping[str, JiraError]) -> None:
        """Several of one sort."""
        for name, error in failed.items():
            self.note(f"{what} {name}", error)

    @property
    def why(self) -> JiraError | None:
        """Why nothing can be said of what wasn't found elsewhere; None where all was read."""
        return next(iter((*self.failed.values(), *self.refused.values())), None)

    def raise_failed(self) -> None:
        """At the end of a read of all: JiraPartlyUnavailableError if something failed.

        What is refused for good was left out with a warning, and is no failure.
        """
        if self.failed:
            raise JiraPartlyUnavailableError(self.failed)


def that_row(answer: Any, field: str, name: str, where: str) -> Row | None:
    """The row of an answer for one; None where it is another row. Raises JiraAnswerError."""
    if not isinstance(answer, dict) or answer.get(field) is None:
        raise JiraAnswerError(f"{where} answered with something else than a row of {name}.")
    return answer if str(answer[field]) == name else None
