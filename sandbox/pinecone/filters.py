"""Pinecone's metadata filters, and what metadata may hold."""

from collections.abc import Callable
from typing import Any


class PineconeError(Exception):
    """A refusal, as Pinecone words it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _compare(holds: Callable[[float, float], bool]) -> Callable[[Any, Any], bool]:
    return lambda held, wanted: _number(held) and holds(held, wanted)


def _values(held: Any) -> list[Any]:
    return held if isinstance(held, list) else [held]


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "$eq": lambda held, wanted: any(_same(value, wanted) for value in _values(held)),
    "$ne": lambda held, wanted: not any(_same(value, wanted) for value in _values(held)),
    "$in": lambda held, wanted: any(_same(value, each) for value in _values(held) for each in wanted),
    "$nin": lambda held, wanted: not any(_same(value, each) for value in _values(held) for each in wanted),
    "$exists": lambda held, wanted: (held is not None) is wanted,
    "$gt": _compare(lambda held, wanted: held > wanted),
    "$gte": _compare(lambda held, wanted: held >= wanted),
    "$lt": _compare(lambda held, wanted: held < wanted),
    "$lte": _compare(lambda held, wanted: held <= wanted),
}
_ORDERED = ("$gt", "$gte", "$lt", "$lte")
_MOST_VALUES = 10_000


def check_filter(given: Any) -> None:
    """Raises `PineconeError` for what Pinecone refuses."""
    if not isinstance(given, dict):
        raise _bad("filter must be an object")
    for key, condition in given.items():
        if key in ("$and", "$or"):
            if not isinstance(condition, list) or not condition:
                raise _bad(f"{key} expects a non-empty array")
            for each in condition:
                check_filter(each)
        elif key.startswith("$"):
            raise _bad(f"{key} is not a valid operator")
        elif isinstance(condition, dict):
            for operator, wanted in condition.items():
                _check_operator(operator, wanted)
        elif not isinstance(condition, str | int | float | bool):
            raise _bad(f"the value of {key} must be a string, number or boolean")


def _check_operator(operator: str, wanted: Any) -> None:
    if operator not in _OPERATORS:
        raise _bad(f"{operator} is not a valid operator")
    if operator in ("$in", "$nin"):
        if not isinstance(wanted, list) or len(wanted) > _MOST_VALUES:
            raise _bad(f"{operator} expects an array of at most {_MOST_VALUES} values")
    elif operator in _ORDERED and not _number(wanted):
        raise _bad(f"{operator} expects a number")
    elif operator == "$exists" and not isinstance(wanted, bool):
        raise _bad("$exists expects a boolean")


def passes(given: dict[str, Any], metadata: dict[str, Any]) -> bool:
    """Whether metadata meets a checked filter."""
    for key, condition in given.items():
        if key == "$and":
            met = all(passes(each, metadata) for each in condition)
        elif key == "$or":
            met = any(passes(each, metadata) for each in condition)
        else:
            tests = condition if isinstance(condition, dict) else {"$eq": condition}
            met = all(_OPERATORS[operator](metadata.get(key), wanted) for operator, wanted in tests.items())
        if not met:
            return False
    return True


def check_metadata(given: Any) -> dict[str, Any]:
    """Strings, numbers, booleans and lists of strings; at most 40 KB."""
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise _bad("metadata must be an object")
    for key, value in given.items():
        is_list = isinstance(value, list) and all(isinstance(each, str) for each in value)
        if key.startswith("$") or not (isinstance(value, str | int | float | bool) or is_list):
            raise _bad(
                f"Metadata value must be a string, number, boolean or list of strings, got {value!r:.60} for field {key}"
            )
    if len(repr(given)) > 40_960:
        raise _bad("Metadata size exceeds the limit of 40960 bytes per vector")
    return given


def _same(held: Any, wanted: Any) -> bool:
    # True is no 1 here, other than in Python.
    return isinstance(held, bool) is isinstance(wanted, bool) and held == wanted


def _bad(message: str) -> PineconeError:
    return PineconeError(400, "INVALID_ARGUMENT", message)
