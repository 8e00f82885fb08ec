"""All conversations, by group."""

from tests.evals.case import Case
from tests.evals.cases import (
    booking,
    brief,
    changes,
    explaining,
    fresh_eighth,
    fresh_fifth,
    fresh_first,
    fresh_fourth,
    fresh_ninth,
    fresh_second,
    fresh_seventh,
    fresh_sixth,
    fresh_third,
    languages,
    searching,
    talking,
)


def all_cases() -> list[Case]:
    """Every conversation, in a fixed order."""
    return [
        *brief.CASES,
        *languages.CASES,
        *changes.CASES,
        *searching.CASES,
        *booking.CASES,
        *explaining.CASES,
        *talking.CASES,
        *fresh_first.CASES,
        *fresh_second.CASES,
        *fresh_third.CASES,
        *fresh_fourth.CASES,
        *fresh_fifth.CASES,
        *fresh_sixth.CASES,
        *fresh_seventh.CASES,
        *fresh_eighth.CASES,
        *fresh_ninth.CASES,
    ]
