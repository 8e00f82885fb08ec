"""Read by schemathesis (SCHEMATHESIS_HOOKS): how to send bodies that are files."""

from typing import Any

import schemathesis


@schemathesis.serializer(
    "application/pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
)
def as_it_is(context: Any, value: Any) -> bytes:
    """The bytes that were made up."""
    return value.data if hasattr(value, "data") else bytes(value)
