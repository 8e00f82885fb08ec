"""Request parameters: decoding Stripe's form encoding, and validation by the official SDK's own TypedDicts.

The SDK ships one TypedDict per call, generated from Stripe's OpenAPI document for exactly the API version that the
SDK speaks. Unknown parameters, wrong types, unknown enum values and missing required parameters are refused with the
error that Stripe gives, naming the parameter in bracket notation.
"""

import decimal
import re
import sys
import types
import typing
import urllib.parse
from functools import cache
from typing import Any, Literal, NotRequired

import typing_extensions
from stripe._request_options import RequestOptions
from stripe._stripe_object import UntypedStripeObject
from typing_extensions import is_typeddict

from sandbox.stripe.errors import ApiError, required

_REQUEST_OPTIONS = frozenset(RequestOptions.__annotations__)
_NOT_REQUIRED = (NotRequired, typing_extensions.NotRequired)
_METADATA_KEYS, _METADATA_KEY_LENGTH, _METADATA_VALUE_LENGTH = 50, 40, 500


def decode(encoded: str) -> dict[str, Any]:
    """`a[b][0]=c` as nested dicts, list indexes still as keys: whether they are lists is known by type only."""
    root: dict[str, Any] = {}
    for key, value in urllib.parse.parse_qsl(encoded, keep_blank_values=True):
        head, *rest = re.split(r"\[", key.replace("]", ""))
        target = root
        path = [head, *rest]
        for part in path[:-1]:
            child = target.setdefault(part, {})
            if not isinstance(child, dict):
                raise ApiError(f"Invalid object: {key}", code="parameter_invalid_object", param=key)
            target = child
        target[path[-1] or str(len(target))] = value
    return root


def as_list(value: Any) -> list[Any] | None:
    """The list that decoded indexes stand for, or None where it is none."""
    if isinstance(value, list):
        return value
    if value == "":
        return []
    if isinstance(value, dict) and all(key.isdigit() for key in value):
        return [value[key] for key in sorted(value, key=int)]
    return None


def validate(typed_dict: Any, data: Any, path: str = "") -> dict[str, Any]:
    """`data` with its values converted to the types that `typed_dict` declares.

    Raises `ApiError` in Stripe's words. `expand` and request options are not part of it.
    """
    if not isinstance(data, dict):
        raise ApiError(f"Invalid object: {path}", code="parameter_invalid_object", param=path)
    declared = _fields(typed_dict)
    result: dict[str, Any] = {}
    for key, value in data.items():
        name = f"{path}[{key}]" if path else key
        if key == "expand" and not path:
            continue
        if key not in declared:
            raise ApiError(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)
        annotation, module, _ = declared[key]
        result[key] = (
            _metadata(value, name) if key == "metadata" else _convert(annotation, value, name, module)
        )
    for key, (_, _, is_required) in declared.items():
        if is_required and key not in data:
            raise required(f"{path}[{key}]" if path else key)
    return result


def expansions(data: dict[str, Any]) -> list[str]:
    """The `expand[]` parameter."""
    paths = as_list(data.get("expand", ""))
    if paths is None or not all(isinstance(path, str) for path in paths):
        raise ApiError("Invalid array: expand", code="parameter_invalid_array", param="expand")
    return paths


@cache
def _fields(typed_dict: Any) -> dict[str, tuple[Any, types.ModuleType, bool]]:
    """Name → (annotation, module to resolve it in, whether it is required)."""
    module = sys.modules[typed_dict.__module__]
    result = {}
    for key, annotation in typed_dict.__annotations__.items():
        if key in _REQUEST_OPTIONS:
            continue
        annotation = _resolve(annotation, module)
        optional = typing.get_origin(annotation) in _NOT_REQUIRED
        result[key] = (typing.get_args(annotation)[0] if optional else annotation, module, not optional)
    return result


def _resolve(annotation: Any, module: types.ModuleType) -> Any:
    if isinstance(annotation, typing.ForwardRef):
        annotation = annotation.__forward_arg__
    if isinstance(annotation, str):
        # The strings are the SDK's own source code, never input.
        return eval(annotation, vars(module))  # noqa: S307
    return annotation


def _convert(annotation: Any, value: Any, path: str, module: types.ModuleType) -> Any:
    annotation = _resolve(annotation, module)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation is Any:
        return value
    if is_typeddict(annotation):
        return validate(annotation, value, path)
    if origin in (typing.Union, types.UnionType):
        return _convert_union([_resolve(each, module) for each in arguments], value, path, module)
    if origin is Literal:
        if value in arguments:
            return value
        choices = ", ".join(str(choice) for choice in arguments)
        raise ApiError(f"Invalid {path}: must be one of {choices}", param=path)
    if origin is list:
        items = as_list(value)
        if items is None:
            raise ApiError("Invalid array", code="parameter_invalid_array", param=path)
        return [_convert(arguments[0], item, f"{path}[{index}]", module) for index, item in enumerate(items)]
    if origin is dict or UntypedStripeObject in (origin, annotation):
        if not isinstance(value, dict):
            raise ApiError("Invalid object", code="parameter_invalid_object", param=path)
        return value
    return _convert_scalar(annotation, value, path)


def _convert_union(choices: list[Any], value: Any, path: str, module: types.ModuleType) -> Any:
    # The SDK writes enums as `Literal[…] | str`, to accept values of newer API versions; here the enum is strict.
    if any(typing.get_origin(each) is Literal and typing.get_args(each) != ("",) for each in choices):
        choices = [each for each in choices if each is not str]
    errors: list[ApiError] = []
    for choice in sorted(choices, key=_not_literal):
        try:
            return _convert(choice, value, path, module)
        except ApiError as error:
            errors.append(error)
    raise max(errors, key=lambda error: len(error.error.get("param", "")))


def _not_literal(annotation: Any) -> bool:
    origin: Any = typing.get_origin(annotation)
    return origin is not Literal


def _convert_scalar(annotation: Any, value: Any, path: str) -> Any:
    if not isinstance(value, str):
        raise ApiError(f"Invalid value for {path}", param=path)
    if annotation is int:
        if re.fullmatch(r"-?\d{1,15}", value):
            return int(value)
        raise ApiError(f"Invalid integer: {value}", code="parameter_invalid_integer", param=path)
    if annotation is bool:
        if value in ("true", "false"):
            return value == "true"
        raise ApiError(f"Invalid boolean: {value}", param=path)
    if annotation in (float, decimal.Decimal):
        if re.fullmatch(r"-?\d{1,15}(\.\d{1,12})?", value):
            return value
        raise ApiError(f"Invalid decimal: {value}", param=path)
    if annotation is str:
        if len(value) > 5000:
            raise ApiError(f"Invalid string: {path} must be at most 5000 characters", param=path)
        return value
    raise ApiError(f"Invalid value for {path}", param=path)


def _metadata(value: Any, path: str) -> dict[str, str] | str:
    if value == "":
        return ""
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise ApiError(
            "Metadata must be an object with string keys and values",
            code="parameter_invalid_object",
            param=path,
        )
    if len(value) > _METADATA_KEYS:
        raise ApiError(f"Metadata can have up to {_METADATA_KEYS} keys", param=path)
    for key, text in value.items():
        if len(key) > _METADATA_KEY_LENGTH:
            raise ApiError(
                f"Metadata keys must be at most {_METADATA_KEY_LENGTH} characters", param=f"{path}[{key}]"
            )
        if len(text) > _METADATA_VALUE_LENGTH:
            raise ApiError(
                f"Metadata values must be at most {_METADATA_VALUE_LENGTH} characters", param=f"{path}[{key}]"
            )
    return value
