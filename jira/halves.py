"""Asking for many things at once, and by halves where the answer can't be had or read."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from loguru import logger

from jira.answers import is_its_own
from jira.errors import JiraError, JiraUnavailableError

SILENT_ROUNDS = 3
"""After so many rounds (all, halves, quarters) in which no part is answered it isn't a few rows:
with a single bad one, half of what is asked for is answered in every round but the first."""


async def in_halves[R](
    names: Sequence[str],
    ask: Callable[[Sequence[str]], Awaitable[R]],
    is_up: Callable[[], Awaitable[bool]],
    *,
    what: str,
) -> tuple[list[R], dict[str, JiraError]]:
    """The answers for all names, in as many parts as it takes, and the names that fail alone.

    Each of these is named in a warning. One bad name of a hundred costs 14 requests more, of which
    the parts of a round go out together. An error is raised where it isn't a single name's: any
    refusal, one of the credentials, a Jira that `is_up` says is down, nothing answered at all.
    """
    answers: list[R] = []
    failed: dict[str, JiraError] = {}
    parts = [list(names)] if names else []
    silent = 0
    while parts:
        results = await asyncio.gather(*(_attempt(ask, part) for part in parts))
        errors = [result for result in results if isinstance(result, JiraError)]
        silent = silent + 1 if len(errors) == len(parts) else 0
        halves: list[list[str]] = []
        for part, result in zip(parts, results, strict=True):
            if not isinstance(result, JiraError):
                answers.append(result)
            elif len(part) == 1:
                logger.warning(f"The {what} {part[0]} can't be read and stays as it is: {result}")
                failed[part[0]] = result
            else:
                middle = (len(part) + 1) // 2
                halves += [part[:middle], part[middle:]]
        if halves and silent and not (silent < SILENT_ROUNDS and await _is_worth_it(errors, is_up)):
            raise errors[0]
        parts = halves
    if failed and not answers and len(names) > 1:
        raise next(iter(failed.values()))
    return answers, failed


async def _attempt[R](
    ask: Callable[[Sequence[str]], Awaitable[R]], part: Sequence[str]
) -> R | JiraError:
    try:
        return await ask(part)
    except JiraError as error:
        if not is_its_own(error):
            raise
        return error


async def _is_worth_it(errors: Sequence[JiraError], is_up: Callable[[], Awaitable[bool]]) -> bool:
    """An answer that can't be read is one: only silence makes Jira's state a question."""
    silence = all(isinstance(error, JiraUnavailableError) for error in errors)
    return not silence or await is_up()
