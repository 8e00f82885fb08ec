"""What Resend accepts as an e-mail, and what it says when it does not."""

import base64
import binascii
import re
from typing import Any

# `local@host.tld`, or `Name <local@host.tld>`; no control characters anywhere.
_ADDRESS = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\".]+")
_NAMED = re.compile(r"([^<>\x00-\x1f\x7f]*)<([^<>]+)>")
_FIELDS = {
    "from", "to", "subject", "bcc", "cc", "reply_to", "html", "text", "headers", "attachments", "tags", "scheduled_at",
    "template", "topic_id",
}  # fmt: skip
_MOST_RECIPIENTS = 50
_LARGEST_EMAIL = 40 * 1024 * 1024


class ResendApiError(Exception):
    """Answered as `{"statusCode", "name", "message"}`."""

    def __init__(self, status: int, name: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.name = name


def check_email(data: Any) -> dict[str, Any]:
    """An e-mail as it is stored: recipients as lists, attachments as base64. Raises `ResendApiError`."""
    if not isinstance(data, dict):
        raise ResendApiError(422, "validation_error", "The request body must be an object.")
    for name in data:
        if name not in _FIELDS:
            raise ResendApiError(422, "validation_error", f"Unrecognized key in object: `{name}`.")
    for name in ("from", "to", "subject"):
        if not data.get(name):
            raise ResendApiError(422, "missing_required_field", f"Missing `{name}` field.")
    if data.get("template") or data.get("scheduled_at") or data.get("topic_id"):
        raise ResendApiError(
            422, "validation_error", "The sandbox has no templates, topics or scheduled sending."
        )
    if not data.get("html") and not data.get("text"):
        raise ResendApiError(422, "validation_error", "Missing `html` or `text` field.")
    for name in ("html", "text"):
        if data.get(name) is not None and not isinstance(data[name], str):
            raise ResendApiError(422, "validation_error", f"Invalid `{name}` field: must be a string.")
    subject = data["subject"]
    if not isinstance(subject, str) or re.search(r"[\r\n]", subject):
        raise ResendApiError(422, "validation_error", "The `\\n` is not allowed in the `subject` field.")
    return {
        "from": _address(data["from"], "from"),
        "to": _addresses(data["to"], "to"),
        "cc": _addresses(data.get("cc") or [], "cc"),
        "bcc": _addresses(data.get("bcc") or [], "bcc"),
        "reply_to": _addresses(data.get("reply_to") or [], "reply_to"),
        "subject": subject,
        "html": data.get("html"),
        "text": data.get("text"),
        "headers": _headers(data.get("headers") or {}),
        "tags": _tags(data.get("tags") or []),
        "attachments": _attachments(data.get("attachments") or []),
    }


def _address(value: Any, field: str) -> str:
    if isinstance(value, str):
        named = _NAMED.fullmatch(value.strip())
        if _ADDRESS.fullmatch(named[2].strip() if named else value.strip()):
            return value.strip()
    raise ResendApiError(
        422,
        "validation_error",
        f"Invalid `{field}` field. The email address needs to follow the `email@example.com` or "
        "`Name <email@example.com>` format.",
    )


def _addresses(value: Any, field: str) -> list[str]:
    values = value if isinstance(value, list) else [value]
    if len(values) > _MOST_RECIPIENTS:
        raise ResendApiError(
            422, "validation_error", f"The `{field}` field must have at most {_MOST_RECIPIENTS} addresses."
        )
    return [_address(each, field) for each in values]


def _headers(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ResendApiError(422, "validation_error", "Invalid `headers` field: must be an object.")
    for name, text in value.items():
        if not re.fullmatch(r"[!-9;-~]+", name) or not isinstance(text, str) or re.search(r"[\r\n]", text):
            raise ResendApiError(422, "validation_error", f"Invalid `headers` field: `{name[:40]}`.")
    return value


def _tags(value: Any) -> list[dict[str, str]]:
    if not isinstance(value, list):
        raise ResendApiError(422, "validation_error", "Invalid `tags` field: must be a list.")
    for tag in value:
        if not isinstance(tag, dict) or set(tag) != {"name", "value"}:
            raise ResendApiError(422, "validation_error", "Tags have a `name` and a `value`.")
        for text in tag.values():
            if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", str(text)):
                raise ResendApiError(
                    422,
                    "validation_error",
                    "Tags should only contain ASCII letters, numbers, underscores, or dashes.",
                )
    return value


def _attachments(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        raise ResendApiError(422, "validation_error", "Invalid `attachments` field: must be a list.")
    result, size = [], 0
    for file in value:
        if not isinstance(file, dict) or not isinstance(file.get("filename"), str):
            raise ResendApiError(422, "validation_error", "Attachments must have a `filename`.")
        content = file.get("content")
        try:
            # The SDKs send base64 text or a list of byte values.
            raw = (
                bytes(content)
                if isinstance(content, list)
                else base64.b64decode(str(content or ""), validate=True)
            )
        except (ValueError, TypeError, binascii.Error):
            raise ResendApiError(422, "validation_error", "Attachment `content` must be base64.") from None
        if not raw:
            raise ResendApiError(422, "validation_error", "Attachments must have `content` in this sandbox.")
        size += len(raw)
        result.append(
            {
                "filename": file["filename"],
                "content_type": file.get("content_type") or "application/octet-stream",
                "content": base64.b64encode(raw).decode(),
            }
        )
    if size > _LARGEST_EMAIL:
        raise ResendApiError(422, "validation_error", "The email must be at most 40MB after Base64 encoding.")
    return result
