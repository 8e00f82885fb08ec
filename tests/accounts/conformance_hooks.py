"""Read by schemathesis (SCHEMATHESIS_HOOKS): how to send bodies that are files, and which things there are."""

import json
import os
import zlib
from typing import Any

import schemathesis

# Ids by the name of their parameter, of things that were made before the run.
KNOWN: dict[str, list[str]] = json.loads(os.environ.get("CONFORMANCE_KNOWN", "{}"))


@schemathesis.serializer(
    "application/pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
)
def as_it_is(context: Any, value: Any) -> bytes:
    """The bytes that were made up."""
    return value.data if hasattr(value, "data") else bytes(value)


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Three of four made-up ids become ids of things that exist, so that more answers than "no such thing" are seen."""
    return path_parameters and {
        name: _known(name, value) if name in KNOWN else value for name, value in path_parameters.items()
    }


def _known(name: str, value: Any) -> Any:
    number = zlib.crc32(str(value).encode())
    return KNOWN[name][number // 4 % len(KNOWN[name])] if number % 4 else value
